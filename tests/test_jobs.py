"""The list of jobs: what backends show, compared, told, kept when they fall silent."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote import columns, jobs
from jupyter_remote.breath import MANY
from jupyter_remote.contract import Pace
from jupyter_remote.errors import (
    BackendAbsent,
    BackendUnreachable,
    NotFound,
)
from jupyter_remote.jobs import MOST_TOLD, RemoteJobs
from jupyter_remote.journal import Journal
from jupyter_remote.model import Job, Session, State


class Told:
    """Takes the place of the event bus; a browser that mirrors the list."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.mirror: dict[tuple[str, str], Any] = {}

    def jobs(self, data: Any) -> None:
        self.events.append(data)
        for record in columns.records(data["changed"]):
            self.mirror[data["backend"], record["job_id"]] = record
        for job_id in data["gone"]:
            del self.mirror[data["backend"], job_id]


class Scheduler:
    """A backend that can hold."""

    async def cancel(self, job_id: str) -> None:
        """Nothing is asked of it here."""

    async def hold(self, job_id: str) -> None:
        """Nothing is asked of it here."""


class Local:
    """A backend that can only cancel."""

    async def cancel(self, job_id: str) -> None:
        """Nothing is asked of it here."""


@dataclasses.dataclass
class Rig:
    jobs: RemoteJobs
    told: Told
    sessions: dict[str, Session]
    kicked: list[str]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return make_rig(tmp_path)


def make_rig(folder: Path) -> Rig:
    told = Told()
    sessions: dict[str, Session] = {}

    backends: Any = {"local": Local(), "slurm": Scheduler()}
    jobs = RemoteJobs(
        backends=backends,
        events=told,  # type: ignore[arg-type]
        sessions_of=lambda name: sessions if name == "local" else {},
        journal=Journal(folder / "ended"),
    )
    kicked: list[str] = []
    jobs.kick = jobs.wake = kicked.append
    return Rig(jobs, told, sessions, kicked)


def a_job(job_id: str, state: State = State.RUNNING, backend: str = "slurm", **fields: Any) -> Job:
    return Job(backend=backend, job_id=job_id, name=f"job {job_id}", state=state, **fields)


def a_session(job_id: str, *, spare: bool = False) -> Session:
    fields = {"name": "D", "app": "desktop", "backend": "local", "spare": spare}
    return dataclasses.replace(Session.new(**fields), job_id=job_id)


def ids(event: Any) -> list[str]:
    return [record["job_id"] for record in columns.records(event["changed"])]


def test_only_what_changed_is_told(rig: Rig) -> None:
    rig.jobs.seen("slurm", [a_job("1"), a_job("2")])
    rig.jobs.seen("slurm", [a_job("1"), a_job("2")])
    rig.jobs.seen("slurm", [a_job("2", State.STOPPED), a_job("3")])
    first, second = rig.told.events
    assert ids(first) == ["1", "2"]
    assert ids(second) == ["2", "3"]
    assert second["gone"] == ["1"]
    assert second["sequence"] == first["sequence"] + 1 == rig.jobs.sequence


def test_that_a_backend_was_seen_is_told_also_when_it_has_no_jobs(rig: Rig) -> None:
    """Else pages would not know whether there are none, or nobody has looked yet."""
    for _ in range(2):
        rig.jobs.seen("slurm", [])
    (event,) = rig.told.events
    assert (event["changed"]["count"], event["gone"], event["silent"]) == (0, [], "")
    assert event["seen"] is not None


def test_a_silent_backend_changes_no_job(rig: Rig) -> None:
    rig.jobs.seen("slurm", [a_job("1")])
    seen = rig.jobs.about()["slurm"]["seen"]
    for _ in range(2):
        rig.jobs.silent("slurm", BackendUnreachable("Unable to contact slurm controller"))
    assert [job["job_id"] for job in rig.jobs.all()] == ["1"]
    assert rig.jobs.about()["slurm"] == {
        "seen": seen,
        "silent": "Unable to contact slurm controller",
        "can": ["cancel", "hold"],
        "suffixes": [],
    }
    rig.jobs.backends["slurm"].suffixes = (".sh",)  # type: ignore[attr-defined]
    assert rig.jobs.about()["slurm"]["suffixes"] == [".sh"]
    assert len(rig.told.events) == 2
    rig.jobs.seen("slurm", [a_job("1")])
    assert rig.told.events[-1]["silent"] == ""
    assert ids(rig.told.events[-1]) == []


