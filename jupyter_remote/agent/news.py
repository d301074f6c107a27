"""The state of the job: stored, and told to whoever holds a connection."""

from __future__ import annotations

import json
import socket

from .disk import write_json
from .loop import Loop
from .proc import now, quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class News:
    """Writes ``path`` and serves the control socket. ``stop``: somebody asked for the end.
    ``unsaved``: the present state could not be stored; ``save`` tries again."""

    def __init__(self, loop: Loop, path: str, state: dict[str, Any]) -> None:
        self.state = state
        self.stop = self.unsaved = False
        self._loop, self._path = loop, path
        self._watchers: dict[int, socket.socket] = {}

    def publish(self, **changes: Any) -> None:
        """Change, store and tell; never raises."""
        self.state.update(changes, revision=self.state["revision"] + 1, time=now())
        self.save()
        for fd in list(self._watchers):
            self._tell(fd)

    def save(self) -> None:
        """A full disk does not end the app."""
        self.unsaved = True
        with quiet:
            write_json(self._path, self.state)
            self.unsaved = False

    def serve(self, path: str) -> None:
        """Open the control socket."""
        self._loop.listen(path, self._watch)

    def _watch(self, client: socket.socket) -> None:
        client.setblocking(False)
        fd = client.fileno()
        self._watchers[fd] = client
        self._loop.on(fd, lambda: self._hear(fd))
        self._tell(fd)

    def _tell(self, fd: int) -> None:
        """A watcher that does not read is dropped and may come again."""
        try:
            self._watchers[fd].sendall(json.dumps(self.state).encode() + b"\n")
        except OSError:
            self._drop(fd)

    def _hear(self, fd: int) -> None:
        """A watcher left or asks for something; a request is short enough for one read."""
        try:
            data = self._watchers[fd].recv(4096)
            requests = [json.loads(line) for line in data.splitlines()]
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data, requests = b"", []
        self.stop = self.stop or {"op": "stop"} in requests
        if not data:
            self._drop(fd)

    def _drop(self, fd: int) -> None:
        self._loop.off(fd)
        self._watchers.pop(fd).close()
