"""Jobs on this machine: each under an agent of its own that outlives the Jupyter server."""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from jupyter_core.paths import jupyter_data_dir
from traitlets import Float, Int, List, Unicode, default
from traitlets.config import Configurable

from ... import agent
from ...agent.queue import CANCELLED
from ...contract import LogChunk
from ...errors import BackendError, BackendTimeout, NotFound, RemoteError, StorageError, WrongState
from ...links.local import default_run_dir, private_folder, socket_fits
from ...model import Job, JobSpec, as_time
from ...process import Identity, run
from .actions import QueueActions
from .attend import Attendant, control
from .care import is_here, judge
from .cores import cores
from .estimate import Estimates
from .files import STREAMS, JobFolders, Record
from .form import SUFFIXES
from .queue import Line, LocalQueue, Place, Terms, waits
from .spec import JOB_ID, check_spec
from .watch import ask_to_stop

P = ParamSpec("P")
T = TypeVar("T")

AGENT = str(Path(agent.__file__).parent)
TIDY = 60.0
"""Seconds between two looks for jobs to forget."""


class RemoteLocalBackend(QueueActions, Configurable):
    """The ``Backend`` named "local" (see ``contract.Backend``). Several servers may share its
    folders; ``close`` ends what it holds open, and no job."""

    name = "local"
    pushes = True
    suffixes = SUFFIXES

    data_dir = Unicode(help="Folder of ``RemoteApp.data_dir``: jobs are in ``local/``.")
    run_dir = Unicode(
        config=True,
        help="Folder for sockets and secrets of running jobs (0700, on a local disk, short). "
        "Default: ``jupyter-remote-<uid>`` in the folder for temporary files.",
    )
    python = Unicode(sys.executable, config=True, help="Python (3.8 or later) of the agents.")
    agent_prefix = List(
        Unicode(),
        config=True,
        help="Command put before each agent; e.g. ``systemd-run --user --scope --quiet`` takes "
        "jobs out of the control group that ends with the Jupyter server's service.",
    )
    env_remove = List(
        Unicode(),
        ["JUPYTERHUB_API_TOKEN", "JUPYTER_TOKEN", "JPY_*", "*_TOKEN", "*_SECRET", "*_PASSWORD"],
        config=True,
        help="Variables of the server's environment that jobs do not get (shell patterns).",
    )
    submit_timeout = Float(20.0, config=True, help="Seconds for an agent to start.")
    io_timeout = Float(15.0, config=True, help="Seconds for the job folders to answer.")
    control_timeout = Float(5.0, config=True, help="Seconds for an agent to answer.")
    memory_interval = Float(
        10.0, config=True, help="Least seconds between two measurements of a job's memory; 0: none."
    )
    foreign_silence = Float(
        600.0,
        config=True,
        help="Seconds without a sign of life (there is one a minute) after which a job of "
        "another machine, in a shared home folder, counts as lost; 0: never.",
    )

    slots = Int(
        0,
        config=True,
        help="How many CPUs the jobs of the queue may take together; 0: as many as the server "
        "may use. Sessions take none. It counts for jobs that are submitted from then on.",
    )
    forget_after = Float(
        14.0, config=True, help="Days after which an ended job of the queue is forgotten; 0: never."
    )
    keep_ended = Int(
        1000,
        config=True,
        help="How many ended jobs of the queue are kept; the oldest are forgotten first.",
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._folders = JobFolders(Path(self.data_dir).absolute() / "local")
        self._queue = LocalQueue(self._folders, Path(self.run_dir).absolute())
        self._attend = Attendant(self._folders)
        self._estimates = Estimates()
        self._runs: dict[str, str] = {}
        self._made: dict[str, tuple[Record, int | None, Job]] = {}
        self._tidied = -1e9
        self._umask = os.umask(0o077)  # once: it can only be read by setting it, for all threads
        os.umask(self._umask)

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "jupyter_remote")

    @default("run_dir")
    def _default_run_dir(self) -> str:
        return str(default_run_dir())

    async def submit(self, spec: JobSpec) -> str:
        """Start a job; answers its id, ``spec.name`` without "jr-", once it has an agent.

        Raises InvalidSpec, WrongState (there is such a job), StorageError, BackendError,
        and BackendTimeout after which ``jobs`` may show it all the same."""
        job_id = check_spec(spec)
        folder = await self._io(self._create, job_id, spec)
        argv = [*self.agent_prefix, self.python, "-I", "-S", AGENT, str(folder)]
        try:
            result = await run(argv, self.submit_timeout, env=self._environment())
        except BackendError:
            await self._io(self._folders.remove, job_id)
            raise
        if result.returncode:
            await self._io(self._folders.remove, job_id)
            words = result.stderr.strip() or f"the agent ended with status {result.returncode}"
            raise (StorageError if result.returncode == 2 else BackendError)(words)
        return job_id

    async def jobs(self) -> list[Job]:
        """All jobs in the folder. Raises StorageError and BackendTimeout."""
        active: dict[str, Record] = {}
        pairs, line = await self._io(self._look)
        records = [record for record, _ in pairs]
        for record, dead in pairs:
            if dead:
                self._attend.care(record)
            elif record.revision and not record.state.ended and is_here(record):
                active[record.job_id] = record
        self._runs = {record.job_id: record.data.get("run", "") for record in records}
        self._made = {job: made for job, made in self._made.items() if job in self._runs}
        self._attend.follow(active, self.control_timeout)
        self._attend.measure(active, self.memory_interval)
        self._nudge(line)
        self._tidy(records)
        return [self._job(record) for record in records]

    def _job(self, record: Record) -> Job:
        """The same object while nothing changed: thousands of them are compared."""
        memory = self._attend.memory.get(record.job_id)
        made = self._made.get(record.job_id)
        if made is None or made[0] is not record or made[1] != memory:
            made = self._made[record.job_id] = (record, memory, record.job(memory))
        return made[2]

    async def changed(self) -> None:
        """Return when an agent said something new, or vanished, since ``jobs``."""
        await self._attend.watch.news.wait()
        self._attend.watch.news.clear()

    async def cancel(self, job_id: str) -> None:
        """Take a waiting job out of the queue, or ask the job's agent to stop. Raises NotFound,
        WrongState and BackendError."""
        record = await self._taken_out(job_id, self.control_timeout)
        if record.state.ended:
            return
        if not record.revision:
            raise WrongState(f"{job_id} is being submitted")
        if not is_here(record):
            raise WrongState(f"{job_id} runs on {record.data['host']}: stop it from there")
        if await ask_to_stop(control(record), self.control_timeout):
            return
        Identity.from_json(record.data["agent"]).send(signal.SIGTERM)

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        """Bytes of what the job wrote (see ``contract.Backend``), which is not bounded. A
        session writes both streams to one log, a job from the queue to two."""
        if stream not in STREAMS:
            return LogChunk(data=b"", offset=0, size=0)
        return await self._io(self._folders.chunk, job_id, offset, limit, stream)

    async def forget(self, job_id: str) -> None:
        """Delete the folder of an ended job. Raises NotFound, and WrongState when it runs."""
        record, dead = await self._io(self._judged, job_id)
        if not record.state.ended:
            raise WrongState(f"{job_id} is {record.state}: stop it before forgetting it")
        if dead:
            await asyncio.wait([self._attend.care(record)], timeout=self.io_timeout)
        await self._io(self._folders.remove, job_id)
        self._runs.pop(job_id, None)
        self._attend.memory.pop(job_id, None)

    def socket(self, job_id: str) -> Path:
        """The unix socket (0600) at which the job's app is reached; it need not exist yet."""
        run = self._runs.get(job_id) or self._folders.run(job_id)
        if run:
            self._runs[job_id] = run
        elif JOB_ID.fullmatch(job_id):  # the submit is on its way
            run = str(self._run_folder(job_id))
        else:
            raise NotFound(f"there is no local job {job_id}")
        return Path(run) / "app.sock"

    def _run_folder(self, job_id: str) -> Path:
        return Path(self.run_dir).absolute() / job_id

    async def close(self) -> None:
        """End all that is held open and all tasks; jobs live on."""
        await self._attend.close()

    # -- what blocks, in threads

    async def _io(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.wait_for(asyncio.to_thread(call, *args, **kwargs), self.io_timeout)
        except asyncio.TimeoutError:
            words = f"{self._folders.root} did not answer within {self.io_timeout:g} s"
            raise BackendTimeout(words) from None

    def _create(self, job_id: str, spec: JobSpec) -> Path:
        run = self._run_folder(job_id)
        private_folder(run.parent)
        socket_fits(run / "agent.sock")
        return self._folders.create(job_id, spec, run, self._umask)

    def _look(self) -> tuple[list[tuple[Record, bool]], Line]:
        """Queues first: what leaves one has its state by then."""
        places = self._queue.places()
        pairs = []
        for record in self._folders.records():
            with contextlib.suppress(NotFound):  # forgotten just now
                pairs.append(self._placed(record, places))
        line = self._queue.line([record for record, _ in pairs], places)
        self._estimates.take(line)
        return [(self._estimates.told(record), dead) for record, dead in pairs], line

    def _judged(self, job_id: str) -> tuple[Record, bool]:
        return self._placed(self._folders.record(job_id), self._queue.places())

    def _placed(self, record: Record, places: dict[str, Place]) -> tuple[Record, bool]:
        """Raises NotFound."""
        if waits(record) and record.job_id not in places:  # it moved while we looked, or is new
            places.update(self._queue.places())
            record = self._folders.record(record.job_id)
        place = places.get(record.job_id)
        if place and waits(record):
            known = self._queue.cancelled if place.kind == CANCELLED else self._queue.shown
            return known(record, place), False
        judged, dead = self._judge(record)
        if waits(record) and judged.state.ended:
            judged = self._queue.lost(record)
        return judged, dead

    def _judge(self, record: Record) -> tuple[Record, bool]:
        heard = self._attend.watch.heard.get(record.job_id, {})
        if int(heard.get("revision", 0)) > record.revision:  # it could not be stored
            record = Record(record.job_id, heard, time.time())
        return judge(record, self._folders, self.submit_timeout, self.foreign_silence)

    def _terms(self) -> Terms:
        run = Path(self.run_dir).absolute()
        slots = self.slots or cores()
        return Terms(slots, self.python, self.agent_prefix, self._environment(), self._umask, run)

    def _tidy(self, records: list[Record]) -> None:
        """Forget old ends, not too often. Those of sessions are forgotten by their sessions."""
        if time.monotonic() - self._tidied < TIDY or self._attend.busy("forgetting"):
            return
        self._tidied = time.monotonic()
        ended = [r for r in records if r.submitted and r.state.ended]
        ended.sort(key=lambda record: record.data.get("ended", ""))
        first = as_time(time.time() - self.forget_after * 86400) if self.forget_after else ""
        many = len(ended) - self.keep_ended
        old = [r for i, r in enumerate(ended) if i < many or r.data.get("ended", "") < first]
        if old:
            self._attend.start("forgetting", self._forget_all, [r.job_id for r in old])

    async def _forget_all(self, job_ids: list[str]) -> None:
        for job_id in job_ids:
            with contextlib.suppress(RemoteError):  # perhaps another server was first
                await self.forget(job_id)

    def _environment(self) -> dict[str, str]:
        patterns = self.env_remove
        return {
            name: value
            for name, value in os.environ.items()
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        }
