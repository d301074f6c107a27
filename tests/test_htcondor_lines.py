"""What logs of events say of jobs, as they are read while HTCondor writes into them."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.backends.htcondor import eventlogs
from jupyter_remote.backends.htcondor.eventlogs import EventLogs
from jupyter_remote.backends.htcondor.events import after, events_in
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
