"""The stand-in for Everest in tests: a factory of servers, in a thread or as processes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jupyter_remote.everest.testserver import Control, StandIn

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # never a person's own
USER, PASSWORD, KEY = "demo", "a password for tests", "k" * 32


@dataclasses.dataclass
class Everest:
    """A stand-in in this process: ``url``, ``token`` and ``control``."""

    server: StandIn
    token: str

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def control(self) -> Control:
        return self.server.control

    def stop(self) -> None:
        """End it; jobs keep their state."""
        self.server.stop()

    def restart(self) -> None:
        """End it if it runs, and start it again at the same address."""
        with contextlib.suppress(RuntimeError):
            self.server.stop()
        self.start()

    def start(self) -> Everest:
        """Start it, again after ``stop``."""
        self.server.start()
        self.control.add_user(USER, PASSWORD)
        return self


@contextlib.contextmanager
def everests(folder: Path) -> Iterator[Callable[..., Everest]]:
    """``make(**options of Server)`` starts servers; all of them end here."""
    started: list[Everest] = []

    def make(**options: Any) -> Everest:
        server = StandIn(folder / f"everest-{len(started)}", **options)
        running = Everest(server, "").start()
        running.token = running.control.token(USER)
        started.append(running)
        return running

    try:
        yield make
    finally:
        for running in started:
            running.server.close()


class EverestProcess:
    """A stand-in as a process of its own, to be killed and started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options, self.port = folder, options, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> EverestProcess:
        """Start it and wait until it says where it is; later at the same port."""
        argv = [sys.executable, "-m", "jupyter_remote.everest.testserver"]
        argv += ["--folder", str(self.folder), "--port", str(self.port), *self.options]
        env = {**os.environ, "EVEREST_STAND_IN_KEY": KEY, "EVEREST_STAND_IN_PASSWORD": PASSWORD}
        self.process = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if "Ctrl+C" in line:
                break
        found = dict(re.findall(r"(base URL|token) +(\S+)", said))
        self.url, self.token = found["base URL"], found["token"]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def control(self, method: str, /, **arguments: Any) -> Any:
        """Call a method of ``Control``."""
        request = urllib.request.Request(
            f"{self.url}/_test/{method}", json.dumps(arguments).encode(), {"X-Control-Key": KEY}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["answer"]

    def kill(self) -> None:
        """As when memory runs out."""
        assert self.process is not None
        self.process.kill()
        self._reap()

    def close(self) -> None:
        """End it as Ctrl+C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
        self._reap()

    def _reap(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.wait(timeout=30)
        self.process.stdout.close()


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """A TLS certificate that signs itself, and its key."""
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    kind = "IP" if name[0].isdigit() else "DNS"
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    argv += ["-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext"]
    argv += [f"subjectAltName={kind}:{name}", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(argv, check=True, capture_output=True)
    return paths
