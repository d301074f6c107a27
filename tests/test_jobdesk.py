"""What people ask of their jobs, and how a lost answer to a submit is found again."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote import columns, jobdesk
from jupyter_remote.contract import JobDetails, JobRequest, LogChunk, Trial
from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    InvalidSpec,
    NotFound,
    WrongState,
)
from jupyter_remote.jobdesk import RemoteJobDesk
from jupyter_remote.jobrecords import record
from jupyter_remote.jobs import RemoteJobs
from jupyter_remote.journal import Journal
from jupyter_remote.model import Job, Session, State, as_time


class Scheduler:
    """A backend that can everything and does what it is told to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.error: Exception | None = None
        self.loses = False
        self.taken: list[Job] = []
        self.accounting: list[Job] | None = None

    async def _do(self, *what: Any) -> None:
        if self.error:
            raise self.error
        self.asked.append(what)

    async def cancel(self, job_id: str) -> None:
        await self._do("cancel", job_id)

    async def hold(self, job_id: str) -> None:
        await self._do("hold", job_id)

    async def change(self, job_id: str, options: Any) -> None:
        await self._do("change", job_id, options)

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        return LogChunk(data=f"{stream}\n".encode()[:limit], offset=0, size=7)

    async def details(self, job_id: str) -> JobDetails:
        return JobDetails(script="true")

    async def submit_request(self, request: JobRequest) -> str:
        await self._do("submit", request)
        self.taken.append(a_job("1", State.QUEUED, tag=request.tag))
        if self.loses:
            raise BackendTimeout("sbatch did not answer within 15 s")
        return "1"

    async def test_request(self, request: JobRequest) -> Trial:
        await self._do("test", request)
        return Trial(words="now")

    async def ended(self, since: float) -> list[Job] | None:
        await self._do("ended", since)
        return self.accounting

    async def everybody(self) -> list[Job]:
        await self._do("everybody")
        return [a_job("9", user="bob")]


class Local:
    """A backend that can only cancel."""

    async def cancel(self, job_id: str) -> None:
        raise AssertionError("the session is stopped, not its job")


class Mute:
    """Takes the place of the event bus."""

    def jobs(self, data: Any) -> None:
        """Nobody listens."""


def a_job(job_id: str, state: State = State.RUNNING, **fields: Any) -> Job:
    return Job(backend="slurm", job_id=job_id, name=f"job {job_id}", state=state, **fields)


@dataclasses.dataclass
class Rig:
    desk: RemoteJobDesk
    jobs: RemoteJobs
    slurm: Scheduler
    sessions: dict[str, Session]
    stopped: list[str]
    kicked: list[str]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    slurm, sessions = Scheduler(), dict[str, Session]()
    stopped, kicked = list[str](), list[str]()

    async def stop(session_id: str) -> None:
        stopped.append(session_id)

    backends: Any = {"local": Local(), "slurm": slurm}
    jobs = RemoteJobs(
        backends=backends,
        events=Mute(),  # type: ignore[arg-type]
        sessions_of=lambda name: sessions if name == "local" else {},
        journal=Journal(tmp_path / "ended"),
    )
    desk = RemoteJobDesk(
        jobs=jobs,
        session_of=lambda name, job: sessions.get(job) if name == "local" else None,
        stop=stop,
        root=str(tmp_path),
    )
    jobs.kick = kicked.append
    return Rig(desk, jobs, slurm, sessions, stopped, kicked)


async def test_actions(rig: Rig) -> None:
    await rig.desk.act("slurm", "7", "hold")
    await rig.desk.act("slurm", "7", "cancel")
    await rig.desk.change("slurm", "7", {"time": 60})
    assert rig.slurm.asked == [("hold", "7"), ("cancel", "7"), ("change", "7", {"time": 60})]
    assert rig.kicked == ["slurm"] * 3
    rig.slurm.error = BackendError("Access/permission denied")
    with pytest.raises(BackendError, match="Access/permission denied"):
        await rig.desk.act("slurm", "7", "cancel")
    for action in ("release", "log", "submit"):
        with pytest.raises(InvalidSpec, match="cannot"):
            await rig.desk.act("slurm", "7", action)
    with pytest.raises(NotFound, match="no backend 'lsf'"):
        await rig.desk.act("lsf", "7", "cancel")


async def test_cancelling_the_job_of_a_session_stops_the_session(rig: Rig) -> None:
    session = Session.new(name="D", app="desktop", backend="local")
    rig.sessions["a"] = session
    await rig.desk.act("local", "a", "cancel")
    assert rig.stopped == [session.id]
    with pytest.raises(WrongState, match="the session D: remove that"):
        await rig.desk.act("local", "a", "delete")


