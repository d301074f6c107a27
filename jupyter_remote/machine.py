"""The state machine of sessions, pure: ``transition(session, observation, at) -> session``.

Nothing here reads a clock, a file or a backend, so that every race is a unit test. The same
object comes back when an observation changes nothing; otherwise ``revision`` has grown by
one and ``time`` is ``at``.

submitting -> queued -> starting -> running -> stopping -> stopped | failed | lost

An ended session never changes its state again. A job may go back (a scheduler requeues it);
while a stop is asked for, only the end is news.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final

from .model import Job, Json, Session, State, elapsed

YOUNG: Final = 10.0
"""Seconds after its start in which an app may still load parts of itself."""


@dataclasses.dataclass(frozen=True)
class Submitted:
    """The backend took the job and gave it this id."""

    job_id: str


@dataclasses.dataclass(frozen=True)
class Refused:
    """The backend refused the job, in these words."""

    reason: str


@dataclasses.dataclass(frozen=True)
class Seen:
    """The backend sees the session's job."""

    job: Job


@dataclasses.dataclass(frozen=True)
class Missing:
    """The backend answers, since ``since`` without the job; believed after ``window`` seconds."""

    since: str
    window: float


@dataclasses.dataclass(frozen=True)
class Silent:
    """The backend did not answer; it last did at ``seen``. Never an end."""

    seen: str


@dataclasses.dataclass(frozen=True)
class StopAsked:
    """Somebody asked for the end."""


@dataclasses.dataclass(frozen=True)
class Renamed:
    """The user gave it another name."""

    name: str


@dataclasses.dataclass(frozen=True)
class Owned:
    """Another Jupyter server writes the record from now on."""

    owner: str


@dataclasses.dataclass(frozen=True)
class Claimed:
    """A spare session got a user, who asked with these options."""

    name: str
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Used:
    """How many websockets are open, and when somebody last did something (None: no news)."""

    clients: int
    activity: str | None = None


Observation = (
    Submitted | Refused | Seen | Missing | Silent | StopAsked | Renamed | Owned | Claimed | Used
)
Changes = dict[str, Any]


def transition(session: Session, observation: Observation, at: str) -> Session:
    """The session after ``observation``, made at time ``at``."""
    changes = _RULES[type(observation)](session, observation, at)
    changes = {k: v for k, v in changes.items() if getattr(session, k) != v}
    if not changes:
        return session
    return dataclasses.replace(session, **changes, revision=session.revision + 1, time=at)


def _submitted(session: Session, seen: Submitted, at: str) -> Changes:
    if session.job_id is not None or session.state.ended:
        return {}
    state = State.QUEUED if session.state is State.SUBMITTING else session.state
    return {"job_id": seen.job_id, "state": state}


def _refused(session: Session, seen: Refused, at: str) -> Changes:
    if session.state.ended:
        return {}
    return {"state": State.FAILED, "reason": seen.reason, "ended": at}


def _seen(session: Session, seen: Seen, at: str) -> Changes:
    if session.state.ended:
        return {}
    job = seen.job
    changes: Changes = {"job_id": job.job_id, "seen": None, "memory": _coarse(session, job)}
    if job.state.ended:
        return changes | _end(session, job, at)
    if not session.stop_asked:
        changes |= {"state": job.state, "reason": job.reason}
    if job.started and not session.started:
        changes["started"] = job.started
    return changes


def _end(session: Session, job: Job, at: str) -> Changes:
    """A stop that was asked for is no failure, whatever signal it took."""
    asked = session.stop_asked and job.state is not State.LOST
    return {
        "state": State.STOPPED if asked else job.state,
        "reason": "stopped on request" if asked else job.reason,
        "exit_code": job.exit_code,
        "signal": job.signal,
        "started": job.started or session.started,
        "ended": job.ended or at,
        "memory": None,
        "clients": 0,
    }


def _coarse(session: Session, job: Job) -> int | None:
    """Memory is news when it moved by a tenth: else every observation would be an event."""
    old, new = session.memory, job.memory
    if old is None or new is None:
        return old if new is None else new
    return new if abs(new - old) * 10 > old else old


def _missing(session: Session, seen: Missing, at: str) -> Changes:
    if session.state.ended:
        return {}
    if elapsed(seen.since, at) < seen.window:
        return {"seen": seen.since}
    if session.state is State.SUBMITTING:
        state, reason = State.FAILED, "it never reached the backend: start it again"
    elif session.stop_asked:
        state, reason = State.STOPPED, "stopped on request"
    else:
        state, reason = State.LOST, f"{session.backend} does not know its job any more"
    return {"state": state, "reason": reason, "ended": at, "seen": None, "clients": 0}


def _silent(session: Session, seen: Silent, at: str) -> Changes:
    return {} if session.state.ended or session.seen else {"seen": seen.seen}


def _stop_asked(session: Session, seen: StopAsked, at: str) -> Changes:
    if session.state.ended:
        return {}
    return {"state": State.STOPPING, "reason": "", "stop_asked": True}


def _renamed(session: Session, seen: Renamed, at: str) -> Changes:
    return {"name": seen.name}


def _owned(session: Session, seen: Owned, at: str) -> Changes:
    """The streams of the owner before went with it."""
    return {"owner": seen.owner, "clients": 0}


def _claimed(session: Session, seen: Claimed, at: str) -> Changes:
    options = {**session.options, **seen.options}
    times = {"created": at, "activity": at}
    young = session.started and elapsed(session.started, at) < YOUNG
    if session.state is State.RUNNING and not young:  # the page of a young one must know that
        times["started"] = at
    return {"name": seen.name, "spare": False, "options": options, **times}


def _used(session: Session, seen: Used, at: str) -> Changes:
    if session.state.ended:
        return {"clients": 0}
    return {"clients": seen.clients, "activity": seen.activity or session.activity}


_RULES: Final[dict[type, Callable[[Session, Any, str], Changes]]] = {
    Submitted: _submitted,
    Refused: _refused,
    Seen: _seen,
    Missing: _missing,
    Silent: _silent,
    StopAsked: _stop_asked,
    Renamed: _renamed,
    Owned: _owned,
    Claimed: _claimed,
    Used: _used,
}
