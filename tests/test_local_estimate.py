"""When waiting jobs of this machine start at the latest: worked out by hand, and real ones."""

from __future__ import annotations

import math
from pathlib import Path

from jupyter_remote.backends.local import estimate
from jupyter_remote.backends.local.files import Record
from jupyter_remote.contract import JobRequest
from jupyter_remote.model import State, as_time, elapsed

from .conftest import until
from .local_rig import WAIT, local

BEGIN = 1_800_000_000.0


def runs(cpus: int, limit: float | None, after: float = 0.0) -> Record:
    data = {"cpus": cpus, "time_limit": limit, "started": as_time(BEGIN + after)}
    return Record("1", {"state": "running", **data}, 0.0)


def when(running: list[Record], *waiting: estimate.Ask) -> list[float | None]:
    found = estimate.latest(running, waiting)
    return [at and at - BEGIN for at in found]


def test_one_slot() -> None:
    first = [runs(1, 60)]
    assert when(first, (1, 30, 1), (1, math.inf, 1), (1, 1, 1)) == [60, 90, None]
    assert when([runs(1, None)], (1, 30, 1)) == [None]
    assert when([], (1, 30, 1), (1, 30, 1)) == [0, None]


def test_a_wide_job_blocks_those_behind_it() -> None:
    running = [runs(2, 100), runs(1, 40), runs(1, None)]
    assert when(running, (3, 50, 4), (1, 5, 4)) == [100, 150]
    assert when(running, (4, 50, 4), (1, 5, 4)) == [None, None]
    assert when(running, (1, 500, 4), (1, 10, 4), (1, 1, 4)) == [40, 100, 100]


def test_a_job_brings_its_own_number_of_slots() -> None:
    assert when([runs(1, 60), runs(1, 90)], (1, 10, 2), (1, 10, 4)) == [60, 60]


async def test_real_jobs_are_told_when_they_start(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        first = await here.submit(WAIT.format("1"), time=3600)
        running = await here.reach(first, State.RUNNING)
        second = await here.submit("true", time=60)
        third = await here.submit("true")
        fourth = await here.submit("true")
        assert running.started
        started = running.started

        async def told() -> list[float | None] | None:
            jobs = {job.job_id: job.starts for job in await here.backend.jobs()}
            found = [jobs[job] for job in (second, third, fourth)]
            return [at and round(elapsed(started, at)) for at in found] if found[0] else None

        assert await until(told) == [3600, 3660, None]
        before = {job.job_id: job for job in await here.backend.jobs()}
        assert all(before[job.job_id] is job for job in await here.backend.jobs())
        request = JobRequest(script="#!/bin/sh\n", tag="t", folder=str(tmp_path))
        trial = await here.backend.test_request(request)
        assert (trial.starts, trial.words) == (None, "It would wait: 3 jobs before it.")
        for job in (third, fourth):
            await here.backend.cancel(job)
        trial = await here.backend.test_request(request)
        assert round(elapsed(started, trial.starts or "")) == 3660
        (tmp_path / "go1").touch()
        assert (await here.end(second)).starts is None
