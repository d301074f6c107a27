"""How much is allowed, for jobs that wait because of a limit.

It is known when somebody opened the form. When it is not, and a job waits for such a limit, the
user's rights are asked for meanwhile: once, and again when they are old.
"""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ...errors import RemoteError
from ...model import Job, State
from .offers import SlurmOffers
from .rights import Cluster

TOLD = ("(QOSMaxJobsPerUserLimit)", "(QOSMaxWallDurationPerJobLimit)")
"""Reasons whose figure can be told."""

OLD = 3600.0
"""Seconds after which limits are asked for again while a job waits for one."""


class Settings(Protocol):
    """The backend, for its trait."""

    offers_interval: float


class SlurmFigures:
    """Tells the figures, and sees to it that they are known; ``told`` is called when they are."""

    def __init__(self, settings: Settings, offers: SlurmOffers, told: Callable[[], None]) -> None:
        self._settings, self._offers, self._told = settings, offers, told
        self._next = 0.0
        self._task: asyncio.Task[None] | None = None

    def of(self, job: Job) -> Mapping[str, str]:
        """Limits by Slurm's words for reasons, from what is known."""
        return figures(self._offers.known, job)

    def look(self, jobs: Iterable[Job]) -> None:
        """When a job waits for a limit that is not known, begin to ask; the next look tells."""
        if self._task is None and time.monotonic() >= self._next and any(map(limited, jobs)):
            self._task = asyncio.create_task(self._learn())

    async def close(self) -> None:
        """End a question that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _learn(self) -> None:
        """What cannot be asked is asked again as late as the form would do it."""
        pause = self._settings.offers_interval
        try:
            await self._offers.learn(OLD)
            pause = max(pause, OLD)
            self._told()
        except RemoteError:
            pass  # the reason stands without its figure
        finally:
            self._next, self._task = time.monotonic() + pause, None


def limited(job: Job) -> bool:
    """Whether a job waits for a limit whose figure can be told."""
    return job.state is State.QUEUED and any(word in job.reason for word in TOLD)


def figures(cluster: Cluster | None, job: Job) -> dict[str, str]:
    """Limits of the job's QOS by Slurm's words for reasons, from what is known already. None
    where the partition has a QOS too: the word does not say whose limit it is."""
    qos = cluster.qos.get(job.qos) if cluster else None
    if cluster is None or qos is None:
        return {}
    if any(one.qos for one in cluster.partitions if one.name in job.partition.split(",")):
        return {}
    found = {}
    if qos.max_jobs is not None:
        found["QOSMaxJobsPerUserLimit"] = str(qos.max_jobs)
    if qos.max_wall is not None:
        limit = str(datetime.timedelta(seconds=qos.max_wall))
        found["QOSMaxWallDurationPerJobLimit"] = limit
    return found
