"""What bench_desktop.py and bench_start.py share: JupyterLab servers, Chromium, the rivals."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from jupyter_remote.apps.desktop import BACKGROUND, XTERM

HERE = Path(__file__).parent
RIVALS = HERE.parent / ".venv" / "rivals"  # nothing looks into .venv but Python
ENDED = ("stopped", "failed", "lost")
SAME = ("jupyterlab", "jupyter_server", "tornado")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def leave_cleanly() -> None:
    """End as with Ctrl+C when told to end: servers and desktops go first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def say(*words: object) -> None:
    """For the person who waits, not for the tables."""
    print(*words, file=sys.stderr, flush=True)


class Browser:
    """Chromium, driven by desktop_browser.mjs."""

    def __enter__(self) -> Browser:
        argv = ["node", str(HERE / "desktop_browser.mjs")]
        self.child = subprocess.Popen(
            argv, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __call__(self, do: str, **fields: Any) -> dict[str, Any]:
        """One request; see ``DO`` in desktop_browser.mjs. Raises RuntimeError."""
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.write(json.dumps({"do": do, **fields}) + "\n")
        self.child.stdin.flush()
        answer: dict[str, Any] = json.loads(self.child.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def __exit__(self, *_: object) -> None:
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(20)
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


class Lab:
    """A JupyterLab server with a home of its own; ``python`` says whose."""

    def __init__(self, *options: str, python: str = sys.executable, env: Any = None) -> None:
        self.options, self.python, self.env = options, python, env or {}

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix="jrb-"))
        (self.home / "run").mkdir(mode=0o700)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}/"
        env = self._environment()
        argv = [self.python, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        argv += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}"]
        argv += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
        argv += ["--LabApp.expose_app_in_browser=True", *self.options]
        self.log = self.home / "server.log"
        self.began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, env=env, cwd=self.home, stdout=log, stderr=log)
        try:
            self._await_answer()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _environment(self) -> dict[str, str]:
        env = {**os.environ, "HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home / "run")}
        env["PATH"] = f"{Path(self.python).parent}:{env['PATH']}"
        for name in ("DATA", "CONFIG", "RUNTIME"):
            env[f"JUPYTER_{name}_DIR"] = str(self.home / name.lower())
        return {**env, **self.env}

    def _await_answer(self) -> None:
        while time.monotonic() < self.began + 60:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                self.get("api")
                self.ready = time.monotonic() - self.began
                return
            time.sleep(0.01)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")

    def get(self, path: str, method: str = "GET") -> Any:
        """JSON, or None for an empty answer."""
        request = urllib.request.Request(self.base + path, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and everything that it started."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._end_rest()
        shutil.rmtree(self.home, ignore_errors=True)

    def _end_rest(self) -> None:
        """Some leave their parents: all are known by the home that is theirs alone."""
        rest = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("HOME") == str(self.home):
                    process.terminate()
                    rest.append(process)
        for process in psutil.wait_procs(rest, timeout=3)[1]:
            process.kill()


class OurLab(Lab):
    """With jupyter_remote; its sessions end with it."""

    @property
    def run_dir(self) -> Path:
        return self.home / "run" / "jr"

    def _environment(self) -> dict[str, str]:
        self.options = (*self.options, f"--RemoteLocalBackend.run_dir={self.run_dir}")
        return super()._environment()

    def sessions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("jupyter-remote/sessions")["sessions"]
        return found

    def await_spare(self) -> None:
        """Until a desktop waits that nobody asked for."""
        deadline = time.monotonic() + 60
        states = self.home / "data" / "jupyter_remote" / "local"
        while time.monotonic() < deadline:
            for path in states.glob("*/state.json"):
                with contextlib.suppress(ValueError):
                    if json.loads(path.read_text())["state"] == "running":
                        time.sleep(1.0)
                        return
            time.sleep(0.05)
        raise RuntimeError("no spare desktop came")

    def __exit__(self, *error: Any) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(OSError, KeyError):
                self._stop_all()
        super().__exit__(*error)

    def _stop_all(self) -> None:
        for session in self.sessions():
            self.get(f"jupyter-remote/sessions/{session['id']}", "DELETE")
        deadline = time.monotonic() + 20
        while any(s["state"] not in ENDED for s in self.sessions()):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)


class RivalLab(Lab):
    """With jupyter-remote-desktop-proxy, whose desktop is made the same as ours."""

    def __init__(self) -> None:
        super().__init__(python=str(RIVALS / "bin" / "python"))

    def _environment(self) -> dict[str, str]:
        script = self.home / "xstartup"
        # a terminal that openbox does not start may map its window before openbox looks
        wanted = shlex.join(["openbox", "--startup", shlex.join(XTERM)])
        script.write_text(f"#!/bin/sh\nxsetroot -solid '#{BACKGROUND}'\nexec {wanted}\n")
        script.chmod(0o755)
        return {**super()._environment(), "JUPYTER_REMOTE_DESKTOP_PROXY_XSTARTUP": str(script)}


def rival_missing() -> str:
    """Install what the rivals need; answers what is missing all the same, else nothing."""
    if not shutil.which("Xtigervnc"):
        lines = (HERE / "apt-rivals.txt").read_text().splitlines()
        names = [line for line in lines if line and not line.startswith("#")]
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            return "apt-get install --no-install-recommends " + " ".join(names)
        say("Installing", *names)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        argv = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *names]
        subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, check=False)
        if not shutil.which("Xtigervnc"):
            return "tigervnc-standalone-server (apt-get failed)"
    return rival_packages()


def rival_packages() -> str:
    """An environment with the rivals and the same Lab as ours."""
    python = RIVALS / "bin" / "python"
    wanted = (HERE / "rivals.txt").read_text() + "".join(f"{n}=={version(n)}\n" for n in SAME)
    mark = RIVALS / "installed.txt"
    if mark.exists() and mark.read_text() == wanted:
        return ""
    say("Installing the rivals into", RIVALS)
    venv.create(RIVALS, with_pip=True, clear=True)
    list_file = RIVALS / "wanted.txt"
    list_file.write_text(wanted)
    argv = [str(python), "-m", "pip", "install", "-q", "-r", str(list_file)]
    if subprocess.run(argv, check=False).returncode:
        return "the packages of benchmarks/rivals.txt (pip failed)"
    list_file.rename(mark)
    return ""


def load() -> str:
    """How busy the machine is: a benchmark on a busy one says little."""
    return "load " + " ".join(f"{value:.1f}" for value in os.getloadavg())
