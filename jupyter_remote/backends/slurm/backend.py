"""Jobs of this user in Slurm, by its own commands: no daemon, no database, no administrator."""

from __future__ import annotations

import asyncio
import os
import pwd
import time
from pathlib import Path

from traitlets import Float, List, Unicode
from traitlets.config import Configurable

from ...contract import JobRequest, LogChunk, Offers, Trial
from ...errors import (
    BackendAbsent,
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    NotFound,
    WrongState,
)
from ...files import read_chunk
from ...model import Job, JobSpec, State
from .commands import SlurmCommands, check, words_of
from .offers import SlurmOffers
from .submit import SlurmSubmit
from .text import FORMAT, JOB_ID, log_path, parse_jobs

LARGE = 50_000
"""Characters of output that are read in a thread."""

REMEMBERED = 1000
"""Ended jobs that are remembered at most."""

NOT_YET = "sessions as Slurm jobs are not built yet"

ABSENT = "Could not establish a configuration source"
ABSENT_FOR = 600.0
"""Seconds for which commands without a cluster are not asked again: they look for one in the
network each time."""


def user_name() -> str:
    """The user that the commands run as; their number when they have no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


class RemoteSlurmBackend(Configurable):
    """The ``Backend`` named "slurm" (see ``contract.Backend``): what squeue shows of this user.

    The waiting tasks of an array are one job with the array's id; cancel, hold and release
    of that id mean those tasks and leave running ones alone."""

    name = "slurm"

    bin_dir = Unicode(
        config=True,
        help="Folder of squeue, scancel and scontrol. Default: they are looked for in ``PATH``.",
    )
    command_timeout = Float(
        15.0,
        config=True,
        help="Seconds for one of Slurm's commands to answer. They themselves give up after 9 s "
        "when the controller is down.",
    )
    remember = Float(
        3600.0,
        config=True,
        help="Seconds for which ended jobs are shown that Slurm no longer knows (it forgets "
        "them after ``MinJobAge``, 300 s as a rule); 0: none.",
    )

    offers_interval = Float(
        300.0,
        config=True,
        help="Seconds for which it is remembered what this user may use. Nothing is refused "
        "without having asked again.",
    )
    free_interval = Float(
        15.0,
        config=True,
        help="Seconds for which it is remembered what is free, while somebody fills in a form.",
    )
    submit_timeout = Float(
        60.0,
        config=True,
        help="Seconds for sbatch to answer. Then the job is looked for, never submitted again.",
    )
    env_remove = List(
        Unicode(),
        ["JUPYTERHUB_API_TOKEN", "JUPYTER_TOKEN", "JPY_*", "*_TOKEN", "*_SECRET", "*_PASSWORD"],
        config=True,
        help="Variables of the server's environment that jobs do not get (shell patterns).",
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.user = user_name()
        self._commands = SlurmCommands(self)
        self._offers = SlurmOffers(self, self._commands)
        self._submit = SlurmSubmit(self, self._commands, self._offers)
        self._read: dict[str, Job] = {}
        self._jobs: dict[str, Job] = {}
        self._ended: dict[str, float] = {}
        self._paths: dict[str, str] = {}
        self._absent: tuple[float, str] = (-ABSENT_FOR, "")

    def found(self) -> bool:
        """Whether this machine has squeue."""
        return self._commands.found("squeue")

    async def submit(self, spec: JobSpec) -> str:
        """Not built yet: raises BackendError."""
        raise BackendError(NOT_YET)

    async def jobs(self) -> list[Job]:
        """What one squeue shows of this user, and ended jobs that Slurm forgot. Raises
        BackendUnreachable with Slurm's words, and BackendTimeout."""
        self._check_present()
        argv = ["--me", "--noheader", "--states=all", f"--Format={FORMAT}"]
        result = await self._commands.run("squeue", *argv)
        if result.returncode:
            words = words_of(result)
            self._absent = (time.monotonic(), words) if ABSENT in words else self._absent
            self._check_present()
            raise BackendUnreachable(words)
        text = result.stdout
        if len(text) < LARGE:
            self._read = parse_jobs(text, self.name, self._read)
        else:
            self._read = await asyncio.to_thread(parse_jobs, text, self.name, self._read)
        return self._remember({job.job_id: job for job in self._read.values()})

    async def changed(self) -> None:
        """Slurm tells nothing by itself: never returns."""
        await asyncio.Event().wait()

    async def cancel(self, job_id: str) -> None:
        """End a job. Raises NotFound, and BackendError with Slurm's words."""
        job = await self._find(job_id)
        if job is not None and job.state.ended:
            return
        waiting = job is not None and job.array == job.job_id
        # Verbose, for it says of a job that is not there only then; and its status stays 0.
        options = ["--verbose", *(["--state=PENDING"] if waiting else [])]
        result = await self._commands.run("scancel", *options, job_id)
        if "already completing" not in result.stderr:
            check(result)

    async def hold(self, job_id: str) -> None:
        """Keep a waiting job from starting. Raises NotFound, WrongState, BackendError."""
        await self._control("hold", job_id)

    async def release(self, job_id: str) -> None:
        """Let a held job start. Raises NotFound, WrongState, BackendError."""
        await self._control("release", job_id)

    async def submit_request(self, request: JobRequest) -> str:
        """Submit a person's job with sbatch; answers its id. Raises InvalidSpec for what may
        not be asked for, BackendError with sbatch's words, and BackendTimeout."""
        return await self._submit.submit(request)

    async def test_request(self, request: JobRequest) -> Trial:
        """When a job would start, as ``sbatch --test-only`` says. Raises InvalidSpec, and
        BackendError with sbatch's words."""
        return await self._submit.test(request)

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        """Bytes of the file the job prints to; none while there is no such file. Raises
        NotFound, StorageError, BackendError."""
        path = await self._path(job_id)
        try:
            reading = asyncio.to_thread(read_chunk, path, offset, limit)
            return await asyncio.wait_for(reading, self.command_timeout)
        except asyncio.TimeoutError:
            words = f"{path} could not be read within {self.command_timeout:g} s"
            raise BackendTimeout(words) from None

    async def forget(self, job_id: str) -> None:
        """Nothing is kept but the memory of an ended job."""
        if job_id in self._ended:
            self._drop(job_id)

    async def offers(self) -> Offers:
        """What this user may use now. Raises BackendUnreachable, BackendError and
        BackendTimeout with Slurm's words."""
        self._check_present()
        return await self._offers.offers()

    def socket(self, job_id: str) -> Path:
        """No job here has one: raises NotFound."""
        raise NotFound(f"the Slurm job {job_id} is no session")

    async def close(self) -> None:
        """Nothing is held open."""

    # -- what is known

    def _check_present(self) -> None:
        """Raise BackendAbsent while it is known that this machine is part of no cluster."""
        since, words = self._absent
        if time.monotonic() - since < ABSENT_FOR:
            raise BackendAbsent(words)

    def _remember(self, listed: dict[str, Job]) -> list[Job]:
        """Slurm's list and, after it, what ended within ``remember`` and is not in it."""
        now = time.monotonic()
        left = [job for key, job in self._jobs.items() if key not in listed and key in self._ended]
        self._ended = {
            key: self._ended.get(key, now)
            for key, job in [*((job.job_id, job) for job in left), *listed.items()]
            if job.state.ended
        }
        recent = [job for job in left if now - self._ended[job.job_id] < self.remember]
        kept = recent[-REMEMBERED:]
        self._jobs = {job.job_id: job for job in kept} | listed
        self._ended = {key: at for key, at in self._ended.items() if key in self._jobs}
        self._paths = {key: path for key, path in self._paths.items() if key in self._jobs}
        return list(self._jobs.values())

    def _drop(self, job_id: str) -> None:
        for known in (self._jobs, self._ended, self._paths):
            known.pop(job_id, None)

    async def _find(self, job_id: str) -> Job | None:
        """The job; None for a task among the waiting ones of its array. Raises NotFound."""
        if not JOB_ID.fullmatch(job_id):
            raise NotFound(f"{job_id!r} is no Slurm job")
        array = job_id.partition("_")[0]
        if job_id not in self._jobs:
            await self.jobs()
        if job_id not in self._jobs and array not in self._jobs:
            raise NotFound(f"Slurm knows no job {job_id} of yours")
        return self._jobs.get(job_id)

    async def _path(self, job_id: str) -> str:
        """Slurm is asked once for a job that has started."""
        job = await self._find(job_id)
        if job_id in self._paths:
            return self._paths[job_id]
        if job is not None and not job.started and (job.array == job_id or job.state.ended):
            return ""  # waiting tasks, or cancelled ones, have printed nothing
        result = await self._commands.run("scontrol", "--oneliner", "show", "job", job_id)
        check(result)
        path = log_path(result.stdout)
        if job is not None and job.state is not State.QUEUED:
            self._paths[job_id] = path
        return path

    # -- Slurm's commands

    async def _control(self, verb: str, job_id: str) -> None:
        job = await self._find(job_id)
        if job is not None and job.state is not State.QUEUED:
            await self.jobs()  # it may have been requeued since
            job = self._jobs.get(job_id)
        if job is not None and job.state is not State.QUEUED:
            raise WrongState(f"{job_id} does not wait: it is {job.state}")
        check(await self._commands.run("scontrol", verb, job_id))
