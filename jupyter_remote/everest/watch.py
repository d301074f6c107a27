"""Waiting for jobs: one loop for all that are waited for, one question for many jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Final

from .absent import Absences
from .errors import EverestError, LoginNeeded, NoSuchThing, Refused, Unreachable
from .lists import JobList, Listed, job_path
from .model import DONE, JobInfo
from .retry import Trouble
from .settings import Settings
from .transport import Transport

LOG = logging.getLogger(__name__)
GROWTH: Final = 1.5
"""By which the pause between two looks grows while nothing moves."""
DUTY: Final = 4.0
"""A look that took t seconds is followed by a pause of at least DUTY * t."""
SINGLES: Final = 50
"""Jobs missing in a list that are asked for one by one in the same look."""


class Watched:
    """A job that is waited for, by one or more."""

    def __init__(self, info: JobInfo, end: asyncio.Future[JobInfo]) -> None:
        self.info = info
        self.end = end
        self.waiting = 0


class Watcher:
    """Looks at jobs while somebody waits for them, and never otherwise."""

    def __init__(
        self,
        transport: Transport,
        jobs: JobList,
        settings: Settings,
        tell: Callable[[JobInfo], None],
        absent: Absences,
    ) -> None:
        self._transport = transport
        self._jobs = jobs
        self._settings = settings
        self._tell = tell
        self._absent = absent
        self._watched: dict[str, Watched] = {}
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(settings.parallel)
        self._away_since: float | None = None
        self._moved = False

    async def ended(self, info: JobInfo) -> JobInfo:
        """The job when it has ended, in whatever way. Raises EverestError when the server does
        not let us ask, or is away for longer than ``outage``."""
        if info.ended:
            return info
        watched = self._watched.get(info.id)
        if watched is None:
            end = asyncio.get_running_loop().create_future()
            end.add_done_callback(lambda each: each.cancelled() or each.exception())
            watched = self._watched[info.id] = Watched(info, end)
        watched.waiting += 1
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._loop())
        try:
            return await asyncio.shield(watched.end)
        finally:
            watched.waiting -= 1
            if not watched.waiting and self._watched.get(info.id) is watched:
                del self._watched[info.id]

    async def close(self) -> None:
        """Stop looking; who still waits is told so."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._fail(EverestError(f"the connection to {self._transport.url} is closed"))

    async def fetch(self, job_id: str) -> JobInfo:
        """One job as it is now, in one try."""
        async with self._slots:
            data = await self._transport.once("GET", job_path(job_id))
        self._absent.seen(job_id)
        try:
            return JobInfo.from_json(data)
        except ValueError:
            error = Unreachable(f"{self._transport.url} answered with no job for {job_id}")
            raise Trouble(error, maybe=True) from None

    # -- the loop -------------------------------------------------------------------------

    async def _loop(self) -> None:
        pause = self._settings.fastest
        while self._watched:
            began, self._moved = time.monotonic(), False
            self._news.clear()
            try:
                await self._look()
            except Trouble as trouble:
                pause = self._away(trouble, pause)
            except EverestError as error:
                self._fail(error)
            else:
                self._away_since = None
                slower = min(pause * GROWTH, self._settings.slowest)
                pause = self._settings.fastest if self._moved else slower
            await self._sleep(max(pause, DUTY * (time.monotonic() - began)))

    async def _sleep(self, pause: float) -> None:
        """At least the shortest pause; a job that is newly waited for ends a longer one."""
        await asyncio.sleep(min(pause, self._settings.fastest))
        with contextlib.suppress(asyncio.TimeoutError):
            rest = pause - self._settings.fastest
            if rest > 0 and self._watched:
                await asyncio.wait_for(self._news.wait(), rest)

    def _away(self, trouble: Trouble, pause: float) -> float:
        """The server cannot be asked: wait longer each time; after ``outage`` say so."""
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            LOG.warning("%s; the jobs go on, and we ask again", trouble.error)
        if now - self._away_since > self._settings.outage:
            self._away_since = None
            self._fail(trouble.error)
        return trouble.wait if trouble.wait is not None else min(pause * 2, 30.0)

    def _fail(self, error: EverestError) -> None:
        watched, self._watched = self._watched, {}
        for each in watched.values():
            if not each.end.done():
                each.end.set_exception(error)

    async def _look(self) -> None:
        ids = list(self._watched)
        if len(ids) <= self._settings.few and time.monotonic() > self._jobs.wanted_until:
            await self._singly(ids)
            return
        listed = await self._jobs.get()
        await self._singly([each for each in ids if self._from_list(each, listed)][:SINGLES])

    def _from_list(self, job_id: str, listed: Listed) -> bool:
        """Take what the list says of a job; whether it must be asked for by itself: it is not in
        the list, or it has ended and the list does not carry results."""
        watched, data = self._watched.get(job_id), listed.get(job_id)
        if watched is None:
            return False
        if data is None:
            return True
        self._absent.seen(job_id)
        if data == watched.info.raw:
            return False
        info = JobInfo.from_json(data)
        if info.ended and "result" not in data and info.state == DONE:
            return True
        self._take(info)
        return False

    async def _singly(self, ids: list[str]) -> None:
        answers = await asyncio.gather(*map(self._single, ids), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer

    async def _single(self, job_id: str) -> None:
        if job_id in self._watched:  # to the end: with more than SINGLES, all get their turn
            self._watched[job_id] = self._watched.pop(job_id)
        try:
            self._take(await self.fetch(job_id))
        except NoSuchThing:
            if watched := self._watched.get(job_id):
                self._take(await self._absent.judged(watched.info))
        except LoginNeeded:
            raise
        except Refused as error:  # of this job: the others go on
            self._refused(job_id, error)

    def _refused(self, job_id: str, error: Refused) -> None:
        watched = self._watched.pop(job_id, None)
        if watched is not None and not watched.end.done():
            watched.end.set_exception(error)

    def _take(self, info: JobInfo) -> None:
        watched = self._watched.get(info.id)
        if watched is None:
            return
        if info.state != watched.info.state:
            self._moved = True
        watched.info = info
        self._tell(info)
        if info.ended:
            del self._watched[info.id]
            if not watched.end.done():
                watched.end.set_result(info)