def test_of_a_backend_that_is_not_really_here_nothing_is_said(rig: Rig) -> None:
    rig.jobs.silent("slurm", BackendAbsent("no cluster"))
    assert rig.told.events == []
    assert list(rig.jobs.about()) == ["local"]
    rig.jobs.seen("slurm", [a_job("1")])
    rig.jobs.silent("slurm", BackendAbsent("its configuration is gone"))
    assert rig.jobs.about()["slurm"]["silent"] == "its configuration is gone"


def test_jobs_of_sessions_name_them_and_spare_ones_are_hidden(rig: Rig) -> None:
    rig.sessions |= {"a": a_session("a"), "b": a_session("b", spare=True)}
    rig.jobs.seen("local", [a_job("a", backend="local"), a_job("b", backend="local")])
    (record,) = rig.jobs.all()
    assert record["session"] == rig.sessions["a"].id
    assert record["state"] == "running"


def test_a_session_that_is_known_later_is_told(rig: Rig) -> None:
    """A job may be seen before the answer to its submit has come."""
    rig.jobs.seen("local", [a_job("a", backend="local")])
    rig.sessions["a"] = a_session("a")
    assert rig.jobs.all() == list(rig.told.mirror.values())
    rig.jobs.seen("local", [a_job("a", backend="local")])
    assert rig.told.mirror["local", "a"]["session"] == rig.sessions["a"].id
    assert rig.jobs.all() == list(rig.told.mirror.values())


def test_who_looks_has_a_fresh_list(rig: Rig) -> None:
    assert rig.jobs.pace() is Pace.NONE
    rig.jobs.look(slow=True)
    assert rig.jobs.pace() is Pace.IDLE
    assert rig.kicked == ["local", "slurm"]
    rig.jobs.look()
    rig.jobs.look()
    assert rig.jobs.pace() is Pace.BUSY
    assert rig.kicked == ["local", "slurm"] * 2
    rig.jobs.soon("slurm")
    assert rig.jobs.pace("slurm") is Pace.FAST
    assert rig.jobs.pace("local") is Pace.BUSY


def test_who_looks_at_jobs_submitted_from_here_has_a_fresher_list(rig: Rig) -> None:
    ours, other = a_job("1", backend="slurm", tag="jr-1"), a_job("2", backend="slurm")
    rig.jobs.seen("slurm", [ours, other])
    rig.jobs.look(slow=True)
    assert rig.jobs.pace("slurm") is Pace.IDLE
    rig.jobs.look()
    assert rig.jobs.pace("slurm") is Pace.FAST
    assert rig.jobs.pace("local") is Pace.BUSY
    rig.jobs.backends["slurm"].pushes = True  # type: ignore[attr-defined]
    rig.jobs.soon("slurm")
    assert rig.jobs.pace("slurm") is Pace.BUSY, "it tells changes by itself"
    rig.jobs.seen("slurm", [dataclasses.replace(ours, state=State.STOPPED), other])
    assert rig.jobs.pace("slurm") is Pace.BUSY


