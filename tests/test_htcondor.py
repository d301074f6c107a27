"""The HTCondor backend against a real HTCondor (see ``condor_rig.py``)."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from jupyter_remote.errors import (
    BackendAbsent,
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    InvalidSpec,
    NotFound,
    WrongState,
)
from jupyter_remote.model import State

from .condor_rig import find, make, reach
from .conftest import until

pytestmark = pytest.mark.timeout(600)  # the first test may wait for scripts/debian-tree


async def test_a_job_from_start_to_end_with_its_logs(condor, backend):
    script = "echo begin; echo wrong >&2; sleep 1; echo end; exit 3"
    job_id = condor.submit(script, "batch_name = first", "request_memory = 100M") + ".0"
    job = await reach(backend, job_id, State.RUNNING)
    assert (job.name, job.user, job.cpus, job.array) == ("first", "alice", 1, "")
    assert job.folder == str(condor.home())
    assert job.nodes
    assert "@" not in job.nodes
    assert job.submitted <= job.started
    job = await reach(backend, job_id, State.FAILED)
    assert (job.exit_code, job.signal, job.word) == (3, None, "COMPLETED")
    assert job.started < job.ended
    assert (await backend.log(job_id, 0, 100)).data == b"begin\nend\n"
    assert (await backend.log(job_id, 0, 100, "stderr")).data == b"wrong\n"
    chunk = await backend.log(job_id, -4, 3)
    assert (chunk.data, chunk.offset, chunk.size) == (b"end", 6, 10)
    told = await backend.details(job_id)
    assert told.ending == "It ended with status 3."
    assert (told.asked["cpus"], told.asked["memory"]) == (1.0, 100 << 20)
    assert told.used["time"] >= 1
    assert 0 <= told.efficiency["cpu"] <= 1
    assert told.rows["JobUniverse"] == "5"
    assert "sleep" in told.command
    await backend.forget(job_id)
    assert await find(backend, job_id) is None


async def test_why_jobs_are_held_or_wait(condor, backend):
    asked = condor.submit("true", "hold = true") + ".0"
    mute = condor.submit("true", "output = /no/such/folder/out") + ".0"
    large = condor.submit("true", "request_cpus = 99") + ".0"
    other = condor.submit("true", 'requirements = Machine == "none"') + ".0"

    async def said():
        jobs = {job.job_id: job for job in await backend.jobs()}
        reasons = [jobs[i].reason for i in (asked, mute, large, other)]
        return reasons if all(reasons) else None

    reasons = await until(said)
    assert reasons[0].startswith("held: it was submitted on hold (")
    assert "output could not be" in reasons[1]
    assert "/no/such/folder" in reasons[1]
    assert reasons[2] == reasons[3]
    assert "no machine that is free now has what it asks for" in reasons[3]
    assert [(await find(backend, i)).held for i in (asked, mute, large)] == [True, True, False]


async def test_hold_release_change_and_requeue(condor, backend):
    job_id = condor.submit("sleep 60", 'requirements = Machine == "none"') + ".0"
    await backend.hold(job_id)
    job = await find(backend, job_id)
    assert (job.held, job.state) == (True, State.QUEUED)
    assert "you hold it" in job.reason
    with pytest.raises(WrongState):
        await backend.hold(job_id)
    await backend.change(job_id, {"cpus": 2, "memory": 200 << 20, "priority": -3})
    assert (await find(backend, job_id)).cpus == 2
    assert (await backend.details(job_id)).asked["memory"] == 200 << 20
    for wrong in ({}, {"time": 5}, {"cpus": "2 || true"}, {"partition": "x"}, {"memory": -1}):
        with pytest.raises(InvalidSpec):
            await backend.change(job_id, wrong)
    condor.run("condor_qedit", job_id, "Requirements", "true")
    await backend.release(job_id)
    first = await reach(backend, job_id, State.RUNNING)
    for call in (
        backend.hold(job_id),
        backend.release(job_id),
        backend.change(job_id, {"cpus": 1}),
    ):
        with pytest.raises(WrongState):
            await call
    await backend.requeue(job_id)

    async def again():
        job = await find(backend, job_id)
        return job.started and job.started > first.started

    await until(again)
    assert (await find(backend, job_id)).state is State.RUNNING


async def test_a_cluster_and_its_jobs_are_cancelled_and_held(condor, backend):
    cluster = condor.submit("sleep 60", 'requirements = Machine == "none"', count=300)
    own = [job for job in await backend.jobs() if job.array == cluster]
    assert len(own) == 300
    assert {job.job_id for job in own} == {f"{cluster}.{n}" for n in range(300)}
    await backend.hold(f"{cluster}.7")
    await backend.hold(cluster)
    assert all(job.held for job in await backend.jobs() if job.array == cluster)
    await backend.release(cluster)
    await backend.cancel(f"{cluster}.5")
    assert (await find(backend, f"{cluster}.5")).state is State.STOPPED
    assert (await find(backend, f"{cluster}.6")).state is State.QUEUED
    await backend.cancel(cluster)
    states = {job.state for job in await backend.jobs() if job.array == cluster}
    assert states == {State.STOPPED}
    job = await find(backend, f"{cluster}.6")
    assert (job.exit_code, job.started) == (None, None)
    assert "via condor_rm (by user alice)" in job.reason
    await backend.cancel(cluster)  # it ended already: no error
    await backend.cancel(f"{cluster}.5")


async def test_a_change_of_a_cluster_leaves_its_running_jobs_alone(condor, backend):
    lines = ('requirements = Machine == "none"', "My.JupyterRemoteTime = 900")
    cluster = condor.submit("sleep 60", *lines, count=3)
    await backend.hold(f"{cluster}.2")
    condor.run("condor_qedit", f"{cluster}.0", "Requirements", "true")
    await reach(backend, f"{cluster}.0", State.RUNNING)
    await backend.change(cluster, {"time": 1200})
    limits = [(await find(backend, f"{cluster}.{n}")).time_limit for n in range(3)]
    assert limits == [900, 1200, 1200]
    await backend.cancel(cluster)


async def test_jobs_of_others_are_seen_and_left_alone(condor, backend):
    job_id = condor.submit("sleep 60", "hold = true", user="bob") + ".0"
    assert await find(backend, job_id) is None
    (job,) = [job for job in await backend.everybody() if job.job_id == job_id]
    assert (job.user, job.held) == ("bob", True)
    for name in ("cancel", "hold", "release", "requeue", "details"):
        with pytest.raises(NotFound):
            await getattr(backend, name)(job_id)
    with pytest.raises(NotFound):
        await backend.log(job_id, 0, 1)
    for odd in ("99999", "-all", "1 2", "1;id", "../1", "bob", "1.2.3", ""):
        with pytest.raises(NotFound):
            await backend.cancel(odd)
    with pytest.raises(NotFound):
        backend.socket("1.0")


async def test_ended_jobs_come_from_the_history(condor, backend):
    begin = time.time() - 1
    good, bad, killed = (
        condor.submit(script) + ".0" for script in ("exit 0", "exit 4", "kill -9 $$")
    )
    for job_id in (good, bad, killed):
        await reach(backend, job_id, State.STOPPED, State.FAILED)
    fresh = make(condor)
    ended = {job.job_id: job for job in await fresh.ended(begin)}
    assert ended[good].exit_code == 0
    assert (ended[bad].state, ended[bad].exit_code) == (State.FAILED, 4)
    assert (ended[killed].exit_code, ended[killed].signal) == (None, "SIGKILL")
    assert await fresh.ended(time.time() + 60) == []
    later = condor.submit("exit 0") + ".0"
    await reach(backend, later, State.STOPPED)
    assert {job.job_id for job in await fresh.ended(begin)} == {*ended, later}
    assert later in {job.job_id for job in await make(condor).jobs()}
    assert later not in {job.job_id for job in await make(condor, remember=0.0).jobs()}


async def test_older_jobs_of_the_history_have_details_and_logs(condor, backend, monkeypatch):
    job_id = condor.submit("echo hello") + ".0"
    await reach(backend, job_id, State.STOPPED)
    short = make(condor, remember=0.0)
    assert job_id in {job.job_id for job in await short.ended(0)}
    assert await find(short, job_id) is None
    assert (await short.details(job_id)).ending == "It ended well."
    assert (await short.log(job_id, 0, 9)).data == b"hello\n"
    await short.jobs()
    monkeypatch.setattr(short._commands, "ads", None)  # nothing more is asked for it
    assert (await short.log(job_id, 0, 9)).data == b"hello\n"


async def test_how_a_job_ended_is_not_guessed(condor, backend, monkeypatch):
    job_id = condor.submit("sleep 60", "hold = true") + ".0"
    monkeypatch.setenv("_CONDOR_HISTORY", "")
    blind = make(condor)
    assert (await find(blind, job_id)).held
    assert await blind.ended(0) is None
    await blind.cancel(job_id)
    job = await find(blind, job_id)
    assert (job.state, job.held, job.exit_code) == (State.LOST, False, None)
    assert "does not say how it ended" in job.reason


async def test_without_a_pool_and_without_commands(condor, backend, monkeypatch):
    assert backend.found()
    assert not make(condor, user="nobody").found()
    with pytest.raises(BackendError, match="not built"):
        await backend.submit(None)
    monkeypatch.setenv("CONDOR_CONFIG", "ONLY_ENV")
    with pytest.raises(BackendAbsent, match="no queue"):
        await make(condor).jobs()
    monkeypatch.setenv("CONDOR_CONFIG", "/no/where")
    with pytest.raises(BackendAbsent, match="/no/where"):
        await make(condor).jobs()
    await backend.close()


async def test_a_silent_or_killed_queue_is_never_an_empty_list(condor, backend):
    job_id = condor.submit("sleep 60", "hold = true") + ".0"
    assert await find(backend, job_id)
    schedd = condor.schedd()
    schedd.suspend()
    backend.command_timeout = 0.5
    with pytest.raises(BackendTimeout):
        await backend.jobs()
    backend.command_timeout = 15.0
    condor.end_schedd()
    calls = (backend.jobs(), make(condor).jobs(), backend.everybody(), backend.cancel(job_id))
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [BackendUnreachable] * 4
    assert "Failed to fetch ads" in str(errors[0])
    assert job_id in str(backend._told.listed)

    async def back():
        try:
            return {job.job_id: job for job in await backend.jobs()}
        except BackendUnreachable:
            return None

    jobs = await until(back)
    assert jobs[job_id].held


async def test_what_changed_is_all_that_changed(condor, backend):
    """Random actions: who asks only for changes sees what a full query shows."""
    chance = random.Random(7)
    backend.whole_interval = 1e9
    wholes = []
    look = backend._queue._all
    backend._queue._all = lambda: wholes.append(1) or look()

    def seen(jobs):
        return {job.job_id: (job.word, job.held, job.exit_code) for job in jobs}

    async def same():
        changes, everything = await asyncio.gather(backend.jobs(), make(condor).jobs())
        return seen(changes) == seen(everything)

    for _ in range(6):
        for _ in range(chance.randrange(1, 4)):
            live = [job.job_id for job in await backend.jobs() if not job.state.ended]
            verb = chance.choice(["submit", "submit", "rm", "hold", "release"])
            if verb == "submit":
                wait = chance.choice(["true", 'Machine == "none"'])
                script = chance.choice(["exit 0", "sleep 30", "exit 1"])
                count = chance.choice([1, 3])
                condor.submit(script, f"requirements = {wait}", "request_memory = 1", count=count)
            elif live:
                condor.call(f"condor_{verb}", chance.choice(live))
        await until(same, seconds=20)
    assert len(wholes) <= 3


async def test_nothing_is_sent_while_nothing_changes(condor, backend, monkeypatch):
    monkeypatch.setattr("jupyter_remote.backends.htcondor.queue.OVERLAP", 0)
    condor.submit("true", "hold = true", count=20)
    answers = []
    ask = backend._commands.ads

    async def listen(program, *argv):
        ads = await ask(program, *argv)
        answers.append((program, "-totals" in argv, len(ads)))
        return ads

    backend._commands.ads = listen
    assert len([job for job in await backend.jobs() if job.held]) == 20

    async def quiet():
        answers.clear()
        await backend.jobs()
        return sorted(answers) == [("condor_q", False, 0), ("condor_q", True, 1)]

    await until(quiet, seconds=20)
    assert len([job for job in await backend.jobs() if job.held]) == 20
