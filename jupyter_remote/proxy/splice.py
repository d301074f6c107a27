"""The list of all open byte streams, by session. What joins two sockets is in ``join.py``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from .contract import Limits
from .http import Pool


class Stream(Protocol):
    """Something open that belongs to a session."""

    websocket: bool

    def cut(self) -> None:
        """End it now; may be called more than once."""
        ...


class Streams:
    """All open byte streams, by session. Belongs to the event loop; ``changed`` is called
    there when the number of open websockets of a session has changed."""

    def __init__(
        self, changed: Callable[[str], None] = lambda session_id: None, limits: Limits | None = None
    ) -> None:
        self.changed = changed
        self.limits = limits or Limits()
        self._open: dict[str, list[Stream]] = {}
        self._pools: dict[str, Pool] = {}
        self._activity: dict[str, float] = {}

    def count(self, session_id: str) -> int:
        """How many websockets of this session are open."""
        return sum(stream.websocket for stream in self._open.get(session_id, ()))

    def activity(self, session_id: str) -> float | None:
        """When a browser last sent something to the app (seconds since 1970), or None."""
        seen = [getattr(stream, "sent", 0.0) for stream in self._open.get(session_id, ())]
        return max([self._activity.get(session_id, 0.0), *seen]) or None

    def close(self, session_id: str) -> None:
        """Cut everything of a session at once; done when it stops."""
        for stream in list(self._open.get(session_id, ())):
            stream.cut()
        pool = self._pools.pop(session_id, None)
        if pool:
            pool.close()

    def close_all(self) -> None:
        """Cut everything."""
        for session_id in {*self._open, *self._pools}:
            self.close(session_id)

    def forget(self, session_id: str) -> None:
        """Drop what is known of a session that is no more."""
        self.close(session_id)
        self._activity.pop(session_id, None)

    def touch(self, session_id: str) -> None:
        """A browser has sent something to the app."""
        self._activity[session_id] = time.time()

    def pool(self, session_id: str) -> Pool:
        """The unused connections of a session."""
        return self._pools.setdefault(session_id, Pool(self.limits))

    def add(self, session_id: str, stream: Stream) -> None:
        """A stream has opened."""
        self._open.setdefault(session_id, []).append(stream)
        if stream.websocket:
            self.changed(session_id)

    def remove(self, session_id: str, stream: Stream) -> None:
        """A stream has ended."""
        streams = self._open.get(session_id, [])
        if stream not in streams:
            return
        streams.remove(stream)
        self._activity[session_id] = max(
            self._activity.get(session_id, 0.0), getattr(stream, "sent", 0.0)
        )
        if not streams:
            del self._open[session_id]
        if stream.websocket:
            self.changed(session_id)
