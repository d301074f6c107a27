"""A real Jupyter server with the proxy's route and a session table made of a dict."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from jupyter_server.utils import url_path_join
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_remote.apps.base import Upstream
from jupyter_remote.errors import NotFound
from jupyter_remote.proxy import Limits, Streams, Target, routes

from .upstreams import Script, ScriptedApp, WebApp

__all__ = [
    "jp_server_config",
    "proxy",
    "proxy_limits",
    "run_folder",
    "scripted",
    "server_options",
    "web_app",
]

SESSION = "abcdefghijklmnopqrst"
OTHER = "234567abcdefghijklmn"


class Table:
    """A session table."""

    def __init__(self) -> None:
        self.targets: dict[str, Target] = {}

    def target(self, session_id: str) -> Target:
        try:
            return self.targets[session_id]
        except KeyError:
            raise NotFound("There is no such session.") from None


@dataclasses.dataclass
class Proxy:
    """The server under test, and clients for it."""

    port: int
    base: str
    token: str
    folder: Path
    table: Table
    streams: Streams
    changes: list[str]
    writers: list[asyncio.StreamWriter] = dataclasses.field(default_factory=list)

    @property
    def prefix(self) -> str:
        return f"{self.base}jupyter-remote/s/{SESSION}/"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def serve(self, path: Path, session: str = SESSION, **options: Any) -> Target:
        """Open a session whose app listens (or will listen) at ``path``."""
        upstream = {"waits": 0.0} | options.pop("upstream", {})
        prefix = f"{self.base}jupyter-remote/s/{session}/"
        target = Target(socket=path, upstream=Upstream(**upstream), prefix=prefix, **options)
        self.table.targets[session] = target
        return target

    async def fetch(
        self, path: str = "", method: str = "GET", headers: Any = None, **options: Any
    ) -> HTTPResponse:
        """A request with the token of the server, unless ``token`` is False."""
        fields = HTTPHeaders(headers or {})
        if options.pop("token", True):
            fields["Authorization"] = f"token {self.token}"
        if method in ("POST", "PUT", "PATCH") and "body_producer" not in options:
            options.setdefault("body", b"")
        url = f"http://{self.host}{options.pop('prefix', self.prefix)}{path}"
        request = HTTPRequest(
            url,
            method=method,
            headers=fields,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            decompress_response=False,
            request_timeout=100,
            **options,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def websocket(
        self, path: str = "echo", headers: Any = None, token: bool = True, **options: Any
    ) -> WebSocketClientConnection:
        fields = HTTPHeaders(headers or {})
        if token:
            fields["Authorization"] = f"token {self.token}"
        request = HTTPRequest(f"ws://{self.host}{self.prefix}{path}", headers=fields)
        return await websocket_connect(request, max_message_size=2**30, **options)

    async def cookie(self) -> str:
        """What a browser sends after it has opened a link with ``?token=``."""
        url = f"http://{self.host}{self.base}api/me?" + urlencode({"token": self.token})
        response = await AsyncHTTPClient().fetch(url)
        pairs = [value.split(";")[0] for value in response.headers.get_list("Set-Cookie")]
        return "; ".join(pair for pair in pairs if pair.startswith("username-"))

    async def raw(self, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of its own on which ``data`` was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        writer.write(data)
        await writer.drain()
        return reader, writer

    def handshake(self, path: str = "echo", *more: str) -> bytes:
        """A websocket's handshake, authenticated by the token."""
        lines = [
            f"GET {self.prefix}{path} HTTP/1.1",
            f"Host: {self.host}",
            f"Authorization: token {self.token}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *more,
        ]
        return "\r\n".join([*lines, "", ""]).encode()


@pytest.fixture
def server_options() -> dict[str, Any]:
    """Further options of the server; overridden by tests that need them."""
    return {}


@pytest.fixture
def jp_server_config(server_options: dict[str, Any]) -> dict[str, Any]:
    """A server without extensions that lets no handler pass which does not authenticate."""
    options = {"jpserver_extensions": {}, "allow_unauthenticated_access": False}
    return {"ServerApp": options | server_options}


@pytest.fixture
def proxy_limits() -> Limits:
    """Overridden by tests that need other ones."""
    return Limits()


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """Short enough for unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="jr-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def proxy(
    jp_serverapp: Any,
    jp_asyncio_loop: asyncio.AbstractEventLoop,
    http_server: Any,
    proxy_limits: Limits,
    run_folder: Path,
) -> Iterator[Proxy]:
    table, changes = Table(), []
    streams = Streams(changes.append, proxy_limits)
    base = jp_serverapp.base_url
    rules = [(url_path_join(base, path), *rest) for path, *rest in routes(table, streams)]
    jp_serverapp.web_app.add_handlers(".*$", rules)
    token = jp_serverapp.identity_provider.token
    proxy = Proxy(jp_serverapp.port, base, token, run_folder, table, streams, changes)
    yield proxy
    streams.close_all()
    for writer in proxy.writers:
        writer.transport.abort()
    jp_asyncio_loop.run_until_complete(asyncio.sleep(0))


@pytest.fixture
def web_app(proxy: Proxy) -> Iterator[WebApp]:
    """A real app, served as SESSION."""
    app = WebApp(proxy.folder / "app.sock")
    proxy.serve(app.path)
    yield app
    app.close()


@pytest.fixture
def scripted(proxy: Proxy) -> Iterator[Callable[..., ScriptedApp]]:
    """Start an app that does what a function says, served as SESSION."""
    apps: list[ScriptedApp] = []

    def start(script: Callable[[ScriptedApp, Any], None] | Script, **options: Any) -> ScriptedApp:
        path = proxy.folder / f"scripted{len(apps)}.sock"
        app = ScriptedApp(path, lambda conn: script(app, conn))
        apps.append(app)
        proxy.serve(path, **options)
        return app

    yield start
    for app in apps:
        app.close()
