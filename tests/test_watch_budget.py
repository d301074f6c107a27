"""A backend that others share is asked within a budget, and whether anything happened."""

from __future__ import annotations

import random

import pytest

from jupyter_remote import ledger, watch
from jupyter_remote.contract import Pace
from jupyter_remote.watch import RemoteWatch

from .test_watch import Silent


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
        return await super().jobs()


def within_budget(one, looks, ahead=ledger.AHEAD):
    """From whichever observation on, what was taken is within the budget."""
    for begin in range(0, len(looks), 7):
        since, spent = looks[begin][0], 0.0
        for at, cost in looks[begin:]:
            taken = spent * ledger.SERVED
            assert taken <= one.load_share * (at - since + ahead) + 1e-6
            spent += cost


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
    within_budget(one, backend.looks)
    if woken == "never":
        busy = len(backend.looks) * takes * ledger.SERVED / 4000
        assert busy == pytest.approx(min(one.load_share, takes * ledger.SERVED / 0.7), rel=0.05)


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
    backend.served = 0.3  # no more of it counts
    clock.now += 10
    await one.look("slurm")
    assert one.interval("slurm") == pytest.approx(4.0 - 0.01)
    backend.takes = 1.0  # an overloaded one is asked less, whatever its means say
    clock.now += 10
    await one.look("slurm")
    assert one.interval("slurm") == pytest.approx(10.0 - 1.0)


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
