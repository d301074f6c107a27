"""The handler of ``/jupyter-remote/s/<id>/...``: passes on what the guard let through."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

import h11
from tornado import web

from ..errors import BackendError, BackendUnreachable, InvalidSpec, RemoteError
from . import headers
from .contract import Target, Targets
from .guard import GuardedHandler
from .http import IDEMPOTENT, Connection, Failures, Pool, ask, dial, head, may_repeat
from .join import join
from .rewrite import rewritten
from .splice import Streams

PATH = r"/jupyter-remote/s/(?P<session>[a-z2-7]{20})(?:/(?P<path>.*))?"
_NO_LIMIT = 2**62
_Answer = h11.Response | h11.InformationalResponse


def routes(targets: Targets, streams: Streams) -> list[tuple[str, type, dict[str, Any]]]:
    """The one route of the proxy, for a route table (without the server's base URL)."""
    return [(PATH, ProxyHandler, {"targets": targets, "streams": streams})]


@web.stream_request_body
class ProxyHandler(GuardedHandler):
    """Passes requests and websockets on to the app of a session.

    Websockets, GET and HEAD wait until a starting app listens, for ``Upstream.waits``
    seconds. Before the head of an answer was sent an app that fails gives 502 or 504;
    afterwards its failure breaks the connection, so that nobody takes a part for the whole.
    """

    target: Target
    session: str

    def initialize(self, targets: Targets, streams: Streams) -> None:
        """``targets`` is the session table, ``streams`` the list of what is open."""
        self._targets = targets
        self._streams = streams
        self._connection: Connection | None = None
        self._exchange: asyncio.Task[None] | None = None
        self._gone = False

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody pass who may not; begin to pass on a request that has a body."""
        await self.guard()
        if self._finished:
            return
        self.session = self.path_kwargs["session"]
        self.target = self._targets.target(self.session)
        self._streams.touch(self.session)
        if self.path_kwargs.get("path") is None:
            query = headers.clean_query(self.request.query)
            self.redirect(self.target.prefix + ("?" + query if query else ""))
        elif self.has_body:
            await self._begin()

    async def _serve(self, session: str, path: str | None) -> None:
        if self._exchange:
            await self._send(h11.EndOfMessage())
            if self._connection:
                self._connection.expect(self._streams.limits.head)
            await self._exchange
        elif self.upgrades:
            await self._websocket()
        elif not self._own_page():
            await self._plain()

    _checked = web.authenticated(_serve)
    get = head = post = put = patch = delete = options = _checked

    def _own_page(self) -> bool:
        root = self.path_kwargs["path"] == "" and self.request.method in ("GET", "HEAD")
        html = self.target.page() if root else None
        if html is None:
            return False
        self.send_html(html)
        return True

    # Websockets

    async def _websocket(self) -> None:
        connection = await self._dial()
        try:
            await ask(connection, self._request(), self._streams.limits.head)
            answer = await head(connection)
            if answer.status_code == 101:
                self._join(connection, answer)
            else:
                await self._pass_on(connection, answer)
        finally:
            await self._leave(connection)

    def _join(self, connection: Connection, answer: _Answer) -> None:
        fields = [*self._to_browser(answer), ("Connection", "Upgrade"), ("Upgrade", "websocket")]
        lines = ["HTTP/1.1 101 Switching Protocols", *(f"{n}: {v}" for n, v in fields), "", ""]
        sock, trailing = connection.take()
        first = "\r\n".join(lines).encode("latin-1") + trailing
        streams, session = self._streams, self.session
        stream = join(
            self.detach(),
            sock,
            first,
            streams.limits.linger,
            lambda ended: streams.remove(session, ended),
        )
        streams.add(session, stream)

    # Requests

    async def _plain(self) -> None:
        request = self._request()
        kept = self._pool.take() if request.method in IDEMPOTENT else None
        if kept is None or not await self._round(self._enter(kept), request):
            await self._round(await self._dial(), request)

    async def _round(self, connection: Connection, request: h11.Request) -> bool:
        """One request and its answer; False when the app had closed a kept connection."""
        try:
            await ask(connection, request, self._streams.limits.head)
            await self._pass_on(connection, await head(connection))
        except BackendError:
            if may_repeat(connection, request):
                return False
            raise
        finally:
            await self._leave(connection)
        return True

    async def _begin(self) -> None:
        """Send the head of a request with a body; the answer may come before its end."""
        self.request.connection.set_max_body_size(_NO_LIMIT)  # type: ignore[union-attr]
        request = self._request()
        connection = await self._dial()
        try:
            await ask(connection, request, None)
        except BackendError:
            await self._leave(connection)
            raise
        self._exchange = asyncio.ensure_future(self._answered(connection))

    async def _answered(self, connection: Connection) -> None:
        try:
            await self._pass_on(connection, await head(connection))
        except RemoteError as error:
            self.log_exception(type(error), error, error.__traceback__)
            self.send_error(error.status, exc_info=(type(error), error, error.__traceback__))
        finally:
            await self._leave(connection)

    async def data_received(self, chunk: bytes) -> None:
        """A part of the request's body; returns when the app has taken it."""
        self._streams.touch(self.session)
        await self._send(h11.Data(data=chunk))

    async def _send(self, event: h11.Event) -> None:
        if self._connection:
            # An app that does not want to hear more may still answer: that is what counts.
            with contextlib.suppress(OSError, h11.LocalProtocolError):
                await self._connection.send(event)

    async def _pass_on(self, connection: Connection, answer: _Answer) -> None:
        whole = isinstance(answer, h11.Response) and self.request.method != "HEAD"
        if self.target.upstream.rewrite and whole:
            await self._rewritten(connection, answer)
            return
        self.set_status(answer.status_code, answer.reason.decode("latin-1") or "Unknown")
        for name, value in self._to_browser(answer):
            self.add_header(name, value)
        try:
            event = connection.ready()
            while not isinstance(event, h11.EndOfMessage):
                if isinstance(event, h11.Data):
                    self.write(bytes(event.data))
                await self.flush()
                event = await connection.receive()
            if not self._headers_written:
                await self.flush()
            self.finish()
        except Failures:
            self.detach().close()  # only a broken connection tells that a part is missing

    async def _rewritten(self, connection: Connection, answer: _Answer) -> None:
        upstream, path = self.target.upstream, "/" + self.path_kwargs["path"]
        whole = await rewritten(upstream, connection, answer, self.request, path)
        self.set_status(whole.code, whole.reason)
        for name, value in self._confined(whole.headers.get_all()):
            self.add_header(name, value)
        self.finish(whole.body)

    def on_connection_close(self) -> None:
        """The browser has gone: the app learns it at once."""
        super().on_connection_close()
        self._gone = True
        if self._connection:
            self._connection.cut()

    # The app's side

    @property
    def _pool(self) -> Pool:
        return self._streams.pool(self.session)

    async def _dial(self) -> Connection:
        waits = self.target.upstream.waits if self.request.method in ("GET", "HEAD") else 0.0
        try:
            sock = await dial(
                self.target.socket,
                wait=waits,
                retry=self._streams.limits.retry,
                alive=lambda: self.target.alive() and not self._gone,
            )
        except BackendUnreachable:
            if not self.target.alive():
                self._targets.target(self.session)  # says why, better than we can
            raise
        return self._enter(Connection(sock))

    def _enter(self, connection: Connection) -> Connection:
        self._connection = connection
        self._streams.add(self.session, connection)
        return connection

    async def _leave(self, connection: Connection) -> None:
        self._connection = None
        self._streams.remove(self.session, connection)
        if connection.done:
            self._pool.give(connection)
        else:
            await connection.release()

    def _request(self) -> h11.Request:
        """The request as the app gets it; raises InvalidSpec when it is not proper HTTP."""
        added = self.target.upstream.request_headers
        fields = headers.to_app(
            self.request.headers.get_all(),
            forwarded=self._forwarded(),
            added=added,
            login_cookie=self.login_cookie,
        )
        framing = headers.framing(self.request.headers, upgrades=self.upgrades)
        if "host" not in map(str.lower, added):
            fields.insert(0, ("Host", self.request.host))
        try:
            return h11.Request(
                method=(self.request.method or "").encode("latin-1"),
                target=self._path(),
                headers=[
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in (*fields, *framing)
                ],
            )
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            raise InvalidSpec("The request cannot be passed on.") from error

    def _path(self) -> bytes:
        upstream = self.target.upstream
        before, slash, rest = self.request.path.partition(f"/jupyter-remote/s/{self.session}/")
        path = upstream.mappath.get("/" + rest, "/" + rest)
        if not upstream.strip_prefix:
            path = before + slash.rstrip("/") + path
        return headers.ascii_target(path, headers.clean_query(self.request.query))

    def _forwarded(self) -> dict[str, str]:
        fields = self.request.headers
        scheme = fields.get("X-Forwarded-Proto", self.request.protocol).split(",")[0].strip()
        return headers.forwarded(
            prefix=self.target.prefix,
            stripped=self.target.upstream.strip_prefix,
            host=self.request.host,
            scheme=scheme,
            peer=self.request.remote_ip or "",
            chain=fields.get("X-Forwarded-For", ""),
        )

    def _to_browser(self, answer: _Answer) -> headers.Headers:
        fields = answer.headers.raw_items()
        return self._confined((n.decode("latin-1"), v.decode("latin-1")) for n, v in fields)

    def _confined(self, fields: Iterable[tuple[str, str]]) -> headers.Headers:
        upstream = self.target.upstream
        return headers.to_browser(
            fields,
            prefix=self.target.prefix,
            stripped=upstream.strip_prefix,
            host=self.request.host,
            frame_ancestors=self.frame_ancestors,
            added=upstream.response_headers,
            login_cookie=self.login_cookie,
        )
