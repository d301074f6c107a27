"""The state machine: its rules one by one, and what must hold for every history."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote import machine
from jupyter_remote.machine import transition
from jupyter_remote.model import Job, Session, State, elapsed

T0, T1, T2 = (f"2026-11-21T10:0{m}:00.000Z" for m in range(3))
SOON = "2026-11-21T10:00:55.000Z"  # before T1


def a_session(**changes: object) -> Session:
    base = Session(
        id="a" * 20,
        name="Desktop 1",
        app="desktop",
        backend="local",
        state=State.SUBMITTING,
        revision=1,
        time=T0,
        created=T0,
        owner="me",
    )
    return dataclasses.replace(base, **changes)


def a_job(state: State, **changes: object) -> Job:
    base = Job(backend="local", job_id="j1", name=a_session().job_name, state=state)
    return dataclasses.replace(base, **changes)


def test_the_road_of_a_desktop() -> None:
    session = transition(a_session(), machine.Submitted("j1"), T1)
    assert (session.state, session.job_id) == (State.QUEUED, "j1")
    for state in (State.STARTING, State.RUNNING):
        session = transition(session, machine.Seen(a_job(state)), T1)
        assert session.state is state
    session = transition(session, machine.StopAsked(), T1)
    assert session.state is State.STOPPING
    killed = a_job(State.FAILED, signal="SIGKILL", reason="killed by SIGKILL", ended=T2)
    session = transition(session, machine.Seen(killed), T2)
    assert (session.state, session.reason) == (State.STOPPED, "stopped on request")
    assert (session.signal, session.ended) == ("SIGKILL", T2)


def test_a_job_seen_before_the_answer_to_its_submit() -> None:
    session = transition(a_session(), machine.Seen(a_job(State.RUNNING)), T1)
    assert transition(session, machine.Submitted("j1"), T1) is session


def test_while_stopping_only_the_end_is_news() -> None:
    session = transition(a_session(state=State.RUNNING, job_id="j1"), machine.StopAsked(), T1)
    seen = transition(session, machine.Seen(a_job(State.RUNNING)), T1)
    assert seen.state is State.STOPPING


def test_an_end_nobody_asked_for_is_no_stop_on_request() -> None:
    """The agent, too late for a start, ends the app: stopping, then failed."""
    session = a_session(state=State.STARTING, job_id="j1")
    session = transition(session, machine.Seen(a_job(State.STOPPING)), T1)
    assert session.state is State.STOPPING
    late = a_job(State.FAILED, reason="not ready after 60 s")
    session = transition(session, machine.Seen(late), T2)
    assert (session.state, session.reason) == (State.FAILED, "not ready after 60 s")


def test_a_refusal_carries_the_backends_words() -> None:
    session = transition(a_session(), machine.Refused("sbatch: error: Invalid account"), T1)
    assert (session.state, session.reason) == (State.FAILED, "sbatch: error: Invalid account")
    assert session.ended == T1


def test_a_requeued_job_goes_back() -> None:
    session = a_session(state=State.RUNNING, job_id="j1")
    assert transition(session, machine.Seen(a_job(State.QUEUED)), T1).state is State.QUEUED


@pytest.mark.parametrize(
    ("state", "end"),
    [
        (State.SUBMITTING, State.FAILED),
        (State.RUNNING, State.LOST),
        (State.STOPPING, State.STOPPED),
    ],
)
def test_missing_is_believed_only_after_its_window(state: State, end: State) -> None:
    session = a_session(state=state, stop_asked=state is State.STOPPING)
    doubt = transition(session, machine.Missing(since=T0, window=90), T1)
    assert (doubt.state, doubt.seen) == (state, T0)
    gone = transition(doubt, machine.Missing(since=T0, window=90), T2)
    assert (gone.state, gone.seen) == (end, None)


def test_silence_is_a_doubt_and_never_an_end() -> None:
    session = transition(a_session(state=State.RUNNING), machine.Silent(T0), T2)
    assert (session.state, session.seen) == (State.RUNNING, T0)
    assert transition(session, machine.Silent(T1), T2) is session
    again = transition(session, machine.Seen(a_job(State.RUNNING)), T2)
    assert again.seen is None


def test_memory_is_news_only_when_it_moved() -> None:
    session = a_session(state=State.RUNNING, job_id="j1", memory=1000)
    near = a_job(State.RUNNING, memory=1050)
    assert transition(session, machine.Seen(near), T1) is session
    assert transition(session, machine.Seen(a_job(State.RUNNING, memory=1200)), T1).memory == 1200
    assert transition(session, machine.Seen(a_job(State.RUNNING)), T1) is session


def test_a_spare_is_claimed() -> None:
    session = a_session(state=State.RUNNING, spare=True)
    claimed = transition(session, machine.Claimed("Desktop 2", {"size": "950x679"}), T1)
    assert claimed.options["size"] == "950x679"
    assert (claimed.spare, claimed.name, claimed.created) == (False, "Desktop 2", T1)


@pytest.mark.parametrize(("began", "kept"), [(T0, False), (SOON, True), (None, False)])
def test_a_spare_that_began_just_now_is_said_to_be_young(began: str | None, kept: bool) -> None:
    session = a_session(state=State.RUNNING, spare=True, started=began)
    claimed = transition(session, machine.Claimed("Desktop 2"), T1)
    assert claimed.started == (began if kept else T1)


states = st.sampled_from(State)
jobs = st.builds(
    a_job,
    states,
    reason=st.text(max_size=3),
    exit_code=st.none() | st.integers(0, 255),
    memory=st.none() | st.integers(0, 10**6),
    started=st.none() | st.just(T0),
)
observations = st.one_of(
    st.builds(machine.Submitted, st.sampled_from(["j1", "j2"])),
    st.builds(machine.Refused, st.text(max_size=3)),
    st.builds(machine.Seen, jobs),
    st.builds(machine.Missing, st.just(T0), st.sampled_from([0.0, 90.0, 900.0])),
    st.builds(machine.Silent, st.sampled_from([T0, T1])),
    st.builds(machine.StopAsked),
    st.builds(machine.Renamed, st.text(min_size=1, max_size=3)),
    st.builds(machine.Owned, st.sampled_from(["me", "you"])),
    st.builds(machine.Claimed, st.just("Desktop 2")),
    st.builds(machine.Used, st.integers(0, 3), st.none() | st.just(T1)),
)


@given(states, st.lists(observations, max_size=12))
def test_every_history(first: State, history: list[machine.Observation]) -> None:
    session = a_session(state=first)
    for observation in history:
        before = dataclasses.replace(session)
        after = transition(session, observation, T2)
        assert session == before, "the old record is untouched"
        assert Session.from_json(after.to_json()) == after
        assert transition(after, observation, T2) is after, "once is enough"
        if after is session:
            continue
        assert (after.revision, after.time) == (session.revision + 1, T2)
        if session.state.ended:
            assert after.state is session.state, "an end is an end"
        if session.stop_asked and not session.state.ended:
            assert after.state is State.STOPPING or after.state.ended
        if after.state.ended and not session.state.ended:
            assert after.ended is not None
            assert after.clients == 0 or isinstance(observation, machine.Refused)
        session = after


def test_elapsed_reads_records_times() -> None:
    assert elapsed(T0, T2) == 120.0
