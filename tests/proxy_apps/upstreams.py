"""Apps on unix sockets, in threads of their own: one real (tornado), one that obeys a script."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tornado import httpserver, netutil, web, websocket
from tornado.iostream import StreamClosedError

Script = Callable[[socket.socket], None]
LARGE = 256 * 1024 * 1024


class ScriptedApp:
    """Runs ``script`` for every connection; counts them and keeps what ``read_head`` read."""

    def __init__(self, path: Path, script: Script) -> None:
        self.path, self.script = path, script
        self.connections = 0
        self.heads: list[bytes] = []
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._thread = threading.Thread(target=self._accept)
        self._threads: list[threading.Thread] = []
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(conn)
            thread = threading.Thread(target=self._serve, args=(conn,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            self.script(conn)
        with contextlib.suppress(OSError):
            conn.shutdown(socket.SHUT_RDWR)

    def read_head(self, conn: socket.socket) -> bytes:
        """One request head; what follows it stays unread."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = conn.recv(1)
            if not byte:
                raise EOFError
            head += byte
        self.heads.append(head)
        return head

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for conn in self._open:
            with contextlib.suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for conn in self._open:
            conn.close()


class _Any(web.RequestHandler):
    """Answers with what it got; query arguments say how."""

    SUPPORTED_METHODS = web.RequestHandler.SUPPORTED_METHODS

    async def _serve(self) -> None:
        self.set_header("Content-Type", "application/json")
        status = int(self.get_query_argument("status", "200"))
        self.set_status(status)
        for value in self.get_query_arguments("set"):
            name, _, text = value.partition(":")
            self.add_header(name, text.strip())
        body = json.dumps(
            {
                "method": self.request.method,
                "uri": self.request.uri,
                "headers": sorted(self.request.headers.get_all()),
                "body": self.request.body.decode("latin-1"),
            }
        )
        if status not in (204, 304):
            await self.finish(body)

    get = head = post = put = patch = delete = options = _serve


class _Large(web.RequestHandler):
    async def get(self) -> None:
        block, size = bytes(range(256)) * 1024, int(self.get_query_argument("size", str(LARGE)))
        if self.get_query_argument("length", ""):
            self.set_header("Content-Length", str(size))
        with contextlib.suppress(StreamClosedError):
            for _ in range(size // len(block)):
                self.write(block)
                await self.flush()


@web.stream_request_body
class _Upload(web.RequestHandler):
    def prepare(self) -> None:
        self.request.connection.set_max_body_size(2**60)
        self.digest, self.size = hashlib.sha256(), 0

    def data_received(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)

    def put(self) -> None:
        self.finish({"size": self.size, "sha256": self.digest.hexdigest()})

    post = put


class _Events(web.RequestHandler):
    """Server-sent events, the next one only when ``release`` is set."""

    release: threading.Event

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        for number in range(3):
            self.write(f"data: {number}\n\n")
            await self.flush()
            await asyncio.to_thread(self.release.wait)
            self.release.clear()


class _Echo(websocket.WebSocketHandler):
    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return "second" if "second" in subprotocols else None

    def get_compression_options(self) -> dict[str, int] | None:
        return {}

    def open(self) -> None:
        self.write_message(json.dumps(sorted(self.request.headers.get_all())))

    async def on_message(self, message: str | bytes) -> None:
        if message == "close":
            self.close(4321, "because")
        elif message == "deflated?":
            name = type(self.ws_connection._decompressor).__name__
            await self.write_message(name)
        else:
            await self.write_message(message, binary=isinstance(message, bytes))


class _Plain(websocket.WebSocketHandler):
    """Echo without compression, and pongs that can be counted."""

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))


class WebApp:
    """The real one: its own event loop in its own thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.release = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self._thread.start()
        self._ready.wait()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        events = type("Events", (_Events,), {"release": self.release})
        server = httpserver.HTTPServer(
            web.Application(
                [
                    (r".*/large", _Large),
                    (r".*/upload", _Upload),
                    (r".*/events", events),
                    (r".*/echo", _Echo),
                    (r".*/plain", _Plain),
                    (r".*", _Any),
                ],
                websocket_max_message_size=2**30,
            ),
            max_buffer_size=2**30,
        )
        server.add_socket(netutil.bind_unix_socket(str(self.path), mode=0o600))
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await server.close_all_connections()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@contextlib.contextmanager
def running(app: ScriptedApp | WebApp) -> Iterator[ScriptedApp | WebApp]:
    """The app until the end of the block."""
    try:
        yield app
    finally:
        app.close()
