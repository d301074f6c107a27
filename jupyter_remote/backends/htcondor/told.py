"""What HTCondor wrote down of jobs, laid over what the queue says of them.

The log of a job is written before the queue knows it, so that for a while after an event the queue
may still say what was before; after that it is right, whatever was written. Only an end that was
written down stands longer, as a job that left the queue cannot be asked for.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import time
from collections import deque
from collections.abc import Mapping, Sequence

from ...breath import aside, first_of, slices
from ...model import Job, State
from .eventlogs import EventLogs, Line, News
from .events import EXECUTE, SUBMIT, after

LAG = 10.0
"""Seconds after an event until the queue knows it for certain."""

END_LAG = 120.0
"""The same after an end, until which a job that left the queue is in the history, or lost."""

GUESS = 30.0
"""Seconds by which the time of a submit may be wrong that the queue did not tell yet."""

EARLY = 1000
"""Events of jobs that are not listed yet that are kept at most, the latest."""

Course = tuple[State, str]


@dataclasses.dataclass
class Story:
    """A job as it was told to be by events, of which the last was read at ``read``, and what it
    was before."""

    job: Job
    read: float
    before: set[Course]

    def stands(self, listed: Job | None, began: float) -> bool:
        """Whether the queue, asked at this moment, may not know it."""
        if listed is None or not self.job.state.ended:
            return listed is not None and self.read + LAG > began
        waits = listed.state in (State.LOST, State.STOPPING)
        return waits or (not listed.state.ended and self.read + END_LAG > began)


def course(job: Job) -> Course:
    return job.state, job.word


class Told:
    """The jobs as the queue ``listed`` them, None before it did, and what was written down of them
    that it may not know yet. Times are those of ``time.monotonic``."""

    def __init__(self, logs: EventLogs) -> None:
        self._logs = logs
        self.listed: dict[str, Job] | None = None
        self._asked = self._unclear = -math.inf
        self._stories: dict[str, Story] = {}
        self._early: deque[tuple[float, Line]] = deque(maxlen=EARLY)
        self._added: dict[str, tuple[float, Job]] = {}
        self._guesses: dict[str, str] = {}
        self._news = asyncio.Event()

    async def take_list(self, jobs: Sequence[Job], began: float) -> None:
        """What the queue answered when it was asked at this moment."""
        before = self.listed or {}
        listed, news = await aside(len(jobs), self._compare, jobs, before)
        self._added = {key: one for key, one in self._added.items() if one[0] >= began}
        listed = {**{key: job for key, (_, job) in self._added.items()}, **listed}
        self._asked, self.listed = began, listed
        stories = self._stories.items()
        self._stories = {k: one for k, one in stories if one.stands(listed.get(k), began)}
        self._guesses = {key: at for key, at in self._guesses.items() if key in listed}
        early = list(self._early)
        self._early.clear()
        for read, line in early:
            if read + LAG > began:
                self._note(line, read)
        if news:
            self._news.set()
        await self._logs.watch(list(listed.values()))

    def _compare(
        self, jobs: Sequence[Job], before: Mapping[str, Job]
    ) -> tuple[dict[str, Job], bool]:
        """The jobs by their ids, and whether any came, went or is in another state."""
        listed = {job.job_id: self._as_guessed(job) for job in slices(jobs)}
        same = listed.keys() == before.keys() and all(
            course(job) == course(before[key]) for key, job in slices(listed.items())
        )
        return listed, not same

    def _as_guessed(self, job: Job) -> Job:
        """A job that was listed before it was known when it was submitted keeps that time."""
        guess = self._guesses.get(job.job_id, job.submitted)
        return dataclasses.replace(job, submitted=guess) if guess != job.submitted else job

    def add(self, jobs: Mapping[str, Job]) -> None:
        """Jobs that were submitted since the queue was asked."""
        now = time.monotonic()
        if self.listed is not None:
            self.listed = {**self.listed, **jobs}
        self._added |= {key: (now, job) for key, job in jobs.items()}
        self._guesses |= {key: job.submitted for key, job in jobs.items() if job.submitted}
        self._logs.watch_also(jobs)

    async def changed(self, interval: float) -> None:
        """Return when any of the jobs is another one, or it is not known what happened; the logs
        are looked at every so many seconds."""
        await first_of([self._follow(interval), self._news.wait()], None)
        self._news.clear()

    async def _follow(self, interval: float) -> None:
        while True:
            if self.take(await self._logs.changed(interval)):
                return
            await asyncio.sleep(interval)

    @property
    def clear(self) -> bool:
        """Whether what was written down since the queue was asked says what happened."""
        return self._asked > self._unclear

    def take(self, news: News) -> bool:
        """Whether by the news any of the jobs is another one, or it is not known what happened."""
        now, listed = time.monotonic(), self.listed or {}
        known = {key: listed[key] for line in news.lines if (key := line.event.job_id) in listed}
        before = {key: course(_now(job, self._stories)) for key, job in known.items()}
        for line in news.lines:
            self._note(line, now)
        if not news.clear:
            self._unclear = now
        changed = any(course(_now(job, self._stories)) != before[k] for k, job in known.items())
        if changed or not news.clear:
            self._news.set()
        return self._news.is_set()

    async def jobs(self) -> list[Job]:
        """What was written down laid over what the queue listed."""
        listed, stories = (self.listed or {}).values(), self._stories
        return await aside(len(listed), lambda: [_now(job, stories) for job in slices(listed)])

    def _note(self, line: Line, read: float) -> None:
        """Take an event; it waits for its job where that is not known to be listed."""
        event, key = line.event, line.event.job_id
        listed = (self.listed or {}).get(key)
        if listed is None or not self._logs.is_of(key, line.path):
            self._early.append((read, line))
        elif event.number == SUBMIT:
            self._stories.pop(key, None)
        elif not listed.state.ended or listed.state is State.LOST:
            present = _now(listed, self._stories)
            story = self._stories.setdefault(key, Story(listed, read, set()))
            story.before |= {course(listed), course(present)}
            if event.number == EXECUTE:
                story.before.add((State.STARTING, "RUNNING"))
            story.job, story.read = after(present, event, line.moment), read


def _now(listed: Job, stories: Mapping[str, Story]) -> Job:
    """A job as it is told to be; as listed where that is the same, or the queue is ahead: it says
    what was not before."""
    story = stories.get(listed.job_id)
    if story is None or course(story.job) == course(listed):
        return listed
    if story.job.state.ended:
        return listed if listed.state.ended and listed.state is not State.LOST else story.job
    return story.job if course(listed) in story.before else listed
