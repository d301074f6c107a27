"""What the proxy needs to know of a session, and its limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..apps.base import Upstream


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """Where the requests of one session go.

    ``socket`` is a unix socket (0600). ``prefix`` is the path under which the browser sees
    the app, with slashes at both ends. ``page`` gives HTML to serve at that path instead of
    the app's own page, or None. ``alive`` is False as soon as the session has ended: whoever
    waits for the app then stops waiting.
    """

    socket: Path
    upstream: Upstream
    prefix: str
    page: Callable[[], str | None] = lambda: None
    alive: Callable[[], bool] = lambda: True


class Targets(Protocol):
    """The session table, as far as the proxy sees it."""

    def target(self, session_id: str) -> Target:
        """Raises NotFound or WrongState when the session cannot be opened."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """Times in seconds, sizes in bytes.

    ``head``: how long an app may take to begin an answer; there is no limit once it began.
    ``retry``: pause between two attempts to connect to an app that does not listen yet.
    ``linger``: how long one direction of a websocket may be silent after the other ended.
    ``idle``, ``spare``: how long, and how many, unused connections to an app are kept.
    """

    head: float = 600.0
    retry: float = 0.02
    linger: float = 30.0
    idle: float = 15.0
    spare: int = 8
