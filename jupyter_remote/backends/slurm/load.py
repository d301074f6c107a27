"""How long Slurm's controller works for one observation, by its own figures (``sdiag``)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from ...errors import RemoteError
from .commands import SlurmCommands

EVERY = 20.0
"""Seconds between two looks at the figures, which cost 0.3 ms."""

ENOUGH = 5
"""Lists whose mean is believed."""

LISTED = "REQUEST_JOB_USER_INFO"
ASKED = (LISTED, "REQUEST_PARTITION_INFO", "REQUEST_FED_INFO")
"""What ``squeue --me`` asks the controller for, by the names of messages in sdiag(1)."""

KIND = re.compile(r"^\s*(\w+)\s*\(\s*\d+\)\s+count:(\d+)\s.*\btotal_time:(\d+)", re.MULTILINE)

NONE = (0, 0.0)

Figures = Mapping[str, tuple[int, float]]
"""By the names of messages: how many there were, and the seconds they took together."""


MOST = 0.02
"""Seconds of them that count at most. On a virtual machine a list cost 3 ms of the controller's
processor at once after another, 15 ms after 2 s, and 60 to 150 ms after 10 s: what it has to look
through is no longer in the caches. There it costs the same share of it to be asked less often."""


class SlurmLoad:
    """Asks the controller rarely; ``served``: seconds for one ``squeue --me`` of late, of all
    users, up to ``MOST``; 0 as long as it has not said."""

    def __init__(self, commands: SlurmCommands) -> None:
        self._commands = commands
        self._next = 0.0
        self._told: Figures = {}
        self.served = 0.0

    async def look(self) -> None:
        """Ask when it is time. Who may not ask, or gets no answer, knows nothing new."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY
        try:
            told = figures(await self._commands.ask("sdiag"))
        except RemoteError:
            return
        if number(told, self._told) >= ENOUGH:
            self.served, self._told = min(MOST, served(told, self._told)), told


def figures(text: str) -> Figures:
    """What ``sdiag`` prints of messages by their type."""
    kinds = text.partition("by message type")[2].partition("by user")[0]
    return {name: (int(count), int(time) / 1e6) for name, count, time in KIND.findall(kinds)}


def number(now: Figures, before: Figures) -> int:
    """How many lists there were between two looks."""
    return _since(LISTED, now, before)[0]


def served(now: Figures, before: Figures) -> float:
    """Seconds for one ``squeue --me`` between two looks; 0 when there was none."""
    kinds = [_since(name, now, before) for name in ASKED]
    return sum(seconds / count for count, seconds in kinds if count)


def _since(name: str, now: Figures, before: Figures) -> tuple[int, float]:
    """Messages of one kind; all of them where the controller began to count anew."""
    count, seconds = now.get(name, NONE)
    old, taken = before.get(name, NONE)
    return (count, seconds) if count < old else (count - old, seconds - taken)