def test_an_array_is_one_record(rig: Rig) -> None:
    tasks = [
        a_job("7_1", array="7", started="2026-11-21T10:00:00.000Z"),
        a_job("7_2", State.FAILED, array="7"),
        a_job("7_pending", State.QUEUED, array="7", tasks=98, line=12, reason="waits"),
    ]
    rig.jobs.seen("slurm", [a_job("6"), *tasks, a_job("8")])
    assert [r["job_id"] for r in rig.jobs.all()] == ["6", "7", "8"]
    whole = rig.jobs.record_of("slurm", "7")
    assert whole["counts"] == {"running": 1, "queued": 98, "failed": 1}
    assert (whole["state"], whole["tasks"], whole["line"]) == ("running", 100, 12)
    assert (whole["reason"], whole["ended"]) == ("waits", None)
    assert [r.job_id for r in rig.jobs.tasks("slurm", "7")] == ["7_1", "7_2", "7_pending"]
    assert rig.jobs.record_of("slurm", "7_2")["state"] == "failed"
    assert rig.jobs.trend[-1][1:] == (3, 98)
    with pytest.raises(NotFound):
        rig.jobs.tasks("slurm", "6")
    events = len(rig.told.events)
    rig.jobs.seen("slurm", [a_job("6"), *tasks, a_job("8")])
    assert len(rig.told.events) == events


def told_of(rig: Rig, jobs: list[Job]) -> tuple[int, int]:
    """By how much the sequence grows, and how many changes the event tells."""
    before = rig.jobs.sequence
    rig.jobs.seen("slurm", jobs)
    told = rig.told.events[-1]
    return told["sequence"] - before, told["changed"]["count"] + len(told["gone"])


def test_too_much_to_tell_is_as_if_an_event_was_lost(rig: Rig) -> None:
    """Pages ask for the list then, which is compressed once for all of them."""
    many = [a_job(str(number)) for number in range(MOST_TOLD + 1)]
    assert told_of(rig, many[1:]) == (1, MOST_TOLD)
    assert told_of(rig, []) == (1, MOST_TOLD)
    assert told_of(rig, many) == (2, 0)
    assert len(rig.jobs.all()) == MOST_TOLD + 1
    rig.told.mirror = {("slurm", one["job_id"]): one for one in rig.jobs.all()}
    assert told_of(rig, [many[0]]) == (1, MOST_TOLD)
    assert rig.jobs.trend[-1][1:] == (1, 0)


async def test_many_jobs_are_compared_in_a_thread_with_the_same_end(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    real = jobs.compare

    def compare(*args: Any) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        return real(*args)

    monkeypatch.setattr(jobs, "compare", compare)
    many = [a_job(str(number), array="7" if number < 9 else "") for number in range(2 * MANY)]
    await rig.jobs.look_through("slurm", many)
    await rig.jobs.look_through("slurm", list(many))  # the very same: nothing is compared
    await rig.jobs.look_through("slurm", many[:50])
    assert threads == [False, True]
    other = make_rig(Path("/nowhere"))
    for some in (many, many[:50]):
        other.jobs.seen("slurm", some)
    assert rig.jobs.all() == other.jobs.all()
    assert [one["gone"] for one in rig.told.events] == [one["gone"] for one in other.told.events]
    taking = asyncio.create_task(rig.jobs.look_through("slurm", many))
    await asyncio.sleep(0)
    rig.jobs.remove("slurm")  # while it is compared
    await taking
    assert rig.jobs.all() == []


def test_a_job_is_found_by_its_mark(rig: Rig) -> None:
    rig.jobs.seen("slurm", [a_job("6"), a_job("7_1", array="7", tag="jr-a")])
    assert rig.jobs.tagged("slurm", "jr-a") == "7"
    assert rig.jobs.tagged("slurm", "jr-b") is None


Shown = dict[str, State] | None
observations = st.lists(
    st.tuples(
        st.sampled_from(["local", "slurm"]),
        st.none() | st.dictionaries(st.sampled_from("abc"), st.sampled_from(list(State))),
    )
)


@given(observations)
def test_list_and_events_make_a_fresh_list(
    steps: list[tuple[str, Shown]],
) -> None:
    rig = make_rig(Path("/nowhere"))
    for backend, shown in steps:
        if shown is None:
            rig.jobs.silent(backend, BackendUnreachable("silence"))
        else:
            jobs = [a_job(name, state, backend) for name, state in shown.items()]
            rig.jobs.seen(backend, jobs)
    fresh = {(job["backend"], job["job_id"]): job for job in rig.jobs.all()}
    assert rig.told.mirror == fresh
