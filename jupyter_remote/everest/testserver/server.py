"""The server: routes, the two ports, start and end."""

from __future__ import annotations

import hmac
import json
import socket
import ssl
from pathlib import Path
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from .base import Handler, UnknownHandler
from .control import Control
from .faults import Counters, Faults
from .handlers import (
    AppHandler,
    AppsHandler,
    AuthHandler,
    CancelHandler,
    JobHandler,
    JobsHandler,
    LogHandler,
    SearchHandler,
)
from .platform import Platform
from .transfers import ElsewhereHandler, FileHandler, TemporaryHandler, UploadHandler

_ID = "([0-9a-f]{24})"
ROUTES: list[tuple[str, type[Handler]]] = [
    ("(?:/api)?/auth/access_token", AuthHandler),
    ("/api/apps", AppsHandler),
    ("/api/apps/search", SearchHandler),
    ("/api/apps/(.+)", AppHandler),
    ("/api/jobs", JobsHandler),
    (f"/api/jobs/{_ID}", JobHandler),
    (f"/api/jobs/{_ID}/cancel", CancelHandler),
    (f"/api/jobs/{_ID}/log", LogHandler),
    ("/api/files/?(?:temp/?)?", UploadHandler),
    ("/api/files/(.+)", FileHandler),
    ("/api/user/tmp_files", TemporaryHandler),
]


class CountingServer(HTTPServer):
    """Counts connections."""

    counters: Counters

    def start_request(self, server_conn: object, request_conn: Any) -> Any:
        """A request begins."""
        self.counters.opened(server_conn)
        return super().start_request(server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        """A connection ends."""
        self.counters.closed(server_conn)
        super().on_close(server_conn)


class ControlHandler(web.RequestHandler):
    """``POST /_test/<method of Control>``."""

    def initialize(self, control: Control, key: str) -> None:
        """Take what it needs."""
        self.control, self.key = control, key

    async def post(self, name: str) -> None:
        """Call it."""
        if not hmac.compare_digest(self.request.headers.get("X-Control-Key", ""), self.key):
            raise web.HTTPError(403)
        do = getattr(self.control, name, None)
        if name.startswith("_") or do is None:
            raise web.HTTPError(404)
        self.finish(json.dumps({"answer": do(**json.loads(self.request.body or b"{}"))}))


class Server:
    """The stand-in in a running event loop, on 127.0.0.1.

    ``folder`` keeps everything: a server that is started there again goes on. ``key`` opens the
    control by HTTP; without one there is none. ``certificate``: files of a TLS certificate and
    its key.
    """

    def __init__(
        self,
        folder: Path,
        *,
        slots: int = 8,
        key: str = "",
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.platform, self.faults, self.counters = Platform(folder, slots), Faults(), Counters()
        self.control = Control(self.platform, self.faults, self.counters)
        self._key, self._certificate = key, certificate
        self.port = 0

    @property
    def url(self) -> str:
        """The base URL, without ``/api``."""
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.port}"

    def start(self, port: int = 0) -> None:
        """Listen, and let jobs of an earlier run go on; port 0: a free one."""
        parts = {"platform": self.platform, "counters": self.counters}
        whole = {**parts, "faults": self.faults}
        table: list[Any] = [(path, handler, whole) for path, handler in ROUTES]
        if self._key:
            control = {"control": self.control, "key": self._key}
            table.append(("/_test/([a-z_]+)", ControlHandler, control))
        second = web.Application([("/elsewhere/(.+)", ElsewhereHandler, parts)])
        self._second = HTTPServer(second)
        self.platform.elsewhere = f"http://127.0.0.1:{_listen(self._second, 0)}/elsewhere"
        self._app = web.Application(
            table,
            default_handler_class=UnknownHandler,
            default_handler_args=whole,
            log_function=lambda handler: None,
        )
        self._http = CountingServer(self._app, max_body_size=1 << 42, ssl_options=self._tls())
        self._http.counters = self.counters
        self.port = _listen(self._http, port)
        self.platform.resume()

    async def stop(self) -> None:
        """End it with all its commands; jobs keep their state."""
        self.faults.over.set()
        for server in (self._http, self._second):
            server.stop()
        await self.platform.close()
        for server in (self._http, self._second):
            await server.close_all_connections()

    def _tls(self) -> ssl.SSLContext | None:
        if self._certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._certificate)
        return context


def _listen(server: HTTPServer, port: int) -> int:
    """Listen on 127.0.0.1 only; answers the port."""
    sockets = bind_sockets(port, "127.0.0.1", family=socket.AF_INET)
    server.add_sockets(sockets)
    bound: int = sockets[0].getsockname()[1]
    return bound
