"""What happens at the same time, or half: late answers, full disks, loops that are ended."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from jupyter_remote.contract import Pace
from jupyter_remote.errors import (
    BackendTimeout,
    BackendUnreachable,
    LimitReached,
    StorageError,
    WrongState,
)
from jupyter_remote.model import JobSpec, Session, State

from .conftest import until
from .rig import Rig, look, run, started
from .stand_ins import MemoryBackend


@run
async def test_a_backends_own_time_out_is_no_refusal(tmp_path: Path) -> None:
    class Slow(MemoryBackend):
        async def submit(self, spec: JobSpec) -> str:
            await super().submit(spec)
            raise BackendTimeout("no answer within 20 s")

    rig = Rig(tmp_path, Slow())
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.backend.submits == 1)
    await asyncio.sleep(0)
    assert rig.table.get(session.id).state is State.SUBMITTING
    await look(rig)
    assert rig.table.get(session.id).job_id == "m1"


@run
async def test_starts_at_once_keep_limit_and_names(tmp_path: Path) -> None:
    rig = Rig(tmp_path, max_sessions=2)
    starts = [rig.sessions.start("plain", "memory") for _ in range(4)]
    done = await asyncio.gather(*starts, return_exceptions=True)
    names = sorted(s.name for s in done if isinstance(s, Session))
    assert names == ["Plain 1", "Plain 2"]
    assert sum(isinstance(s, LimitReached) for s in done) == 2


@run
async def test_a_stop_during_the_submit_is_no_error(tmp_path: Path) -> None:
    class Early(MemoryBackend):
        """As the local one: the job is seen, and cannot be cancelled, before it has an agent."""

        async def cancel(self, job_id: str) -> None:
            if self.hold and not self.hold.is_set():
                raise WrongState(f"{job_id} is being submitted")
            await super().cancel(job_id)

    backend = Early()
    backend.hold = asyncio.Event()
    rig = Rig(tmp_path, backend)
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: backend.submits)
    await look(rig)
    assert rig.table.get(session.id).job_id == "m1"
    assert (await rig.sessions.stop(session.id)).state is State.STOPPING
    backend.hold.set()
    await until(lambda: backend.cancelled == ["m1"])


@run
async def test_a_stop_from_another_server_reads_what_is_new(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    first.backend.hold = asyncio.Event()
    second = Rig(tmp_path, first.backend)
    session = await first.sessions.start("plain", "memory")
    second.table.refresh()
    with pytest.raises(WrongState, match="another Jupyter server"):
        await second.sessions.stop(session.id)
    first.backend.hold.set()
    await until(lambda: first.table.get(session.id).job_id)
    await second.sessions.stop(session.id)
    assert first.backend.cancelled == ["m1"]


@run
async def test_an_answer_after_the_session_is_forgotten(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.backend.hold = asyncio.Event()
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.backend.submits)
    rig.backend.set("m1", State.FAILED, exit_code=1)
    await look(rig)
    submit = rig.sessions._submits[session.id]
    await rig.sessions.purge(session.id)
    rig.backend.hold.set()
    await submit
    assert rig.table.all() == []


@run
async def test_a_failed_stop_is_repeated_once_at_a_time(tmp_path: Path) -> None:
    class Deaf(MemoryBackend):
        asked = 0

        async def cancel(self, job_id: str) -> None:
            self.asked += 1
            if self.asked == 1:
                raise BackendUnreachable("no route")
            await asyncio.sleep(0.2)
            await super().cancel(job_id)

    backend = Deaf()
    rig = Rig(tmp_path, backend)
    session = await started(rig)
    with pytest.raises(BackendUnreachable):
        await rig.sessions.stop(session.id)
    for _ in range(5):
        await look(rig)
        await asyncio.sleep(0.01)
    await until(lambda: backend.cancelled == ["m1"])
    assert backend.asked == 2


@run
async def test_credentials_that_cannot_be_kept_leave_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)

    def full(*_: object) -> None:
        raise StorageError("No space left on device")

    rig.sessions._spec = lambda s: (JobSpec(name="", argv=("true",)), {"X-Key": "k"})  # type: ignore[method-assign]
    rig.table.store.keep = full  # type: ignore[method-assign]
    with pytest.raises(StorageError):
        await rig.sessions.start("plain", "memory")
    assert rig.table.all() == []
    assert list(rig.table.store.sessions.iterdir()) == []
    assert rig.backend.submits == 0


@run
async def test_a_disk_that_is_full_for_one_record_keeps_the_others_coming(tmp_path: Path) -> None:
    first, second = Rig(tmp_path), Rig(tmp_path)
    session = await started(first)
    first.table._unsaved.add(session.id)

    def full(record: object) -> None:
        raise StorageError("No space left on device")

    first.table.store.save = full  # type: ignore[method-assign]
    other = await started(second)
    first.table.refresh()
    assert other.id in first.table
    assert first.table._unsaved == {session.id}


@run
async def test_a_folder_that_goes_away_stops_no_observation(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    session = await started(rig)
    shutil.rmtree(rig.table.store.sessions)
    rig.backend.set("m1", State.RUNNING)
    await look(rig)
    assert rig.table.get(session.id).state is State.RUNNING


@run
async def test_a_session_of_an_unknown_place(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    session = await started(rig)
    rig.sessions.backends = {}
    for call in (rig.sessions.stop(session.id), rig.sessions.log_of(session.id, 0, 1)):
        with pytest.raises(BackendUnreachable, match="no backend 'memory'"):
            await call


@run
async def test_a_loop_that_is_in_its_call_ends(tmp_path: Path) -> None:
    watch = Rig(tmp_path).watch()
    inside = asyncio.Event()

    async def call() -> None:
        inside.set()
        await asyncio.Event().wait()

    watch.every(0.0, call)
    await inside.wait()
    await asyncio.wait_for(watch.stop(), 5)


@run
async def test_the_watch_survives_everything(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    calls = {"seen": 0, "pace": 0}

    def seen(*_: object) -> None:
        calls["seen"] += 1
        raise RuntimeError("seen")

    def pace(_: str) -> Pace:
        calls["pace"] += 1
        raise ValueError("pace")

    async def changed() -> None:
        raise OSError("changed")

    rig.backend.changed = changed  # type: ignore[method-assign]
    watch = rig.watch(quiet=0.0, idle_interval=0.05)
    watch._seen = seen
    watch.start()
    await until(lambda: calls["seen"] >= 3)
    watch._seen, watch._pace = lambda *_: None, pace
    await until(lambda: calls["pace"] >= 2)
    before = rig.backend.queries
    await asyncio.sleep(0.3)
    assert rig.backend.queries - before < 10, "asked at intervals, not busily"
    await watch.stop()


@run
async def test_a_shutdown_waits_for_submits_and_leaves_no_task(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    sessions = [await rig.sessions.start("plain", "memory") for _ in range(3)]
    await rig.sessions.close()
    assert [rig.table.get(s.id).job_id for s in sessions] == ["m1", "m2", "m3"]
    assert asyncio.all_tasks() == {asyncio.current_task()}
