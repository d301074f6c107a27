"""What the agent waits for: it sleeps in one poll(2) until something happens."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import time

from .proc import LINUX, quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Loop:
    """Calls handlers when there is something to read; signals become bytes in a pipe."""

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[], None]] = {}
        self._poll = select.poll()
        self._out, self._into = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self._into, False)

    def on(self, fd: int, handler: Callable[[], None]) -> None:
        """Call the handler when there is something to read."""
        self._handlers[fd] = handler
        self._poll.register(fd, select.POLLIN)

    def off(self, fd: int) -> None:
        """No longer; to be called before the descriptor is closed."""
        self._poll.unregister(fd)
        del self._handlers[fd]

    def turn(self, seconds: float) -> None:
        """Wait at most so long, then serve what came."""
        for fd, _ in self._poll.poll(max(0.0, seconds) * 1000):
            if fd in self._handlers:
                self._handlers[fd]()

    def hear_signals(self, heard: Callable[[bytes], None]) -> None:
        """Call ``heard`` with the numbers of signals that came, and 0 for ``wake``."""
        signal.set_wakeup_fd(self._into, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)

        def woken() -> None:
            with quiet:
                heard(os.read(self._out, 512))

        self.on(self._out, woken)

    def wake(self) -> None:
        """From another thread: end the present wait."""
        with quiet:
            os.write(self._into, b"\0")

    def listen(self, path: str, accepted: Callable[[socket.socket], None]) -> None:
        """A unix socket (0600) for processes of this user and root."""
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        os.chmod(path, 0o600)
        server.listen(1024)
        server.setblocking(False)

        def accept() -> None:
            try:
                client = server.accept()[0]
            except OSError:
                return time.sleep(0.02)  # perhaps too many are open: not busily
            client.setblocking(True)
            peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12) if LINUX else b""
            if not peer or struct.unpack("3i", peer)[1] in (0, os.getuid()):
                accepted(client)
            return None

        self.on(server.fileno(), accept)
