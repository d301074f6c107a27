"""The order of one user's own waiting jobs, which is all that can be known of a place.

A pool has no queue: it gives machines to users by their shares, and what it negotiates next it
tells nobody. Among the jobs of one user (and accounting group) it goes by their priority, then by
age, and skips what fits nowhere.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterable, Mapping

from ...breath import slices
from ...model import Job, Json
from .reasons import whole

PLACES = 100
"""So many first places are told: else each start would be news of all that wait."""


class Places:
    """Puts ``line`` into the jobs that wait; the same job while nothing changed."""

    def __init__(self) -> None:
        self._priorities: dict[str, int] = {}
        self._told: dict[str, tuple[Job, Job]] = {}

    def note(self, ads: Iterable[Mapping[str, Json]]) -> None:
        """Remember what jobs have as priority: more is sooner."""
        for ad in ads:
            self._priorities[f"{ad['ClusterId']}.{ad['ProcId']}"] = whole(ad, "JobPrio") or 0

    def told(self, jobs: Mapping[str, Job]) -> dict[str, Job]:
        """The jobs, those among the first with their place. Long where there are many, and good
        for a thread."""
        self._priorities = {key: n for key, n in self._priorities.items() if key in jobs}
        waiting: dict[str, list[tuple[int, str, int, int, str]]] = {}
        for key, job in slices(jobs.items()):
            if job.word == "IDLE":
                cluster, proc = (int(part) for part in key.split("."))
                order = (-self._priorities.get(key, 0), job.submitted or "", cluster, proc, key)
                waiting.setdefault(job.account, []).append(order)
        first = (heapq.nsmallest(PLACES, orders) for orders in waiting.values())
        lines = {order[-1]: line for orders in first for line, order in enumerate(orders, 1)}
        self._told = {key: self._one(jobs[key], line) for key, line in lines.items()}
        return {key: self._told[key][1] if key in self._told else job for key, job in jobs.items()}

    def _one(self, job: Job, line: int) -> tuple[Job, Job]:
        known = self._told.get(job.job_id)
        if known and known[0] is job and known[1].line == line:
            return known
        return job, dataclasses.replace(job, line=line)
