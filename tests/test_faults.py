"""Desktops that do not come: each with its reason, each with its words in the log."""

from __future__ import annotations

import json
import shutil
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .servers import ENDED, Server

XPRA = shutil.which("xpra") or ""
pytestmark = pytest.mark.skipif(not XPRA, reason="needs xpra")
Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path, run_dir: Path) -> Iterator[Serve]:
    """Start a server with options; it is ended with all its sessions."""
    started: list[Server] = []

    def start(*options: str) -> Server:
        started.append(Server(tmp_path / "home", run_dir, *options).start())
        return started[-1]

    yield start
    for server in started:
        server.close()


def broken_xpra(folder: Path, start: str) -> Path:
    """The real xpra when asked for its help or version; ``start`` when it should begin."""
    path = folder / "xpra"
    path.write_text(
        f'#!/bin/sh\ncase "$*" in *--help*|*--version*) exec {XPRA} "$@";; esac\n{start}\n'
    )
    path.chmod(0o755)
    return path


def words_of(server: Server, session: str) -> str:
    log: bytes = server("GET", f"jupyter-remote/sessions/{session}/log?offset=-65536")
    return log.decode()


def refusal(server: Server, **body: Any) -> dict[str, Any]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        server("POST", "jupyter-remote/sessions", body)
    with caught.value as error:
        answer: dict[str, Any] = json.loads(error.read())
        return {"status": error.code, **answer}


def test_a_display_that_never_gets_ready(serve: Serve, tmp_path: Path) -> None:
    xpra = broken_xpra(tmp_path, "exec sleep 1000")
    server = serve(f"--RemoteDesktop.xpra={xpra}", "--RemoteDesktop.start_timeout=2")
    session = server.begin("desktop")
    ended = server.until(session, *ENDED)
    assert ended["state"] == "failed", (ended, words_of(server, session))
    assert "ready" in ended["reason"] or "ready" in words_of(server, session), ended


def test_an_xpra_that_dies_at_once_is_quoted(serve: Serve, tmp_path: Path) -> None:
    xpra = broken_xpra(tmp_path, "echo 'no space for the frame buffer' >&2; exit 9")
    server = serve(f"--RemoteDesktop.xpra={xpra}")
    session = server.begin("desktop")
    assert server.until(session, *ENDED)["state"] == "failed"
    assert "no space for the frame buffer" in words_of(server, session)


def test_a_missing_xpra_is_explained(serve: Serve) -> None:
    server = serve("--RemoteDesktop.xpra=/nonexistent/xpra")
    apps = {app["name"]: app for app in server("GET", "jupyter-remote/apps")["apps"]}
    for name in ("desktop", "program"):
        assert "xpra" in apps[name]["reason"].lower()
        assert "install" in apps[name]["reason"]
    assert apps["command"]["reason"] == ""
    answer = refusal(server, app="desktop")
    assert answer["status"] == 400
    assert "xpra" in answer["message"].lower()


def test_a_program_that_is_not_there(serve: Serve) -> None:
    answer = refusal(serve(), app="program", options={"command": "no-such-program --fast"})
    assert (answer["status"], answer["reason"]) == (400, "invalid-spec")
    assert "no-such-program" in answer["message"]


def test_a_program_ends_its_session_with_its_own_status(serve: Serve) -> None:
    server = serve()
    session = server.begin("program", command="sh -c 'exit 4'")
    assert server.until(session, *ENDED)["exit_code"] == 4


def test_a_desktop_that_crashes_says_so(serve: Serve, run_dir: Path) -> None:
    server = serve()
    session = server.begin("program", command="sh -c 'kill -SEGV $$'")
    ended = server.until(session, *ENDED)
    assert ended["state"] == "failed"
    assert ended["signal"] == "SIGSEGV" or ended["exit_code"] == 139
