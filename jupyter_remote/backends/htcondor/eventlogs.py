"""The logs of events of jobs that were submitted here.

HTCondor writes into them whenever something happens to a job, so that what they say needs no
question to the queue. A log is where its job's owner wants it, and what is there may be anything:
only plain files are opened, of those that are new only the end is read, and where it is no text of
events it says no more than that something happened.

It may also be on a disk that is away, where who looks does not come back. So a look is a thread
that nobody must wait for: it is left alone with the log that it hangs at, and the next looks go
without the folder of that log until it came back.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import stat
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future

from ...breath import aside, slices
from ...model import Job, Json, State
from .ads import LOG, TAG
from .events import END, Event, events_in

MOST = 500
"""So many logs are watched at most, first those of jobs that run: a disk may be a network's."""

HUNG = 4
"""So many looks may hang until no more are made."""

RECENT = 1 << 18
"""Bytes at the end of a log that are read at most."""

OLD = 60.0
"""Seconds after which the queue knows what a log says that is looked at for the first time."""

Stamp = tuple[int, int, int]
"""What is another one when a file was written: which file it is, its size and time."""


@dataclasses.dataclass(frozen=True)
class Page:
    """A log as it was looked at: ``offset``: of the first event that was not whole yet, ``news``:
    what was read in that look; None: it could not be."""

    stamp: Stamp
    offset: int = 0
    news: Sequence[Event] | None = ()


@dataclasses.dataclass(frozen=True)
class Line:
    """An event, the log that it stands in, and the time of that (seconds since 1970)."""

    event: Event
    path: str
    moment: float


@dataclasses.dataclass(frozen=True)
class News:
    """What HTCondor wrote down, and whether it is known by that what happened."""

    lines: Sequence[Line]
    clear: bool


def page(path: str, before: Page | None) -> Page | None:
    """A log now; None where there is no plain file: a folder's time says nothing."""
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            stamp = status.st_ino, status.st_size, status.st_mtime_ns
            same = before is not None and before.stamp == stamp
            return before if same else _read(path, stamp, before)
    return None


def _read(path: str, stamp: Stamp, before: Page | None) -> Page:
    inode, size, _ = stamp
    again = before is not None and before.stamp[0] == inode and before.news is not None
    known = before.offset if before and again and before.offset <= size else 0
    offset = max(known, size - RECENT)
    try:
        data = _end(path, inode, offset)
    except OSError:
        return Page(stamp, offset, None)
    if offset > known:  # in the middle of an event
        skipped = data.find(END) + len(END)
        offset, data = offset + skipped, data[skipped:]
    read = events_in(data)
    if read is None or (offset > known > 0):
        return Page(stamp, offset, None)
    events = read[0] if before or time.time() - stamp[2] / 1e9 < OLD else ()
    return Page(stamp, offset + read[1], events)


def _end(path: str, inode: int, offset: int) -> bytes:
    """What follows an offset; raises OSError, also when another file took its place."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
    with open(os.open(path, flags), "rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_ino != inode:
            raise OSError("it was replaced")
        return os.pread(file.fileno(), 2 * RECENT, offset)


class Look:
    """A thread that looks at logs one by one: ``at`` this one now. It is of the kind that does
    not keep the server from ending."""

    def __init__(self, paths: Sequence[str], before: Mapping[str, Page]) -> None:
        self.found: dict[str, Page] = {}
        self.at, self.wanted = paths[0], True
        self.over: Future[None] = Future()
        threading.Thread(
            target=self._run, args=(paths, before), name="event-logs", daemon=True
        ).start()

    def _run(self, paths: Sequence[str], before: Mapping[str, Page]) -> None:
        try:
            for self.at in paths:
                if (found := page(self.at, before.get(self.at))) is not None:
                    self.found[self.at] = found
                if not self.wanted:
                    break
        finally:
            self.over.set_result(None)


class EventLogs:
    """Says what HTCondor wrote into the logs of the jobs that are watched."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._watched: list[str] = []
        self._pages: dict[str, Page] = {}
        self._open: list[Look] = []

    def note(self, ads: Iterable[Mapping[str, Json]]) -> None:
        """Remember where the logs of jobs are that were submitted here."""
        for ad in ads:
            if ad.get(TAG) and (name := str(ad.get(LOG) or "")):
                path = os.path.join(str(ad.get("Iwd") or ""), name)
                self._paths[f"{ad['ClusterId']}.{ad['ProcId']}"] = path

    async def watch(self, jobs: Sequence[Job]) -> None:
        """Of all jobs that are known now, watch those that have not ended."""
        known = dict(self._paths)
        kept = await aside(len(jobs), _alive, jobs, known)
        for key in known.keys() - kept.keys():
            self._paths.pop(key, None)
        meanwhile = (path for key, path in self._paths.items() if key not in known)
        self._watched = list(dict.fromkeys([*meanwhile, *kept.values()]))[:MOST]

    def watch_also(self, ids: Iterable[str]) -> None:
        """Jobs that are known besides."""
        paths = (self._paths[key] for key in ids if key in self._paths)
        self._watched = list(dict.fromkeys([*paths, *self._watched]))[:MOST]

    def is_of(self, job_id: str, path: str) -> bool:
        """Whether this is the log of the job."""
        return self._paths.get(job_id) == path

    async def changed(self, pause: float) -> News:
        """What was written since the last look that saw it; ``pause``: seconds between two looks,
        and for one to come back."""
        while True:
            if (news := await self._look(pause)) is not None:
                return news
            await asyncio.sleep(pause)

    async def _look(self, patience: float) -> News | None:
        self._open = [look for look in self._open if not look.over.done()]
        away = {os.path.dirname(look.at) for look in self._open}
        paths = [path for path in self._watched if os.path.dirname(path) not in away]
        if not paths or len(self._open) >= HUNG:
            return None
        look = Look(paths, dict(self._pages))
        self._open.append(look)
        try:
            await asyncio.wait([asyncio.wrap_future(look.over)], timeout=patience)
        finally:
            look.wanted = False
        return self._news(dict(look.found))

    def _news(self, found: Mapping[str, Page]) -> News | None:
        """Take what a look found. A log that is gone is no news: it says nothing of a job."""
        before = {path: self._pages[path] for path in self._watched if path in self._pages}
        self._pages = {**before, **found}
        new = [(path, one) for path, one in found.items() if one is not before.get(path)]
        lines = [
            Line(event, path, min(max(0.0, one.stamp[2] / 1e9), time.time()))
            for path, one in new
            for event in one.news or ()
        ]
        return News(lines, all(one.news is not None for _, one in new)) if new else None


def _alive(jobs: Iterable[Job], paths: Mapping[str, str]) -> dict[str, str]:
    """The logs of jobs that have not ended, first those that run; good for a thread."""
    alive = [job for job in slices(jobs) if job.job_id in paths and not job.state.ended]
    alive.sort(key=lambda job: job.state is State.QUEUED)
    return {job.job_id: paths[job.job_id] for job in alive}
