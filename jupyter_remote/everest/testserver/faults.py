"""Faults on demand: per route, at the nth call, before or after the request had its effect."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

Kind = Literal["delay", "status", "reset", "hang", "redirect", "slow", "truncate"]


@dataclasses.dataclass
class Fault:
    """What goes wrong, and when.

    ``route``: a name (``jobs.list``) or pattern (``files.*``, ``*``). It happens at the ``nth``
    fitting call after it was set, and at ``times`` calls in all (0: from then on at all), each
    with probability ``chance``. ``when`` "after": the request has had its effect, only the
    answer suffers (a lost submit).

    ``delay``: ``seconds``, and up to ``jitter`` more. ``status``: that status with ``headers``
    and a ``body`` that is JSON, HTML, text, nothing, broken JSON, or an echo of the token and of
    what was sent. ``reset``: the connection
    is cut. ``hang``: no answer, ever. ``redirect``: to ``location``. ``slow``: ``rate`` bytes a
    second. ``truncate``: ``Content-Length`` promises all, a ``part`` (0 to 1) comes.
    """

    route: str
    kind: Kind
    nth: int = 1
    times: int = 1
    chance: float = 1.0
    when: Literal["before", "after"] = "before"
    seconds: float = 0.0
    jitter: float = 0.0
    status: int = 500
    body: Literal["json", "message", "text", "html", "empty", "broken", "echo"] = "json"
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    location: str = ""
    rate: float = 1000.0
    part: float = 0.5
    calls: int = 0
    happened: int = 0


class Faults:
    """The faults that are set; ``seed`` makes chance repeatable."""

    def __init__(self, seed: int = 1) -> None:
        self.set: list[Fault] = []
        self.random = random.Random(seed)  # noqa: S311
        self.over = asyncio.Event()

    def of(self, route: str) -> list[Fault]:
        """Those that befall this call."""
        return [fault for fault in list(self.set) if self._befalls(fault, route)]

    def _befalls(self, fault: Fault, route: str) -> bool:
        if not fnmatchcase(route, fault.route):
            return False
        fault.calls += 1
        if fault.calls < fault.nth or (fault.times and fault.happened >= fault.times):
            return False
        if self.random.random() >= fault.chance:
            return False
        fault.happened += 1
        return True


def body_of(kind: str, status: int, words: str) -> tuple[bytes, str]:
    """A body and its type: how the real server words refusals is not known."""
    html = f"<html><head><title>{status}</title></head><body><h1>{words}</h1></body></html>"
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    bodies: dict[str, tuple[str, str]] = {
        "echo": (f'{{"error": "{quoted}"}}', "application/json"),
        "json": (f'{{"error": "{quoted}"}}', "application/json"),
        "message": (f'{{"code": {status}, "message": "{quoted}"}}', "application/json"),
        "text": (words, "text/plain"),
        "html": (html, "text/html"),
        "empty": ("", "text/plain"),
        "broken": (f'{{"error": "{quoted}', "application/json"),
    }
    text, mime = bodies[kind]
    return text.encode(), f"{mime}; charset=utf-8"


class Counters:
    """What was asked: by route, how much at once, and the last requests in full."""

    def __init__(self) -> None:
        self.reset()
        self._open: set[int] = set()
        self.in_flight = 0

    def reset(self) -> None:
        """Count from zero."""
        self.routes: dict[str, int] = {}
        self.requests: list[dict[str, Any]] = []
        self.most_in_flight = self.most_connections = 0
        self.leaks: list[str] = []

    def begin(self, route: str) -> None:
        """A request came."""
        self.routes[route] = self.routes.get(route, 0) + 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def note(self, **request: Any) -> None:
        """A request was answered."""
        self.requests.append(request)
        del self.requests[:-5000]

    def opened(self, connection: object) -> None:
        """A request came on this connection."""
        self._open.add(id(connection))
        self.most_connections = max(self.most_connections, len(self._open))

    def closed(self, connection: object) -> None:
        """A connection is closed."""
        self._open.discard(id(connection))

    @property
    def connections(self) -> int:
        """Connections that are open and had a request."""
        return len(self._open)
