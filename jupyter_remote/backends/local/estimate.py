"""When waiting jobs of this machine start at the latest, where time limits tell. Pure.

Jobs start in their order and nothing overtakes, so their starts follow from the ends of those
before them. A job without a time limit may run for ever: nothing is known behind it.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from ...model import Json, as_time
from .files import Record
from .queue import PLACES, Line

Ask = tuple[int, float, int]
"""Slots that a job takes, seconds that it may run (without a limit: infinite), and of how many
slots."""


class Estimates:
    """Puts ``starts`` into records; the same record while nothing changed."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Record, str, Record]] = {}
        self._known: dict[str, str] = {}

    def told(self, record: Record) -> Record:
        """The record, with its estimate if there is one."""
        job, when = record.job_id, self._known.get(record.job_id, "")
        if not when or not record.data.get("line"):
            return record
        known = self._told.get(job)
        if known is None or known[0] is not record or known[1] != when:
            told = dataclasses.replace(record, data={**record.data, "starts": when})
            known = self._told[job] = (record, when, told)
        return known[2]

    def take(self, line: Line) -> None:
        """Estimate anew. While a job is being started it is not known since when it runs: what
        was estimated before stands."""
        if not line.starting:
            asked = [ask_of(record.data) for record in line.waiting[:PLACES]]
            found = zip(line.waiting, latest(line.running, asked), strict=False)
            self._known = {record.job_id: as_time(when) for record, when in found if when}
        self._told = {job: told for job, told in self._told.items() if job in self._known}


def ask_of(data: Mapping[str, Json]) -> Ask:
    """What a job asks for, by its record or its checked options."""
    cpus, limit = int(data.get("cpus") or 1), data.get("time_limit")
    return cpus, math.inf if limit is None else float(limit), int(data.get("slots") or cpus)


def latest(running: Sequence[Record], waiting: Sequence[Ask]) -> list[float | None]:
    """When each of those that wait starts at the latest, in seconds since 1970; 0: nothing is in
    its way now, None: that is not known."""
    ends = [(_end(record.data), ask_of(record.data)[0]) for record in running]
    heapq.heapify(ends)
    used, at = sum(cpus for _, cpus in ends), 0.0
    found: list[float | None] = []
    for cpus, limit, slots in waiting:
        while ends and used + cpus > slots:
            end, freed = heapq.heappop(ends)
            at, used = max(at, end), used - freed
        found.append(at if math.isfinite(at) else None)
        used += cpus
        heapq.heappush(ends, (at + limit if at else math.inf, cpus))
    return found


def _end(data: Mapping[str, Json]) -> float:
    """When a job that runs ends at the latest."""
    limit, started = data.get("time_limit"), data.get("started")
    if limit is None or not started:
        return math.inf
    return datetime.fromisoformat(str(started).replace("Z", "+00:00")).timestamp() + float(limit)
