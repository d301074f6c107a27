"""What was written down of jobs over what the queue says of them, in every order of both."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from jupyter_remote.backends.htcondor import told
from jupyter_remote.backends.htcondor.eventlogs import EventLogs, Line, News
from jupyter_remote.backends.htcondor.events import events_in
from jupyter_remote.backends.htcondor.told import EARLY, END_LAG, LAG, Told
from jupyter_remote.model import State

from .test_htcondor_eventlogs import ad, job
from .test_htcondor_lines import (
    ABORTED,
    BEGAN,
    ENDED,
    EVICTED,
    GROWN,
    HELD,
    RELEASED,
    SUBMITTED,
    SUSPENDED,
    become,
    waiting,
)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(told, "time", made)
    return made


class Desk:
    """A list of one job, and what is written of it."""

    def __init__(self, clock):
        self.clock, self.logs = clock, EventLogs()
        self.logs.note([ad(7, "/log")])
        self.told = Told(self.logs)

    async def listed(self, *jobs, later=0.0, asked=0.0):
        self.clock.now += later
        self.logs.note([ad(7, "/log")])
        await self.told.take_list(jobs, self.clock.now + asked)

    def wrote(self, text, path="/log"):
        lines = [Line(event, path, 1.0) for event in events_in(text.encode())[0]]
        self.told._news.clear()
        return self.told.take(News(lines, True))

    async def job(self):
        (only,) = await self.told.jobs()
        return only


@pytest.fixture
def desk(clock):
    return Desk(clock)


async def test_the_queue_may_know_it_later(desk):
    await desk.listed(waiting())
    assert desk.wrote(BEGAN)
    began = await desk.job()
    assert began.state is State.RUNNING
    await desk.listed(waiting(), later=LAG / 2)  # not yet
    assert await desk.job() is began
    await desk.listed(waiting(), later=LAG)  # it must be right by now
    assert await desk.job() == waiting()


async def test_the_queue_may_be_ahead(desk):
    sending = become(waiting(), SUSPENDED)
    await desk.listed(waiting())
    desk.wrote(BEGAN)
    await desk.listed(sending, later=1)
    assert await desk.job() == sending
    late = dataclasses.replace(waiting(), state=State.STOPPING, word="TRANSFERRING_OUTPUT")
    await desk.listed(late)
    assert not desk.wrote(BEGAN)
    assert await desk.job() == late


async def test_a_list_that_was_asked_before_does_not_take_a_start_back(desk):
    starting = dataclasses.replace(waiting(), state=State.STARTING, word="RUNNING")
    await desk.listed(waiting())
    desk.wrote(BEGAN)
    await desk.listed(starting)
    assert (await desk.job()).state is State.RUNNING


async def test_a_start_and_an_end_between_two_lists_are_both_kept(desk):
    await desk.listed(waiting())
    assert desk.wrote(BEGAN)
    began = await desk.job()
    desk.clock.now += 60  # the queue was not asked
    assert desk.wrote(ENDED)
    ended = await desk.job()
    assert (ended.started, ended.nodes, ended.exit_code) == (began.started, "node1", 3)
    await desk.listed(began)
    assert await desk.job() is ended


async def test_an_end_stands_until_it_is_listed(desk):
    """Also where a history that fails, or is not kept, says that the job is lost."""
    running = become(waiting(), BEGAN)
    await desk.listed(running)
    desk.wrote(ENDED)
    ended = await desk.job()
    for later in (1, LAG, 30):
        await desk.listed(running, later=later)
        assert await desk.job() is ended
    lost = dataclasses.replace(running, state=State.LOST, word="RUNNING", reason="nobody knows")
    for later in (40, 1000):
        await desk.listed(lost, later=later)
        assert await desk.job() is ended
    known = dataclasses.replace(ended, memory=5)
    await desk.listed(known)
    assert await desk.job() is known


async def test_an_end_that_the_queue_denies_for_long_was_none(desk):
    running = become(waiting(), BEGAN)
    await desk.listed(running)
    desk.wrote(ENDED)
    await desk.listed(running, later=END_LAG + 1)
    assert await desk.job() is running


async def test_a_removed_job_that_stays_in_the_queue_has_ended(desk):
    leaving = dataclasses.replace(waiting(), state=State.STOPPING, word="REMOVED")
    await desk.listed(waiting())
    desk.wrote(ABORTED)
    for _ in range(3):
        await desk.listed(leaving, later=END_LAG)
        assert (await desk.job()).state is State.STOPPED


async def test_what_is_written_after_an_end_lifts_it(desk):
    running = become(waiting(), BEGAN)
    await desk.listed(running)
    assert desk.wrote(ENDED)
    assert desk.wrote(BEGAN)
    assert await desk.job() is running
    await desk.listed(waiting())
    desk.wrote(BEGAN + ENDED + BEGAN)
    again = await desk.job()
    assert (again.state, again.ended, again.exit_code) == (State.RUNNING, None, None)
    desk.wrote(ENDED + SUBMITTED)  # its number is used again
    assert await desk.job() == waiting()


async def test_of_one_that_is_listed_as_ended_nothing_is_taken(desk):
    ended = become(waiting(), BEGAN + ENDED)
    await desk.listed(ended)
    assert not desk.wrote(BEGAN)
    assert await desk.job() is ended


async def test_what_makes_no_difference_wakes_nobody(desk):
    assert not desk.wrote(BEGAN)  # of a job that was not listed
    running = become(waiting(), BEGAN)
    await desk.listed(running)
    assert not desk.wrote(SUBMITTED + BEGAN + GROWN)
    assert not desk.wrote(HELD, path="/another/log")
    assert not desk.wrote(EVICTED + BEGAN)
    assert await desk.job() is running  # with the time of its start
    assert desk.wrote(HELD)


async def test_many_events_of_one_job_are_taken_one_by_one(desk):
    await desk.listed(waiting())
    assert not desk.wrote((HELD + RELEASED) * 5000)
    assert await desk.job() == waiting()


async def test_events_of_a_job_are_kept_until_it_is_listed(desk, clock):
    await desk.listed()
    assert not desk.wrote(BEGAN)
    await desk.listed(waiting(), later=1)
    assert (await desk.job()).state is State.RUNNING
    await desk.listed()
    assert not desk.wrote(BEGAN)
    await desk.listed(waiting(), later=LAG + 1)
    assert await desk.job() == waiting()
    desk.wrote(BEGAN.replace("007", "008") * 2 * EARLY)
    assert len(desk.told._early) == EARLY


async def test_what_an_act_saw_is_told_too(desk):
    await desk.listed(waiting())
    await asyncio.wait_for(desk.told.changed(0.01), 30)
    waits = asyncio.create_task(desk.told.changed(0.01))
    await desk.listed(waiting())
    await asyncio.sleep(0.1)
    assert not waits.done()
    await desk.listed(become(waiting(), BEGAN))
    await asyncio.wait_for(waits, 30)


async def test_a_submitted_job_keeps_the_time_that_was_guessed(desk):
    await desk.listed()
    desk.logs.note([ad(7, "/log")])
    guess, known = "2026-11-30T10:00:00.000Z", "2026-11-30T10:00:01.000Z"
    desk.told.add({"7.0": waiting(submitted=guess)})
    assert (await desk.job()).submitted == guess
    await desk.listed(waiting(submitted=known))
    assert (await desk.job()).submitted == guess
    desk.told.add({"7.0": waiting(submitted=guess)})
    await desk.listed(asked=-1)  # asked before the submit
    assert (await desk.job()).submitted == guess
    assert desk.logs._watched == ["/log"]


async def test_a_submit_while_a_long_list_is_taken_is_watched(desk):
    """The list is looked through in a thread."""
    many = [job(number, State.QUEUED) for number in range(1000, 6000)]
    desk.logs.note(ad(number, f"/l/{number}") for number in range(1000, 6000))
    taking = asyncio.create_task(desk.listed(*many))
    for number in range(20, 60):
        await asyncio.sleep(0.001)
        desk.logs.note([ad(number, f"/l/{number}")])
        desk.told.add({f"{number}.0": job(number, State.QUEUED)})
    await taking
    assert {f"{number}.0" for number in range(20, 60)} <= desk.logs._paths.keys()


async def test_it_is_clear_until_something_is_not_known(desk):
    assert not desk.told.clear
    await desk.listed(waiting())
    assert desk.told.clear
    assert desk.told.take(News([], False))
    assert not desk.told.clear
    await desk.listed(waiting(), asked=-1)  # asked before that
    assert not desk.told.clear
    await desk.listed(waiting(), later=1)
    assert desk.told.clear
