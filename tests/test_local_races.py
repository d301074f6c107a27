"""The local backend: things that happen in the same moment."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import warnings
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.local.attend import Attendant
from jupyter_remote.backends.local.files import JobFolders
from jupyter_remote.backends.local.watch import AgentWatch
from jupyter_remote.process import Identity

from .agent_rig import wait
from .conftest import until
from .local_rig import local


async def test_a_look_is_taken_while_jobs_are_forgotten(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ended and was forgotten between two steps of a look is in it, or is not."""
    async with local(tmp_path, run_dir) as here:
        job_id = await here.start("sleep", "1000")
        pid = here.state(job_id)["agent"]["pid"]
        records = here.backend._folders.records

        def slow() -> Any:
            found = records()
            os.kill(pid, signal.SIGTERM)
            wait(lambda: not Identity.of(pid))
            shutil.rmtree(here.root / job_id)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(here.backend._folders, "records", slow)
            assert await here.backend.jobs() == []


async def test_work_that_is_given_up_before_it_began(tmp_path: Path) -> None:
    """No coroutine is left that nobody awaits: it would be a warning in whatever runs next."""
    attendant = Attendant(JobFolders(tmp_path))
    attendant.start("measuring", attendant._measure_all, {"a": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await attendant.close()
        gc.collect()
    assert attendant.memory == {}
    assert not attendant.busy("measuring")


async def test_a_cancelled_watcher_hangs_up(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the connection is made in the moment in which it is cancelled."""
    path = str(run_dir / "agent.sock")
    ends: list[asyncio.StreamWriter] = []
    agent = await asyncio.start_unix_server(lambda reader, writer: ends.append(writer), path)
    watch = AgentWatch()

    async def made(awaitable: Any, timeout: float) -> Any:
        try:
            return await awaitable
        finally:
            watch._known.clear()  # what close and keep do, whose cancellation is swallowed

    monkeypatch.setattr("asyncio.wait_for", made)
    watch.follow("a", path, 0, 5.0)
    await asyncio.wait(list(watch._tasks.values()), timeout=10)
    assert not watch._tasks
    monkeypatch.undo()
    await until(lambda: ends)
    for end in ends:
        end.close()
        await end.wait_closed()
    agent.close()
    await agent.wait_closed()