async def test_a_job_is_submitted(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    fields = {"script": "#!/bin/sh\r\ntrue\r\n", "folder": "runs", "name": "fit"}
    assert await rig.desk.submit("slurm", {**fields, "options": {"time": 60, "qos": None}}) == "1"
    ((_, request),) = rig.slurm.asked
    assert request.script == "#!/bin/sh\ntrue\n"
    assert request.folder == str(tmp_path / "runs")
    assert (request.name, request.options) == ("fit", {"time": 60})
    assert len(request.tag) == 23
    assert rig.kicked == ["slurm"]
    assert (await rig.desk.test("slurm", fields)).words == "now"
    with pytest.raises(InvalidSpec, match="there is no folder"):
        await rig.desk.submit("slurm", {**fields, "folder": "gone"})


async def test_a_lost_answer_is_looked_up_and_asked_for_only_once(rig: Rig) -> None:
    rig.slurm.loses = True
    rig.jobs.kick = lambda name: rig.jobs.seen(name, rig.slurm.taken)
    assert await rig.desk.submit("slurm", {"script": "#!/bin/sh\n"}) == "1"
    assert len(rig.slurm.asked) == 1


async def test_a_lost_submit_that_is_not_found_says_so(rig: Rig) -> None:
    rig.slurm.error, rig.desk.find_for = BackendTimeout("no answer"), 0.3
    rig.jobs.kick = lambda name: rig.jobs.seen(name, [a_job("5", tag="jr-another")])
    with pytest.raises(BackendTimeout, match=r"no answer.*may have been taken"):
        await rig.desk.submit("slurm", {"script": "#!/bin/sh\n"})


@pytest.mark.parametrize("error", [BackendError("Invalid qos"), BackendUnreachable("is down")])
async def test_what_was_not_taken_is_not_looked_up(rig: Rig, error: Exception) -> None:
    rig.slurm.error = error
    with pytest.raises(type(error), match=str(error)):
        await rig.desk.submit("slurm", {"script": "#!/bin/sh\n"})
    assert rig.kicked == []


async def test_a_backend_that_hangs(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(job_id: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(rig.slurm, "hold", hang)
    rig.desk.answer_timeout = 0.05
    with pytest.raises(BackendTimeout, match=r"slurm did not answer within 0\.05 s"):
        await rig.desk.act("slurm", "7", "hold")


async def test_one_job_in_full_and_its_logs(rig: Rig) -> None:
    rig.jobs.seen("slurm", [a_job("7")])
    full = await rig.desk.details("slurm", "7")
    assert (full["job"]["job_id"], full["details"]["script"]) == ("7", "true")
    assert (await rig.desk.details("slurm", "8"))["job"] is None
    assert (await rig.desk.log_of("slurm", "7", 0, 9)).data == b"stdout\n"
    assert (await rig.desk.log_of("slurm", "7", 0, 9, "stderr")).data == b"stderr\n"


async def test_what_ended_is_told_by_accounting_or_by_our_own_record(rig: Rig) -> None:
    at = as_time(time.time())
    rig.jobs.seen("local", [dataclasses.replace(a_job("a", State.FAILED), backend="local")])
    rig.jobs.seen("slurm", [a_job("1", State.STOPPED, submitted=at), a_job("2")])

    async def ended() -> tuple[list[str], Any]:
        answer = await rig.desk.ended(7)
        ids = [record["job_id"] for record in columns.records(answer["jobs"])]
        return ids, (answer["from"], answer["silent"])

    own = {"local": "own record", "slurm": "own record"}
    assert await ended() == (["a", "1"], (own, {}))
    rig.slurm.accounting = [a_job("0", State.STOPPED)]
    assert await ended() == (["a", "0"], ({**own, "slurm": "accounting"}, {}))
    rig.slurm.error = BackendUnreachable("slurmdbd is down")
    assert await ended() == (["a", "1"], (own, {"slurm": "slurmdbd is down"}))


async def test_of_a_cancelled_array_our_record_counts_what_ended_well(rig: Rig) -> None:
    """Also beside a line that a version without that count wrote, or one with more."""
    at = as_time(time.time())
    done = {"array": "7", "started": at, "submitted": at, "state": State.STOPPED}
    tasks = [
        a_job("7_0", exit_code=0, word="COMPLETED", **done),
        a_job("7_1", exit_code=0, word="CANCELLED", **done),
        a_job("7_2", exit_code=0, reason="it was cancelled by you", **done),
        a_job("7_3", exit_code=None, **done),
        a_job("7_4", exit_code=3, **{**done, "state": State.FAILED}),
        a_job("7_pending", tasks=90, **{**done, "started": None}),
    ]
    old = record(a_job("3", State.STOPPED, submitted=at, counts={"stopped": 2}), "")
    rig.jobs.journal.add([{k: v for k, v in old.items() if k not in ("well", "line")}])
    rig.jobs.journal.add([{**old, "job_id": "4", "well": 2, "of tomorrow": 1}])
    rig.jobs.seen("slurm", tasks)
    found = columns.records((await rig.desk.ended(7))["jobs"])
    assert [(one["job_id"], one["counts"], one["well"]) for one in found] == [
        ("3", {"stopped": 2}, None),
        ("4", {"stopped": 2}, 2),
        ("7", {"failed": 1, "stopped": 94}, 1),
    ]


async def test_everybodys_jobs_are_asked_for_once_for_all(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = await asyncio.gather(*(rig.desk.everybody() for _ in range(5)))
    assert [columns.records(a["jobs"])[0]["user"] for a in answers] == ["bob"] * 5
    assert rig.slurm.asked == [("everybody",)]
    rig.desk.everybody_for = 0.0
    monkeypatch.setattr(jobdesk, "RARELY", 1e9)  # it took long: the answer serves for long
    await rig.desk.everybody()
    assert rig.slurm.asked == [("everybody",)]
    monkeypatch.setattr(jobdesk, "RARELY", 0.0)
    going, heard = asyncio.Event(), rig.slurm.everybody

    async def slowly() -> list[Job]:
        await going.wait()
        return await heard()

    monkeypatch.setattr(rig.slurm, "everybody", slowly)
    both = [asyncio.create_task(rig.desk.everybody()) for _ in range(2)]
    for _ in range(5):
        await asyncio.sleep(0)
    late = asyncio.create_task(rig.desk.everybody())  # due by the clock, but one is under way
    await asyncio.sleep(0)
    going.set()
    await asyncio.gather(*both, late)
    assert rig.slurm.asked == [("everybody",)] * 2
    rig.slurm.error = BackendUnreachable("no answer")
    assert (await rig.desk.everybody())["silent"] == {"slurm": "no answer"}
