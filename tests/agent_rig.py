"""An agent to itself: started, watched and ended without a server."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote import agent
from jupyter_remote.agent import proc
from jupyter_remote.model import JobSpec, Json

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
