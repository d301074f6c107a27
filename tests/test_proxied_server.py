"""An app made for jupyter-server-proxy through the whole product: a real Jupyter server, its
proxy, its agent. ``hello-jupyter-proxy`` comes from PyPI."""

from __future__ import annotations

import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from .servers import TOKEN, Server


@pytest.fixture
def server(tmp_path: Path, run_dir: Path) -> Iterator[Server]:
    server = Server(tmp_path / "home", run_dir).start()
    yield server
    server.close()


def processes(server: Server) -> list[int]:
    """The processes of the app in this server's sessions."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if "hello_jupyter_proxy" in (words := process.info["cmdline"] or [])
        and any(str(server.run_dir) in word for word in words)
    ]


def test_a_web_app_from_its_start_to_its_end(server: Server) -> None:
    apps = {app["name"]: app for app in server("GET", "jupyter-remote/apps")["apps"]}
    assert (apps["hello"]["opens"], apps["hello"]["reason"]) == ("browser", "")
    session = server.begin("hello")
    server.until(session, "running")
    assert len(processes(server)) == 1

    page = server("GET", f"jupyter-remote/s/{session}/some/page?q=1&token={TOKEN}").decode()
    assert "<h1>Hello Jupyter-server-proxy</h1>" in page
    assert "<code>/some/page?q=1</code>" in page
    assert re.search(rf"^X-Forwarded-Prefix: /jupyter-remote/s/{session}$", page, re.M)
    assert TOKEN not in page
    assert str(server.run_dir) in page

    server("DELETE", f"jupyter-remote/sessions/{session}")
    ended = server.until(session, "stopped")
    assert ended["reason"] == "stopped on request"
    server.wait(lambda: not processes(server), "the app's process to be gone")
    server.wait(lambda: not list(server.run_dir.iterdir()), "its socket to be gone")
    with pytest.raises(urllib.error.HTTPError) as refused:
        server("GET", f"jupyter-remote/s/{session}/")
    with refused.value as answer:
        assert answer.code == 410
    log = server("GET", f"jupyter-remote/sessions/{session}/log").decode()
    assert "Launching example HTTP server" in log
