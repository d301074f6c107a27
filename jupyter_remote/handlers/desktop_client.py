"""The HTML5 client's files, ours beside them: signed in users only, cached for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..apps.desktop_page import content_type
from ..proxy.guard import GuardedHandler

if TYPE_CHECKING:
    from ..apps.desktop import RemoteDesktop


class DesktopClientHandler(JupyterHandler):
    """``desktop-client/<digest>/<name>``: a new digest is a new address, so nothing goes stale."""

    auth_resource = "jupyter_remote"

    def initialize(self, client: RemoteDesktop) -> None:
        """``client`` knows the files."""
        super().initialize()
        self.client = client

    @web.authenticated
    @authorized
    def get(self, path: str) -> None:
        """Answer 404 for everything that is not a file of the client or ours."""
        digest, _, name = path.partition("/")
        files = self.client.files()
        packs = "gzip" in self.request.headers.get("Accept-Encoding", "")
        content = files.packed(name) if packs else files.content(name)
        if content is None:
            raise web.HTTPError(404)
        keep = "private, max-age=31536000, immutable" if digest == files.digest else "no-cache"
        self.set_header("Cache-Control", keep)
        self.set_header("Content-Type", content_type(Path(name)))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Vary", "Accept-Encoding")
        if packs:
            self.set_header("Content-Encoding", "gzip")
        self.finish(content)


class DesktopParkedHandler(GuardedHandler):
    """``desktop-client/parked``: a desktop's page that Lab loads before there is a desktop to show.
    Guarded like the page of a session."""

    def initialize(self, client: RemoteDesktop) -> None:
        """``client`` knows the files."""
        self.client = client

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody pass who may not."""
        await self.guard()

    @web.authenticated
    async def get(self) -> None:
        """The page; 404 when a desktop's page cannot wait here."""
        root = f"{self.base_url}jupyter-remote/"
        self.send_html(await asyncio.to_thread(self.client.parked, root))
