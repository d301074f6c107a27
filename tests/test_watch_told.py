"""A backend that tells what changed without being asked: that is shown at once, whatever the
budget says."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from jupyter_remote.contract import Pace
from jupyter_remote.watch import RemoteWatch

from .conftest import until
from .test_watch import Silent


class Written(Silent):
    """Something writes down what happens; its answers cost all of the budget."""

    answers = shared = True
    served = 1e3

    def __init__(self) -> None:
        self.changes = asyncio.Event()
        self.said: object = []
        self.enough = True
        self.looks = 0

    async def jobs(self):
        self.looks += 1
        return await super().jobs()

    async def changed(self):
        await self.changes.wait()
        self.changes.clear()

    async def told(self):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said and (self.said, self.enough)

    def write(self, said):
        self.said = said
        self.changes.set()


class Watched:
    """A backend that is watched; ``seen``: what was handed on, of its first look on."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.pace = Pace.BUSY
        self.backend = Written()
        self.watch = RemoteWatch(
            backends={"htcondor": self.backend},
            seen=lambda name, jobs: self.seen.append(jobs),
            silent=lambda name, error: None,
            pace=lambda name: self.pace,
            load_share=1e-6,
            busy_interval=1e6,
            idle_interval=1e6,
            quiet=0.0,
        )

    async def told(self, what):
        self.backend.write(what)
        await until(lambda: self.seen[-1] == what)

    @property
    def ledger(self):
        return self.watch._ledgers["htcondor"]

    def allow(self):
        """The budget has been given back."""
        self.ledger.due = 0.0


@contextlib.asynccontextmanager
async def watched():
    made = Watched()
    made.watch.start()
    try:
        await until(lambda: made.seen)
        yield made
    finally:
        await made.watch.stop()


async def test_what_is_told_is_shown_without_an_observation():
    async with watched() as one:
        due = one.ledger.due
        assert due > time.monotonic() + 1000
        for what in (["began"], ["ended"], ["one more"]):
            await one.told(what)
        assert one.backend.looks == 1
        assert one.ledger.due == due  # it cost nothing


async def test_also_while_a_kick_waits_for_the_budget():
    async with watched() as one:
        one.watch.kick("htcondor")
        for what in (["began"], ["ended"]):
            await one.told(what)
        assert one.backend.looks == 1


async def test_each_kick_shows_what_is_known_already():
    """Such as jobs that were submitted one after the other, while the budget is used up."""
    async with watched() as one:
        for what in (["one"], ["one", "two"], ["one", "two", "three"]):
            one.backend.said = what
            one.watch.kick("htcondor")
            await until(lambda what=what: one.seen[-1] == what)
        assert one.backend.looks == 1


async def test_what_is_not_enough_is_shown_and_asked_for():
    async with watched() as one:
        one.backend.enough = False
        await one.told(["began"])
        await one.told(["ended"])
        assert one.backend.looks == 1  # the budget is used up


async def test_also_after_a_change_that_waits_for_it_too():
    async with watched() as one:
        one.backend.write(None)
        await until(lambda: not one.backend.changes.is_set())
        for what in (["began"], ["ended"]):
            await one.told(what)
        assert one.backend.looks == 1


@pytest.mark.parametrize("said", [None, RuntimeError("a fault"), ["not enough"]])
async def test_within_the_budget_it_is_observed_at_once(said):
    async with watched() as one:
        one.backend.enough = False
        one.allow()
        one.ledger.cost = 0.0
        one.backend.served = 0.0
        one.backend.write(said)
        await until(lambda: one.backend.looks == 2)


async def test_nothing_is_told_of_one_that_did_not_answer():
    """Its list stays marked as old: a log of events does not say that the queue is there."""
    async with watched() as one:
        one.ledger.failed = 1
        one.allow()
        one.backend.answers = False
        one.backend.write(["began"])
        await until(lambda: one.backend.looks == 2)
        assert one.seen == [[]]


async def test_nothing_is_told_while_nobody_looks():
    async with watched() as one:
        one.pace = Pace.NONE
        one.allow()
        one.backend.write(["began"])
        await until(lambda: not one.backend.changes.is_set())
        await asyncio.sleep(0.1)
        assert (one.seen, one.backend.looks) == ([[]], 1)
