"""The queue of this machine: order, slots, and what people do with jobs that wait."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_remote.agent import proc
from jupyter_remote.agent import queue as keeper
from jupyter_remote.backends.local import backend
from jupyter_remote.errors import InvalidSpec, NotFound, WrongState
from jupyter_remote.model import State

from .conftest import until
from .local_rig import WAIT, Local, Server, local
from .test_process import living


async def states(here: Local) -> dict[str, State]:
    return {job.job_id: job.state for job in await here.backend.jobs()}


async def test_one_after_the_other(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        script = f"echo $0 >> order; {WAIT.format('')}"
        jobs = [await here.submit(script, name=f"n{number}") for number in range(4)]
        assert jobs == ["1", "2", "3", "4"]
        await here.reach("1", State.RUNNING)
        waiting = [await here.job(job) for job in jobs[1:]]
        assert [job.line for job in waiting] == [1, 2, 3]
        assert waiting[0].reason == "waits for 1 free slot of 1"
        assert waiting[1].reason == "waits for its turn"
        assert {job.state for job in waiting} == {State.QUEUED}
        assert (waiting[0].name, waiting[0].cpus, waiting[0].nodes) == ("n1", 1, here.host)
        session = await here.start("true")
        assert (await here.end(session)).exit_code == 0, "sessions never wait"
        (tmp_path / "go").touch()
        ends = [await here.end(job) for job in jobs]
        assert {(end.state, end.exit_code) for end in ends} == {(State.STOPPED, 0)}
        order = [line.split("/")[-2] for line in (tmp_path / "order").read_text().split()]
        assert order == jobs
        starts = [(job.started or "", job.ended or "") for job in ends]
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(starts))


async def test_slots_are_never_exceeded(tmp_path: Path, run_dir: Path) -> None:
    """Thirty jobs, three slots, two servers that submit and look at the same time."""
    chance = random.Random(7)
    script = "#!/bin/sh\necho + $0 {0} >> book; sleep 0.0{1}; echo - $0 {0} >> book\n"
    async with local(tmp_path, run_dir, slots=3) as here:
        servers = []
        for number in range(2):
            requests = []
            for one in range(15):
                cpus = chance.choice([1, 1, 2, 3])
                text = script.format(cpus, chance.randint(0, 9))
                tag, options = f"{number}-{one}", {"cpus": cpus}
                request = {"script": text, "tag": tag, "folder": str(tmp_path)}
                requests.append({**request, "options": options})
            servers.append(await Server.start(here, requests, slots=3))

        async def over() -> bool:
            jobs = await here.backend.jobs()
            return len(jobs) == 30 and all(job.state.ended for job in jobs)

        await until(over)
        for server in servers:
            await server.kill()
        jobs = await here.backend.jobs()
        assert {job.state for job in jobs} == {State.STOPPED}
        assert len({job.tag for job in jobs}) == 30
        used, most, starts = 0, 0, Counter[str]()
        for line in (tmp_path / "book").read_text().splitlines():
            sign, job, taken = line.split()
            used += int(sign + taken)
            most = max(most, used)
            starts[job] += sign == "+"
        assert most == 3
        assert set(starts.values()) == {1}, "each ran once"
        assert len(starts) == 30


async def test_a_wide_job_is_not_starved(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=3) as here:
        first = await here.submit(WAIT.format(1))
        wide = await here.submit(WAIT.format(2), cpus=3)
        narrow = [await here.submit("true") for _ in range(3)]
        await here.reach(first, State.RUNNING)
        assert (await here.job(wide)).reason == "waits for 3 free slots of 3"
        (tmp_path / "go1").touch()
        await here.reach(wide, State.RUNNING)
        assert {(await here.job(job)).state for job in narrow} == {State.QUEUED}
        (tmp_path / "go2").touch()
        for job in narrow:
            assert (await here.end(job)).exit_code == 0


async def test_hold_release_and_cancel(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        first, held, gone, last = [await here.submit(WAIT.format(n)) for n in range(4)]
        await here.reach(first, State.RUNNING)
        await here.backend.hold(held)
        await here.backend.hold(held)
        job = await here.job(held)
        assert (job.state, job.held, job.line) == (State.QUEUED, True, None)
        assert job.reason == "held until it is released"
        await asyncio.gather(here.backend.cancel(gone), here.backend.cancel(gone))
        job = await here.job(gone)
        assert (job.state, job.reason) == (State.STOPPED, "cancelled before it started")
        assert job.started is None
        for number in range(4):
            (tmp_path / f"go{number}").touch()
        assert (await here.end(last)).exit_code == 0
        assert (await here.job(held)).state is State.QUEUED
        await here.backend.release(held)
        assert (await here.end(held)).exit_code == 0
        for action in (here.backend.hold, here.backend.release):
            with pytest.raises(WrongState, match="does not wait: it is stopped"):
                await action(last)
            with pytest.raises(NotFound):
                await action("99")
        await here.backend.forget(gone)


async def test_a_released_job_has_its_old_place(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        jobs = [await here.submit(WAIT.format("")) for _ in range(4)]
        await here.backend.hold(jobs[1])
        await here.backend.release(jobs[1])
        assert [(await here.job(job)).line for job in jobs[1:]] == [1, 2, 3]


async def test_change_a_waiting_job(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=2) as here:
        await here.submit(WAIT.format(""))
        job_id = await here.submit("true", cpus=2, time=50)
        await here.backend.change(job_id, {"name": "other", "time": 70})
        job = await here.job(job_id)
        assert (job.name, job.time_limit, job.cpus, job.state) == ("other", 70, 2, State.QUEUED)
        for bad in ({"cpus": 3}, {"cpus": 0}, {"time": 0}, {"name": ""}, {"colour": "red"}):
            with pytest.raises(InvalidSpec):
                await here.backend.change(job_id, bad)
        await here.backend.change(job_id, {"cpus": 1, "time": None})
        end = await here.end(job_id)
        assert (end.cpus, end.time_limit, end.exit_code) == (1, None, 0)
        with pytest.raises(WrongState, match="does not wait: it is stopped"):
            await here.backend.change(job_id, {"time": 5})


async def test_old_ends_are_forgotten(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "TIDY", 0.0)
    async with local(tmp_path, run_dir, slots=1, keep_ended=2) as here:
        session = await here.end(await here.start("true"))
        jobs = [await here.submit("true") for _ in range(4)]
        await here.end(jobs[-1])

        async def kept() -> bool:
            return set(await states(here)) == {session.job_id, *jobs[-2:]}

        await until(kept)
        here.backend.forget_after = 0.0001 / 86400

        async def none() -> bool:
            return set(await states(here)) == {session.job_id}

        await until(none)
        assert await here.submit("true") == "5", "numbers are not used again"


async def test_a_long_queue_costs_little(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 jobs wait: a look reads no file, a start only those of what runs and starts."""
    async with local(tmp_path, run_dir, slots=1) as here:
        first = await here.submit(WAIT.format(""))
        await here.reach(first, State.RUNNING)
        model = await here.submit("true")
        spec = (here.root / model / "spec.json").read_text()
        for number in range(3, 501):
            (here.root / str(number)).mkdir(mode=0o700)
            (here.root / str(number) / "spec.json").write_text(spec)
            here.backend._queue.here.add(str(number))
        before = {job.job_id: job for job in await here.backend.jobs()}
        assert len(before) == 500
        assert [job.line for job in before.values()].count(None) == 500 - 100
        reads: list[str] = []

        def counted(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def counts(path: Any) -> Any:
                reads.append(str(path))
                return call(path)

            return counts

        monkeypatch.setattr(Path, "read_bytes", counted(Path.read_bytes))
        monkeypatch.setattr(keeper, "read", counted(proc.read))
        after = {job.job_id: job for job in await here.backend.jobs()}
        assert reads == []
        assert all(after[job] is before[job] for job in before if job != first)
        await here.backend._go_on()
        assert len(reads) <= 3
        assert not here.backend._queue.trouble
        begin = time.process_time()
        await here.backend.jobs()
        assert time.process_time() - begin < 1, "seconds of CPU; 0.03 are usual"
        for number in range(2, 501):
            here.backend._queue.here.move(str(number), keeper.WAITING, "")
            shutil.rmtree(here.root / str(number))


async def test_nothing_is_left(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=4) as here:

        async def cycle(number: int) -> None:
            job_id = await here.submit("sleep 1000 & exit 0" if number % 2 else "sleep 1000")
            if not number % 2:
                await here.backend.cancel(job_id)
            await here.end(job_id)
            await here.backend.forget(job_id)

        await asyncio.gather(*(cycle(number) for number in range(4)))
        await until(lambda: not living(str(here.root)))
        process = psutil.Process()
        before = process.num_fds()
        for _ in range(5):
            await asyncio.gather(*(cycle(number) for number in range(4)))
        assert await here.backend.jobs() == []
        await until(lambda: not living(str(here.root)))
        await until(lambda: {path.name for path in here.run.iterdir()} == {"queue.lock"})
        assert {path.name for path in here.root.iterdir()} == {".queue", ".last"}
        assert [path for path in (here.root / ".queue").rglob("*") if path.is_file()] == []
        await until(lambda: process.num_fds() <= before)
