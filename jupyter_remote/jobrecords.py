"""Jobs as they are sent, and what is different between two observations. Nothing here is kept."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .arrays import collapse
from .breath import slices
from .model import Job, Json, State

Pair = tuple[Job, str]
"""A job and the id of the session that runs in it, or nothing."""

Ours = Mapping[str, tuple[str, bool]]
"""Job id -> id of its session, and whether that is a spare one."""


@dataclasses.dataclass(frozen=True)
class News:
    """An observation, compared with the one before; ``counts``: what runs, what waits.
    ``awaited``: jobs that were submitted from here are among those that have not ended."""

    jobs: dict[str, Pair]
    members: dict[str, list[Job]]
    changed: list[Pair]
    gone: list[str]
    ended: list[Json]
    counts: tuple[int, int]
    awaited: bool


def compare(jobs: Sequence[Job], ours: Ours, before: Mapping[str, Pair]) -> News:
    """What is different from ``before``. Long, and good for a thread."""
    single, members = collapse(
        [job for job in slices(jobs) if not ours.get(job.job_id, ("", False))[1]]
    )
    fresh = {job.job_id: (job, ours.get(job.job_id, ("",))[0]) for job in slices(single)}
    changed = [pair for key, pair in slices(fresh.items()) if before.get(key) != pair]
    return News(
        jobs=fresh,
        members=members,
        changed=changed,
        gone=[job_id for job_id in before if job_id not in fresh],
        ended=[record(*pair) for pair in slices(changed) if pair[0].state.ended],
        counts=_running_and_waiting(single),
        awaited=any(job.tag and not job.state.ended for job in slices(single)),
    )


def _running_and_waiting(jobs: Iterable[Job]) -> tuple[int, int]:
    """Tasks of arrays count one by one."""
    found: Counter[str] = Counter()
    for job in slices(jobs):
        if job.counts:
            found.update(job.counts)
        else:
            found[job.state.value] += job.tasks
    waiting = found[State.QUEUED.value] + found[State.SUBMITTING.value]
    return found[State.RUNNING.value], waiting


def record(job: Job, session: str = "") -> Json:
    """A job as it is sent."""
    return job.to_json() | {"session": session}


def each(jobs: Iterable[Job]) -> list[Json]:
    """Jobs as they are sent. Long where there are many, and good for a thread."""
    return [record(job) for job in slices(jobs)]


BLANK: Final = record(Job(backend="", job_id="", name="", state=State.LOST))


def completed(known: Json) -> Json:
    """A record that another version of this program may have written, with today's fields."""
    return {name: known.get(name, blank) for name, blank in BLANK.items()}


def records_of(jobs: Sequence[Job]) -> list[Json]:
    """Jobs of one backend, arrays as one, as they are sent."""
    return [record(job) for job in collapse(jobs)[0]]
