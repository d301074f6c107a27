"""Jobs of Everest that are odd: fail, vanish, are cancelled, outlive restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_remote.everest import (
    AsyncEverest,
    EverestError,
    JobCancelled,
    JobFailed,
    JobVanished,
    NotAllowed,
    Settings,
    StillRunning,
    Unreachable,
)

from . import everest_rig
from .conftest import until
from .everest_notebook import *  # noqa: F403

Factory = Callable[..., everest_rig.Everest]


async def test_a_failure_says_why(client: AsyncEverest) -> None:
    job = await client.submit("demo/sleep", {"duration": -1}, name="backwards")
    with pytest.raises(JobFailed, match=r"backwards failed: .+") as failed:
        await job.result(timeout=30)
    assert failed.value.job.id == job.id


async def test_unknown_states_are_no_end(client: AsyncEverest, server: everest_rig.Everest) -> None:
    server.control.life(before=[("HIBERNATING", 0.5), ("DEFERRED", 0.1)], restarts=1)
    job = await client.submit("demo/hostname")
    await job.refresh()
    assert job.state == "HIBERNATING"
    assert not job.ended
    with pytest.raises(StillRunning, match="HIBERNATING"):
        await job.result(timeout=0.05)
    assert "hostname" in await job.result(timeout=30)


async def test_a_job_that_vanishes(client: AsyncEverest, server: everest_rig.Everest) -> None:
    jobs = await client.map("demo/sleep", [{"duration": 30}] * 5)
    server.control.vanish(jobs[2].id)
    with pytest.raises(JobVanished, match="deleted on the server"):
        await jobs[2].result(timeout=30)
    few = await client.submit("demo/sleep", {"duration": 30})
    server.control.vanish(few.id)
    with pytest.raises(JobVanished):
        await few.result(timeout=30)
    await jobs.cancel()


async def test_cancel_is_honest(client: AsyncEverest, server: everest_rig.Everest) -> None:
    server.control.life(cancel_delay=0.5)
    job = await client.submit("demo/sleep", {"duration": 30})
    await job.cancel()
    assert not job.ended
    with pytest.raises(JobCancelled):
        await job.result(timeout=30)
    await job.cancel()  # what has ended is no error
    done = await client.submit("demo/hostname")
    await done.wait(timeout=30)
    await done.cancel()
    assert done.state == "DONE"


async def test_a_restart_under_us(client: AsyncEverest, server: everest_rig.Everest) -> None:
    jobs = await client.map("demo/sleep", [{"duration": 1}] * 5)
    server.stop()
    waiting = asyncio.ensure_future(jobs.results(timeout=60))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    server.restart()
    results = await waiting
    assert len(results) == 5


async def test_an_outage_ends_the_wait_not_the_jobs(everest: Factory, tmp_path: Path) -> None:
    server = everest()
    settings = Settings(patience=0.2, first_pause=0.02, fastest=0.02, slowest=0.1, outage=0.5)
    async with AsyncEverest(server.url, server.token, folder=tmp_path, settings=settings) as client:
        job = await client.submit("demo/sleep", {"duration": 1})
        server.stop()
        with pytest.raises(Unreachable):
            await job.result(timeout=30)
        server.restart()
        await job.wait(timeout=30)
        assert job.ended


async def test_a_server_that_does_not_answer(everest: Factory, tmp_path: Path) -> None:
    server = everest()
    impatient = Settings(timeout=0.2, patience=0.3, first_pause=0.02)
    async with AsyncEverest(
        server.url, server.token, folder=tmp_path, settings=impatient
    ) as client:
        server.control.fault("jobs.list", "hang", times=0)
        with pytest.raises(Unreachable):
            await client.jobs()


async def test_an_answer_that_drips_for_ever(everest: Factory, tmp_path: Path) -> None:
    server = everest()
    server.control.make_jobs(50)
    impatient = Settings(timeout=5, total=0.5, patience=0.1, first_pause=0.02)
    async with AsyncEverest(
        server.url, server.token, folder=tmp_path, settings=impatient
    ) as client:
        server.control.fault("jobs.list", "slow", times=0, rate=200)
        with pytest.raises(Unreachable, match=r"within 0\.5 s"):
            await client.jobs()


@pytest.mark.parametrize("count", [2, 6])
async def test_a_job_that_may_not_be_asked_for_ends_no_other_wait(
    client: AsyncEverest, server: everest_rig.Everest, count: int
) -> None:
    first, *others = server.control.make_jobs(count, state="RUNNING")
    waits = [
        asyncio.ensure_future((await client.job(each)).wait(timeout=30))
        for each in (first, *others)
    ]
    await asyncio.sleep(0.1)
    server.control.move(first, "RUNNING", owner="somebody else")
    with pytest.raises(NotAllowed, match="not yours"):
        await waits[0]
    for each in others:
        server.control.move(each, "DONE")
    assert [job.state for job in await asyncio.gather(*waits[1:])] == ["DONE"] * len(others)


@pytest.mark.parametrize("body", ["empty", "json"])
async def test_odd_answers_about_jobs_pass(
    client: AsyncEverest, server: everest_rig.Everest, body: str
) -> None:
    jobs = await client.map("demo/echo", [{"text": "x"}] * 6)
    for route in ("jobs.list", "jobs.get"):
        server.control.fault(route, "status", status=200, body=body, times=2)
    assert len(await client.jobs()) == 6
    assert (await client.job(jobs[0].id)).id == jobs[0].id
    server.control.fault("jobs.list", "status", status=200, body=body, times=2)
    assert await jobs.results(timeout=30) == [{"text": "x"}] * 6


async def test_an_answer_that_stays_odd_is_told_in_words(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    settings = Settings(patience=0.2, first_pause=0.02)
    async with AsyncEverest(server.url, server.token, settings=settings, folder=tmp_path) as client:
        (job,) = server.control.make_jobs(1)
        server.control.fault("jobs.get", "status", status=200, body="empty", times=0)
        with pytest.raises(EverestError, match="answered with no job"):
            await client.job(job)


async def test_a_job_that_lists_show_between_is_not_gone(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    settings = Settings(fastest=0.02, slowest=0.05, gone_after=2.0)

    async def asked_again() -> None:
        server.control.options(list_limit=4)
        before = server.control.counts().get("jobs.get", 0)

        async def asked() -> bool:
            return server.control.counts().get("jobs.get", 0) > before

        await until(asked, "the missing job to be asked for")
        server.control.options(list_limit=0)

    async with AsyncEverest(server.url, server.token, settings=settings, folder=tmp_path) as client:
        ids = server.control.make_jobs(5, state="RUNNING")
        jobs = await client.jobs()
        waiting = asyncio.ensure_future(jobs.wait(timeout=60))
        server.control.fault("jobs.get", "status", status=404, times=0)
        await asked_again()
        await asyncio.sleep(2.2)
        await asked_again()
        await asyncio.sleep(0.2)
        assert {job.state for job in jobs} == {"RUNNING"}
        server.control.clear_faults()
        for each in ids:
            server.control.move(each, "DONE", result={})
        await waiting
