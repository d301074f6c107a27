"""How often backends are asked, and files that may never answer."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time

import pytest

from jupyter_remote import files, watch
from jupyter_remote.contract import Pace
from jupyter_remote.errors import BackendTimeout, BackendUnreachable, StorageError
from jupyter_remote.watch import RemoteWatch

from .conftest import until


class Silent:
    """A backend that answers when it is told to."""

    name = "slurm"
    answers = False

    async def jobs(self):
        if not self.answers:
            raise BackendUnreachable("Unable to contact slurm controller")
        return []

    async def changed(self):
        await asyncio.Event().wait()


async def test_one_that_does_not_answer_is_asked_less_and_less_until_it_does():
    backend = Silent()
    one = RemoteWatch(
        backends={"slurm": backend},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
        busy_interval=2.0,
        idle_interval=30.0,
    )
    intervals = []
    for _ in range(5):
        await one.look("slurm")
        intervals.append(one.interval("slurm"))
    assert intervals == [4.0, 8.0, 16.0, 30.0, 30.0]
    backend.answers = True
    await one.look("slurm")
    assert one.interval("slurm") == 2.0


async def test_nothing_is_asked_while_nobody_looks():
    turns, asked = [], []
    pace = Pace.NONE

    class Counted(Silent):
        async def jobs(self):
            asked.append(1)
            return []

        async def changed(self):
            turns.append(1)  # it tells of changes, too
            await asyncio.sleep(0)

    one = RemoteWatch(
        backends={"slurm": Counted()},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: pace,
        idle_interval=0.01,
        quiet=0.0,
    )
    one.start()
    try:
        await until(lambda: len(turns) > 20)
        one.kick("slurm")
        await until(lambda: len(turns) > 40)
        assert not asked
        pace = Pace.IDLE
        await until(lambda: asked)
    finally:
        await one.stop()


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Slow(Silent):
    """Each answer takes its time by the clock; a shared scheduler."""

    answers = shared = True

    def __init__(self, clock: Clock) -> None:
        self.clock, self.takes = clock, 0.0
        self.looks: list[tuple[float, float]] = []

    async def jobs(self):
        self.looks.append((self.clock.now, self.takes))
        self.clock.now += self.takes
        return []


@pytest.mark.parametrize("takes", [0.01, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("woken", ["never", "at all times", "now and then"])
async def test_whatever_wakes_us_the_budget_is_kept(monkeypatch, takes, woken):
    clock, chance = Clock(), random.Random(5)
    monkeypatch.setattr(watch, "time", clock)
    backend = Slow(clock)
    one = RemoteWatch(
        backends={"slurm": backend},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: Pace.FAST,
    )
    rests: list[float] = []
    end = clock.now + 4000
    while clock.now < end:
        backend.takes = takes * chance.choice([0.2, 1.0, 1.8]) if woken != "never" else takes
        await one.look("slurm")
        wait = one.interval("slurm")
        wakes = {"never": False, "at all times": True}.get(woken, chance.random() < 0.2)
        if wakes:  # at once after the answer
            rests.append(one.rest("slurm"))
            wait = min(wait, rests[-1])
        clock.now += wait
    for begin in range(0, len(backend.looks), 7):
        since, spent = backend.looks[begin][0], 0.0
        for at, cost in backend.looks[begin:]:
            taken = spent * watch.SERVED
            assert taken <= one.load_share * (at - since + watch.AHEAD) + 1e-6
            spent += cost
    if woken == "never":
        busy = len(backend.looks) * takes * watch.SERVED / 4000
        assert busy == pytest.approx(min(one.load_share, takes * watch.SERVED / 0.7), rel=0.05)


async def test_a_backend_that_knows_what_it_works_is_believed(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(watch, "time", clock)
    backend = Slow(clock)
    backend.takes = 0.01
    one = RemoteWatch(
        backends={"slurm": backend},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: Pace.FAST,
    )
    await one.look("slurm")
    assert one.interval("slurm") == pytest.approx(0.7)
    backend.served = 0.02  # more than a fifth of the time
    clock.now += 10
    await one.look("slurm")
    assert one.interval("slurm") == pytest.approx(4.0 - 0.01)
    backend.takes = 1.0  # an overloaded one is asked less, whatever its means say
    clock.now += 10
    await one.look("slurm")
    assert one.interval("slurm") == pytest.approx(40.0 - 1.0)


async def test_what_a_user_waits_for_is_asked_in_advance_while_there_is_credit(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(watch, "time", clock)
    backend = Slow(clock)
    backend.takes = 0.5  # 20 s of the budget
    one = RemoteWatch(
        backends={"slurm": backend},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
    )
    rests = []
    for _ in range(5):
        await one.look("slurm")
        rests.append(one.rest("slurm"))
        clock.now += rests[-1]
    assert [round(rest, 1) for rest in rests[:3]] == [0.2, 0.2, 0.2]
    assert rests[3] > 15
    assert rests[4] == pytest.approx(19.5)
    backend.shared = False
    assert one.rest("slurm") == 0  # the last look was long ago
    backend.takes = 0
    await one.look("slurm")
    assert one.rest("slurm") == pytest.approx(one.quiet)


async def test_a_backend_that_comes_later_is_observed():
    seen: list[str] = []
    backends: dict[str, Silent] = {}
    one = RemoteWatch(
        backends=backends,
        seen=lambda name, jobs: seen.append(name),
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
    )
    one.start()
    backends["everest:demo"] = Silent()
    backends["everest:demo"].answers = True
    one.add("everest:demo")
    await until(lambda: seen)
    await one.stop()
    assert seen == ["everest:demo"]


async def test_files_that_never_answer_leave_the_other_threads_alone():
    stuck = threading.Event()
    try:
        for _ in range(10):  # more than there are threads
            with pytest.raises(BackendTimeout, match="the disk did not answer"):
                await files.within(0.01, "the disk", stuck.wait)
        assert threading.active_count() < 64
    finally:
        stuck.set()
    assert await files.within(60, "the clock", time.monotonic)


def test_a_folder_for_a_log_leaves_nothing_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with pytest.raises(StorageError, match="Is a directory"):
            files.read_chunk(tmp_path, 0, 10)
    assert len(os.listdir("/proc/self/fd")) == before
