"""The list of jobs: what backends show, compared, told, kept when they fall silent."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.contract import LogChunk
from jupyter_remote.errors import (
    BackendAbsent,
    BackendError,
    BackendUnreachable,
    InvalidSpec,
    NotFound,
)
from jupyter_remote.jobs import RemoteJobs
from jupyter_remote.model import Job, Session, State


class Told:
    """Takes the place of the event bus; a browser that mirrors the list."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.mirror: dict[tuple[str, str], Any] = {}

    def jobs(self, data: Any) -> None:
        self.events.append(data)
        for record in data["changed"]:
            self.mirror[data["backend"], record["job_id"]] = record
        for job_id in data["gone"]:
            del self.mirror[data["backend"], job_id]


class Scheduler:
    """A backend that can hold, and remembers what it was asked."""

    name = "slurm"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.error: Exception | None = None

    async def _do(self, what: str, job_id: str) -> None:
        if self.error:
            raise self.error
        self.asked.append((what, job_id))

    async def cancel(self, job_id: str) -> None:
        await self._do("cancel", job_id)

    async def hold(self, job_id: str) -> None:
        await self._do("hold", job_id)

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        return LogChunk(data=b"line\n"[:limit], offset=0, size=5)


class Local:
    """A backend that can only cancel."""

    name = "local"

    async def cancel(self, job_id: str) -> None:
        raise AssertionError("the session is stopped, not its job")


@dataclasses.dataclass
class Rig:
    jobs: RemoteJobs
    told: Told
    slurm: Scheduler
    sessions: dict[str, Session]
    stopped: list[str]
    kicked: list[str]


@pytest.fixture
def rig() -> Rig:
    return make_rig()


def make_rig() -> Rig:
    told, slurm, stopped = Told(), Scheduler(), list[str]()
    sessions: dict[str, Session] = {}

    async def stop(session_id: str) -> None:
        stopped.append(session_id)

    backends: Any = {"local": Local(), "slurm": slurm}
    jobs = RemoteJobs(
        backends=backends,
        events=told,  # type: ignore[arg-type]
        sessions_of=lambda name: sessions if name == "local" else {},
        stop=stop,
    )
    kicked: list[str] = []
    jobs.kick = kicked.append
    return Rig(jobs, told, slurm, sessions, stopped, kicked)


def a_job(job_id: str, state: State = State.RUNNING, backend: str = "slurm", **fields: Any) -> Job:
    return Job(backend=backend, job_id=job_id, name=f"job {job_id}", state=state, **fields)


def a_session(job_id: str, *, spare: bool = False) -> Session:
    fields = {"name": "D", "app": "desktop", "backend": "local", "spare": spare}
    return dataclasses.replace(Session.new(**fields), job_id=job_id)


def test_only_what_changed_is_told(rig: Rig) -> None:
    rig.jobs.seen("slurm", [a_job("1"), a_job("2")])
    rig.jobs.seen("slurm", [a_job("1"), a_job("2")])
    rig.jobs.seen("slurm", [a_job("2", State.STOPPED), a_job("3")])
    first, second = rig.told.events
    assert [job["job_id"] for job in first["changed"]] == ["1", "2"]
    assert [job["job_id"] for job in second["changed"]] == ["2", "3"]
    assert second["gone"] == ["1"]
    assert second["sequence"] == first["sequence"] + 1 == rig.jobs.all()["sequence"]


def test_a_silent_backend_changes_no_job(rig: Rig) -> None:
    rig.jobs.seen("slurm", [a_job("1")])
    seen = rig.jobs.all()["backends"]["slurm"]["seen"]
    for _ in range(2):
        rig.jobs.silent("slurm", BackendUnreachable("Unable to contact slurm controller"))
    answer = rig.jobs.all()
    assert [job["job_id"] for job in answer["jobs"]] == ["1"]
    about = answer["backends"]["slurm"]
    assert about == {
        "seen": seen,
        "silent": "Unable to contact slurm controller",
        "can": ["cancel", "hold"],
    }
    assert len(rig.told.events) == 2
    rig.jobs.seen("slurm", [a_job("1")])
    assert rig.told.events[-1]["silent"] == ""
    assert rig.told.events[-1]["changed"] == []


