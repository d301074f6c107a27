"""The place of this user's waiting jobs in the queue of all.

To know it, the whole queue must be asked for: that is dear (all jobs of all users, whatever is
printed of them), so it is done rarely, only when a job of the user waits for its turn, and
never where others' jobs are hidden.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ...errors import RemoteError
from ...model import Job, State
from .commands import SlurmCommands
from .text import job_and_tasks

TURN = frozenset({"Priority", "Resources", "None", ""})
"""Reasons of jobs that stand in line; the others wait for something else."""

SHARE = 0.005
"""The part of the time that may be spent on waiting for the whole queue."""

FIELDS = "JobArrayID:0\x1f,ArrayJobID:0\x1f,PriorityLong:0\x1f,Partition:0\x1f,Reason:0\x1e"


class Settings(Protocol):
    """The backend, for its trait."""

    queue_interval: float


class SlurmQueue:
    """Asks for the queue of all users, and remembers the places it found; ``told`` is called when
    those of this user's jobs are others than before."""

    def __init__(
        self, settings: Settings, commands: SlurmCommands, told: Callable[[], None]
    ) -> None:
        self._settings, self._commands, self._told = settings, commands, told
        self._places: dict[str, int] = {}
        self._own: list[str] = []
        self._next = 0.0
        self._hidden = False
        self._known = False
        self._task: asyncio.Task[None] | None = None

    def places(self, jobs: Iterable[Job]) -> Mapping[str, int]:
        """Places (1: next) by job id, as they were found last. When it is time and one of
        ``jobs`` waits for its turn, they are asked for meanwhile."""
        self._own = [job.job_id for job in jobs if in_line(job)]
        if not self._settings.queue_interval or self._hidden or not self._own:
            return {}
        if self._task is None and time.monotonic() >= self._next:
            self._task = asyncio.create_task(self._look())
        return self._places

    async def close(self) -> None:
        """End a look that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        """Ask; a query that fails leaves no places."""
        began, before = time.monotonic(), self._places
        try:
            self._places = await self._ask()
        except RemoteError:
            self._places = {}
        finally:
            now = time.monotonic()
            self._next = now + max(self._settings.queue_interval, (now - began) / SHARE)
            self._task = None
        if any(self._places.get(own) != before.get(own) for own in self._own):
            self._told()

    async def _ask(self) -> dict[str, int]:
        if not self._known:
            self._hidden = hides_jobs(await self._commands.ask("scontrol", "show", "config"))
            self._known = True
        if self._hidden:
            return {}
        argv = ["--noheader", "--states=PENDING", f"--Format={FIELDS}"]
        return await asyncio.to_thread(places, await self._commands.ask("squeue", *argv))


def in_line(job: Job) -> bool:
    """Whether a job waits for nothing but its turn."""
    return job.state is State.QUEUED and job.reason.endswith(("(Priority)", "(Resources)"))


def hides_jobs(config: str) -> bool:
    """Whether users do not see the jobs of others, from ``scontrol show config``."""
    for line in config.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "PrivateData":
            return "jobs" in value.strip().split(",")
    return False


def places(text: str) -> dict[str, int]:
    """By job id: how many jobs of its partitions stand before it, and one. Tasks of an array
    count as jobs; of several partitions that a job may go to, the best place counts."""
    waiting = []
    for record in text.split("\x1e\n"):
        shown, *rest = record.split("\x1f")
        if len(rest) == 4 and rest[3] in TURN and rest[1] != "0":
            number = int(rest[0]) if rest[0].isdecimal() else 0
            priority = int(rest[1]) if rest[1].isdecimal() else 0
            waiting.append((-priority, number, shown, rest[2].split(",")))
    found: dict[str, int] = {}
    before: dict[str, int] = {}
    for _, _, shown, partitions in sorted(waiting):
        job_id, tasks = job_and_tasks(shown)
        found[job_id] = 1 + min(before.get(name, 0) for name in partitions)
        for name in partitions:
            before[name] = before.get(name, 0) + _at_once(shown, tasks)
    return found


def _at_once(shown: str, tasks: int) -> int:
    """Tasks that may run at once (``12_[5-99%4]``: 4) stand in line; the others do not yet."""
    limit = shown.rstrip("]").partition("%")[2]
    return min(tasks, int(limit)) if limit.isdecimal() else tasks
