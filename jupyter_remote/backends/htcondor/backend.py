"""Jobs of this user in HTCondor, by its commands or its Python bindings: no daemon of our own, no
administrator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir
from traitlets import Float, List, Unicode, default
from traitlets.config import Configurable

from ...contract import JobDetails, JobRequest, LogChunk, Offers, Trial
from ...errors import BackendError, InvalidSpec, NotFound, WrongState
from ...files import read_chunk
from ...model import Job, JobSpec, Json, State, elapsed
from ..users import user_name
from .ads import ATTRIBUTES, JOB_ID, job_of, read_jobs
from .commands import CondorCommands
from .details import details, logs
from .eventlogs import EventLogs
from .folders import RequestFolders
from .history import CondorHistory
from .queue import CondorQueue
from .requests import SUFFIXES, CondorRequests
from .submit import edits
from .told import GUESS, Told

PATHS = 1000
"""Of so many jobs it is remembered where their logs are."""

NOT_YET = "sessions as HTCondor jobs are not built yet"


class RemoteHTCondorBackend(Configurable):
    """The ``Backend`` named "htcondor" (see ``contract.Backend``): the queue (schedd) that the
    commands of this machine talk to.

    A job is ``12.3``; ``12`` is the whole cluster: cancel, release and requeue of it mean all
    its jobs, hold and change those that wait."""

    name = "htcondor"
    shared = pushes = True
    suffixes = SUFFIXES

    data_dir = Unicode(help="Folder of ``RemoteApp.data_dir``: requests are in ``htcondor/``.")
    bin_dir = Unicode(
        config=True,
        help="Folder of condor_q, condor_submit and the others. Default: they are looked for in "
        "``PATH``.",
    )
    schedd = Unicode(
        config=True,
        help="Name of the queue (condor_schedd) that is used, as ``condor_status -schedd`` shows "
        "it. Default: the one that HTCondor's commands use by themselves.",
    )
    user = Unicode(
        config=True,
        help="Whose jobs are shown: the ``Owner`` of jobs. Default: the user's name here.",
    )
    command_timeout = Float(
        15.0, config=True, help="Seconds for one of HTCondor's commands, or a log, to answer."
    )
    whole_interval = Float(
        60.0,
        config=True,
        help="Seconds between two looks at all jobs; those between ask only for what changed.",
    )
    event_interval = Float(
        0.5,
        config=True,
        help="Seconds between two looks at the logs of events of jobs submitted here.",
    )
    remember = Float(
        3600.0, config=True, help="Seconds for which ended jobs are shown in the list; 0: none."
    )
    keep_requests = Float(
        30 * 86400.0,
        config=True,
        help="Seconds for which programs and logs of events of ended jobs are kept.",
    )
    env_remove = List(
        Unicode(),
        ["JUPYTERHUB_API_TOKEN", "JUPYTER_TOKEN", "JPY_*", "*_TOKEN", "*_SECRET", "*_PASSWORD"],
        config=True,
        help="Variables of the server's environment that condor_submit, and so jobs with "
        "``getenv``, do not get (shell patterns).",
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._commands = CondorCommands(self)
        own = 'Owner == "{}"'.format(self.user.replace("\\", "\\\\").replace('"', '\\"'))
        self._history = CondorHistory(self._commands, self.name, own)
        logs = EventLogs()
        self._told = Told(logs)
        self._queue = CondorQueue(self._commands, self._history, logs, self.name, own)
        self._folders = RequestFolders(Path(self.data_dir).absolute() / "htcondor")
        self._requests = CondorRequests(self._commands, self._folders)
        self._forgotten: dict[str, str | None] = {}
        self._paths: dict[str, dict[str, str]] = {}
        self._lock = asyncio.Lock()

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "jupyter_remote")

    @default("user")
    def _default_user(self) -> str:
        return user_name()

    def found(self) -> bool:
        """Whether this machine has condor_q, or HTCondor's Python bindings."""
        return self._commands.found()

    async def submit(self, spec: JobSpec) -> str:
        """Not built yet: raises BackendError."""
        raise BackendError(NOT_YET)

    async def jobs(self) -> list[Job]:
        """The queue's jobs of this user and those that ended a while ago. Raises
        BackendUnreachable with HTCondor's words, and BackendTimeout."""
        async with self._lock:
            began = time.monotonic()
            listed = await self._queue.look(self.remember, self.whole_interval)
            await self._told.take_list(listed, began)
            return self._shown(await self._told.jobs())

    async def changed(self) -> None:
        """Return when HTCondor wrote down an event of a job that was submitted here, by which it is
        another one, or something that is no event."""
        await self._told.changed(self.event_interval)

    async def told(self) -> tuple[list[Job], bool] | None:
        """The jobs that were listed with what was written down of them since, and whether that
        says all that happened; None before they were listed."""
        if self._told.listed is None:
            return None
        return self._shown(await self._told.jobs()), self._told.clear

    async def cancel(self, job_id: str) -> None:
        """End a job, or all of a cluster. Raises NotFound, BackendError."""
        if all(job.state.ended for job in await self._find(job_id)):
            return
        try:
            await self._commands.ask("condor_rm", job_id)
        except NotFound:
            if not all(job.state.ended for job in await self._find(job_id)):
                raise

    async def hold(self, job_id: str) -> None:
        """Keep jobs from starting: only those that wait. Raises NotFound, WrongState."""
        await self._check(job_id, "wait", lambda job: job.word == "IDLE")
        whole = "." not in job_id
        which = ["-constraint", f"ClusterId == {job_id} && JobStatus == 1"] if whole else [job_id]
        await self._commands.ask("condor_hold", *which)

    async def release(self, job_id: str) -> None:
        """Let held jobs start. Raises NotFound, WrongState, BackendError."""
        await self._check(job_id, "wait on hold", lambda job: job.held)
        await self._commands.ask("condor_release", job_id)

    async def requeue(self, job_id: str) -> None:
        """Take running jobs from their machines: they wait, and start anew. Raises NotFound,
        WrongState, BackendError."""
        await self._check(job_id, "run", lambda job: job.state is State.RUNNING)
        await self._commands.ask("condor_vacate_job", job_id)

    async def change(self, job_id: str, options: Mapping[str, Json]) -> None:
        """Change jobs that wait. Raises NotFound, InvalidSpec, WrongState, BackendError."""
        words = edits(options)
        found = await self._check(job_id, "wait", lambda job: job.state is State.QUEUED)
        if "time" in options and not all(job.time_limit for job in found):
            raise InvalidSpec("a time limit can be changed only where one was asked for")
        waits = f"ClusterId == {job_id} && (JobStatus == 1 || JobStatus == 5)"
        which = ["-constraint", waits] if "." not in job_id else [job_id]
        await self._commands.ask("condor_qedit", *which, *words)
        self._queue.distrust()

    async def submit_request(self, request: JobRequest) -> str:
        """Submit a job; answers its id, or that of its cluster. Raises InvalidSpec, BackendError
        with HTCondor's words, and BackendTimeout when it may have been taken."""
        listed = self._told.listed
        wanted = None if listed is None else {job.tag for job in listed.values()}
        job_id, ads = await self._requests.submit(request, wanted, self.keep_requests)
        self._told.add(self._queue.expect([{"Owner": self.user} | ad for ad in ads]))
        return job_id

    async def test_request(self, request: JobRequest) -> Trial:
        """Whether condor_submit would take it, and how many slots it could have now. Raises
        InvalidSpec, and BackendError with HTCondor's words."""
        return await self._requests.test(request)

    async def offers(self) -> Offers:
        """The fields of a request, bounded by the machines that the pool shows now."""
        return await self._requests.offers()

    async def details(self, job_id: str) -> JobDetails:
        """One job in full; of a cluster the first one. Raises NotFound."""
        job = (await self._find(job_id))[0]
        ad = await self._ad(job.job_id)
        full = job_of(ad, self.name, left=job.state.ended)
        script = await self._commands.io(self._folders.script, job.tag)
        return details(ad, full, script)

    async def ended(self, since: float) -> list[Job] | None:
        """Jobs that ended after a time; None where HTCondor keeps no history."""
        await self._history.refresh(since)
        ended = self._shown(self._history.since(since).values())
        return ended if self._history.kept else None

    async def everybody(self) -> list[Job]:
        """All jobs of the queue, whoever's they are."""
        ads = await self._commands.ads("condor_q", "-allusers", "-attributes", ATTRIBUTES)
        return list((await self._commands.io(read_jobs, ads, self.name)).values())

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        """Bytes of the file the job prints to; none while there is no such file. Raises
        NotFound, StorageError, BackendTimeout."""
        job = (await self._find(job_id, fresh=False))[0]
        if job.job_id not in self._paths:
            self._paths[job.job_id] = logs(await self._ad(job.job_id))
        paths = self._paths[job.job_id]
        path = paths.get(stream)
        if not path or (stream == "stderr" and path == paths.get("stdout")):
            return LogChunk(data=b"", offset=0, size=0)
        return await self._commands.io(read_chunk, path, offset, limit)

    async def forget(self, job_id: str) -> None:
        """Show an ended job no more, as long as this server runs (HTCondor's history is not the
        user's to change), and delete what is kept of its request. Raises NotFound, WrongState."""
        found = await self._find(job_id, fresh=False)
        if not all(job.state.ended for job in found):
            found = await self._find(job_id)
        if alive := [job for job in found if not job.state.ended]:
            raise WrongState(f"{alive[0].job_id} is {alive[0].state}: cancel it before")
        self._forgotten |= {job.job_id: job.submitted for job in found}
        known = (*(self._told.listed or {}).values(), *self._history.jobs.values())
        rest = {job.tag for job in self._shown(known)}
        for tag in {job.tag for job in found if job.tag} - rest:
            await self._commands.io(self._folders.remove, tag)

    def socket(self, job_id: str) -> Path:
        """No job here has one: raises NotFound."""
        raise NotFound(f"the HTCondor job {job_id} is no session")

    async def close(self) -> None:
        """Nothing is held open."""

    # -- what is known

    async def _find(self, job_id: str, fresh: bool = True) -> list[Job]:
        """The job, or those of the cluster; ``fresh``: as they are now. Raises NotFound."""
        if not JOB_ID.fullmatch(job_id):
            raise NotFound(f"{job_id!r} is no HTCondor job")
        if fresh or not self._found(job_id):
            await self.jobs()
        found = self._found(job_id)
        if not found:
            raise NotFound(f"HTCondor knows no job {job_id} of yours")
        return found

    def _found(self, job_id: str) -> list[Job]:
        """As the queue listed them, which may be behind their logs, or as ``ended`` did."""
        for jobs in (self._told.listed or {}, self._history.jobs):
            keys = [job_id] if "." in job_id else [k for k in jobs if k.startswith(f"{job_id}.")]
            if found := self._shown(jobs[key] for key in keys if key in jobs):
                return found
        return []

    def _shown(self, jobs: Iterable[Job]) -> list[Job]:
        """All but those that were to be forgotten."""
        return [job for job in jobs if not self._is_forgotten(job)]

    def _is_forgotten(self, job: Job) -> bool:
        """Not one with the same number of a new queue; when it was submitted may be a guess."""
        then, submitted = self._forgotten.get(job.job_id), job.submitted
        return bool(then and submitted) and abs(elapsed(str(then), str(submitted))) < GUESS

    async def _check(self, job_id: str, verb: str, fits: Callable[[Job], bool]) -> list[Job]:
        """Those of the jobs that fit. Raises NotFound, and WrongState when none does."""
        found = await self._find(job_id)
        fitting = [job for job in found if fits(job)]
        if not fitting:
            state = found[0].state if len(found) == 1 else "in other states"
            raise WrongState(f"{job_id} does not {verb}: it is {state}")
        return fitting

    async def _ad(self, job_id: str) -> dict[str, Json]:
        """All that the queue or the history says of a job. Raises NotFound."""
        for program, argv in (("condor_q", ("-allusers",)), ("condor_history", ("-limit", "1"))):
            ads = await self._commands.ads(program, *argv, job_id)
            if ads:
                return ads[0]
        raise NotFound(f"HTCondor says nothing of the job {job_id}")
