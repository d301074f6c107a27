"""When a job of Everest counts as deleted: late, by two witnesses, and never for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.everest import AsyncEverest, JobVanished, Settings

from . import everest_rig
from .conftest import until

Factory = Callable[..., everest_rig.Everest]
LATE = Settings(fastest=0.02, slowest=0.05, first_pause=0.02, gone_after=60.0)
SOON = Settings(fastest=0.02, slowest=0.05, first_pause=0.02, gone_after=0.1)


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


@pytest.fixture
def connect(
    server: everest_rig.Everest, tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Callable[[Settings], AsyncEverest]]:
    made: list[AsyncEverest] = []

    def make(settings: Settings) -> AsyncEverest:
        folder = tmp_path / "mine"
        made.append(AsyncEverest(server.url, server.token, settings=settings, folder=folder))
        return made[-1]

    yield make
    for each in made:
        jp_asyncio_loop.run_until_complete(each.close())


Connect = Callable[[Settings], AsyncEverest]


async def test_one_answer_is_no_end(connect: Connect, server: everest_rig.Everest) -> None:
    """Neither for who looks, nor for who waits, nor for the record."""
    client = connect(LATE)
    job = await client.submit("demo/sleep", {"duration": 0.5})
    server.control.options(list_limit=1)
    server.control.make_jobs(1)  # the list is a page, and has another one
    server.control.fault("jobs.get", "status", status=404, times=3)
    for _ in range(2):
        assert (await job.refresh()).state not in ("VANISHED", "DONE")
    await job.wait(30)
    assert job.state == "DONE"
    assert client._absent.doubted(job.id) is False
    (record,) = (await client.records.do(client.records.load)).all()
    assert (record.id, record.state) == (job.id, "DONE")


async def test_the_list_is_the_second_witness(
    connect: Connect, server: everest_rig.Everest
) -> None:
    client = connect(SOON)
    job = await client.submit("demo/sleep", {"duration": 1000})
    server.control.fault("jobs.get", "status", status=404, times=0)
    server.control.reset_counts()

    async def listed() -> bool:
        await job.refresh()
        return "jobs.list" in server.control.counts()

    await until(listed, "the list to be asked")
    assert not job.ended
    server.control.clear_faults()
    await job.cancel()


async def test_both_agree_and_then_it_comes_back(
    connect: Connect, server: everest_rig.Everest, tmp_path: Path
) -> None:
    client = connect(SOON)
    job = await client.submit("demo/sleep", {"duration": 1000}, key="one", group="g")
    server.control.fault("jobs.get", "status", status=404, times=0)
    server.control.options(list_limit=1)
    server.control.make_jobs(1)  # the list is a page, and has another one
    with pytest.raises(JobVanished):
        await job.result(timeout=30)
    later = connect(SOON)  # the next day, in another program
    assert [each.state for each in await later.recall("g")] == ["VANISHED"]
    server.control.clear_faults()
    assert [each.state for each in await later.recall("g")] == ["VANISHED"]  # nobody has seen it
    server.control.options(list_limit=0)
    assert [each.state for each in await later.recall("g")] != ["VANISHED"]
    (record,) = (await later.records.do(later.records.load)).all()
    assert record.state not in ("VANISHED", "DONE")
    assert (await later.submit("demo/sleep", {"duration": 1000}, key="one")).id == job.id
    assert not (await job.refresh()).ended
    await job.cancel()


async def test_who_asks_for_it_finds_it_again(
    connect: Connect, server: everest_rig.Everest
) -> None:
    """Also where no list shows it."""
    client = connect(SOON)
    job = await client.submit("demo/sleep", {"duration": 1000})
    client.take(job.info.vanished())
    server.control.options(list_limit=1)
    server.control.make_jobs(1)
    assert [each.state for each in await client.recall()] == ["VANISHED"]
    assert not (await client.job(job.id)).ended
    assert [each.ended for each in await client.recall()] == [False]
    await job.cancel()


async def test_a_key_whose_job_was_deleted_is_free(
    connect: Connect, server: everest_rig.Everest
) -> None:
    client = connect(SOON)
    job = await client.submit("demo/hostname", key="one")
    await job.wait(30)
    server.control.vanish(job.id)
    other = connect(SOON)
    assert (await other.submit("demo/hostname", key="one")).id != job.id


async def test_many_that_vanish_cost_few_lists(
    connect: Connect, server: everest_rig.Everest
) -> None:
    client = connect(SOON)
    jobs = await client.map("demo/sleep", [{"duration": 1000}] * 12)
    for each in jobs[:10]:
        server.control.vanish(each.id)
    server.control.reset_counts()
    # Who wants the list while it is on its way gets this one, also when the machine is busy.
    server.control.fault("jobs.list", "delay", seconds=1.0, times=0)
    assert [each.state for each in await client.recall()].count("VANISHED") == 10
    counts = server.control.counts()
    assert counts["jobs.get"] == 20
    assert counts["jobs.list"] < 10
    server.control.clear_faults()
    await jobs.cancel()
