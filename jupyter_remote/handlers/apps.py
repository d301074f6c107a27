"""REST of what can run and where: ``apps``, ``programs``, ``backends``, ``api.yaml``."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..apps.programs import programs
from ..apps.registry import RemoteApps
from ..contract import Offers
from ..errors import RemoteError
from ..events import SCHEMAS
from .base import RemoteHandler
from .sessions import SessionsBase

if TYPE_CHECKING:
    from ..apps.desktop import RemoteDesktop


class AppsHandler(RemoteHandler):
    """``apps``: everything that can run, and why something cannot."""

    def initialize(self, apps: RemoteApps, client: RemoteDesktop) -> None:
        """``client`` gets ready what a desktop needs: who asks has a launcher open."""
        self.apps, self.client = apps, client

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All apps."""
        infos = await asyncio.to_thread(self.apps.infos)
        self.answer({"apps": [dataclasses.asdict(info) for info in infos]})
        asyncio.get_running_loop().run_in_executor(None, self.client.warm)


class ProgramsHandler(RemoteHandler):
    """``programs``: graphical programs installed on this machine."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All programs found in .desktop files."""
        found = await asyncio.to_thread(programs)
        self.answer({"programs": [dataclasses.asdict(program) for program in found]})


class BackendsHandler(SessionsBase):
    """``backends`` and ``backends/<name>/offers``: where things can run."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All backends and what they offer this user."""
        records = []
        for name, backend in self.sessions.backends.items():
            try:
                offers = await backend.offers()
            except RemoteError as error:
                offers = Offers(available=False, reason=str(error))
            records.append({"name": name, **dataclasses.asdict(offers)})
        self.answer({"backends": records})


class DesktopLinkHandler(JupyterHandler):
    """``desktop``: a link that opens JupyterLab with a desktop at once (for badges)."""

    auth_resource = "jupyter_remote"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Redirect to Lab, which opens the running desktop or a new one."""
        self.redirect(f"{self.base_url}lab?jupyter-remote=desktop")


class ApiHandler(RemoteHandler):
    """``api.yaml``: the OpenAPI description of all this."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The file as it is."""
        self.finish((SCHEMAS / "api.yaml").read_bytes(), set_content_type="application/yaml")
