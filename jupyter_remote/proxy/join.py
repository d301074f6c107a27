"""Two sockets joined after a websocket's handshake.

No frame is looked at: two threads copy bytes (``recv_into``, ``sendall``), one a direction;
threads, because the event loop of a notebook server is at times busy for hundreds of
milliseconds. They are daemons, so they never keep the interpreter. A direction holds at most
one buffer: a reader that stops stops the writer. ``os.splice`` was measured and left out:
from a unix socket to TCP it costs as much processor time and delivers less with messages of
16 and 64 KB, because the app's buffers stay in use until the browser has them. When Jupyter itself
speaks TLS, tornado's stream is pumped in the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

_BUFFER = 256 * 1024  # more than a unix socket holds: one call takes all there is
_PUMP = 64 * 1024


class Splice:
    """Two sockets joined by two threads; it owns both and closes them at the end.

    ``to_browser`` and ``to_app`` are sent first. The end of one direction is passed on; a
    broken connection ends both. ``ended`` is called once, in the event loop.
    """

    websocket = True

    def __init__(
        self,
        browser: socket.socket,
        app: socket.socket,
        *,
        to_browser: bytes,
        to_app: bytes,
        linger: float,
        ended: Callable[[Splice], None],
    ) -> None:
        self.sent = time.time()
        self._received = 0
        self._ended = ended
        self._linger = linger
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._sockets = (browser, app)
        self._running = 2
        for sock in self._sockets:
            sock.setblocking(True)
        _prompt(browser)
        for name, *way in (("up", browser, app, to_app), ("down", app, browser, to_browser)):
            self._start(f"jupyter-remote-{name}", name, *way)

    def _start(self, label: str, *args: object) -> None:
        try:
            threading.Thread(target=self._run, args=args, name=label, daemon=True).start()
        except RuntimeError:  # no more threads to be had
            self.cut()
            self._leave()

    def cut(self) -> None:
        """End both directions at once: blocked threads wake up and finish."""
        with self._lock:
            if self._running:
                for sock in self._sockets:
                    with contextlib.suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)

    def _run(self, name: str, source: socket.socket, sink: socket.socket, first: bytes) -> None:
        try:
            sink.sendall(first)
            _move(source, sink, self._sent if name == "up" else self._got)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()
        finally:
            self._leave()

    def _sent(self) -> None:
        self.sent = time.time()

    def _got(self) -> None:
        self._received += 1

    def _leave(self) -> None:
        with self._lock:
            self._running -= 1
            last = not self._running
            if last:
                for sock in self._sockets:
                    sock.close()
        with contextlib.suppress(RuntimeError):  # the event loop is closed: nobody to tell
            self._loop.call_soon_threadsafe(self._finish if last else self._wait, None)

    def _finish(self, _: object) -> None:
        self._ended(self)

    def _wait(self, before: tuple[float, int] | None) -> None:
        state = (self.sent, self._received)
        if before == state:
            self.cut()
        elif self._running:
            self._loop.call_later(self._linger, self._wait, state)


def _prompt(sock: socket.socket) -> None:
    # Two small messages in a row would otherwise wait 40 ms for each other (Nagle's rule).
    with contextlib.suppress(OSError):  # a unix socket has neither option
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _move(source: socket.socket, sink: socket.socket, note: Callable[[], None]) -> None:
    """Move bytes until the source ends; raises OSError when either side breaks."""
    view = memoryview(bytearray(_BUFFER))
    while size := source.recv_into(view):
        note()
        sink.sendall(view[:size])


class Pump:
    """As Splice, for a tornado stream whose socket cannot be taken over (TLS)."""

    websocket = True

    def __init__(
        self,
        browser: IOStream,
        app: socket.socket,
        *,
        to_browser: bytes,
        linger: float,
        ended: Callable[[Pump], None],
    ) -> None:
        self.sent = time.time()
        self._browser, self._app, self._linger = browser, app, linger
        browser.set_nodelay(True)
        self._task = asyncio.ensure_future(self._run(to_browser))
        self._task.add_done_callback(lambda task: self._finish(ended))

    def cut(self) -> None:
        """End both directions at once."""
        self._task.cancel()

    def _finish(self, ended: Callable[[Pump], None]) -> None:
        self._browser.close()
        self._app.close()
        ended(self)

    async def _run(self, first: bytes) -> None:
        tasks = {asyncio.ensure_future(self._up()), asyncio.ensure_future(self._down(first))}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(tasks, timeout=self._linger)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _up(self) -> None:
        with contextlib.suppress(OSError, StreamClosedError):
            while True:
                data = await self._browser.read_bytes(_PUMP, partial=True)
                self.sent = time.time()
                await asyncio.get_running_loop().sock_sendall(self._app, data)
        with contextlib.suppress(OSError):
            self._app.shutdown(socket.SHUT_WR)

    async def _down(self, data: bytes) -> None:
        with contextlib.suppress(OSError, StreamClosedError):
            while data:
                await self._browser.write(data)
                data = await asyncio.get_running_loop().sock_recv(self._app, _BUFFER)
        self._browser.close()  # TLS has no half-close that browsers know


def join(
    browser: IOStream,
    app: socket.socket,
    head: bytes,
    linger: float,
    ended: Callable[[Splice | Pump], None],
) -> Splice | Pump:
    """Join a detached tornado stream, to which ``head`` goes first, with an app's socket."""
    early = _early(browser)
    try:
        sock = browser.socket.dup() if early is not None else None
    except OSError:  # no more descriptors to be had
        sock = None
    if sock is None or early is None:
        return Pump(browser, app, to_browser=head, linger=linger, ended=ended)
    browser.close()
    return Splice(sock, app, to_browser=head, to_app=early, linger=linger, ended=ended)


def _early(stream: IOStream) -> bytes | None:
    """What the browser sent after its handshake and tornado has read already; None when the
    socket cannot be taken over. The buffer is tornado's own business: where it does not look
    as in tornado 6.6, with which this is tested, the stream stays tornado's."""
    buffer = getattr(stream, "_read_buffer", None)
    size = getattr(stream, "_read_buffer_size", -1)
    busy = stream.closed() or stream.reading() or stream.writing()
    if isinstance(stream, SSLIOStream) or busy or not isinstance(buffer, bytearray):
        return None
    return bytes(buffer) if len(buffer) == size else None
