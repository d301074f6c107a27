"""What the looks at one account's list have shown, and what became of jobs that it has no more."""

from __future__ import annotations

import logging
import math
import time
from typing import Final

from ...everest import AsyncEverest, EverestError, JobInfo, LoginNeeded, NotAllowed
from ...everest.model import VANISHED
from ...everest.together import together

LOG: Final = logging.getLogger(__name__)
AT_ONCE: Final = 10
"""Jobs that the list has no more and that are asked for one by one, in one look."""
LOST_FOR: Final = 3600.0
"""Seconds for which a job that vanished is still listed."""
AGAIN: Final = 60.0
"""Seconds after which a job that vanished is asked for again: it may come back."""

RECORDS: Final = 60.0
"""Seconds after which records are read that other programs wrote, and old ones forgotten."""


class Looks:
    """Jobs by id, as they were seen last."""

    def __init__(self) -> None:
        self.infos: dict[str, JobInfo] = {}
        self._read = -math.inf
        self._recorded: dict[str, JobInfo] = {}
        self._heard: set[str] = set()
        self._lost: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    async def look(self, client: AsyncEverest) -> dict[str, JobInfo]:
        """All jobs that the server lists. One that was there, or that is in our records, had not
        ended and is missing is asked for by itself: the list may be a page. Raises
        EverestError."""
        infos = {job.id: job.info for job in await client.jobs()}
        await self._read_records(client)
        self._recorded = {key: each for key, each in self._recorded.items() if key not in infos}
        missing = {
            info.id: info
            for info in self.infos.values()
            if info.id not in infos and (not info.ended or info.state == VANISHED)
        }
        due = self._due([*missing.values(), *self._recorded.values()])
        latest = await together(_latest(client, each, each.id not in missing) for each in due)
        for each in due:
            self._recorded.pop(each.id, None)
        infos |= missing | {info.id: info for info in latest if info is not None}
        self.infos = self._without_old(infos)
        return self.infos

    async def _read_records(self, client: AsyncEverest) -> None:
        """From time to time: jobs that have not ended as far as records know, the newest first.
        Each is asked for once; then it was seen here, or is not ours."""
        if time.monotonic() - self._read <= RECORDS:
            return
        self._read = time.monotonic()
        await client.records.do(client.records.load)
        for info in reversed(client.unended()):
            if info.id not in self._heard and info.id not in self.infos:
                self._recorded[info.id] = info
            self._heard.add(info.id)

    def _due(self, infos: list[JobInfo]) -> list[JobInfo]:
        """Those whose turn it is: first who was never asked for, then who waits longest."""
        now, last = time.monotonic(), self._asked
        waiting = [
            info
            for info in infos
            if info.state != VANISHED or now - last.get(info.id, -math.inf) >= AGAIN
        ]
        due = sorted(waiting, key=lambda info: last.get(info.id, -math.inf))[:AT_ONCE]
        self._asked |= {info.id: now for info in due}
        return due

    def _without_old(self, infos: dict[str, JobInfo]) -> dict[str, JobInfo]:
        now = time.monotonic()
        gone = [info.id for info in infos.values() if info.state == VANISHED]
        self._lost = {job_id: self._lost.get(job_id, now) for job_id in gone}
        self._asked = {key: at for key, at in self._asked.items() if key in infos}
        old = {job_id for job_id, since in self._lost.items() if now - since > LOST_FOR}
        return {job_id: info for job_id, info in infos.items() if job_id not in old}


async def _latest(client: AsyncEverest, info: JobInfo, recorded: bool) -> JobInfo | None:
    """A job as it is now; as it was when only this one cannot be asked for. None of one that is
    only ``recorded``, and another user's."""
    try:
        return await client.fetch(info)
    except LoginNeeded:
        raise
    except EverestError as error:
        LOG.warning("%s", error)
        return None if recorded and isinstance(error, NotAllowed) else info
