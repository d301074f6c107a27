"""Apps made for jupyter-server-proxy, really started."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_remote.apps import CommandApp, RemoteApps
from jupyter_remote.model import JobSpec

from .proxied_rig import PREFIX, SESSION, apps, info

__all__ = ["apps"]


def test_many_threads_read_each_package_once() -> None:
    calls: list[str] = []

    class Entry:
        name, value, dist = "one", "one:setup", None

        def load(self) -> Callable[[], Any]:
            calls.append(self.name)
            return lambda: {"command": ["true", "{port}"]}

    apps = RemoteApps(None, [], entry_points=lambda: [Entry()])  # type: ignore[list-item]
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.extend(i.name for i in apps.infos())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (calls, seen) == (["one"], ["one"] * 8)


class Connection(http.client.HTTPConnection):
    """HTTP to a port or to a unix socket."""

    def __init__(self, place: int | str) -> None:
        super().__init__("127.0.0.1", place if isinstance(place, int) else 80)
        self._place = place

    def connect(self) -> None:
        """Dial the place."""
        if isinstance(self._place, int):
            super().connect()
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(self._place)

    def read(self, path: str) -> tuple[int, bytes]:
        """Status and body of one GET."""
        try:
            self.request("GET", path)
            answer = self.getresponse()
            return answer.status, answer.read()
        finally:
            self.close()


Start = Callable[[JobSpec], Callable[[str], tuple[int, bytes]]]


@pytest.fixture
def start(run_dir: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a spec as the agent does, and answer a function that GETs from it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"port": str(port), "socket": str(run_dir / "s"), "run": "", "job": ""}
    running: list[subprocess.Popen[bytes]] = []

    def fill(text: str) -> str:
        return re.sub(r"\{(socket|port|run|job)\}", lambda found: names[found[1]], text)

    def run(spec: JobSpec) -> Callable[[str], tuple[int, bytes]]:
        words = [fill(word) for word in spec.argv]
        env = os.environ | {key: fill(value) for key, value in spec.env.items()}
        with (tmp_path / "log").open("wb") as log:
            app = subprocess.Popen(
                words, env=env, cwd=spec.cwd, start_new_session=True, stdout=log, stderr=log
            )
        running.append(app)
        place = port if spec.listen == "port" else names["socket"]
        while True:
            assert app.poll() is None, (tmp_path / "log").read_text()
            try:
                status, _ = Connection(place).read(spec.ready.path)
            except OSError:
                time.sleep(0.05)
                continue
            assert status < 500
            return lambda path: Connection(place).read(path)

    yield run
    for app in running:
        os.killpg(app.pid, signal.SIGKILL)
        app.wait()


@pytest.mark.parametrize("name", ["plain", "by_function", "own_socket", "absolute", "fixed_port"])
def test_samples_start_and_answer(
    apps: RemoteApps, start: Start, tmp_path: Path, name: str
) -> None:
    app = apps.get(name)
    session = SimpleNamespace(
        job_name="jr-abc", options=apps.validate(name, {"cwd": str(tmp_path)})
    )
    spec = app.job(session, PREFIX)  # type: ignore[arg-type]
    status, body = start(spec)("/some/page?q=1")
    answer = json.loads(body)
    assert (status, answer["path"], answer["cwd"]) == (200, "/some/page?q=1", str(tmp_path))
    assert not any("{" in word for word in answer["argv"])
    assert all(answer["env"].get(key) for key in spec.env if "{" not in key)


@pytest.mark.parametrize("name", ["hello", "www"])
def test_real_packages_start_and_answer(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """hello-jupyter-proxy (unix socket) and jupyter-www-proxy (function of the port)."""
    monkeypatch.chdir(tmp_path)
    apps = RemoteApps(None, [CommandApp()])
    shown, app = info(apps, name), apps.get(name)
    assert (shown.reason, shown.launcher, shown.opens) == ("", True, "browser")
    spec = app.job(SESSION, PREFIX)
    assert spec.listen == {"hello": "socket", "www": "port"}[name]
    (tmp_path / "www").mkdir(exist_ok=True)
    (tmp_path / "www" / "page.html").write_text("<code>/page.html</code>")
    assert app.upstream(SESSION, PREFIX).strip_prefix
    status, body = start(spec)("/page.html")
    assert status == 200
    assert b"<code>/page.html</code>" in body
