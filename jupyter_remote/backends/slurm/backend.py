"""Jobs of this user in Slurm, by its own commands: no daemon, no database, no administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from traitlets import Float, List, Unicode
from traitlets.config import Configurable

from ...contract import JobDetails, JobRequest, LogChunk, Offers, Trial
from ...errors import BackendError, NotFound
from ...model import Job, JobSpec, Json
from ..users import user_name
from .accounting import SlurmAccounting
from .commands import SlurmCommands
from .control import SlurmControl
from .details import SlurmDetails
from .diag import SlurmDiag
from .figures import SlurmFigures
from .form import SUFFIXES
from .listing import SlurmList
from .offers import SlurmOffers
from .pulse import SlurmPulse
from .submit import SlurmSubmit

NOT_YET = "sessions as Slurm jobs are not built yet"


class RemoteSlurmBackend(Configurable):
    """The ``Backend`` named "slurm" (see ``contract.Backend``): what squeue shows of this user.

    The waiting tasks of the array ``12`` are one job, ``12_pending``. An array's id means all
    of its tasks, wherever an id is taken; that of a heterogeneous job all of its parts."""

    name = "slurm"
    shared = True
    requeue_ended = True
    suffixes = SUFFIXES

    bin_dir = Unicode(
        config=True,
        help="Folder of Slurm's commands. Default: they are looked for in ``PATH``.",
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
        "them after ``MinJobAge``, 300 s as a rule); those of an array until so long after all "
        "of it ended; 0: none.",
    )
    queue_interval = Float(
        60.0,
        config=True,
        help="Seconds between two looks at the queue of all users, which say how many jobs "
        "stand before one's own; only while one waits for its turn. 0: never.",
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
        self._news = asyncio.Event()
        self._figures = SlurmFigures(self, self._offers, self._news.set)
        self._list = SlurmList(self, self._commands, self._figures.of, self._news.set)
        self._accounting = SlurmAccounting(self, self._commands)
        self._diag = SlurmDiag(self._commands)
        self._pulse = SlurmPulse(self, self._commands, self._diag, self._list)
        self._control = SlurmControl(self._list, self._commands)
        self._details = SlurmDetails(self._list, self._commands, self._accounting)

    def found(self) -> bool:
        """Whether this machine has squeue."""
        return self._commands.found("squeue")

    async def submit(self, spec: JobSpec) -> str:
        """Not built yet: raises BackendError."""
        raise BackendError(NOT_YET)

    async def jobs(self) -> list[Job]:
        """What one squeue shows of this user, and ended jobs that Slurm forgot. Raises
        BackendUnreachable with Slurm's words, and BackendTimeout."""
        jobs = await self._list.observe()
        self._figures.look(jobs)
        return jobs

    @property
    def served(self) -> float:
        """Seconds that the controller works for one observation, as it says; 0: not known."""
        return self._diag.served

    async def stirred(self, thorough: bool) -> bool | None:
        """Whether something may have happened to this user's jobs since this was last asked; None:
        the controller does not say, or there are too many to look thoroughly."""
        return await self._pulse.stirred(thorough)

    async def changed(self) -> None:
        """Return when something was found out of a waiting job: its place in the queue, or how
        much is allowed. Slurm tells nothing by itself."""
        await self._news.wait()
        self._news.clear()

    async def cancel(self, job_id: str) -> None:
        """End a job. Raises NotFound, and BackendError with Slurm's words."""
        await self._control.cancel(job_id)

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        """Bytes of a file the job prints to; none while there is no such file. Raises
        NotFound, StorageError, BackendError."""
        return await self._details.log(job_id, offset, limit, stream, self.command_timeout)

    async def forget(self, job_id: str) -> None:
        """Nothing is kept but the memory of an ended job."""
        self._list.forget(job_id)

    async def offers(self) -> Offers:
        """What this user may use now. Raises BackendUnreachable, BackendError and
        BackendTimeout with Slurm's words."""
        self._list.check_present()
        return await self._offers.offers()

    def socket(self, job_id: str) -> Path:
        """No job here has one: raises NotFound."""
        raise NotFound(f"the Slurm job {job_id} is no session")

    async def close(self) -> None:
        """Nothing is held open but questions that are under way."""
        await asyncio.gather(self._list.close(), self._figures.close())

    # -- abilities: new jobs

    async def submit_request(self, request: JobRequest) -> str:
        """Submit a person's job with sbatch; answers its id. Raises InvalidSpec for what may
        not be asked for, BackendError with sbatch's words, and BackendTimeout."""
        return await self._submit.submit(request)

    async def test_request(self, request: JobRequest) -> Trial:
        """When a job would start, as ``sbatch --test-only`` says. Raises InvalidSpec, and
        BackendError with sbatch's words."""
        return await self._submit.test(request)

    # -- abilities: jobs that exist

    async def hold(self, job_id: str) -> None:
        """Keep a waiting job from starting. Raises NotFound, WrongState, BackendError."""
        await self._control.hold(job_id)

    async def release(self, job_id: str) -> None:
        """Let a held job start. Raises NotFound, WrongState, BackendError."""
        await self._control.release(job_id)

    async def requeue(self, job_id: str) -> None:
        """Let a job that runs or ran start anew. Raises NotFound, WrongState, BackendError."""
        await self._control.requeue(job_id)

    async def change(self, job_id: str, options: Mapping[str, Json]) -> None:
        """Change a job, with its owner's rights. Raises NotFound, InvalidSpec, WrongState, and
        BackendError with Slurm's words."""
        await self._control.change(job_id, options)

    async def details(self, job_id: str) -> JobDetails:
        """One job in full. Raises NotFound."""
        return await self._details.details(job_id)

    async def ended(self, since: float) -> list[Job] | None:
        """Jobs that ended after ``since``, by accounting; None when there is none. Raises
        BackendUnreachable when the database is away."""
        return await self._accounting.ended(since)

    async def everybody(self) -> list[Job]:
        """The jobs of all users that wait or run, as far as this one may see them."""
        return await self._list.everybody()
