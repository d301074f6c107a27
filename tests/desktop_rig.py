"""Desktops on this machine, started by the runner without the agent."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from jupyter_remote.apps import desktop_x11 as x11
from jupyter_remote.apps.desktop import DesktopApp, ProgramApp, RemoteDesktop
from jupyter_remote.model import Json, Session, State, new_session_id, now

SECRET = "0123456789abcdef" * 2
PATIENCE = 60.0  # seconds; only ever reached by a failure


def a_session(app: str, **options: Json) -> Session:
    stamp = now()
    about = {"name": app, "app": app, "backend": "local", "revision": 1}
    times = {"time": stamp, "created": stamp}
    return Session(id=new_session_id(), state=State.STARTING, options=options, **about, **times)  # type: ignore[arg-type]


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.02)
    return value


class Running:
    """One runner in its own folder, as the agent would start it."""

    def __init__(self, run: Path, app: str, shared: RemoteDesktop, **options: Json) -> None:
        self.run, self.socket, self.log = run, run / "app.sock", run / "log"
        made = DesktopApp(shared) if app == "desktop" else ProgramApp(shared)
        spec = made.job(a_session(app, **options), "/s/x/")
        names = {"run": str(run), "job": str(run), "socket": str(self.socket)}

        def fill(text: str) -> str:
            return re.sub(r"\{(run|job|socket)\}", lambda m: names[m[1]], text)

        for name, text in spec.files.items():
            (run / name).touch(0o600)
            (run / name).write_text(fill(text))
        with self.log.open("wb") as log:
            argv = [fill(word) for word in spec.argv]
            self.process = psutil.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        assert SECRET not in " ".join(argv)

    def ready(self) -> Running:
        until(lambda: self.process.poll() is not None or self.answers(), "Xpra")
        assert self.process.poll() is None, self.log.read_text()
        return self

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE)
                client.connect(str(self.socket))
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                return b" 200 " in client.recv(100)
        except OSError:
            return False

    def display(self, timeout: float = 10.0) -> x11.Display:
        """A connection to its X server."""
        cookie = (self.run / "Xauthority").read_bytes()[-x11.COOKIE :]
        return x11.Display(self.number, cookie, timeout)

    @property
    def number(self) -> int:
        path: str = json.loads((self.run / "stale.json").read_text())[0][1][0]
        return int(path.rpartition("X")[2])

    def child(self, name: str) -> psutil.Process:
        found: psutil.Process = until(
            lambda: next(
                (p for p in self.process.children() if name in " ".join(p.cmdline()[:2])), None
            ),
            name,
        )
        return found

    def ends(self) -> int:
        """Exit status, after a look that nothing is left."""
        family = self.process.children(recursive=True)
        code: int = self.process.wait(PATIENCE)
        assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
        for path in (x11.lock_path(self.number), x11.socket_path(self.number)):
            assert not Path(path).exists()
        return code

    def ask(self, *argv: str) -> str:
        """What an X program says of the desktop."""
        env = os.environ | {"DISPLAY": f":{self.number}", "XAUTHORITY": f"{self.run}/Xauthority"}
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False).stdout

    def xpra(self, password: str) -> subprocess.CompletedProcess[str]:
        (self.run / "given").write_text(password)
        argv = ["xpra", "info", f"socket://{self.socket}", f"--password-file={self.run}/given"]
        return subprocess.run(argv, capture_output=True, text=True, check=False)


Start = Callable[..., Running]
