"""The server's clock, which tests put forward."""

from __future__ import annotations

import time


class Clock:
    """The time of this machine plus ``offset`` seconds."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.offset

    def stamp(self) -> str:
        """Now as lines of job logs begin: UTC, milliseconds."""
        now = self.now()
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        return f"{moment}.{int(now % 1 * 1000):03d}"
