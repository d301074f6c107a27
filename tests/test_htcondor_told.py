"""What logs of events say of jobs, whatever state the log and the queue are in."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.backends.htcondor import eventlogs, told
from jupyter_remote.backends.htcondor.eventlogs import EventLogs, Line, News
from jupyter_remote.backends.htcondor.events import after, events_in
from jupyter_remote.backends.htcondor.told import EARLY, END_LAG, LAG, Told
from jupyter_remote.model import Job, State

from .test_htcondor_eventlogs import ad, job

AT = "2026-11-30 22:20:39"
SUBMITTED = f"000 (007.000.000) {AT} Job submitted from host: <127.0.0.1:1>\n...\n"
BEGAN = (
    f"001 (007.000.000) {AT} Job executing on host: <127.0.0.1:2>\n"
    "\tSlotName: slot1_3@node1\n\tCpus = 1\n...\n"
)
GROWN = f"006 (007.000.000) {AT} Image size of job updated: 528\n\t1  -  MemoryUsage\n...\n"
ENDED = (
    f"005 (007.000.000) {AT} Job terminated.\n"
    "\t(1) Normal termination (return value 3)\n\t\tUsr 0 00:00:00\n...\n"
)
KILLED = (
    f"005 (007.000.000) {AT} Job terminated.\n"
    "\t(0) Abnormal termination (signal 9)\n\t(0) No core file\n...\n"
)
UNCLEAR = f"005 (007.000.000) {AT} Job terminated.\n\tin a way that is new\n...\n"
EVICTED = f"004 (007.000.000) {AT} Job was evicted.\n\t(0) CPU times\n...\n"
HELD = f"012 (007.000.000) {AT} Job was held.\n\tno <space>\n\tCode 12 Subcode 28\n...\n"
RELEASED = f"013 (007.000.000) {AT} Job was released.\n\tvia condor_release\n...\n"
ABORTED = f"009 (007.000.000) {AT} Job was aborted.\n\tvia condor_rm (by user ann)\n...\n"
SUSPENDED = f"010 (007.000.000) {AT} Job was suspended.\n\tNumber of processes: 1\n...\n"
RESUMED = f"011 (007.000.000) {AT} Job was unsuspended.\n...\n"
ALL = [SUBMITTED, BEGAN, GROWN, ENDED, KILLED, EVICTED, HELD, RELEASED, ABORTED, SUSPENDED, RESUMED]


def waiting(**fields):
    return Job(
        backend="htcondor", job_id="7.0", name="", state=State.QUEUED, word="IDLE", line=1, **fields
    )


def become(one, text):
    events, size = events_in(text.encode())
    assert size == len(text)
    for event in events:
        one = after(one, event, 1.0)
    return one


def course(one):
    return one.state, one.word, one.reason, one.exit_code, one.signal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SUBMITTED + GROWN, (State.QUEUED, "IDLE", "", None, None)),
        (BEGAN + GROWN, (State.RUNNING, "RUNNING", "", None, None)),
        (BEGAN + SUSPENDED, (State.RUNNING, "SUSPENDED", "it is suspended", None, None)),
        (BEGAN + SUSPENDED + RESUMED, (State.RUNNING, "RUNNING", "", None, None)),
        (BEGAN + EVICTED, (State.QUEUED, "IDLE", "", None, None)),
        (BEGAN + ENDED, (State.FAILED, "COMPLETED", "", 3, None)),
        (BEGAN + KILLED, (State.FAILED, "COMPLETED", "", None, "SIGKILL")),
        (
            HELD,
            (
                State.QUEUED,
                "HELD",
                "held: its output could not be written or sent back (no <space>)",
                None,
                None,
            ),
        ),
        (HELD + RELEASED, (State.QUEUED, "IDLE", "", None, None)),
        (
            ABORTED,
            (State.STOPPED, "REMOVED", "it was removed: via condor_rm (by user ann)", None, None),
        ),
    ],
)
def test_what_events_make_of_a_job(text, expected):
    made = become(waiting(), text)
    assert course(made) == expected
    assert made.held is (made.word == "HELD")
    assert (made.started is not None) is ("001 (" in text and made.state is not State.QUEUED)
    assert (made.ended is not None) is made.state.ended
    assert made.nodes == ("node1" if made.started else "")
    assert made.line == (1 if made == waiting() else None)


def test_a_job_that_is_known_to_be_so_is_the_same():
    began = waiting(started="2026-01-01T00:00:00.000Z", nodes="n9")
    running = become(began, BEGAN)
    assert running.started == began.started
    assert become(running, BEGAN) is running


@pytest.mark.parametrize(
    "text", ["<?xml version='1.0'?>\n", '{"a": 1}\n...\n', "\0\1\2\n", UNCLEAR]
)
def test_what_is_no_such_log_or_leaves_the_end_open_is_not_guessed(text):
    assert events_in(text.encode()) is None


@given(st.lists(st.sampled_from(ALL), max_size=8), st.integers(0, 2000))
def test_a_log_that_is_being_written_is_read_to_its_last_whole_event(parts, cut):
    text = "".join(parts).encode()
    whole, size = events_in(text)
    assert size == len(text)
    some, read = events_in(text[:cut])
    assert text[:read].endswith(b"\n...\n") or read == 0
    assert whole[: len(some)] == some
    rest, last = events_in(text[read:])
    assert (some + rest, read + last) == (whole, size)


@given(st.binary(max_size=300))
def test_anything_may_stand_there(data):
    read = events_in(data)
    assert read is None or read[1] <= len(data)


# -- logs that are read


async def news(logs):
    found = await logs._look(60.0)
    return found and (
        [line.event.ad["JobStatus"] for line in found.lines if line.event.number],
        found.clear,
    )


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_text(SUBMITTED)
    return path


@pytest.fixture
def logs(log):
    made = EventLogs()
    made.note([ad(7, log)])
    made.watch_also([job(7).job_id])
    return made


async def test_only_what_is_new_is_read(logs, log):
    assert await news(logs) == ([], True)
    with log.open("a") as file:
        file.write(BEGAN)
        file.flush()
        assert await news(logs) == ([2], True)
        file.write(GROWN + ENDED[:30])
        file.flush()
        assert await news(logs) == ([], True)
        file.write(ENDED[30:])
    assert await news(logs) == ([4], True)
    assert await news(logs) is None


async def test_a_log_that_was_cut_or_replaced_is_read_anew(logs, log, tmp_path):
    log.write_text(SUBMITTED + BEGAN)
    assert await news(logs) == ([2], True)
    log.write_text(HELD)
    assert await news(logs) == ([5], True)
    other = tmp_path / "other"
    other.write_text(HELD + RELEASED)
    other.rename(log)
    assert await news(logs) == ([5, 1], True)


async def test_of_a_long_log_the_end_is_read(logs, log, monkeypatch):
    monkeypatch.setattr(eventlogs, "RECENT", len(BEGAN + ENDED) + 10)
    log.write_text(SUBMITTED * 100 + HELD + BEGAN + ENDED)
    assert await news(logs) == ([2, 4], True)


async def test_what_was_not_read_of_a_log_that_is_known_is_not_guessed(logs, log, monkeypatch):
    monkeypatch.setattr(eventlogs, "RECENT", len(HELD) + 10)
    assert await news(logs) == ([], True)
    log.write_text(SUBMITTED + BEGAN * 10 + HELD)
    assert await news(logs) == ([], False)
    log.write_text(SUBMITTED + BEGAN * 10 + HELD + RELEASED)
    assert await news(logs) == ([1], True)


async def test_one_that_was_cut_and_grew_again_is_found_to_be_anew(logs, log):
    log.write_text(SUBMITTED + BEGAN)
    assert await news(logs) == ([2], True)
    log.write_text(GROWN * 9)
    assert await news(logs) == ([], False)  # it goes on in the middle of an event
    log.write_text(GROWN * 9 + ENDED)
    assert await news(logs) == ([4], True)


async def test_old_events_of_a_log_that_is_new_to_us_are_known_to_the_queue(logs, log):
    log.write_text(SUBMITTED + BEGAN + HELD)
    os.utime(log, (1, 1))
    assert await news(logs) == ([], True)
    with log.open("a") as file:
        file.write(RELEASED)
    assert await news(logs) == ([1], True)


async def test_a_cluster_that_is_made_bit_by_bit_has_events_of_its_own(logs, log):
    log.write_text(f"035 (007.-01.000) {AT} Cluster submitted from host: <>\n...\n" + BEGAN)
    assert await news(logs) == ([2], True)


async def test_a_time_that_cannot_be_is_not_taken(logs, log):
    log.write_text(BEGAN)
    os.utime(log, (1e12, 1e12))
    (line,) = (await logs._look(60.0)).lines
    assert 0 < line.moment <= time.time()


async def test_what_cannot_be_read_says_that_something_happened(logs, log, monkeypatch):
    log.write_text("<?xml version='1.0'?>\n")
    assert await news(logs) == ([], False)
    log.write_text(SUBMITTED + BEGAN)
    assert await news(logs) == ([2], True)
    opened = os.open

    def refuse(path, *args, **kwargs):
        if path == str(log):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(eventlogs.os, "open", refuse)
    log.write_text(SUBMITTED + BEGAN + HELD)
    assert await news(logs) == ([], False)


# -- over what the queue says


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
