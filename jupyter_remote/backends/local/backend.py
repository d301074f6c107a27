"""Jobs on this machine: each under an agent of its own that outlives the Jupyter server."""

from __future__ import annotations

import asyncio
import fnmatch
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import ParamSpec, TypeVar

from jupyter_core.paths import jupyter_data_dir
from traitlets import Float, List, Unicode, default
from traitlets.config import Configurable
from traitlets.log import get_logger

from ... import agent
from ...contract import LogChunk, Offers
from ...errors import (
    BackendError,
    BackendTimeout,
    NotFound,
    StorageError,
    WrongState,
)
from ...links.local import default_run_dir, private_folder, socket_fits
from ...model import Job, JobSpec, State
from ...process import Identity, run
from .care import agent_of, clear_away, is_here, judge, memory, reap
from .files import JobFolders, Record
from .spec import JOB_ID, check_spec
from .watch import AgentWatch, ask_to_stop

P = ParamSpec("P")
T = TypeVar("T")

AGENT = str(Path(agent.__file__).parent)


class RemoteLocalBackend(Configurable):
    """The ``Backend`` named "local" (see ``contract.Backend``). Several servers may share its
    folders; ``close`` ends what it holds open, and no job."""

    name = "local"

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

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._folders = JobFolders(Path(self.data_dir).absolute() / "local")
        self._watch = AgentWatch()
        self._runs: dict[str, str] = {}
        self._agents: dict[str, Identity] = {}
        self._memory: dict[str, int] = {}
        self._measured = -1e9
        self._tasks: dict[str, asyncio.Task[None]] = {}

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
        records = []
        runs: dict[str, str] = {}
        for record, dead in await self._io(self._look):
            records.append(record)
            runs[record.job_id] = record.data.get("run", "")
            if dead:
                self._care(record)
            elif record.revision and not record.state.ended and is_here(record):
                active[record.job_id] = record
        self._runs = runs
        self._follow(active)
        self._measure({k for k, record in active.items() if record.state is State.RUNNING})
        return [record.job(self._memory.get(record.job_id)) for record in records]

    async def changed(self) -> None:
        """Return when an agent said something new, or vanished, since ``jobs``."""
        await self._watch.news.wait()
        self._watch.news.clear()

    async def cancel(self, job_id: str) -> None:
        """Ask the job's agent to stop. Raises NotFound, WrongState and BackendError."""
        record, _ = await self._io(self._judged, job_id)
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
        """Bytes of what the job wrote (see ``contract.Backend``), both streams in one; it is
        not bounded."""
        if stream != "stdout":
            return LogChunk(data=b"", offset=0, size=0)
        return await self._io(self._folders.chunk, job_id, offset, limit)

    async def forget(self, job_id: str) -> None:
        """Delete the folder of an ended job. Raises NotFound, and WrongState when it runs."""
        record, dead = await self._io(self._judged, job_id)
        if not record.state.ended:
            raise WrongState(f"{job_id} is {record.state}: stop it before forgetting it")
        if dead:
            await asyncio.wait([self._care(record)], timeout=self.io_timeout)
        await self._io(self._folders.remove, job_id)
        self._runs.pop(job_id, None)
        self._memory.pop(job_id, None)

    async def offers(self) -> Offers:
        """This machine is always there."""
        return Offers(available=True)

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
        await self._watch.close()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
        umask = os.umask(0o077)
        os.umask(umask)
        return self._folders.create(job_id, spec, run, umask)

    def _look(self) -> list[tuple[Record, bool]]:
        return [self._judge(record) for record in self._folders.records()]

    def _judge(self, record: Record) -> tuple[Record, bool]:
        heard = self._watch.heard.get(record.job_id, {})
        if int(heard.get("revision", 0)) > record.revision:  # it could not be stored
            record = Record(record.job_id, heard, time.time())
        return judge(record, self._folders, self.submit_timeout, self.foreign_silence)

    def _judged(self, job_id: str) -> tuple[Record, bool]:
        return self._judge(self._folders.record(job_id))

    # -- what goes on besides

    def _start(self, key: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run it once at a time; errors are logged."""
        task = asyncio.create_task(self._logged(key, work))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return task

    async def _logged(self, key: str, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:
            get_logger().exception("local jobs: %s failed", key)

    def _care(self, record: Record) -> asyncio.Task[None]:
        """Clear away what a dead agent left."""
        key = f"clearing away {record.job_id}"
        running = self._tasks.get(key)
        return running or self._start(key, clear_away(record, self._folders))

    def _follow(self, active: dict[str, Record]) -> None:
        for job_id, record in active.items():
            who = agent_of(record)
            if who is not None:
                self._agents[job_id] = who
            self._watch.follow(job_id, control(record), record.revision, self.control_timeout)
        self._watch.keep(set(active))
        for job_id in set(self._agents) - set(active):
            if reap(self._agents[job_id]):
                del self._agents[job_id]

    def _measure(self, active: set[str]) -> None:
        """Measure memory in a thread, not too often; the next look has the figures."""
        self._memory = {k: v for k, v in self._memory.items() if k in active}
        due = time.monotonic() - self._measured >= self.memory_interval > 0
        if active and due and "memory" not in self._tasks:
            self._measured = time.monotonic()
            pids = {job_id: self._agents[job_id].pid for job_id in active & set(self._agents)}
            self._start("memory", self._measure_all(pids))

    async def _measure_all(self, pids: dict[str, int]) -> None:
        for job_id, pid in pids.items():
            figure = await asyncio.to_thread(memory, pid)
            if figure is not None:
                self._memory[job_id] = figure

    def _environment(self) -> dict[str, str]:
        patterns = self.env_remove
        return {
            name: value
            for name, value in os.environ.items()
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        }


def control(record: Record) -> str:
    """Path of the agent's control socket."""
    return str(Path(record.data["run"]) / "agent.sock")
