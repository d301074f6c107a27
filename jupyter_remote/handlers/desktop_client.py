"""The HTML5 client's files, ours beside them: signed in users only, cached for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..apps.desktop_page import content_type, packed

if TYPE_CHECKING:
    from ..apps.desktop import RemoteDesktop

SMALL = 1024  # bytes; not worth packing


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
        file = files.locate(name)
        if file is None:
            raise web.HTTPError(404)
        keep = "private, max-age=31536000, immutable" if digest == files.digest else "no-cache"
        self.set_header("Cache-Control", keep)
        self.set_header("Content-Type", content_type(file))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Vary", "Accept-Encoding")
        stat = file.stat()
        if stat.st_size > SMALL and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(packed(file, stat.st_mtime_ns))
        else:
            self.finish(file.read_bytes())
