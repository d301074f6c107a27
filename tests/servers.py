"""Real Jupyter servers as processes of their own, to be shut down, killed and started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

TOKEN = "t" * 32
ENDED = ("stopped", "failed", "lost")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Server:
    """``jupyter server`` on a home of its own; ``options`` are traits on the command line."""

    def __init__(self, home: Path, run_dir: Path, *options: str) -> None:
        self.home, self.run_dir, self.options = home, run_dir, options
        self.process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)

    @property
    def records(self) -> Path:
        return self.home / "data" / "jupyter_remote"

    def start(self) -> Server:
        """Start it and wait until it answers."""
        self.port = free_port()
        argv = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"]
        argv += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}"]
        argv += ["--ServerApp.jpserver_extensions=jupyter_remote=True"]
        argv += [f"--RemoteLocalBackend.run_dir={self.run_dir}", *self.options]
        env = {**os.environ, "HOME": str(self.home), "JUPYTER_TOKEN": TOKEN}
        for name in ("DATA", "CONFIG", "RUNTIME"):
            env[f"JUPYTER_{name}_DIR"] = str(self.home / name.lower())
        log = open(self.home / "server.log", "ab")  # noqa: SIM115
        self.process = subprocess.Popen(argv, env=env, cwd=self.home, stdout=log, stderr=log)
        log.close()
        self.wait(self._answers, "the server")
        return self

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """One request of the REST API; answers JSON, or bytes."""
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(url, data, method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            content: bytes = answer.read()
        return json.loads(content) if content[:1] in (b"{", b"[") else content

    def begin(self, app: str, **options: Any) -> str:
        """Start a session; answers its id."""
        body = {"app": app, "options": options}
        session_id: str = self("POST", "jupyter-remote/sessions", body)["id"]
        return session_id

    def session(self, session_id: str) -> dict[str, Any]:
        record: dict[str, Any] = self("GET", f"jupyter-remote/sessions/{session_id}")
        return record

    def until(self, session_id: str, *states: str) -> dict[str, Any]:
        """Wait for a state; answers the record."""

        def reached() -> dict[str, Any] | None:
            record = self.session(session_id)
            return record if record["state"] in states else None

        found: dict[str, Any] = self.wait(reached, f"{session_id} to be {states}")
        return found

    def wait(self, condition: Any, what: str, seconds: float = 60.0) -> Any:
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, f"waited for {what}:\n{self.log()}"
            time.sleep(0.05)
        return value

    def log(self) -> str:
        return (self.home / "server.log").read_text()

    def kill(self) -> None:
        """End it as the kernel does when memory runs out."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def shut_down(self) -> None:
        """End it as a user does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def close(self) -> None:
        """End the server and all its sessions."""
        if self.process is None:
            return
        if self.process.poll() is not None:
            self.start()
        sessions = self("GET", "jupyter-remote/sessions")["sessions"]
        active = [s["id"] for s in sessions if s["state"] not in ENDED]
        for session_id in active:
            self("DELETE", f"jupyter-remote/sessions/{session_id}")
        for session_id in active:
            self.until(session_id, *ENDED)
        self.shut_down()

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            self("GET", "jupyter-remote/sessions")
        except (OSError, urllib.error.HTTPError):
            return False
        return True
