"""When a job is gone. One answer "unknown" is no proof: the server may be several machines, of
which one has not heard of the job yet, or no more for a moment."""

from __future__ import annotations

import time

from .lists import JobList
from .model import VANISHED, JobInfo


class Absences:
    """Jobs that the server said it does not know. One counts as deleted when it says so again
    ``after`` seconds later, and its list of all jobs does not have it either."""

    def __init__(self, jobs: JobList, after: float) -> None:
        self._jobs = jobs
        self.after = after
        self._since: dict[str, float] = {}

    def seen(self, job_id: str) -> None:
        """It is there."""
        self._since.pop(job_id, None)

    def doubted(self, job_id: str) -> bool:
        """Whether it was answered "unknown" when it was asked for last."""
        return job_id in self._since

    async def judged(self, info: JobInfo) -> JobInfo:
        """A job that was answered "unknown" just now: as it was, until that is certain; as the
        list has it; or VANISHED. Raises Trouble and EverestError."""
        if info.state == VANISHED:
            return info
        since = self._since.setdefault(info.id, time.monotonic())
        if time.monotonic() - since < self.after:
            return info
        data = (await self._jobs.get()).get(info.id)
        self.seen(info.id)
        return info.vanished() if data is None else JobInfo.from_json(data)
