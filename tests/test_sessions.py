"""RemoteSessions against a backend that misbehaves on demand (a stand-in), without a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_remote.errors import (
    BackendError,
    BackendUnreachable,
    InvalidSpec,
    LimitReached,
    NotFound,
    StorageError,
    WrongState,
)
from jupyter_remote.model import State

from .conftest import until
from .rig import Rig, run


@run
async def test_list_and_events_agree(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    watch = rig.watch(quiet=0.0)
    watch.start()
    names = [(await rig.sessions.start("plain", "memory")).id for _ in range(3)]
    await until(lambda: len(rig.backend.known) == 3)
    for job_id in ("m1", "m2", "m3"):
        rig.backend.set(job_id, State.RUNNING, memory=1000)
    states = lambda: [rig.table.get(n).state for n in names]  # noqa: E731
    await until(lambda: states() == [State.RUNNING] * 3)
    rig.sessions.rename(names[0], "mine")
    rig.sessions.used(names[1], 2)
    await rig.sessions.stop(names[1])
    rig.backend.set("m3", State.FAILED, exit_code=3, reason="ended with exit code 3")
    await until(lambda: rig.table.get(names[2]).state is State.FAILED)
    await until(lambda: rig.table.get(names[1]).state is State.STOPPED)
    await rig.sessions.purge(names[2])
    await until(lambda: rig.mirror == rig.fresh_list(), "events to arrive")
    assert rig.sequences == list(range(rig.sequences[0], rig.table.sequence + 1))
    await watch.stop()


@run
async def test_a_refusal_is_told_in_the_backends_words(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.backend.refuse = BackendError("sbatch: error: Batch job submission failed")
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).state is State.FAILED)
    assert "Batch job submission failed" in rig.table.get(session.id).reason


@run
async def test_a_lost_answer_is_found_by_name_and_not_repeated(tmp_path: Path) -> None:
    rig = Rig(tmp_path, submit_timeout=0.05)
    rig.backend.hold = asyncio.Event()
    watch = rig.watch(quiet=0.0)
    watch.start()
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).job_id == "m1")
    assert rig.backend.submits == 1
    await watch.stop()


@run
async def test_a_stop_during_the_submit_is_not_forgotten(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    session = await rig.sessions.start("plain", "memory")
    await rig.sessions.stop(session.id)
    await until(lambda: rig.backend.cancelled == ["m1"])


@run
async def test_a_stop_that_failed_is_repeated(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).job_id)
    rig.backend.broken = BackendUnreachable("slurmctld: Connection refused")
    with pytest.raises(BackendUnreachable):
        await rig.sessions.stop(session.id)
    assert rig.table.get(session.id).state is State.STOPPING
    rig.backend.broken = None
    rig.sessions.seen("memory", await rig.backend.jobs())
    await until(lambda: rig.backend.cancelled == ["m1"])


@run
async def test_silence_is_not_an_end(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lost_after=0.0)
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).job_id)
    watch = rig.watch()
    await watch.look("memory")
    rig.backend.broken = BackendUnreachable("no route")
    await watch.look("memory")
    doubted = rig.table.get(session.id)
    assert (doubted.state, doubted.seen is not None) == (State.QUEUED, True)
    rig.backend.broken = None
    rig.backend.known.clear()
    await watch.look("memory")
    assert rig.table.get(session.id).state is State.LOST


@run
async def test_the_next_server_adopts(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    session = await first.sessions.start("plain", "memory")
    await until(lambda: first.table.get(session.id).job_id)
    first.backend.set("m1", State.RUNNING)
    first.sessions.seen("memory", await first.backend.jobs())
    first.table.store.drop_lease()
    second = Rig(tmp_path, first.backend)
    second.table.load()
    assert second.table.mine(second.table.get(session.id))
    first.backend.set("m1", State.FAILED, exit_code=5, reason="ended with exit code 5")
    second.sessions.seen("memory", await first.backend.jobs())
    assert second.table.get(session.id).exit_code == 5


@run
async def test_two_servers_on_one_home(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    second = Rig(tmp_path, first.backend)
    session = await first.sessions.start("plain", "memory")
    await until(lambda: first.table.get(session.id).job_id)
    second.table.refresh()
    assert second.table.get(session.id).name == "Plain 1"
    with pytest.raises(WrongState, match="another Jupyter server"):
        second.sessions.rename(session.id, "stolen")
    await second.sessions.stop(session.id)
    assert first.backend.cancelled == ["m1"]
    assert second.table.get(session.id).revision == first.table.get(session.id).revision
    first.sessions.seen("memory", await first.backend.jobs())
    await first.sessions.purge(session.id)
    second.sessions.seen("memory", [])
    assert session.id not in second.table


@run
async def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).job_id)
    save = rig.table.store.save

    def full(record: object) -> None:
        raise StorageError("cannot write it: No space left on device")

    rig.table.store.save = full  # type: ignore[method-assign]
    with pytest.raises(StorageError):
        await rig.sessions.start("plain", "memory")
    assert rig.backend.submits == 1, "nothing is submitted without a record"
    with pytest.raises(StorageError):
        rig.sessions.rename(session.id, "new")
    assert rig.table.get(session.id).name == "Plain 1"
    rig.backend.set("m1", State.RUNNING)
    rig.sessions.seen("memory", await rig.backend.jobs())
    assert rig.table.get(session.id).state is State.RUNNING
    rig.table.store.save = save  # type: ignore[method-assign]
    rig.sessions.seen("memory", await rig.backend.jobs())
    (stored,) = rig.table.store.load()
    assert stored == rig.table.get(session.id)


@run
async def test_bad_requests(tmp_path: Path) -> None:
    rig = Rig(tmp_path, max_sessions=1)
    start = rig.sessions.start
    with pytest.raises(InvalidSpec, match=r"no backend 'slurm'.*memory"):
        await start("plain", "slurm")
    for name in ("", " ", "a\x00b", "x" * 101):
        with pytest.raises(InvalidSpec, match="printable"):
            await start("plain", "memory", name)
    session = await start("plain", "memory", "  two \n lines ")
    assert session.name == "two lines"
    with pytest.raises(LimitReached, match="the limit is 1"):
        await start("plain", "memory")
    with pytest.raises(NotFound):
        await rig.sessions.stop("z" * 20)
    with pytest.raises(WrongState, match="stop it before"):
        await rig.sessions.purge(session.id)


@run
async def test_stop_of_something_stopped_is_no_error(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).job_id)
    await rig.sessions.stop(session.id)
    rig.sessions.seen("memory", await rig.backend.jobs())
    stopped = rig.table.get(session.id)
    assert stopped.state is State.STOPPED
    assert await rig.sessions.stop(session.id) == stopped


@run
async def test_one_query_whoever_looks(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    watch = rig.watch(idle_interval=3600.0, busy_interval=3600.0)
    watch.start()
    await until(lambda: rig.backend.queries == 1)
    for _ in range(20):
        watch.kick("memory")
    await until(lambda: rig.backend.queries == 2)
    await asyncio.sleep(0.2)
    assert rig.backend.queries == 2
    await watch.stop()
