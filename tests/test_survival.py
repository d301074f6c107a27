"""Sessions outlive the Jupyter server, whatever ends it, and the next one adopts them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

from jupyter_remote.apps.desktop_size import make_known
from jupyter_remote.apps.desktop_x11 import XError

from .servers import ENDED, Server


@pytest.fixture
def server(tmp_path: Path, run_dir: Path) -> Iterator[Server]:
    server = Server(tmp_path / "home", run_dir).start()
    yield server
    server.close()


def agent_of(server: Server, session_id: str) -> int:
    """The pid of a session's agent."""
    state = json.loads((server.records / "local" / session_id / "state.json").read_text())
    return int(state["agent"]["pid"])


def greeting(path: Path) -> bytes:
    """What a unix socket of a desktop answers to GET /."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(path))
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return client.recv(12)


@pytest.mark.parametrize("end", ["kill", "shut_down"])
def test_a_desktop_and_commands_live_on(server: Server, run_dir: Path, end: str) -> None:
    os.mkfifo(server.home / "go")
    desktop = server.begin("desktop")
    lasting = server.begin("command", command="sleep 1000")
    ending = server.begin("command", command="sh -c 'read line < go; exit 7'", cwd="~")
    for session_id in (desktop, lasting):
        server.until(session_id, "running")
    server.until(ending, "running", "failed")
    before = server.session(desktop)
    getattr(server, end)()
    with contextlib.suppress(OSError), open(server.home / "go", "w") as go:
        go.write("\n")
    server.start()
    assert server.until(ending, *ENDED)["exit_code"] == 7
    after = server.session(desktop)
    assert (after["state"], after["started"]) == ("running", before["started"])
    assert after["owner"] != before["owner"]
    assert greeting(run_dir / desktop / "app.sock").endswith(b" 200")
    assert server.session(lasting)["state"] == "running"
    server("DELETE", f"jupyter-remote/sessions/{lasting}")
    assert server.until(lasting, *ENDED)["state"] == "stopped"


def test_stop_on_exit_stops_all(tmp_path: Path, run_dir: Path) -> None:
    server = Server(tmp_path / "home", run_dir, "--RemoteSessions.stop_on_exit=True").start()
    try:
        session = server.begin("command", command="sleep 1000")
        server.until(session, "running")
        agent = agent_of(server, session)
        server.shut_down()
        server.wait(lambda: not Path(f"/proc/{agent}").exists(), "the agent to end")
        server.start()
        assert server.until(session, *ENDED)["state"] == "stopped"
    finally:
        server.close()


def test_a_killed_agent_is_said_and_leaves_nothing(server: Server, run_dir: Path) -> None:
    session = server.begin("desktop")
    server.until(session, "running")
    os.kill(agent_of(server, session), signal.SIGKILL)
    ended = server.until(session, *ENDED)
    assert ended["state"] == "failed"
    assert "agent" in ended["reason"]
    server.wait(lambda: not (run_dir / session / "app.sock").exists(), "the socket to go")


def test_two_servers_show_and_stop_each_others_sessions(
    server: Server, tmp_path: Path, run_dir: Path
) -> None:
    other = Server(server.home, run_dir).start()
    try:
        session = server.begin("command", command="sleep 1000")
        server.until(session, "running")
        other.wait(
            lambda: session in str(other("GET", "jupyter-remote/sessions")), "the other's list"
        )
        other("DELETE", f"jupyter-remote/sessions/{session}")
        assert server.until(session, *ENDED)["state"] == "stopped"
    finally:
        other.shut_down()


def test_a_spare_desktop_is_there_at_once(tmp_path: Path, run_dir: Path) -> None:
    options = ("--RemoteUpkeep.spare_desktops=1", "--RemoteUpkeep.interval=0.2")
    server = Server(tmp_path / "home", run_dir, *options).start()
    try:
        jobs = server.records / "local"

        def ready() -> bool:
            states = [json.loads(p.read_text())["state"] for p in jobs.glob("*/state.json")]
            return states == ["running"]

        server.wait(ready, "a spare desktop")
        (spare,) = server("GET", "jupyter-remote/sessions")["sessions"]
        assert spare["spare"]
        claimed = server.wait(
            lambda: (
                (s := server.session(server.begin("desktop", size="913x677")))["state"] == "running"
                and s
            ),
            "a desktop that was ready",
        )
        assert claimed["name"].startswith("Desktop ")
        assert (claimed["id"], claimed["spare"]) == (spare["id"], False)
        # its X server has the size of the tab before anybody connects; another one it lacks
        with pytest.raises(XError):
            make_known(run_dir / claimed["id"], 913, 677)
        make_known(run_dir / claimed["id"], 914, 677)
    finally:
        server.close()


def test_a_desktop_that_was_begun_before_the_click_is_the_one_that_is_asked_for(
    server: Server, run_dir: Path
) -> None:
    def expect(options: dict[str, str]) -> None:
        server("POST", "jupyter-remote/sessions/expected", {"options": options})

    with pytest.raises(HTTPError, match="400"):
        expect({"size": "large"})
    for _ in range(2):  # the second rest of the pointer begins none
        expect({"size": "913x677"})
    begun = server("GET", "jupyter-remote/sessions")["sessions"]
    assert [(one["app"], one["spare"]) for one in begun] == [("desktop", True)]
    session = server.begin("desktop", size="913x677")
    assert session == begun[0]["id"]
    assert server.until(session, "running")["spare"] is False
    assert len(list((server.records / "local").iterdir())) == 1
    server("DELETE", f"jupyter-remote/sessions/{session}")
    assert server.until(session, *ENDED)["state"] == "stopped"


def test_an_unusable_state_directory_is_said(tmp_path: Path, run_dir: Path) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "jupyter_remote").write_text("a file where a folder should be")
    server = Server(home, run_dir)
    server._answers = lambda: True  # type: ignore[method-assign]
    server.start()
    try:

        def refusal() -> str:
            try:
                return str(server("GET", "jupyter-remote/sessions"))
            except OSError as error:
                return error.read().decode() if hasattr(error, "read") else ""

        words = server.wait(refusal, "an answer")
        assert "cannot use" in words
        assert "storage" in words
    finally:
        server.shut_down()
