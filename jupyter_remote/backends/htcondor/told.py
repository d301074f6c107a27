"""What HTCondor wrote down of jobs, laid over what the queue says of them.

The log of a job is written before the queue knows it, so that for a while after an event the queue
may still say what was before; after that it is right, whatever was written.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping, Sequence

from ...breath import aside, slices
from ...model import Job, State
from .eventlogs import EventLogs, News
from .events import Event, after

LAG = 10.0
"""Seconds after an event until the queue knows it for certain."""


@dataclasses.dataclass(frozen=True)
class Written:
    """An event of a job, which was written down at ``moment`` (seconds since 1970) and read at
    ``read`` (of ``time.monotonic``). ``before``: what the job was, as listed and as told."""

    event: Event
    moment: float
    read: float
    before: frozenset[tuple[State, str]]


def told(job: Job, written: Sequence[Written]) -> Job:
    """A job after these events, unless the queue is ahead: it says what was not before."""
    changed = job
    for one in written:
        changed = after(changed, one.event, one.moment)
    known = {course for one in written for course in one.before}
    return changed if changed.state.ended or (job.state, job.word) in known else job


class Told:
    """The jobs as the queue ``listed`` them, None before it did, and events that it may not know
    yet. Times are those of ``time.monotonic``."""

    def __init__(self, logs: EventLogs) -> None:
        self._logs = logs
        self.listed: dict[str, Job] | None = None
        self._asked = self._unclear = -math.inf
        self._written: dict[str, list[Written]] = {}

    async def take_list(self, jobs: Sequence[Job], began: float) -> None:
        """What the queue answered when it was asked at this moment."""
        recent = {
            key: [one for one in written if one.read + LAG > began]
            for key, written in self._written.items()
        }
        self._written = {key: written for key, written in recent.items() if written}
        self._asked, self.listed = began, {job.job_id: job for job in jobs}
        await self._watch()

    async def add(self, jobs: Mapping[str, Job]) -> None:
        """Jobs that were submitted since the queue was asked."""
        if self.listed is not None:
            self.listed = {**self.listed, **jobs}
            await self._watch()

    async def changed(self, interval: float) -> None:
        """Return when by the logs, which are looked at every so many seconds, any of the jobs is
        another one, or it is not known what happened."""
        while not self.take(await self._logs.changed(interval)):
            pass

    @property
    def clear(self) -> bool:
        """Whether what was written down since the queue was asked says what happened."""
        return self._asked > self._unclear

    def take(self, news: News) -> bool:
        """Whether by the news any of the jobs is another one, or it is not known what happened."""
        listed = self.listed or {}
        events = [(event, moment) for event, moment in news.events if event.job_id in listed]
        jobs = {event.job_id: listed[event.job_id] for event, _ in events}
        before = {key: self._now(job) for key, job in jobs.items()}
        for event, moment in events:
            self._note(event, moment, jobs[event.job_id])
        if not news.clear:
            self._unclear = time.monotonic()
        return not news.clear or any(self._now(job) != before[key] for key, job in jobs.items())

    async def jobs(self) -> list[Job]:
        """What was written down laid over what the queue listed."""
        listed = (self.listed or {}).values()
        return await aside(len(listed), lambda: [self._now(job) for job in slices(listed)])

    async def _watch(self) -> None:
        listed = (self.listed or {}).values()
        await aside(len(listed), self._logs.watch, listed)

    def _note(self, event: Event, moment: float, job: Job) -> None:
        before = frozenset((one.state, one.word) for one in (job, self._now(job)))
        one = Written(event, moment, time.monotonic(), before)
        self._written[job.job_id] = [*self._written.get(job.job_id, ()), one]

    def _now(self, job: Job) -> Job:
        written = self._written.get(job.job_id)
        return told(job, written) if written else job
