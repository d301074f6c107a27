"""A whole array (Slurm) or cluster (HTCondor) as one job. Nothing here asks anybody."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .breath import slices
from .model import Job, State

STATES = (
    *(State.RUNNING, State.STARTING, State.STOPPING, State.QUEUED, State.SUBMITTING),
    *(State.LOST, State.FAILED, State.STOPPED),
)
"""The first of these that a task has is the state of its array."""


def collapse(jobs: Sequence[Job]) -> tuple[list[Job], dict[str, list[Job]]]:
    """The jobs with every array as one record, in the order in which they came; and the
    members of each array by its id."""
    members: dict[str, list[Job]] = {}
    order: dict[str, Job] = {}
    for job in slices(jobs):
        if job.array:
            members.setdefault(job.array, []).append(job)
        order.setdefault(job.array or job.job_id, job)
    whole = {array: as_one(tasks) for array, tasks in members.items()}
    return [whole.get(job_id, job) for job_id, job in order.items()], members


def as_one(tasks: Sequence[Job]) -> Job:
    """One record for the tasks of an array."""
    first = tasks[0]
    counts: Counter[State] = Counter()
    for task in slices(tasks):
        counts[task.state] += task.tasks
    state = next(state for state in STATES if state in counts)
    waiting = [task for task in tasks if task.state is State.QUEUED]
    alike = [task for task in tasks if task.state is state]
    return dataclasses.replace(
        first,
        job_id=first.array,
        state=state,
        word=_common(task.word for task in alike),
        reason=_common(task.reason for task in waiting or alike),
        exit_code=None,
        signal=None,
        memory=sum(task.memory or 0 for task in tasks) or None,
        partition=_common(task.partition for task in tasks),
        nodes=_common(task.nodes for task in tasks),
        tasks=sum(counts.values()),
        counts={state.value: counts[state] for state in STATES if state in counts},
        well=sum(task.tasks for task in slices(tasks) if ended_well(task)),
        held=bool(waiting) and all(task.held for task in waiting),
        line=min((task.line for task in waiting if task.line is not None), default=None),
        **_times(tasks, waiting, over=state.ended),
    )


def ended_well(job: Job) -> bool:
    """Whether it did what it was to do: one that was cancelled did not, whatever its exit code."""
    cancelled = "cancel" in f"{job.word} {job.reason}".lower()
    return job.state is State.STOPPED and job.exit_code == 0 and bool(job.started) and not cancelled


def _times(tasks: Sequence[Job], waiting: Sequence[Job], *, over: bool) -> dict[str, Any]:
    return {
        "submitted": min(_given(task.submitted for task in tasks), default=None),
        "started": min(_given(task.started for task in tasks), default=None),
        "ended": max(_given(task.ended for task in tasks), default=None) if over else None,
        "starts": min(_given(task.starts for task in waiting), default=None),
    }


def _common(words: Iterable[str]) -> str:
    """What all have in common; empty when they differ."""
    found = set(words)
    return found.pop() if len(found) == 1 else ""


def _given(times: Iterable[str | None]) -> list[str]:
    return [time for time in times if time]
