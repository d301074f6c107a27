"""A backend that says whether anything happened is observed when something did."""

from __future__ import annotations

import asyncio
import random
import time
from itertools import pairwise

import pytest

from jupyter_remote import ledger, watch
from jupyter_remote.contract import Pace
from jupyter_remote.watch import RemoteWatch

from .conftest import until
from .test_watch_budget import Clock, Slow, within_budget


class Telling(Slow):
    """Says whether something happened, which costs it nothing."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.stirs: bool | None = False
        self.thorough: bool | None = None
        self.asked: list[float] = []
        self.thoroughly: list[float] = []
        self.question = 0.0

    async def stirred(self, thorough):
        self.asked.append(self.clock.now)
        if thorough:
            self.thoroughly.append(self.clock.now)
        self.clock.now += self.question
        return self.thorough if thorough and self.stirs is False else self.stirs


@pytest.fixture
def telling(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(watch, "time", clock)
    return Telling(clock)


def watching(backend, seen=lambda name, jobs: None, pace=Pace.BUSY):
    return RemoteWatch(
        backends={"slurm": backend},
        seen=seen,
        silent=lambda name, error: None,
        pace=lambda name: pace,
    )


async def turns(one, backend, seconds):
    """Turns at its intervals; when jobs were asked for, in seconds after the beginning."""
    begin, before = backend.clock.now, len(backend.looks)
    while backend.clock.now < begin + seconds:
        await one.turn("slurm")
        backend.clock.now += one.interval("slurm")
    return [round(at - begin, 1) for at, _ in backend.looks[before:]]


async def test_while_nothing_happens_it_is_asked_ever_less(telling):
    seen = []
    one = watching(telling, seen=lambda name, jobs: seen.append(telling.clock.now))
    await turns(one, telling, 60)
    assert await turns(one, telling, 90) == [0.0, 30.0, 60.0]
    assert len(telling.asked) > 65  # but whether something happened, all the time
    assert seen[-1] == telling.clock.now - 2  # and it counts as seen
    await turns(one, telling, 1)
    telling.stirs = True
    assert await turns(one, telling, 1) == [0.0]
    telling.stirs = False
    later = await turns(one, telling, 60)
    assert later[:4] == [0.0, 2.0, 6.0, 14.0]  # first often: what happened has consequences


async def test_one_that_can_look_thoroughly_is_observed_half_as_often(telling):
    telling.thorough = False
    one = watching(telling)
    await turns(one, telling, 150)
    began, asked = telling.clock.now, len(telling.thoroughly)
    assert await turns(one, telling, 122) == [30.0, 90.0]
    assert [at - began for at in telling.thoroughly[asked:]] == [0.0, 60.0, 120.0]
    telling.thorough = True  # that is found as soon as it is asked for
    assert (await turns(one, telling, 60))[0] <= 30


async def test_while_nothing_happens_all_that_it_works_counts(telling):
    telling.served = 0.5
    one = watching(telling)
    await turns(one, telling, 300)
    assert await turns(one, telling, 301) == [0.0, 100.0, 200.0, 300.0]
    telling.stirs = True
    assert (await turns(one, telling, 5))[1] < 5
    telling.stirs, telling.served = False, 60.0  # it may have been overloaded once
    await turns(one, telling, 900)
    assert max(next_ - at for at, next_ in pairwise(at for at, _ in telling.looks[-3:])) == 300


async def test_a_word_that_something_happened_may_take_some_of_the_budget(telling):
    telling.takes = 0.25  # 10 s of the budget
    telling.stirs = True
    looks = await turns(watching(telling), telling, 400)
    assert looks[1] < 5
    assert len(looks) == pytest.approx((400 + ledger.CREDIT) / 10, abs=2)
    assert looks[-1] - looks[-2] == pytest.approx(10, abs=2.1)


@pytest.mark.parametrize("takes", [0.01, 0.1, 0.5, 2.0])
async def test_whatever_it_says_and_whoever_wakes_us_the_budget_is_kept(telling, takes):
    chance = random.Random(7)
    one, clock = watching(telling, pace=Pace.FAST), telling.clock
    end = clock.now + 4000
    while clock.now < end:
        telling.takes = takes * chance.choice([0.2, 1.0, 1.8])
        telling.stirs = chance.choice([True, False, None])
        if chance.random() < 0.1:
            clock.now += one.rest("slurm")
            await one.look("slurm")
        else:
            await one.turn("slurm")
        clock.now += one.interval("slurm")
    within_budget(one, telling.looks, ledger.AHEAD + ledger.CREDIT)


@pytest.mark.parametrize("fault", ["says nothing", "fails"])
async def test_a_fault_amid_much_that_happens_does_not_stop_the_looks(telling, fault):
    one = watching(telling, pace=Pace.FAST)
    telling.stirs, telling.takes = True, 0.1
    await turns(one, telling, 600)
    telling.answers, telling.stirs = fault != "fails", None
    await turns(one, telling, 0.1)
    telling.answers, telling.stirs = True, True
    assert (await turns(one, telling, 60))[0] < 6


async def test_one_that_is_slow_to_say_is_asked_that_less(telling):
    telling.question = 2.0
    one = watching(telling)
    await turns(one, telling, 600)
    assert len(telling.asked) < 600 / 20 + 5


async def test_one_that_cannot_say_is_asked_for_its_jobs(telling):
    one = watching(telling)
    telling.stirs = None
    assert len(await turns(one, telling, 20)) == 10
    telling.answers = False  # a silent one is not asked whether something happened
    await turns(one, telling, 5)
    before = len(telling.asked)
    await turns(one, telling, 300)
    assert len(telling.asked) == before


async def test_something_that_the_budget_does_not_allow_yet_is_not_forgotten(telling):
    one = watching(telling)
    telling.takes = 4.0  # 160 s of the budget
    await turns(one, telling, 1)
    telling.stirs, telling.takes = True, 0.0
    await turns(one, telling, 1)
    telling.stirs = False
    looks = await turns(one, telling, 60)
    assert looks[0] == pytest.approx(160 - ledger.CREDIT - 8, abs=2.1)


async def test_who_comes_to_look_is_told_that_nothing_happened(telling):
    watched = watching(telling, pace=Pace.IDLE)
    watched.idle_interval = 1e6
    monotonic, telling.clock.monotonic = telling.clock.monotonic, time.monotonic
    watched.start()
    try:
        await until(lambda: telling.looks)
        for number in (1, 2, 3):
            watched.wake("slurm")
            await until(lambda number=number: len(telling.asked) >= number)
        assert len(telling.looks) == 1
        telling.stirs = True
        watched.wake("slurm")
        await until(lambda: len(telling.looks) == 2)
        telling.stirs = False
        watched.wake("slurm")
        await asyncio.sleep(0)
        watched.kick("slurm")  # in the pause before the turn
        await until(lambda: len(telling.looks) == 3)
    finally:
        await watched.stop()
        telling.clock.monotonic = monotonic


async def test_whoever_waits_gets_an_observation_at_once(telling):
    watched = watching(telling)
    monotonic, telling.clock.monotonic = telling.clock.monotonic, time.monotonic
    watched.start()
    try:
        await until(lambda: telling.looks)
        for number in (2, 3):
            watched.kick("slurm")
            await until(lambda number=number: len(telling.looks) >= number)
    finally:
        await watched.stop()
        telling.clock.monotonic = monotonic
