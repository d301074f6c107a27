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
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future

from ...model import Job, Json, State
from .ads import LOG, TAG
from .events import END, Event, events_in

MOST = 500
"""So many logs are watched at most, first those of jobs that run: a disk may be a network's."""

HUNG = 4
"""So many looks may hang until no more are made."""

RECENT = 1 << 18
"""Bytes at the end of a log that are read at most."""

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
class News:
    """What HTCondor wrote down: events, each with the time of its log (seconds since 1970), and
    whether it is known by them what happened."""

    events: Sequence[tuple[Event, float]]
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
    known = before if before and before.stamp[0] == inode and before.offset <= size else None
    offset = max(known.offset if known else 0, size - RECENT)
    try:
        data = _end(path, inode, offset)
    except OSError:
        return Page(stamp, offset, None)
    if offset and not (known and offset == known.offset):  # in the middle of an event
        skipped = data.find(END) + len(END)
        offset, data = offset + skipped, data[skipped:]
    read = events_in(data)
    return Page(stamp, offset, None) if read is None else Page(stamp, offset + read[1], read[0])


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
        for self.at in paths:
            if (found := page(self.at, before.get(self.at))) is not None:
                self.found[self.at] = found
            if not self.wanted:
                break
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

    def watch(self, jobs: Iterable[Job]) -> None:
        """Of all jobs that are known now, watch those that have not ended."""
        known = self._paths
        alive = (job for job in jobs if job.job_id in known and not job.state.ended)
        first = sorted(alive, key=lambda job: job.state is State.QUEUED)
        kept = {job.job_id: known[job.job_id] for job in first}
        self._paths, self._watched = kept, list(dict.fromkeys(kept.values()))[:MOST]

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
        events = [
            (event, one.stamp[2] / 1e9)
            for path, one in new
            for event in one.news or ()
            if self._paths.get(event.job_id) == path
        ]
        clear = all(one.news is not None for _, one in new)
        return News(events, clear) if new else None
