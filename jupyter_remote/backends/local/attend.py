"""What goes on besides observations: following agents, clearing away, measuring memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import ParamSpec

from traitlets.log import get_logger

from ...model import State
from ...process import Identity
from .care import agent_of, clear_away, memory, reap
from .files import JobFolders, Record
from .watch import AgentWatch

P = ParamSpec("P")


class Attendant:
    """Holds all tasks and connections of one backend; ``memory`` has the latest figures, bytes
    by job."""

    def __init__(self, folders: JobFolders) -> None:
        self.watch = AgentWatch()
        self.memory: dict[str, int] = {}
        self._folders = folders
        self._agents: dict[str, Identity] = {}
        self._measured = -1e9
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """End all of it; jobs live on."""
        await self.watch.close()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def busy(self, key: str) -> bool:
        """Whether this work is under way."""
        return key in self._tasks

    def start(
        self,
        key: str,
        work: Callable[P, Coroutine[None, None, None]],
        *args: P.args,
        **kw: P.kwargs,
    ) -> asyncio.Task[None]:
        """Run ``work``; errors are logged. ``key`` must not be busy."""
        task = asyncio.create_task(self._logged(key, partial(work, *args, **kw)))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return task

    async def _logged(self, key: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """``work`` makes its coroutine here: one of a task that never ran would be a warning."""
        try:
            await work()
        except Exception:
            get_logger().exception("local jobs: %s failed", key)

    def care(self, record: Record) -> asyncio.Task[None]:
        """Clear away what a dead agent left."""
        key = f"clearing away {record.job_id}"
        running = self._tasks.get(key)
        return running or self.start(key, clear_away, record, self._folders)

    def follow(self, active: Mapping[str, Record], timeout: float) -> None:
        """Stay connected to these agents and no others."""
        for job_id, record in active.items():
            who = agent_of(record)
            if who is not None:
                self._agents[job_id] = who
            self.watch.follow(job_id, control(record), record.revision, timeout)
        self.watch.keep(set(active))
        for job_id in set(self._agents) - set(active):
            if reap(self._agents[job_id]):
                del self._agents[job_id]

    def measure(self, active: Mapping[str, Record], interval: float) -> None:
        """Measure memory in a thread, not too often; the next look has the figures."""
        running = {job_id for job_id, r in active.items() if r.state is State.RUNNING}
        self.memory = {k: v for k, v in self.memory.items() if k in running}
        due = time.monotonic() - self._measured >= interval > 0
        if running and due and not self.busy("memory"):
            self._measured = time.monotonic()
            pids = {job_id: self._agents[job_id].pid for job_id in running & set(self._agents)}
            self.start("memory", self._measure_all, pids)

    async def _measure_all(self, pids: dict[str, int]) -> None:
        for job_id, pid in pids.items():
            figure = await asyncio.to_thread(memory, pid)
            if figure is not None:
                self.memory[job_id] = figure


def control(record: Record) -> str:
    """Path of the agent's control socket."""
    return str(Path(record.data["run"]) / "agent.sock")
