"""What is done to jobs: cancel, hold, release, start anew, change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from ...errors import InvalidSpec, WrongState
from ...model import Job, Json, State
from .commands import SlurmCommands, check
from .listing import SlurmList
from .text import PENDING

KEYS = {
    "account": "Account",
    "begin": "StartTime",
    "constraint": "Features",
    "cpus": "CPUsPerTask",
    "dependency": "Dependency",
    "memory": "MinMemoryNode",
    "name": "JobName",
    "nice": "Nice",
    "nodes": "NumNodes",
    "partition": "Partition",
    "qos": "QOS",
    "reservation": "ReservationName",
    "tasks": "NumTasks",
    "time": "TimeLimit",
}
"""What may be changed, as ``scontrol update`` calls it."""

NOT_NOW = "Resource temporarily unavailable"
AGAIN, PAUSE = 8, 0.3
"""How often an order is given that Slurm cannot take now, and the seconds between."""


class SlurmControl:
    """Does what users ask, with their rights; refusals carry Slurm's words."""

    def __init__(self, known: SlurmList, commands: SlurmCommands) -> None:
        self._known, self._commands = known, commands

    async def cancel(self, job_id: str) -> None:
        """End a job, or all that an id means. What ended already is no error."""
        jobs = await self._known.find(job_id)
        if all(job.state.ended for job in jobs):
            return
        # Verbose, for it says of a job that is not there only then; and its status stays 0.
        argv = ["--verbose", job_id]
        if job_id.endswith(PENDING):
            argv = ["--verbose", "--state=PENDING", job_id.removesuffix(PENDING)]
        result = await self._commands.run("scancel", *argv)
        errors = [x for x in result.stderr.splitlines() if "Kill job error" in x]
        if not errors or not all("already completing" in error for error in errors):
            check(result)

    async def hold(self, job_id: str) -> None:
        """Keep what waits from starting."""
        await self._wait(job_id)
        await self._order("hold", self._target(job_id))

    async def release(self, job_id: str) -> None:
        """Let what is held start."""
        await self._wait(job_id)
        await self._order("release", self._target(job_id))

    async def requeue(self, job_id: str) -> None:
        """Let jobs that run or ran start anew."""
        jobs = await self._known.find(job_id, fresh=True)
        ran = [job for job in jobs if job.started and job.state is not State.QUEUED]
        if not ran:
            raise WrongState(f"{job_id} has not started")
        await self._order("requeue", _members(job_id, ran))

    async def change(self, job_id: str, options: Mapping[str, Json]) -> None:
        """Change a job that waits (a shorter time limit: also one that runs). Of a whole
        array only the tasks that wait, if any do: a limit could end those that run."""
        words = [assignment(name, value) for name, value in options.items()]
        if not words:
            return
        jobs = await self._known.find(job_id, fresh=True)
        if all(job.state.ended for job in jobs):
            raise WrongState(f"{job_id} has ended")
        if any(job.array == job_id and job.state is State.QUEUED for job in jobs):
            target = self._known.waiting_tasks(job_id, alone=True)
        else:
            target = self._target(job_id)
        await self._order("update", f"JobId={target}", *words)

    async def _order(self, *argv: str) -> None:
        """One order to scontrol. In the second after a job was submitted Slurm 24.11 may say
        that it cannot be changed now; nothing was changed then."""
        for _ in range(AGAIN):
            result = await self._commands.run("scontrol", *argv)
            if NOT_NOW not in result.stderr:
                break
            await asyncio.sleep(PAUSE)
        check(result)

    async def _wait(self, job_id: str) -> None:
        """Raise WrongState when nothing of it waits; it may have been requeued since."""
        jobs = await self._known.find(job_id)
        if job_id.endswith(PENDING) or not any(job.state is State.QUEUED for job in jobs):
            jobs = await self._known.find(job_id, fresh=True)
        if not any(job.state is State.QUEUED for job in jobs):
            raise WrongState(f"{job_id} does not wait: it is {jobs[0].state}")

    def _target(self, job_id: str) -> str:
        if job_id.endswith(PENDING):
            return self._known.waiting_tasks(job_id.removesuffix(PENDING))
        return job_id


def _members(job_id: str, jobs: list[Job]) -> str:
    """Tasks of an array one by one (``12_[1,2,7]``): a cancelled remainder of one that is
    started anew would lose the numbers of its tasks."""
    tasks = [job.job_id.partition("_")[2] for job in jobs if job.array == job_id]
    return f"{job_id}_[{','.join(tasks)}]" if tasks else job_id


def assignment(name: str, value: Json) -> str:
    """A change as ``scontrol update`` takes it. Raises InvalidSpec."""
    if name not in KEYS:
        raise InvalidSpec(f"{name!r} of a Slurm job cannot be changed")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number or isinstance(value, str)) or "\n" in str(value):
        raise InvalidSpec(f"{value!r} is no value for {name!r}")
    return f"{KEYS[name]}={_written(name, value)}"


def _written(name: str, value: Json) -> str:
    if isinstance(value, str):
        return _moment(value) if name == "begin" else value
    if name == "time":
        minutes, seconds = divmod(max(1, int(value)), 60)
        return f"{minutes}:{seconds:02}"
    if name == "memory":
        return str(-(-int(value) // 2**20))
    if name == "begin":
        return f"uts{int(value)}"
    return str(int(value)) if value == value // 1 else f"{value}"


def _moment(text: str) -> str:
    """A time of our records in seconds since 1970; anything else as Slurm reads it."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    return f"uts{int(at.timestamp())}" if at.tzinfo else text
