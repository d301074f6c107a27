"""Requests to an app and its answers, both as streams, over the unix socket of a session.

h11 says what the bytes mean and refuses what is not HTTP; asyncio moves them. Nothing is
collected in memory: a reader that stops stops the writer.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import h11

from ..errors import BackendError, BackendTimeout, BackendUnreachable
from ..links.local import listener_is_ours
from .contract import Limits

_CHUNK = 256 * 1024
_MAX_HEAD = 64 * 1024
IDEMPOTENT = frozenset({b"GET", b"HEAD", b"OPTIONS"})
"""Methods whose request may be sent again."""
Failures = (OSError, h11.RemoteProtocolError)
"""What sending to, or receiving from, an app can raise: it went away or talks nonsense."""


async def dial(
    path: Path, *, wait: float, retry: float, alive: Callable[[], bool]
) -> socket.socket:
    """Connect to an app, again and again for ``wait`` seconds while it is ``alive``.

    Raises BackendUnreachable when it does not listen (``wait`` is 0, or it ended meanwhile),
    BackendTimeout when the time is over.
    """
    deadline = time.monotonic() + wait
    while True:
        sock = _connect(path)
        if sock is not None:
            return sock
        if wait <= 0 or not alive():
            raise BackendUnreachable("The app of this session does not accept connections.")
        if time.monotonic() >= deadline:
            raise BackendTimeout(f"The app did not start to listen within {wait:g} seconds.")
        await asyncio.sleep(retry)


def _connect(path: Path) -> socket.socket | None:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # A unix socket connects at once, or not at all (EAGAIN: its backlog is full).
        sock.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
        sock.close()
        return None
    except OSError as error:
        sock.close()
        raise BackendUnreachable(f"The app cannot be reached: {error.strerror or error}") from error
    if not listener_is_ours(sock):
        sock.close()
        raise BackendUnreachable("Another user's program listens in the place of this app.")
    return sock


class Connection:
    """One HTTP/1.1 connection to an app. ``cut`` may be called at any time: whoever sends or
    receives then gets one of ``Failures``; the other methods are for its owner."""

    websocket = False

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.reused = False
        self.began = False
        self.late = 0.0
        self.state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self._sending = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._was_cut = False

    async def send(self, event: h11.Event) -> None:
        """Send a part of the request; returns when the app's socket has taken it."""
        async with self._sending:
            data = self.state.send(event)
            if data:
                await asyncio.get_running_loop().sock_sendall(self.sock, data)

    def expect(self, limit: float) -> None:
        """The app has the whole request: cut when no answer begins within ``limit`` seconds."""
        self._timer = asyncio.get_running_loop().call_later(limit, self._expire, limit)

    def _expire(self, limit: float) -> None:
        self.late = limit
        self.cut()

    def ready(self) -> h11.Event | type[h11.PAUSED] | type[h11.NEED_DATA]:
        """The next part of the answer if it has arrived already."""
        return self.state.next_event()

    async def receive(self) -> h11.Event | type[h11.PAUSED]:
        """The next part of the answer."""
        while True:
            event = self.state.next_event()
            if not isinstance(event, type) or event is h11.PAUSED:
                return event
            data = await asyncio.get_running_loop().sock_recv(self.sock, _CHUNK)
            if self._was_cut:  # not the app's own end, which would complete some answers
                raise ConnectionAbortedError("cut")
            self.began = self.began or bool(data)
            self.state.receive_data(data)

    async def answer(self) -> h11.Response | h11.InformationalResponse:
        """The head of the answer; the only informational one that is not skipped is 101."""
        try:
            while isinstance(event := await self.receive(), h11.InformationalResponse):
                if event.status_code == 101:
                    return event
        finally:
            if self._timer:
                self._timer.cancel()
        if not isinstance(event, h11.Response):
            raise h11.RemoteProtocolError("it closed the connection")
        return event

    @property
    def done(self) -> bool:
        """Request and answer are complete, and another may follow."""
        return self.state.our_state is h11.DONE and self.state.their_state is h11.DONE

    def again(self) -> None:
        """Make ready for another request; only when ``done``."""
        self.state.start_next_cycle()
        self.reused, self.began = True, False

    def quiet(self) -> bool:
        """Still open and nothing has arrived: an app may close what is unused, or worse."""
        try:
            self.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def cut(self) -> None:
        """End both directions at once."""
        self._was_cut = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back; nobody sends."""
        self.sock.close()

    async def release(self) -> None:
        """Give the socket back, as soon as nobody sends any more."""
        self.cut()
        async with self._sending:
            self.sock.close()

    def take(self) -> tuple[socket.socket, bytes]:
        """After 101: the socket, now the caller's, and what came after the head."""
        data, _ = self.state.trailing_data
        return socket.socket(fileno=self.sock.detach()), data


class Pool:
    """Unused connections to one app, the latest first. Belongs to one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._closed = False
        self._idle: deque[tuple[Connection, asyncio.TimerHandle]] = deque()

    def take(self) -> Connection | None:
        """A connection that can be used now."""
        while self._idle:
            connection, timer = self._idle.pop()
            timer.cancel()
            if connection.quiet():
                return connection
            connection.close()
        return None

    def give(self, connection: Connection) -> None:
        """Keep a connection that is ``done``; the one too many is closed."""
        if self._closed or len(self._idle) >= self._limits.spare:
            connection.close()
            return
        connection.again()
        loop = asyncio.get_running_loop()
        self._idle.append((connection, loop.call_later(self._limits.idle, self._expire)))

    def _expire(self) -> None:
        self._idle.popleft()[0].close()

    def close(self) -> None:
        """Close all of them, and keep none from now on."""
        self._closed = True
        while self._idle:
            connection, timer = self._idle.pop()
            timer.cancel()
            connection.close()


async def ask(connection: Connection, request: h11.Request, limit: float | None) -> None:
    """Send the head of a request, and the end of it with ``limit``: the seconds after which
    an answer must have begun. Raises BackendError when the app does not take it."""
    try:
        await connection.send(request)
        if limit is not None:
            await connection.send(h11.EndOfMessage())
            connection.expect(limit)
    except OSError as error:
        raise BackendError(f"The app broke the connection: {error.strerror or error}") from error


async def head(connection: Connection) -> h11.Response | h11.InformationalResponse:
    """The head of an answer, or the RemoteError that says why there is none."""
    try:
        return await connection.answer()
    except Failures as error:
        if connection.late:
            text = f"The app did not answer within {connection.late:g} seconds."
            raise BackendTimeout(text) from error
        if isinstance(error, OSError):
            text = f"The app broke the connection: {error.strerror or error}"
        else:
            text = f"The app did not answer in proper HTTP: {error}"
        raise BackendError(text) from error


def may_repeat(connection: Connection, request: h11.Request) -> bool:
    """The request failed because the app closed a kept connection just then: nothing of an
    answer came, and asking again changes nothing."""
    return connection.reused and not connection.began and request.method in IDEMPOTENT
