"""What all handlers share: faults, credentials, answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from asyncio import Future
from collections.abc import AsyncIterator, Iterable
from email.utils import formatdate
from types import TracebackType
from typing import Any, ClassVar

from tornado import web
from tornado.iostream import StreamClosedError

from .faults import Counters, Fault, Faults, body_of
from .platform import Platform
from .records import Token
from .refused import Refused

Json = Any
HANG = 120.0
"""Seconds after which a connection that hangs is cut."""


class Handler(web.RequestHandler):
    """``routes``: method -> name for faults and counters; ``open_to_all``: needs no token."""

    routes: ClassVar[dict[str, str]] = {}
    open_to_all: ClassVar[frozenset[str]] = frozenset()

    def initialize(self, platform: Platform, faults: Faults, counters: Counters) -> None:
        """Take what the server is made of."""
        self.platform, self.faults, self.counters = platform, faults, counters
        self._begun, self._noted, self._gone = False, False, asyncio.Event()
        self._mine: list[Fault] = []
        self.set_default_headers()

    @property
    def route(self) -> str:
        """The name of this call."""
        return self.routes.get(self.request.method or "", "unknown")

    async def prepare(self) -> None:
        """Suffer what shall go wrong, then see who asks."""
        self._begun = True
        self.counters.begin(self.route)
        self._mine = self.faults.of(self.route)
        await self.suffer("before")
        if not self._finished and self.route not in self.open_to_all:
            self.token = self.platform.who(self.bearer())

    @property
    def user(self) -> str:
        """Who asks."""
        token: Token = self.token
        return token.owner

    def bearer(self) -> str:
        """The token of the header or of the cookie."""
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return token.strip()
        return self.get_cookie("access_token") or ""

    def body(self) -> Json:
        """The request's JSON. Raises Refused (400)."""
        try:
            return json.loads(self.request.body)
        except ValueError as error:
            raise Refused(400, f"not JSON: {error}") from None

    # -- faults -----------------------------------------------------------------------------

    async def suffer(self, when: str) -> None:
        """Let faults happen; afterwards the request may be finished."""
        for fault in [f for f in self._mine if f.when == when]:
            if self._finished:
                return
            if fault.kind == "delay":
                more = self.faults.random.uniform(0, fault.jitter)
                await asyncio.sleep(fault.seconds + more)
            elif fault.kind == "hang":
                await self._hang(fault.seconds or HANG)
                self.cut()
            elif fault.kind == "reset":
                self.cut()
            elif fault.kind in ("status", "redirect"):
                self._answer_wrong(fault)

    async def _hang(self, seconds: float) -> None:
        """Until the client goes, or the server ends."""
        waits = [asyncio.create_task(e.wait()) for e in (self._gone, self.faults.over)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def _answer_wrong(self, fault: Fault) -> None:
        if fault.kind == "redirect":
            self.set_header("Location", fault.location)
            self.set_status(302 if fault.status == 500 else fault.status)
            self.finish()
            return
        words = "a fault that was asked for"
        if fault.body == "echo":
            words += f": {self.bearer()} {self.request.body.decode(errors='replace')}"
        body, mime = body_of(fault.body, fault.status, words)
        self.set_status(fault.status)
        self.set_header("Content-Type", mime)
        for name, value in fault.headers.items():
            self.set_header(name, value)
        if "Content-Length" not in fault.headers and self.request.method == "POST":
            self.set_header("Connection", "close")  # the body may not have been read
        self.finish(body)

    def cut(self, reset: bool = True) -> None:
        """Reset the connection, or only close it."""
        stream = self.detach()
        self.on_finish()
        if not reset:
            stream.close()
            return
        with contextlib.suppress(OSError, AttributeError):  # the client may have gone already
            linger = struct.pack("ii", 1, 0)
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        stream.close()

    def on_connection_close(self) -> None:
        """The client has gone."""
        self._gone.set()

    # -- answers ----------------------------------------------------------------------------

    async def answer(self, data: Json, status: int = 200) -> None:
        """Finish with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        await self.send(json.dumps(data).encode())

    async def send(self, body: bytes) -> None:
        """Finish with these bytes, unless a fault has it otherwise."""
        await self.stream(len(body), [body])

    async def stream(self, length: int, blocks: Iterable[bytes]) -> None:
        """Finish with these blocks, ``length`` bytes in all."""
        await self.suffer("after")
        if self._finished:
            return
        self.set_header("Content-Length", str(length))
        self._note()
        left = length
        for fault in self._mine:
            if fault.kind == "truncate":
                left = int(length * fault.part)
        with contextlib.suppress(StreamClosedError):
            async for block in self._paced(blocks):
                self.write(block[:left])
                await self.flush()
                left -= len(block)
                if left <= 0 and any(f.kind == "truncate" for f in self._mine):
                    self.cut(reset=False)
                    return
            self.finish()

    async def _paced(self, blocks: Iterable[bytes]) -> AsyncIterator[bytes]:
        slow = next((f for f in self._mine if f.kind == "slow"), None)
        for block in blocks:
            if slow is None:
                yield block
                continue
            piece = max(1, int(slow.rate / 10))
            for at in range(0, len(block), piece):
                await asyncio.sleep(piece / slow.rate)
                yield block[at : at + piece]

    def set_default_headers(self) -> None:
        """The date is that of the server's clock; the name says what this is."""
        self.set_header("Server", "everest-stand-in")
        if hasattr(self, "platform"):
            self.set_header("Date", formatdate(self.platform.clock.now(), usegmt=True))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Refusals as the options say."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        words = str(error) if isinstance(error, Refused) else f"HTTP {status_code}"
        status = error.status if isinstance(error, Refused) else status_code
        body, mime = body_of(self.platform.options.error_body, status, words)
        self.set_status(status)
        self.set_header("Content-Type", mime)
        self.finish(body)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Refusals are no errors of the stand-in."""
        if not isinstance(value, Refused):
            super().log_exception(typ, value, tb)

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> Future[None]:
        """The request is noted before anybody has the answer."""
        self._note()
        return super().finish(chunk)

    def on_finish(self) -> None:
        """The answer is out."""
        self._note()
        if self._begun:
            self._begun = False
            self.counters.in_flight -= 1

    def _note(self) -> None:
        """Note the request, without any secret."""
        if not self._begun or self._noted:
            return
        self._noted = True
        self.counters.note(
            route=self.route,
            method=self.request.method,
            uri=self.request.uri,
            status=self.get_status(),
            headers=_without_secrets(self.request.headers.get_all()),
            body=_readable(self.request.body),
        )


def _without_secrets(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    hidden = {"authorization": "Bearer ...", "cookie": "access_token=..."}
    return {name: hidden.get(name.lower(), value) for name, value in headers}


def _readable(body: bytes) -> str:
    """Short JSON bodies, without passwords."""
    if not body or len(body) > 4096 or b"password" in body:
        return ""
    return body.decode(errors="replace")


class UnknownHandler(Handler):
    """Whatever has no route."""

    open_to_all = frozenset({"unknown"})

    async def get(self) -> None:
        """404."""
        raise Refused(404, "there is nothing at this address")

    post = put = delete = patch = get
