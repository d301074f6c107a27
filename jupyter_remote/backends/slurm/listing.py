"""The list of this user's jobs: what squeue shows, and ended jobs that Slurm forgot."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from ...breath import aside, slices
from ...errors import BackendAbsent, BackendUnreachable, NotFound
from ...model import Job, State
from .commands import SlurmCommands, words_of
from .queue import SlurmQueue
from .reasons import with_figures
from .text import FORMAT, JOB_ID, PENDING, parse_jobs, shown_id

RECORD_LENGTH = 150
"""Characters of a job in what squeue prints, about."""

REMEMBERED = 20_000
"""Ended jobs that are remembered at most: two arrays of 10,000. They need 0.9 kB each."""

ABSENT = "Could not establish a configuration source"
ABSENT_FOR = 600.0
"""Seconds for which commands without a cluster are not asked again: they look for one in the
network each time."""


class Settings(Protocol):
    """The backend, for its name and traits."""

    name: str
    remember: float
    queue_interval: float


class SlurmList:
    """Observes, remembers and finds jobs."""

    def __init__(
        self,
        settings: Settings,
        commands: SlurmCommands,
        figures: Callable[[Job], Mapping[str, str]],
        told: Callable[[], None],
    ) -> None:
        self._settings, self._commands, self._figures = settings, commands, figures
        self._queue = SlurmQueue(settings, commands, told)
        self._read: dict[str, Job] = {}
        self._said: dict[str, Job] = {}
        self._listed: dict[str, Job] = {}
        self._gone: dict[str, Job] = {}
        self._since: dict[str, float] = {}
        self._lived: dict[str, float] = {}
        self._answered = False
        self._absent: tuple[float, str] = (-ABSENT_FOR, "")
        self.jobs: dict[str, Job] = {}

    async def observe(self) -> list[Job]:
        """What one squeue shows of this user, and ended jobs that Slurm forgot. Raises
        BackendUnreachable with Slurm's words, and BackendTimeout."""
        self._read = await self._squeue(self._read, "--me", "--states=all")
        lines = self._queue.places(self._read.values())
        listed = await aside(len(self._read), self._tell, list(self._read.values()), lines)
        return self._remember(whole(listed, self.jobs))

    def _tell(self, jobs: Sequence[Job], lines: Mapping[str, int]) -> dict[str, Job]:
        told = {job.job_id: self._told(job, lines) for job in slices(jobs)}
        self._said = told
        return dict(told)

    def _told(self, job: Job, lines: Mapping[str, int]) -> Job:
        """A job, and if it waits what the list does not say of that: the same as the last
        time where nothing is different, so that it is seen at once that nothing is."""
        if job.state is not State.QUEUED:
            return job
        reason = job.reason
        if "Limit)" in reason:
            reason = with_figures(reason, self._figures(job))
        line = lines.get(job.job_id)
        if line is None and reason == job.reason:
            return job
        told = dataclasses.replace(job, line=line, reason=reason)
        said = self._said.get(job.job_id)
        return said if said == told else told

    async def everybody(self) -> list[Job]:
        """The jobs of all users that wait or run, as far as this one may see them."""
        return list((await self._squeue({})).values())

    async def _squeue(self, before: Mapping[str, Job], *options: str) -> dict[str, Job]:
        self.check_present()
        argv = [*options, "--noheader", f"--Format={FORMAT}"]
        result = await self._commands.run("squeue", *argv)
        if result.returncode:
            words = words_of(result)
            if ABSENT in words and not self._answered:
                self._absent = (time.monotonic(), words)
            self.check_present()
            raise BackendUnreachable(words)
        self._answered = True
        text, name = result.stdout, self._settings.name
        try:
            return await aside(len(text) // RECORD_LENGTH, parse_jobs, text, name, before)
        except ValueError as error:
            words = f"squeue printed what is no list of jobs: {error}"
            raise BackendUnreachable(words) from None

    def check_present(self) -> None:
        """Raise BackendAbsent while it is known that this machine is part of no cluster: it
        never is once squeue has answered."""
        since, words = self._absent
        if time.monotonic() - since < ABSENT_FOR:
            raise BackendAbsent(words)

    def _remember(self, listed: dict[str, Job]) -> list[Job]:
        """What Slurm forgot and ended within ``remember`` (of an array: since all of it
        ended), and after it Slurm's list."""
        now = time.monotonic()
        for job_id, job in self._listed.items():
            if job.state.ended and job_id not in listed:
                self._gone[job_id], self._since[job_id] = job, now
        for job_id in self._gone.keys() & listed.keys():
            self._drop(job_id)
        alive = {job.array for job in listed.values() if job.array and not job.state.ended}
        self._lived.update(dict.fromkeys(alive, now))
        for job_id in self._old(now):
            self._drop(job_id)
        self._listed = listed
        self.jobs = {**self._gone, **listed}
        return list(self.jobs.values())

    def _old(self, now: float) -> list[str]:
        """What is not remembered any longer, or is too much."""
        remember = self._settings.remember
        self._lived = {array: at for array, at in self._lived.items() if now - at < remember}
        old: list[str] = []
        for job_id, since in self._since.items():
            many = len(self._gone) - len(old) > REMEMBERED
            if not many and now - since < remember:
                break  # the others came later
            if many or self._gone[job_id].array not in self._lived:
                old.append(job_id)
        return old

    def _drop(self, job_id: str) -> None:
        del self._gone[job_id], self._since[job_id]

    def forget(self, job_id: str) -> None:
        """Drop an ended job that Slurm forgot."""
        if job_id in self._gone:
            self._drop(job_id)
            self.jobs.pop(job_id, None)

    async def close(self) -> None:
        """End what is under way."""
        await self._queue.close()

    # -- what an id means

    async def find(self, job_id: str, fresh: bool = False) -> list[Job]:
        """The jobs that an id means: one; all of an array or of a heterogeneous job; for a
        task that waits, all waiting ones of its array. Raises NotFound."""
        if not JOB_ID.fullmatch(job_id):
            raise NotFound(f"{job_id!r} is no Slurm job")
        if fresh or not meant(job_id, self.jobs):
            await self.observe()
        found = meant(job_id, self.jobs)
        if not found:
            raise NotFound(f"Slurm knows no job {job_id} of yours")
        return found

    def waiting_tasks(self, array: str, alone: bool = False) -> str:
        """The waiting tasks of an array as commands take them: ``12_[5-99]``; with ``alone``
        also those that Slurm treats one by one: ``12_[3,5-99]``. Raises NotFound."""
        tasks: list[str] = []
        for record, job in self._read.items():
            waits = job.array == array and job.state is State.QUEUED
            if waits and (alone or job.job_id == array + PENDING):
                shown = shown_id(record).partition("_")[2]
                tasks.append(shown.strip("[]").partition("%")[0])
        if not tasks:
            raise NotFound(f"no task of {array} waits")
        return f"{array}_[{','.join(tasks)}]"


def meant(job_id: str, jobs: Mapping[str, Job]) -> list[Job]:
    """See ``find``; empty: there is no such job."""
    if job_id in jobs:
        return [jobs[job_id]]
    own = [job for job in jobs.values() if job_id in (job.array, job.job_id.partition("+")[0])]
    rest = jobs.get(job_id.partition("_")[0] + PENDING)
    waits = rest is not None and "_" in job_id and not rest.state.ended
    return [rest] if rest is not None and waits and not own else own


def whole(listed: dict[str, Job], before: Mapping[str, Job]) -> dict[str, Job]:
    """Slurm shows the last of an array's waiting tasks, when they are cancelled and others
    were treated one by one before, as a plain job with the array's id: name it as it was."""
    arrays = _arrays(listed.values()) | _arrays(before.values())
    for array in arrays & listed.keys():
        job_id, job = array + PENDING, listed.pop(array)
        if job_id in listed:
            continue
        known = before.get(job_id)
        tasks = known.tasks if known else 1
        if known and not known.state.ended:  # those that left it since are tasks of their own
            tasks -= sum(one.array == array and key not in before for key, one in listed.items())
        listed[job_id] = dataclasses.replace(job, job_id=job_id, array=array, tasks=max(1, tasks))
    return listed


def _arrays(jobs: Iterable[Job]) -> set[str]:
    return {job.array for job in jobs if job.array}