def test_of_a_backend_that_is_not_really_here_nothing_is_said(rig: Rig) -> None:
    rig.jobs.silent("slurm", BackendAbsent("no cluster"))
    assert rig.told.events == []
    assert list(rig.jobs.all()["backends"]) == ["local"]
    rig.jobs.seen("slurm", [a_job("1")])
    rig.jobs.silent("slurm", BackendAbsent("its configuration is gone"))
    assert rig.jobs.all()["backends"]["slurm"]["silent"] == "its configuration is gone"


def test_jobs_of_sessions_name_them_and_spare_ones_are_hidden(rig: Rig) -> None:
    rig.sessions |= {"a": a_session("a"), "b": a_session("b", spare=True)}
    rig.jobs.seen("local", [a_job("a", backend="local"), a_job("b", backend="local")])
    (record,) = rig.jobs.all()["jobs"]
    assert record["session"] == rig.sessions["a"].id
    assert record["state"] == "running"


def test_a_session_that_is_known_later_is_told(rig: Rig) -> None:
    """A job may be seen before the answer to its submit has come."""
    rig.jobs.seen("local", [a_job("a", backend="local")])
    rig.sessions["a"] = a_session("a")
    assert rig.jobs.all()["jobs"] == list(rig.told.mirror.values())
    rig.jobs.seen("local", [a_job("a", backend="local")])
    assert rig.told.mirror["local", "a"]["session"] == rig.sessions["a"].id
    assert rig.jobs.all()["jobs"] == list(rig.told.mirror.values())


def test_actions(rig: Rig) -> None:
    asyncio.run(rig.jobs.act("slurm", "7", "hold"))
    asyncio.run(rig.jobs.act("slurm", "7", "cancel"))
    assert rig.slurm.asked == [("hold", "7"), ("cancel", "7")]
    assert rig.kicked == ["slurm", "slurm"]
    rig.slurm.error = BackendError("Access/permission denied")
    with pytest.raises(BackendError, match="Access/permission denied"):
        asyncio.run(rig.jobs.act("slurm", "7", "cancel"))
    with pytest.raises(InvalidSpec, match="know no 'release'"):
        asyncio.run(rig.jobs.act("slurm", "7", "release"))
    with pytest.raises(InvalidSpec):
        asyncio.run(rig.jobs.act("slurm", "7", "log"))
    with pytest.raises(NotFound, match="no backend 'lsf'"):
        asyncio.run(rig.jobs.act("lsf", "7", "cancel"))


def test_cancelling_the_job_of_a_session_stops_the_session(rig: Rig) -> None:
    rig.sessions["a"] = a_session("a")
    asyncio.run(rig.jobs.act("local", "a", "cancel"))
    assert rig.stopped == [rig.sessions["a"].id]


def test_who_looks_has_a_fresh_list(rig: Rig) -> None:
    assert not rig.jobs.looked_at()
    rig.jobs.look()
    rig.jobs.look()
    assert rig.jobs.looked_at()
    assert rig.kicked == ["local", "slurm"]
    rig.jobs.look_for = 0.0
    assert not rig.jobs.looked_at()


def test_logs(rig: Rig) -> None:
    assert asyncio.run(rig.jobs.log("slurm", "7", 0, 4)).data == b"line"


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
    rig = make_rig()
    for backend, shown in steps:
        if shown is None:
            rig.jobs.silent(backend, BackendUnreachable("silence"))
        else:
            jobs = [a_job(name, state, backend) for name, state in shown.items()]
            rig.jobs.seen(backend, jobs)
    fresh = {(job["backend"], job["job_id"]): job for job in rig.jobs.all()["jobs"]}
    assert rig.told.mirror == fresh
