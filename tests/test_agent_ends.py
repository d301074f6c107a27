"""The job wrapper by itself: its doors, and what it leaves (nothing)."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from jupyter_remote.agent import disk, door
from jupyter_remote.model import Ready

from .agent_rig import FOLDER, SERVER, Wrapped, fill, get, on_port, small_disk, wait, wrapped
from .test_process import living

__all__ = ["small_disk", "wrapped"]


def test_a_port_is_relayed(wrapped: Wrapped) -> None:
    assert wrapped.start(listen="port", **on_port()) == 0
    wait(lambda: wrapped.has("running"))
    door_path = wrapped.run / "app.sock"
    assert door_path.stat().st_mode & 0o777 == 0o600
    for _ in range(20):
        assert get(door_path).endswith(b"/hello")
    pid = wrapped.state["agent"]["pid"]
    wait(lambda: len(os.listdir(f"/proc/{pid}/task")) == 1)
    fds = len(os.listdir(f"/proc/{pid}/fd"))
    get(door_path)
    wait(lambda: len(os.listdir(f"/proc/{pid}/fd")) == fds)


def test_a_relay_carries_both_ways_at_once(wrapped: Wrapped) -> None:
    echo = (
        "import socket,sys;s=socket.create_server(('127.0.0.1',int(sys.argv[1])))\n"
        "while 1:\n c=s.accept()[0]\n while (d:=c.recv(65536)): c.sendall(d)\n c.close()"
    )
    ready = dataclasses.asdict(Ready(kind="connect"))
    assert wrapped.start([sys.executable, "-c", echo, "{port}"], listen="port", ready=ready) == 0
    wait(lambda: wrapped.has("running"))
    data, got = os.urandom(1 << 20), b""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(wrapped.run / "app.sock"))
        for _ in range(4):
            client.sendall(data[: 1 << 16])
            while len(got) % (1 << 16) or not got:
                got += client.recv(1 << 16)
            got = b""
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


def test_ready_needs_a_good_answer(wrapped: Wrapped) -> None:
    assert wrapped.start(listen="port", **on_port(502, timeout=2)) == 0
    end = wrapped.end()
    assert end["state"] == "failed"
    assert end["reason"] == "not ready after 2 s: its page answered 502"


def test_ready_on_a_socket(wrapped: Wrapped) -> None:
    argv = [sys.executable, "-c", SERVER, "{socket}", "404"]
    ready = {"kind": "http", "path": "/", "timeout": 60}
    assert wrapped.start(argv, listen="socket", ready=ready) == 0
    wait(lambda: wrapped.has("running"))
    assert (wrapped.run / "app.sock").stat().st_mode & 0o777 == 0o600
    assert get(wrapped.run / "app.sock").endswith(b"/hello")


def test_another_users_listener_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert door.listener_trouble(port) == ""
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert door.listener_trouble(port) == "another user's program listens on its port"
        client, app_side = socket.socketpair()
        door.relay(app_side, port)
        del app_side
        assert client.recv(1) == b""
        client.close()
    assert door.listener_trouble(port) == "nothing listens on its port"


def test_stale_locks_of_dead_servers_go(wrapped: Wrapped, tmp_path: Path) -> None:
    dead, alive, late = tmp_path / "dead", tmp_path / "alive", tmp_path / "late"
    for lock in (dead, alive, late):
        lock.with_suffix(".sock").write_text("")
    alive.write_text(f"{os.getpid():>10}\n")
    stale = [[str(p), [str(p.with_suffix(".sock"))]] for p in (dead, alive, tmp_path / "none")]
    listed = json.dumps([[str(late), [str(late.with_suffix(".sock"))]]])
    script = f"echo $$ > {dead}; echo $$ > {late}; echo '{listed}' > {{run}}/stale.json; kill -9 $$"
    assert wrapped.start(["sh", "-c", script], stale=stale) == 0
    assert wrapped.end()["reason"] == "killed by SIGKILL"
    left = {p.name for p in tmp_path.iterdir() if p.is_file()}
    assert left == {"alive", "alive.sock"}


def test_stale_lists_that_are_none_harm_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("nonsense")
    for entries in ("{}", "[1]", '[["a"]]', '[["a", 3]]', "no json", '[[1, ["x"]]]', "3"):
        (tmp_path / "stale.json").write_text(entries)
        stale = [[str(tmp_path / "lock"), []]]
        disk.remove_stale({"run": str(tmp_path), "stale": stale})
    assert (tmp_path / "lock").exists()


def test_removal_spares_what_links_point_to(tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    keep.mkdir()
    (keep / "file").write_text("")
    run = tmp_path / "run"
    (run / "deep").mkdir(parents=True)
    (run / "deep" / "link").symlink_to(keep)
    disk.remove_tree(str(run))
    assert not run.exists()
    assert (keep / "file").exists()
    disk.remove_tree(str(run))


def test_no_grandchild_survives(wrapped: Wrapped) -> None:
    mark = uuid.uuid4().hex
    far = f"setsid sh -c \"setsid sh -c 'sleep 1000; : {mark}' & exec sleep 0.01\" & wait"
    stubborn = f"(trap '' TERM; while :; do sleep 1; : {mark}; done) &"
    assert wrapped.start(["sh", "-c", f"{far}\n{stubborn}\nexec sleep 1000"], stop_grace=0.3) == 0
    wait(lambda: len(living(mark)) >= 2)
    os.kill(wrapped.state["agent"]["pid"], signal.SIGTERM)
    assert wrapped.end()["state"] == "stopped"
    assert not living(mark)


def test_a_full_disk_loses_no_state(small_disk: Path, run_dir: Path) -> None:
    full = Wrapped(small_disk / "job", run_dir / "full")
    full.job.mkdir()
    script = "cat /dev/zero > {job}/fill; while [ ! -e {run}/go ]; do sleep 0.05; done; exit 3"
    assert full.start(["sh", "-c", script]) == 0
    wait(lambda: shutil.disk_usage(small_disk).free == 0)
    with full.control() as client:
        lines = client.makefile()
        (full.run / "go").write_text("")
        said = [json.loads(lines.readline())]
        while said[-1]["state"] != "failed":
            said.append(json.loads(lines.readline()))
        assert said[-1]["exit_code"] == 3
        assert full.has("starting", "running")
        (full.job / "fill").unlink()
    assert full.end() == said[-1]
    assert not full.run.exists()
    assert not [p for p in full.job.iterdir() if p.name.endswith(".new")]


def test_a_job_on_a_full_disk_does_not_start(small_disk: Path, run_dir: Path) -> None:
    full = Wrapped(small_disk / "job", run_dir / "full")
    full.job.mkdir()
    full.write(["true"])
    fill(small_disk / "fill")
    command = [sys.executable, "-I", "-S", str(FOLDER), str(full.job)]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert not full.run.exists()
    assert sorted(p.name for p in full.job.iterdir()) == ["spec.json"]
