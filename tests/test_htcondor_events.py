"""Changes of jobs that were submitted from here are told at once, wherever their submit
description has HTCondor's log of events. On a real HTCondor (see ``condor_rig.py``); what logs
may be otherwise is in ``test_htcondor_eventlogs.py``."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from datetime import datetime
from pathlib import Path

import pytest

from jupyter_remote.contract import JobRequest, Pace
from jupyter_remote.model import State
from jupyter_remote.watch import RemoteWatch

from .condor_rig import make, reach
from .conftest import until

pytestmark = pytest.mark.timeout(600)  # the first test may wait for scripts/debian-tree

NEVER = 1e6
"""Seconds: the pace tells nothing in a test."""

END = "\n005 ("
"""The event in a log."""

LIMITED = "periodic_remove = JobStatus == 2 && time() - JobCurrentStartDate > 1"

tags = (f"e{number}" for number in itertools.count())


class Asked:
    """Jobs that do not start before ``start``, and end when ``end`` was called."""

    def __init__(self, condor, *lines, folder=""):
        self._condor = condor
        self.go = condor.home() / f"{next(tags)}.go"
        script = f"until [ -e {self.go} ]; do sleep 0.1; done"
        job = ["executable = /bin/sh", f"arguments = \"-c '{script}'\""]
        job += ["transfer_executable = false", 'requirements = Machine == "none"']
        text = "\n".join([*job, *lines, "queue", ""])
        folder = folder or str(condor.home())
        self.request = JobRequest(script=text, tag=next(tags), folder=folder)

    def start(self, job_id):
        self._condor.run("condor_qedit", job_id, "Requirements", "true")

    def end(self):
        self.go.touch()


@pytest.fixture
def backend(condor):
    yield make(condor, event_interval=0.05)
    condor.clear()


async def told(backend, job_id, word):
    """The job as soon as it is told to be so, without a question to HTCondor."""
    while True:
        await asyncio.wait_for(backend.changed(), 30)
        known = await by_id(backend)
        if known[job_id].word == word:
            return known[job_id]


async def recalled(backend, job_id):
    """The job as HTCondor's history has it."""

    async def known():
        await backend.jobs()
        return backend._history.jobs.get(job_id)

    await until(known)
    return backend._history.jobs[job_id]


async def by_id(backend):
    jobs, _ = await backend.told()
    return {job.job_id: job for job in jobs}


