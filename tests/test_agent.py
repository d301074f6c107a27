"""The job wrapper by itself: its files, its words, and whom it listens to."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from jupyter_remote import agent
from jupyter_remote.agent import proc

from .agent_rig import FOLDER, Wrapped, get, on_port, wait, wrapped

__all__ = ["wrapped"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.name)
def test_it_needs_nothing_but_python_3_8(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    assert "from __future__ import annotations" in path.read_text() or path.name == "__main__.py"
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1
            names += [] if node.level else [str(node.module)]
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def old_python() -> str:
    versions = Path.home() / ".pyenv/versions"
    found = [*versions.glob("3.8*/bin/python"), shutil.which("python3.8")]
    return str(next(filter(None, found), ""))


def test_the_bundle_runs_on_the_oldest_python(wrapped: Wrapped, tmp_path: Path) -> None:
    if not old_python():
        pytest.skip("NO PYTHON 3.8 HERE: the agent is not tested on it")
    (tmp_path / "agent.pyz").write_bytes(agent.bundle())
    how = [old_python(), "-I", "-S", str(tmp_path / "agent.pyz")]
    spec = on_port()
    assert wrapped.start(how=how, listen="port", **spec) == 0, wrapped.words
    wait(lambda: wrapped.has("running"))
    assert get(wrapped.run / "app.sock").endswith(b"/hello")
    os.kill(wrapped.state["agent"]["pid"], signal.SIGTERM)
    assert wrapped.end()["state"] == "stopped"
    assert not wrapped.run.exists()


def test_files_environment_and_modes(wrapped: Wrapped) -> None:
    script = (
        "umask; pwd; stat -c '%a %n' {run}/deep/secret {job}/log; cat {run}/deep/secret; echo; env"
    )
    env = {"GREETING": "{run} {other} {port", "HOME": "/nowhere"}
    files = {"deep/secret": "{job}"}
    assert wrapped.start(["sh", "-c", script], env=env, files=files) == 0
    end = wrapped.end()
    assert (end["state"], end["exit_code"], end["reason"]) == ("stopped", 0, "")
    log = (wrapped.job / "log").read_text().splitlines()
    assert log[:2] == ["0022", str(wrapped.job)]
    assert log[2:4] == [f"600 {wrapped.run}/deep/secret", f"600 {wrapped.job}/log"]
    assert log[4] == str(wrapped.job)
    assert f"GREETING={wrapped.run} {{other}} {{port" in log
    assert f"JUPYTER_REMOTE_JOB={wrapped.job}" in log
    assert (wrapped.job / "state.json").stat().st_mode & 0o777 == 0o600
    assert not wrapped.run.exists()


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside"])
def test_files_stay_below_the_run_folder(wrapped: Wrapped, name: str) -> None:
    assert wrapped.start(["true"], files={name: "x"}) == 2
    assert "is not below" in wrapped.words
    assert not wrapped.run.exists()
    assert not (wrapped.job / "state.json").exists()


def test_in_the_foreground_it_ends_as_the_app_does(wrapped: Wrapped) -> None:
    assert wrapped.start(["sh", "-c", "exit 9"], detach=False) == 9
    assert wrapped.state["exit_code"] == 9
    assert wrapped.start(["sh", "-c", "kill -9 $$"], detach=False) == 137
    assert wrapped.state["signal"] == "SIGKILL"
    assert wrapped.start(["no-such-command"], detach=False) == 127
    assert wrapped.state["reason"] == "command not found: no-such-command"


def test_what_cannot_start_says_why(wrapped: Wrapped, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    for argv, cwd, words in [
        (["no-such-command"], "", "command not found: no-such-command"),
        (["true"], "/no/such/folder", "folder not found: /no/such/folder"),
        ([str(plain)], "", f"cannot start {plain}: Permission denied"),
        (["true", "a\0b"], "", "cannot start true: embedded null byte"),
    ]:
        assert wrapped.start(argv, cwd=cwd) == 0
        assert (wrapped.state["state"], wrapped.state["reason"]) == ("failed", words)
        wait(wrapped.gone)


def test_the_control_socket_says_every_change(wrapped: Wrapped) -> None:
    assert wrapped.start(["sleep", "1000"]) == 0
    assert (wrapped.run / "agent.sock").stat().st_mode & 0o777 == 0o600
    assert wrapped.run.stat().st_mode & 0o777 == 0o700
    with wrapped.control() as first, wrapped.control() as second, wrapped.control() as rude:
        lines = first.makefile()
        assert json.loads(lines.readline())["state"] in ("starting", "running")
        rude.sendall(b"{nonsense}\n")
        second.sendall(b'{"op": "dance"}\n{"op": "stop"}\n')
        states = [json.loads(line) for line in lines]
    assert [s["state"] for s in states][-2:] == ["stopping", "stopped"]
    assert states[-1] == wrapped.end()
    revisions = [s["revision"] for s in states]
    assert revisions == sorted(set(revisions))


def test_a_watcher_that_never_reads_harms_nobody(wrapped: Wrapped) -> None:
    assert wrapped.start(["sleep", "1000"]) == 0
    idle = [wrapped.control() for _ in range(200)]
    with wrapped.control() as client:
        client.sendall(b'{"op": "stop"}\n')
        assert wrapped.end()["state"] == "stopped"
    for each in idle:
        each.close()


def test_an_idle_agent_sleeps(wrapped: Wrapped) -> None:
    assert wrapped.start(["sleep", "1000"]) == 0
    wait(lambda: wrapped.has("running"))
    pid = wrapped.state["agent"]["pid"]
    wait(lambda: proc.proc_stat(pid)[0] == "S")
    before = proc.proc_stat(pid)[11:13]
    time.sleep(0.5)
    assert proc.proc_stat(pid)[11:13] == before
