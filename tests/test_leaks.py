"""Fifty desktops later nothing is left: no process, socket, file descriptor or X lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from .servers import ENDED, Server

BATCH, BATCHES = 5, 10


@pytest.fixture
def server(tmp_path: Path, run_dir: Path) -> Iterator[Server]:
    server = Server(tmp_path / "home", run_dir).start()
    yield server
    server.close()


def processes(server: Server) -> set[int]:
    """Everything on this machine that was started for this server's sessions."""
    assert server.process is not None
    marks = (str(server.run_dir), str(server.home))
    found = set()
    for process in psutil.process_iter(["pid", "cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if any(mark in words for mark in marks) and process.pid not in own(server):
            found.add(process.pid)
    return found | {p.pid for p in psutil.Process(server.process.pid).children(recursive=True)}


def own(server: Server) -> set[int]:
    assert server.process is not None
    return {os.getpid(), server.process.pid}


def x_traces() -> set[str]:
    folders = [(Path("/tmp"), ".X*-lock"), (Path("/tmp/.X11-unix"), "X*")]
    return {str(path) for folder, pattern in folders for path in folder.glob(pattern)}


def sockets(server: Server) -> list[str]:
    lines = Path("/proc/net/unix").read_text().splitlines()
    return [line for line in lines if str(server.run_dir) in line]


def descriptors(server: Server) -> int:
    assert server.process is not None
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def cycle(server: Server) -> None:
    """Start a batch of desktops, open the websocket of none, stop them all, forget them."""
    batch = [server.begin("desktop") for _ in range(BATCH)]
    for session in batch:
        assert server.until(session, "running", *ENDED)["state"] == "running", server.log()
    for session in batch:
        server("DELETE", f"jupyter-remote/sessions/{session}")
    for session in batch:
        assert server.until(session, *ENDED)["state"] == "stopped"
        server("DELETE", f"jupyter-remote/sessions/{session}?purge=1")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_desktops_leave_nothing(server: Server) -> None:
    locks = x_traces()
    cycle(server)
    before = descriptors(server)
    for _ in range(BATCHES - 1):
        cycle(server)
    server.wait(lambda: not processes(server), f"processes to end: {processes(server)}")
    server.wait(lambda: not x_traces() - locks, "X locks and sockets to go")
    assert sockets(server) == []
    assert list(server.run_dir.iterdir()) == []
    assert list((server.records / "local").iterdir()) == []
    assert list((server.records / "sessions").iterdir()) == []
    server.wait(lambda: descriptors(server) <= before, f"{before} descriptors again")
