"""What the looks at one account's list have shown, and what became of jobs that it has no more."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from ...everest import AsyncEverest, EverestError, JobInfo, LoginNeeded
from ...everest.model import VANISHED

LOG: Final = logging.getLogger(__name__)
AT_ONCE: Final = 10
"""Jobs that the list has no more and that are asked for one by one, in one look."""
LOST_FOR: Final = 3600.0
"""Seconds for which a job that vanished is still listed."""
AGAIN: Final = 60.0
"""Seconds after which a job that vanished is asked for again: it may come back."""


RECORDS = 60.0
"""Seconds after which records are read that other programs wrote, and old ones forgotten."""


class Looks:
    """Jobs by id, as they were seen last."""

    def __init__(self) -> None:
        self.infos: dict[str, JobInfo] = {}
        self._read = time.monotonic()
        self._lost: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    async def look(self, client: AsyncEverest) -> dict[str, JobInfo]:
        """All jobs that the server lists. One that was there, had not ended and is missing is asked
        for by itself: the list may be a page. Raises EverestError."""
        infos = {job.id: job.info for job in await client.jobs()}
        if time.monotonic() - self._read > RECORDS:
            self._read = time.monotonic()
            await client.records.do(client.records.load)
        missing = {
            info.id: info
            for info in self.infos.values()
            if info.id not in infos and (not info.ended or info.state == VANISHED)
        }
        due = [info for info in missing.values() if self._is_due(info)]
        latest = await asyncio.gather(*(_latest(client, info) for info in due[:AT_ONCE]))
        infos |= missing | {info.id: info for info in latest}
        self.infos = self._without_old(infos)
        return self.infos

    def _is_due(self, info: JobInfo) -> bool:
        now = time.monotonic()
        if info.state == VANISHED and now - self._asked.get(info.id, -AGAIN) < AGAIN:
            return False
        self._asked[info.id] = now
        return True

    def _without_old(self, infos: dict[str, JobInfo]) -> dict[str, JobInfo]:
        now = time.monotonic()
        gone = [info.id for info in infos.values() if info.state == VANISHED]
        self._lost = {job_id: self._lost.get(job_id, now) for job_id in gone}
        self._asked = {key: at for key, at in self._asked.items() if key in infos}
        old = {job_id for job_id, since in self._lost.items() if now - since > LOST_FOR}
        return {job_id: info for job_id, info in infos.items() if job_id not in old}


async def _latest(client: AsyncEverest, info: JobInfo) -> JobInfo:
    """A job as it is now; as it was when only this one cannot be asked for."""
    try:
        return await client.fetch(info)
    except LoginNeeded:
        raise
    except EverestError as error:
        LOG.warning("%s", error)
        return info
