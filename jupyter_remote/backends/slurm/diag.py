"""What Slurm's controller says of itself (``sdiag``): how long it works for one observation, how
often jobs changed, and how many messages each user sent it."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import time
from collections.abc import Mapping

from ...errors import RemoteError
from .commands import SlurmCommands

PATIENCE = 3.0
"""Seconds for the controller to say whether something happened: one that does not answer is
to be found silent by an observation."""

REFUSED = 60.0
"""Seconds for which one that refused, or did not answer, is not asked that again."""

ENOUGH = 2
"""Lists whose mean is believed."""

LISTED = "REQUEST_JOB_USER_INFO"
ASKED = (LISTED, "REQUEST_PARTITION_INFO", "REQUEST_FED_INFO")
"""What ``squeue --me`` asks the controller for, by the names of messages in sdiag(1)."""

KIND = re.compile(r"^\s*(\w+)\s*\(\s*\d+\)\s+count:(\d+)\s.*\btotal_time:(\d+)", re.MULTILINE)

NONE = (0, 0.0)

COUNT = re.compile(r"^(?:Jobs (\w+):\s*|(Data since) .*\()(\d+)", re.MULTILINE)
"""Jobs submitted, started, completed, canceled, failed, pending, running; since when it counts."""

ACT = re.compile(
    "SUBMIT|ALLOCATION|COMPLETE|EPILOG|PROLOG|KILL|CANCEL|SIGNAL|UPDATE|SUSPEND|REQUEUE|TOP_JOB|"
    "RESERVATION|PARTITION|RECONFIGURE"
)
NO_ACT = re.compile("INFO|STEP")
"""Messages that change jobs, or tell of their end; of steps come many, and the list shows none."""

USER = re.compile(r"^\s*(\S+)\s*\(\s*\d+\)\s+count:(\d+)", re.MULTILINE)

Figures = Mapping[str, tuple[int, float]]
"""By the names of messages: how many there were, and the seconds they took together."""

Acts = Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Counts:
    """Since the controller began to count: how often jobs changed, by what it was, and the messages
    of each user."""

    acts: Acts
    messages: Mapping[str, int]


class SlurmDiag:
    """``served``: seconds for one ``squeue --me`` of late, of all users; 0 as long as it is not
    known."""

    def __init__(self, commands: SlurmCommands) -> None:
        self._commands = commands
        self._refused = 0.0
        self._told: Figures = {}
        self.served = 0.0

    async def counts(self) -> Counts | None:
        """What it counted so far; None: it does not say, and is not asked for a minute."""
        if time.monotonic() < self._refused:
            return None
        text = await self._ask()
        told, now = figures(text), acts(text)
        if not now:
            self._refused = time.monotonic() + REFUSED
            return None
        if number(told, self._told) >= ENOUGH:
            self.served, self._told = served(told, self._told), told
        return Counts(now, messages(text))

    async def _ask(self) -> str:
        """What ``sdiag`` prints; nothing when it fails or does not answer."""
        try:
            return await asyncio.wait_for(self._commands.ask("sdiag"), PATIENCE)
        except (RemoteError, asyncio.TimeoutError):
            return ""


def acts(text: str) -> Acts:
    """How often jobs changed since the controller began to count, as ``sdiag`` prints it, by what
    it was: counts of jobs, and of messages that change them. While they stay the same, so does
    what ``squeue`` says of states. (Not counted: time limits and lost nodes, of which only the
    end of the job tells; priorities and estimates.)"""
    counts = {job or since: int(count) for job, since, count in COUNT.findall(text)}
    kinds = {name: count for name, (count, _) in figures(text).items()}
    told = {name: n for name, n in kinds.items() if ACT.search(name) and not NO_ACT.search(name)}
    return counts and {**counts, **told}


def messages(text: str) -> Mapping[str, int]:
    """What ``sdiag`` prints of messages by their sender; it counts those of 200 users."""
    users = text.partition("by user")[2].partition("Pending RPC")[0]
    return {name: int(count) for name, count in USER.findall(users)}


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
