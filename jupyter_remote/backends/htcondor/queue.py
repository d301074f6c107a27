"""The jobs of one user in HTCondor's queue: all at first, then only what changed.

A job that changes its state says when, so that a query for the latest changes is enough, and
costs the same with ten thousand jobs as with one. It cannot tell which jobs left: their number
does, and then the history.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time

from traitlets.log import get_logger

from ...breath import aside
from ...errors import BackendError, RemoteError
from ...model import Job, Json, State
from ...process import pair
from .ads import ATTRIBUTES, LOG, read_jobs
from .commands import CondorCommands
from .eventlogs import EventLogs
from .history import CondorHistory
from .places import Places
from .reasons import whole

OVERLAP = 10
"""Seconds of changes that are asked for again: they may be seen later than they say."""

GRACE = 60.0
"""Seconds for a job that left the queue to appear in the history."""

RETRY = 20.0
"""Seconds after a history that failed until it is asked again."""


class CondorQueue:
    """Looks at the queue; ``whole_every``: seconds between two looks at all of it."""

    def __init__(
        self,
        commands: CondorCommands,
        history: CondorHistory,
        logs: EventLogs,
        backend: str,
        own: str,
    ) -> None:
        self._commands, self._history, self._logs = commands, history, logs
        self._backend, self._own = backend, own
        self.jobs: dict[str, Job] = {}
        self.expected: dict[str, Job] = {}
        self._asked = 0
        self._looked = self._again = -1e9
        self._unseen: set[str] = set()
        self._missing: dict[str, tuple[float, Job]] = {}
        self._places = Places()

    def distrust(self) -> None:
        """Look at all of it next time: something changed that has no time."""
        self._looked = -1e9

    def expect(self, ads: list[dict[str, Json]]) -> dict[str, Job]:
        """Jobs that were just submitted, by what is known of them: they are in the queue, or were,
        as far as the next look is concerned."""
        dated = [{"QDate": int(time.time())} | ad for ad in ads]
        self._logs.note(dated)
        jobs = read_jobs(dated, self._backend)
        self.expected = {**self.expected, **jobs}
        return jobs

    async def look(self, remember: float, whole_every: float) -> list[Job]:
        """The jobs of the queue and those that ended within ``remember`` seconds. Raises what
        HTCondor's words mean; what was known stands then."""
        self._unseen |= self.expected.keys()
        self.jobs, self.expected = {**self.expected, **self.jobs}, {}
        before, now = self.jobs, time.monotonic()
        stale = now - self._looked >= whole_every
        if stale or not await self._news():
            await self._all()
        self._missing |= {key: (now, job) for key, job in before.items() if key not in self.jobs}
        if stale or self._missing:
            await self._recall(max(remember, GRACE))
        ended = self._history.since(time.time() - remember) | self._not_found(remember)
        told = await aside(len(self.jobs), self._places.told, self.jobs)
        return [*(job for key, job in ended.items() if key not in told), *told.values()]

    async def _all(self) -> None:
        self.jobs, (_, self._asked) = await pair(self._query(self._own), self._summary())
        self._looked = time.monotonic()

    async def _news(self) -> bool:
        """Take the changes; false when jobs are known that are not there, or the other way."""
        since = self._asked - OVERLAP
        recent = f"(EnteredCurrentStatus >= {since} || QDate >= {since})"
        changed, (number, asked) = await pair(
            self._query(f"{self._own} && {recent}"), self._summary()
        )
        known = {**self.jobs, **changed}
        if len(known) != number:
            await self._recall(GRACE)
            known = {key: job for key, job in known.items() if key not in self._history.jobs}
        if len(known) != number:
            return False
        self.jobs, self._asked = known, asked
        return True

    async def _recall(self, seconds: float) -> None:
        """Read the history, without which the list stands too; one that failed is left alone
        for a while, as it may fail by being slow."""
        if time.monotonic() < self._again:
            return
        try:
            await self._history.refresh(time.time() - seconds)
        except RemoteError as error:
            self._again = time.monotonic() + RETRY
            get_logger().warning("htcondor: the history is not read: %s", error)

    def _not_found(self, remember: float) -> dict[str, Job]:
        """Jobs that left and are not in the history: as they were for a while, as that may come
        later, and then without an end, for it is not guessed. Those that were only expected, and
        that nothing ever showed, are no more then."""
        now, grace = time.monotonic(), GRACE if self._history.kept else 0.0
        self._missing = {
            key: (at, job)
            for key, (at, job) in self._missing.items()
            if key not in self._history.jobs
            and key not in self.jobs
            and now - at < (grace if grace and key in self._unseen else max(remember, grace))
        }
        self._unseen &= self.jobs.keys() | self._missing.keys()
        return {
            key: job if now - at < grace else _lost(job) for key, (at, job) in self._missing.items()
        }

    async def _query(self, constraint: str) -> dict[str, Job]:
        attributes = f"{ATTRIBUTES},{LOG}"
        argv = ["-allusers", "-constraint", constraint, "-attributes", attributes]
        ads = await self._commands.ads("condor_q", *argv)
        found = await asyncio.to_thread(self._read, ads)
        self._unseen -= found.keys()
        return found

    def _read(self, ads: list[dict[str, Json]]) -> dict[str, Job]:
        self._places.note(ads)
        self._logs.note(ads)
        return read_jobs(ads, self._backend)

    async def _summary(self) -> tuple[int, int]:
        """How many jobs the user has in the queue, and the time by the queue's clock."""
        argv = ["-allusers", "-totals", "-constraint", self._own]
        (summary, *_) = await self._commands.ads("condor_q", *argv) or [{}]
        number, clock = whole(summary, "Jobs"), whole(summary, "ServerTime")
        if number is None or clock is None:
            raise BackendError("HTCondor does not say how many jobs there are")
        return number, clock


def _lost(job: Job) -> Job:
    why = "it left the queue, and HTCondor's history does not say how it ended"
    return dataclasses.replace(job, state=State.LOST, reason=why, held=False)
