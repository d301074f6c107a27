"""The job wrapper by itself: its files, sockets, clients, and what it leaves (nothing)."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote import agent
from jupyter_remote.agent import disk, door, proc
from jupyter_remote.model import JobSpec, Json, Ready

from .test_process import living

FOLDER = Path(agent.__file__).parent
SERVER = """
import http.server, socketserver, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        self.end_headers()
        self.wfile.write(self.path.encode())
    def address_string(self):
        return ''
class Unix(socketserver.ThreadingUnixStreamServer):
    pass
where = sys.argv[1]
server = Unix(where, Page) if where[0] == '/' else http.server.HTTPServer(('', int(where)), Page)
server.serve_forever()
"""


def wait(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Until it answers something true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


@dataclasses.dataclass
class Wrapped:
    """A job folder and what there is to see of it."""

    job: Path
    run: Path

    def write(self, argv: list[str], **fields: Json) -> None:
        spec = dataclasses.asdict(JobSpec(name="jr-one", argv=tuple(argv), cwd=str(self.job)))
        spec.update(run=str(self.run), umask=0o22, **fields)
        (self.job / "spec.json").write_text(json.dumps(spec))

    def start(self, argv: list[str], how: list[str] | None = None, **fields: Json) -> int:
        self.write(argv, **fields)
        command = [*(how or [sys.executable, "-I", "-S", str(FOLDER)]), str(self.job)]
        done = subprocess.run(command, timeout=60, capture_output=True, text=True, check=False)
        self.words = done.stderr
        return done.returncode

    @property
    def state(self) -> dict[str, Json]:
        data: dict[str, Json] = json.loads((self.job / "state.json").read_text())
        return data

    def has(self, *states: str) -> bool:
        return self.state["state"] in states

    def gone(self) -> bool:
        fields = proc.proc_stat(self.state["agent"]["pid"])
        return not fields or fields[0] == "Z"

    def end(self) -> dict[str, Json]:
        wait(self.gone)
        return self.state

    def control(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(60)
        client.connect(str(self.run / "agent.sock"))
        return client


@pytest.fixture
def wrapped(tmp_path: Path, run_dir: Path) -> Iterator[Wrapped]:
    job = tmp_path / "job"
    job.mkdir(0o700)
    one = Wrapped(job, run_dir / "one")
    yield one
    if (job / "state.json").exists() and not one.gone():
        os.kill(one.state["agent"]["pid"], signal.SIGTERM)
        wait(one.gone)


def on_port(status: int = 200, **ready: Json) -> dict[str, Json]:
    kind = {"kind": "http", "path": "/x", "timeout": 60, **ready}
    return {"argv": [sys.executable, "-c", SERVER, "{port}", str(status)], "ready": kind}


def get(path: Path) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(path))
        client.sendall(b"GET /hello HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: client.recv(4096), b""))


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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "none", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("NOT ROOT, OR NO MOUNTS: a full disk is not tested")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(path: Path) -> None:
    """Until nothing more fits."""
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


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
