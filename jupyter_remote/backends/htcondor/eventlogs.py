"""The logs of events of jobs that were submitted here.

HTCondor writes into them whenever something happens to a job, so that a look at their sizes and
times tells it without a question to the queue. They are only looked at, never opened: a log is
where its job's owner wants it, and what is there may be anything.

It may also be on a disk that is away, where who looks does not come back. So a look is a thread
that nobody must wait for: it is left alone with the log that it hangs at, and the next looks go
without the folder of that log until it came back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future

from ...model import Job, Json, State
from .ads import TAG

LOG = "UserLog"
"""Where a job's log of events is; what a submit description calls ``log``, made of its macros."""

MOST = 500
"""So many logs are watched at most, first those of jobs that run: a disk may be a network's."""

HUNG = 4
"""So many looks may hang until no more are made."""

Stamp = tuple[int, int, int]
"""What is another one when a file was written: which file it is, its size and time."""


def stamp(path: str) -> Stamp | None:
    """That of a log; None where there is no plain file: a folder's time says nothing."""
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            return status.st_ino, status.st_size, status.st_mtime_ns
    return None


class Look:
    """A thread that looks at logs one by one: ``at`` this one now. It is of the kind that does
    not keep the server from ending."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.found: dict[str, Stamp] = {}
        self.at, self.wanted = paths[0], True
        self.over: Future[None] = Future()
        threading.Thread(target=self._run, args=(paths,), name="event-logs", daemon=True).start()

    def _run(self, paths: Sequence[str]) -> None:
        for self.at in paths:
            if (found := stamp(self.at)) is not None:
                self.found[self.at] = found
            if not self.wanted:
                break
        self.over.set_result(None)


class EventLogs:
    """Says when HTCondor wrote into a log of the jobs that are watched."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._watched: list[str] = []
        self._stamps: dict[str, Stamp] = {}
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

    async def changed(self, pause: float) -> None:
        """Return when a log was written since the last look that saw it; ``pause``: seconds
        between two looks, and for one to come back."""
        while True:
            if await self._look(pause):
                return
            await asyncio.sleep(pause)

    async def _look(self, patience: float) -> bool:
        self._open = [look for look in self._open if not look.over.done()]
        away = {os.path.dirname(look.at) for look in self._open}
        paths = [path for path in self._watched if os.path.dirname(path) not in away]
        if not paths or len(self._open) >= HUNG:
            return False
        look = Look(paths)
        self._open.append(look)
        try:
            await asyncio.wait([asyncio.wrap_future(look.over)], timeout=patience)
        finally:
            look.wanted = False
        return self._news(dict(look.found))

    def _news(self, found: Mapping[str, Stamp]) -> bool:
        """Take what a look found. A log that is gone is no news: it says nothing of a job."""
        before = {path: self._stamps[path] for path in self._watched if path in self._stamps}
        self._stamps = {**before, **found}
        return any(stamp != before.get(path) for path, stamp in found.items())
