"""Desktops that do not come: each with its reason, each with its words in the log."""

from __future__ import annotations

import json
import re
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


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A server with these options, shared by all tests that ask for the same."""
    started: dict[tuple[str, ...], Server] = {}

    def start(*options: str) -> Server:
        if options not in started:
            home, run_dir = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("r")
            started[options] = Server(home, run_dir, *options).start()
        return started[options]

    yield start
    for server in started.values():
        server.close()


@pytest.fixture(scope="module")
def broken(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server whose xpra answers questions and does what ``begins`` says when it should start."""
    folder = tmp_path_factory.mktemp("bin")
    path = folder / "xpra"
    asked = f'case "$*" in *--help*|*--version*) exec {XPRA} "$@";; esac'
    path.write_text(f"#!/bin/sh\n{asked}\n. {folder}/begins\n")
    path.chmod(0o755)
    return serve(f"--RemoteDesktop.xpra={path}", "--RemoteDesktop.start_timeout=2")


def begins(server: Server, script: str) -> None:
    """What the broken xpra does from now on."""
    (option,) = (o for o in server.options if "xpra=" in o)
    Path(option.partition("=")[2]).with_name("begins").write_text(script + "\n")


def words_of(server: Server, session: str) -> str:
    log: bytes = server("GET", f"jupyter-remote/sessions/{session}/log?offset=-65536")
    return log.decode()


def refusal(server: Server, **body: Any) -> dict[str, Any]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        server("POST", "jupyter-remote/sessions", body)
    with caught.value as error:
        answer: dict[str, Any] = json.loads(error.read())
        return {"status": error.code, **answer}


def test_a_display_that_never_gets_ready(broken: Server) -> None:
    begins(broken, "exec sleep 1000")
    session = broken.begin("desktop")
    ended = broken.until(session, *ENDED)
    assert ended["state"] == "failed", (ended, words_of(broken, session))
    # The agent gives the desktop's own words some seconds more than ``start_timeout``.
    words = r"not ready after [2-9] s: nothing answered on its socket"
    assert re.fullmatch(words, ended["reason"]), (ended, words_of(broken, session))


def test_an_xpra_that_dies_at_once_is_quoted(broken: Server) -> None:
    begins(broken, "echo 'no space for the frame buffer' >&2; exit 9")
    session = broken.begin("desktop")
    assert broken.until(session, *ENDED)["state"] == "failed"
    assert "no space for the frame buffer" in words_of(broken, session)


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


def test_a_desktop_that_crashes_says_so(serve: Serve) -> None:
    server = serve()
    session = server.begin("program", command="sh -c 'kill -SEGV $$'")
    ended = server.until(session, *ENDED)
    assert ended["state"] == "failed"
    assert ended["signal"] == "SIGSEGV" or ended["exit_code"] == 139
