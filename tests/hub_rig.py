"""A real JupyterHub, its proxy, its users' own servers and the share service, on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from .hub_people import Person
from .servers import free_port

ROOT = Path(__file__).parent.parent
PROXY = ROOT / "node_modules" / ".bin" / "configurable-http-proxy"
CONFIG = """
import sys
from jupyter_remote.hub import add_share_service
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/{base}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.cleanup_servers = False
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.ConfigurableHTTPProxy.auth_token = "0123456789abcdef"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--ServerApp.jpserver_extensions=jupyter_remote=True"]
c.Spawner.env_keep.extend(["PYTHONPATH", "VIRTUAL_ENV"])
c.Spawner.environment = {{
    "JUPYTERHUB_SINGLEUSER_APP": "jupyter_server.serverapp.ServerApp",
    "JUPYTER_RUNTIME_DIR": lambda spawner: f"{folder}/home/{{spawner.user.name}}/runtime",
    "JUPYTER_DATA_DIR": lambda spawner: f"{folder}/home/{{spawner.user.name}}/data",
    "JUPYTER_CONFIG_DIR": lambda spawner: f"{folder}/home/{{spawner.user.name}}/config",
}}
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
{more}
add_share_service(c, url="http://127.0.0.1:{service_port}", data_dir="{folder}/shares"{arguments})
{after}
"""


MORE = """
c.JupyterHub.allow_named_servers = True
c.Spawner.options_form = "<input name=image>"
c.Spawner.options_from_form = lambda form: {"image": form["image"][0]} if "image" in form else {}
"""
OFTEN = """
from jupyterhub.services.service import _ServiceSpawner
start_polling = _ServiceSpawner.start_polling
def poll_often(self):
    self.poll_interval = 1
    return start_polling(self)
_ServiceSpawner.start_polling = poll_often
"""
"""Look every second whether the service runs: JupyterHub's 30 s cannot be configured."""
LONE = """
def without_service(spawner):
    if spawner.user.name == "lone":
        environment = dict(spawner.environment)
        del environment["JUPYTER_REMOTE_SHARE_URL"]
        spawner.environment = environment
c.Spawner.pre_spawn_hook = without_service
"""
"""The server of one user knows of no share service, as in a hub that has none."""
ARGUMENTS = (
    ', options=["image"], limits={"user_rate": 100000},'
    ' settings={"identity_seconds": 1, "purge_interval": 1}'
)


NEWEST = pytest.mark.parametrize("hub", ["6"], indirect=True)
"""For tests of what does not depend on the version of JupyterHub."""


@cache
def older() -> str:
    """The folder of JupyterHub 5; raises OSError with the reason when there is none."""
    made = subprocess.run([ROOT / "scripts/hub-tree"], check=False, capture_output=True, text=True)
    if made.returncode:
        raise OSError(made.stderr.strip())
    return made.stdout.strip()


class Hub:
    """``jupyterhub`` in a folder of its own. ``tree``: of an older one, for PYTHONPATH;
    ``more`` and ``after``: lines of configuration before and after the service is added;
    ``arguments``: of ``add_share_service``."""

    def __init__(
        self,
        folder: Path,
        tree: str = "",
        *,
        base: str = "",
        more: str = "",
        after: str = "",
        arguments: str = "",
    ) -> None:
        self.folder, self.tree, self.base = folder, tree, f"/{base}"
        self.port, self.service_port, self.hub_port, self.api_port = (free_port() for _ in range(4))
        self.site = f"http://127.0.0.1:{self.port}"
        self.api_url = f"http://127.0.0.1:{self.hub_port}{self.base}hub/api"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        ports = {
            key: getattr(self, key) for key in ("port", "service_port", "hub_port", "api_port")
        }
        text = {"more": more, "after": after, "arguments": arguments, "base": base}
        config = CONFIG.format(folder=folder, proxy=PROXY, **ports, **text)
        (folder / "jupyterhub_config.py").write_text(config)

    @property
    def service(self) -> str:
        """The address of the share service behind the proxy."""
        return f"{self.site}{self.base}services/share"

    @property
    def direct(self) -> str:
        """The same without the proxy, as users' servers reach it."""
        return f"http://127.0.0.1:{self.service_port}{self.base}services/share"

    def start(self) -> Hub:
        """Start it and wait until hub and service answer."""
        path = [self.tree] * bool(self.tree) + [str(ROOT)]
        env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST"))}
        env |= {"PYTHONPATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"}
        argv = [sys.executable, "-m", "jupyterhub", "-f", str(self.folder / "jupyterhub_config.py")]
        with open(self.folder / "hub.log", "ab") as log:
            how: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.process = subprocess.Popen(
                argv, cwd=self.folder, env=env, start_new_session=True, **how
            )
        self.wait(self._answers, "the hub and its share service")
        return self

    def person(self, name: str) -> Person:
        """A new browser in which somebody signs in."""
        return Person(self, name).sign_in()

    def wait(self, condition: Any, what: str, seconds: float = 120.0) -> Any:
        """Until ``condition`` answers something true."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, f"waited for {what}:\n{self.log()[-8000:]}"
            time.sleep(0.1)
        return value

    def log(self) -> str:
        """What hub, proxy, service and users' servers wrote."""
        return (self.folder / "hub.log").read_text()

    def stop(self) -> None:
        """End the hub, its proxy and its services; users' servers go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def close(self) -> None:
        """End all of it, users' servers included."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
                process.wait(10)

    def processes(self) -> list[psutil.Process]:
        """All that belongs to this hub, by the folder, the address in its environment, or (the
        proxy of a hub that died) its port."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                env = process.environ()
                argv = process.cmdline()
                ours = env.get("JUPYTERHUB_API_URL") == self.api_url or str(self.api_port) in argv
                if ours or str(self.folder) in " ".join(argv):
                    found.append(process)
        return found

    def service_process(self) -> psutil.Process:
        """The process of the share service."""
        (found,) = self.service_processes()
        return found

    def service_processes(self) -> list[psutil.Process]:
        """None while it is not there."""
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                if "jupyter_remote.hub" in process.cmdline():
                    found.append(process)
        return found

    def service_answers(self) -> bool:
        """Whether the service can be asked."""
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(f"{self.direct}/api/limits", timeout=5)
            return answer.status_code == 403
        return False

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        with contextlib.suppress(requests.RequestException):
            hub = requests.get(f"{self.site}{self.base}hub/api/", timeout=5)
            return hub.ok and self.service_answers()
        return False


@contextlib.contextmanager
def running(folder: Path, tree: str = "", **how: Any) -> Iterator[Hub]:
    """A hub for a test."""
    hub = Hub(folder, tree, **how)
    try:
        yield hub.start()
    finally:
        hub.close()


def of_version(version: str, folder: Path) -> Iterator[Hub]:
    """A hub for a module of tests; the older one (``5``) lies below a path."""
    if not PROXY.exists():
        pytest.skip(f"share links in JupyterHub stay UNTESTED: there is no {PROXY}")
    tree, base = "", ""
    if version == "5":
        try:
            tree, base = older(), "lab/"
        except OSError as error:
            pytest.skip(f"share links in JupyterHub 5 stay UNTESTED: {error}")
    with running(folder, tree, base=base, more=MORE + LONE + OFTEN, arguments=ARGUMENTS) as hub:
        yield hub