@contextlib.contextmanager
def unasked(backend):
    """HTCondor answers nothing meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "_commands", None)
        patch.setattr(backend._queue, "_commands", None)
        patch.setattr(backend._history, "_commands", None)
        yield


def parsed(job, field):
    return datetime.fromisoformat(getattr(job, field).replace("Z", "+00:00")).timestamp()


def same(job):
    return job.state, job.word, job.reason, job.exit_code, job.signal


def logs_in(folder):
    return list(folder.rglob("ev.*"))


OWN = "ev.$(ClusterId).$(ProcId).log"


@pytest.mark.parametrize("name", [OWN, f"sub/{OWN}", f"$(there)/{OWN}", ""])
async def test_a_start_and_an_end_are_told(condor, backend, name):
    """By the log of the description, found where its macros lead; by ours where it has none."""
    folder = Path(condor.folder(next(tags)))
    (folder / "sub").mkdir()
    (folder / "sub").chmod(0o777)
    asked = Asked(condor, f"there = {folder}/sub", f"log = {name}", folder=str(folder))
    job_id = await backend.submit_request(asked.request)
    await reach(backend, job_id, State.QUEUED)
    ours = condor.data_dir() / "htcondor" / asked.request.tag / "events"
    (path,) = logs_in(folder) if name else [ours]
    with unasked(backend):
        asked.start(job_id)
        began = await told(backend, job_id, "RUNNING")
        asked.end()
        ended = await told(backend, job_id, "COMPLETED")
    assert (began.word, began.started is not None, began.ended) == ("RUNNING", True, None)
    assert (ended.word, ended.exit_code, ended.started) == ("COMPLETED", 0, began.started)
    assert END in path.read_text()
    known = await recalled(backend, job_id)
    assert known.nodes == began.nodes == ended.nodes != ""
    assert all(abs(parsed(known, at) - parsed(ended, at)) < 10 for at in ("started", "ended"))


async def test_what_was_submitted_is_known_without_a_question(condor, backend):
    """Also when it is over before the queue is asked: then the history has it."""
    assert await backend.told() is None  # nothing is known yet
    before = {job.job_id for job in await backend.jobs()}
    folder, tag = condor.folder(next(tags)), next(tags)
    script, options = "#!/bin/sh\nexit $RANDOM_IS_NOT_SET\n", {"count": 2}
    request = JobRequest(script=script, tag=tag, name="a b", folder=folder, options=options)
    cluster = await backend.submit_request(request)
    ids = [f"{cluster}.0", f"{cluster}.1"]
    told_of = await by_id(backend)
    assert told_of.keys() == before | set(ids)
    first = told_of[ids[0]]
    assert (first.name, first.array, first.tag, first.folder) == ("a b", cluster, tag, folder)
    assert (first.state, first.word, first.user) == (State.QUEUED, "IDLE", "alice")
    with unasked(backend):
        while {told_of[one].state for one in ids} != {State.STOPPED}:
            await asyncio.wait_for(backend.changed(), 30)
            told_of = await by_id(backend)
    listed = [job for job in await backend.jobs() if job.tag == tag]
    assert sorted(job.job_id for job in listed) == ids
    assert all(job.state is State.STOPPED and job.exit_code == 0 for job in listed)
    assert (await recalled(backend, ids[0])).name == "a b"
    await backend.forget(cluster)
    assert not [job for job in await backend.ended(0) if job.tag == tag]


@pytest.mark.parametrize("line", ["hold = true", f"log = {OWN}", "queue 101", "max_idle = 1"])
async def test_where_it_is_not_known_what_becomes_of_them_the_queue_is_asked(condor, backend, line):
    """Held from the start, which no event says; a log that is anywhere; more than a few."""
    before = await backend.jobs()
    text = f"executable = /bin/true\nrequirements = (1 == 2)\n{line}\n"
    text += "" if "queue" in line else "queue\n"
    request = JobRequest(script=text, tag=next(tags), folder=str(condor.home()))
    job_id = await backend.submit_request(request)
    assert (await backend.told())[0] == before
    assert any(job.job_id.startswith(job_id) for job in await backend.jobs())


async def test_a_log_in_xml_says_only_that_something_happened(condor, backend):
    asked = Asked(condor, "log_xml = true")
    job_id = await backend.submit_request(asked.request)
    await reach(backend, job_id, State.QUEUED)
    asked.start(job_id)
    await until(lambda: not backend._told.clear or asyncio.wait_for(backend.changed(), 30))
    assert b"<c>" in (condor.data_dir() / "htcondor" / asked.request.tag / "events").read_bytes()
    asked.end()
    await reach(backend, job_id, State.STOPPED)


async def test_holds_releases_and_removals_are_told(condor, backend):
    asked = Asked(condor, f"log = {OWN}")
    job_id = await backend.submit_request(asked.request)
    await reach(backend, job_id, State.QUEUED)
    with unasked(backend):
        condor.run("condor_hold", "-reason", "not <now>", job_id)
        held = await told(backend, job_id, "HELD")
        condor.run("condor_release", job_id)
        free = await told(backend, job_id, "IDLE")
        condor.run("condor_rm", job_id)
        gone = await told(backend, job_id, "REMOVED")
    assert (held.held, held.word) == (True, "HELD")
    assert "not <now>" in held.reason
    assert (free.held, free.word, free.reason) == (False, "IDLE", "")
    assert (gone.word, gone.exit_code) == ("REMOVED", None)
    assert same(gone) == same(await recalled(backend, job_id))


async def test_what_a_script_came_to_is_told_as_htcondor_has_it(condor, backend):
    """An exit code, a signal, and a time limit that was over."""
    ends = (("exit 3", "COMPLETED"), ("kill -9 $$", "COMPLETED"), ("sleep 60", "REMOVED"))
    for line, word in ends:
        lines = [LIMITED] if word == "REMOVED" else []
        text = ["executable = /bin/sh", f"arguments = \"-c '{line}'\"", "requirements = (1 == 2)"]
        text += ["transfer_executable = false", f"log = {OWN}", *lines, "queue", ""]
        request = JobRequest(script="\n".join(text), tag=next(tags), folder=str(condor.home()))
        job_id = await backend.submit_request(request)
        await reach(backend, job_id, State.QUEUED)
        with unasked(backend):
            condor.run("condor_qedit", job_id, "Requirements", "true")
            ended = await told(backend, job_id, word)
        assert ended.state is State.FAILED
        assert same(ended) == same(await recalled(backend, job_id))


async def test_the_list_shows_a_start_that_nobody_asked_for(condor, backend):
    """The pace asks once in a million seconds: what is seen was told."""
    states = {}
    pauses = dict.fromkeys(("fast_interval", "busy_interval", "idle_interval"), NEVER)
    watch = RemoteWatch(
        backends={"htcondor": backend},
        seen=lambda name, jobs: states.update((job.job_id, job.state) for job in jobs),
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
        load_share=0.0,
        **pauses,
    )
    asked = Asked(condor, f"log = {OWN}")
    job_id = await backend.submit_request(asked.request)
    watch.start()
    try:
        await until(lambda: states.get(job_id) is State.QUEUED)
        asked.start(job_id)
        await until(lambda: states[job_id] is State.RUNNING)
    finally:
        await watch.stop()


async def test_jobs_that_share_a_log_and_those_that_ended(condor, backend):
    """It is looked at once, as long as one of them has not ended, and never deleted."""
    one, two = (Asked(condor, "log = shared.log") for _ in range(2))
    ids = [await backend.submit_request(asked.request) for asked in (one, two)]
    path = condor.home() / "shared.log"
    await reach(backend, ids[1], State.QUEUED)
    assert backend._told._logs._watched == [str(path)]
    one.start(ids[0])
    one.end()
    await reach(backend, ids[0], State.STOPPED)
    assert backend._told._logs._watched == [str(path)]
    await backend.cancel(ids[1])
    await reach(backend, ids[1], State.STOPPED)
    assert backend._told._logs._watched == []
    for job_id in ids:
        await backend.forget(job_id)
    assert END in path.read_text()


async def test_logs_of_jobs_from_elsewhere_are_not_looked_at(condor, backend):
    job_id = condor.submit("true", "hold = true", "log = theirs.log") + ".0"
    await reach(backend, job_id, State.QUEUED)
    assert backend._told._logs._watched == []


@pytest.mark.parametrize("name", ["/dev/null", "no/such/folder/log", "folder"])
async def test_logs_that_cannot_be_written_do_no_harm(condor, backend, name):
    """HTCondor runs such jobs; they are seen at the pace."""
    if name == "folder":
        name = condor.folder(next(tags))
    asked = Asked(condor, f"log = {name}")
    job_id = await backend.submit_request(asked.request)
    await reach(backend, job_id, State.QUEUED)
    assert await backend._told._logs._look(30) is None
    asked.start(job_id)
    asked.end()
    await reach(backend, job_id, State.STOPPED)
