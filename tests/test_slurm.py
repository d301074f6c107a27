"""The Slurm backend against a real Slurm (see ``slurm_rig.py``)."""

from __future__ import annotations

import asyncio
import time

import pytest

from jupyter_remote import model
from jupyter_remote.backends.slurm import RemoteSlurmBackend
from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import (
    BackendError,
    InvalidSpec,
    NotFound,
    WrongState,
)
from jupyter_remote.model import State

from . import slurm_rig
from .conftest import find, reach, until

BOTH_SLURMS = True


@pytest.fixture
def backend(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    monkeypatch.setenv("PATH", slurm.env["PATH"])
    yield RemoteSlurmBackend()
    slurm.clear()


async def test_a_job_from_start_to_end_with_its_log(slurm, backend):
    name = 'a b|c "q" <b>\nnl\x1fx\x1e\ny'
    job_id = slurm.sbatch("echo begin; sleep 1; echo end; exit 3", "-J", name, "-t", "30")
    job = await reach(backend, job_id, State.RUNNING)
    assert (job.name, job.user, job.partition, job.time_limit) == (name, "root", "debug", 1800)
    assert job.nodes in slurm_rig.NODES
    assert job.submitted <= job.started
    job = await reach(backend, job_id, State.FAILED)
    assert (job.exit_code, job.word) == (3, "FAILED")
    assert (await backend.log(job_id, 0, 100)).data == b"begin\nend\n"
    chunk = await backend.log(job_id, -4, 3)
    assert (chunk.data, chunk.offset, chunk.size) == (b"end", 6, 10)
    assert (await backend.log(job_id, 99, 3)).data == b""


async def test_ended_by_a_signal(slurm, backend):
    killed = slurm.sbatch("kill -9 $$")
    assert (await reach(backend, killed, State.FAILED)).signal == "SIGKILL"


async def test_a_missing_output_folder(slurm, backend):
    mute = slurm.sbatch("echo here", "-o", "no/such/folder.txt")
    job = await reach(backend, mute, State.FAILED, State.STOPPED)
    log = (await backend.log(mute, 0, 10)).data
    if job.state is State.STOPPED:  # newer ones make the folder
        assert log == b"here\n"
    else:
        assert (job.exit_code, job.signal, log) == (None, None, b"")
        assert job.reason.endswith("(JobLaunchFailure)")


async def test_waiting_jobs_say_why(slurm, backend):
    down = slurm.sbatch("true", "-p", "down")
    later = slurm.sbatch("true", "--begin=now+1hour", "-N2")
    after = slurm.sbatch("true", f"--dependency=afterok:{later}")

    async def said():
        jobs = {job.job_id: job.reason.partition("(")[2] for job in await backend.jobs()}
        return [jobs[i] for i in (down, later, after)] == [
            "PartitionDown)", "BeginTime)", "Dependency)",
        ]  # fmt: skip

    await until(said)
    job = await find(backend, later)
    assert (job.nodes, job.state) == ("2 nodes", State.QUEUED)
    assert job.starts > job.submitted


async def test_a_large_array_is_one_record_and_is_cancelled_in_parts_and_whole(slurm, backend):
    job_id = slurm.sbatch("sleep 60", "--array=0-9999%2")
    await reach(backend, f"{job_id}_0", State.RUNNING)
    own = [job for job in await backend.jobs() if job.array == job_id]
    rest = await find(backend, f"{job_id}_pending")
    assert (len(own), rest.tasks, rest.state) == (3, 9998, State.QUEUED)
    assert (await backend.log(rest.job_id, 0, 10)).size == 0
    await backend.cancel(f"{job_id}_5")  # it waits: Slurm keeps no record of it
    await backend.cancel(f"{job_id}_0")
    await reach(backend, f"{job_id}_2", State.RUNNING)
    await backend.cancel(rest.job_id)
    rest = await reach(backend, rest.job_id, State.STOPPED)
    assert (await find(backend, f"{job_id}_2")).state is State.RUNNING
    await backend.cancel(job_id)
    own = await until(lambda: over(backend, job_id))
    assert sum(job.tasks for job in own) == 9999
    await backend.cancel(job_id)  # it ended already: no error


async def over(backend, array):
    """The members of an array, once all have ended."""
    own = [job for job in await backend.jobs() if job.array == array]
    return own if all(job.state.ended for job in own) else None


async def test_a_part_of_an_array_is_cancelled_after_tasks_were_treated_alone(slurm, backend):
    job_id = slurm.sbatch("sleep 60", "--array=0-9%1")
    await reach(backend, f"{job_id}_0", State.RUNNING)
    await backend.requeue(f"{job_id}_0")
    await backend.hold(f"{job_id}_5")
    await backend.cancel(job_id)
    own = await until(lambda: over(backend, job_id))
    assert sum(job.tasks for job in own) == 10
    assert f"{job_id}_pending" in [job.job_id for job in own]
    assert await find(backend, job_id) is None


async def test_hold_release_and_change_of_waiting_tasks_leave_running_ones_alone(slurm, backend):
    job_id = slurm.sbatch("sleep 60", "--array=0-9%2", "-t", "10")
    await reach(backend, f"{job_id}_1", State.RUNNING)
    rest = f"{job_id}_pending"
    await backend.hold(rest)
    assert (await find(backend, rest)).held
    shown = slurm.run("scontrol", "--oneliner", "show", "job", f"{job_id}_1")
    assert " Priority=0 " not in shown
    await backend.release(job_id)
    assert not (await find(backend, rest)).held
    await backend.change(rest, {"time": 120, "name": "new name"})
    job = await find(backend, rest)
    assert (job.time_limit, job.name, job.tasks) == (120, "new name", 8)
    assert (await find(backend, f"{job_id}_1")).time_limit == 600
    slurm.run("scontrol", "hold", f"{job_id}_7")  # a record of its own
    await backend.change(job_id, {"time": 60})
    own = [job for job in await backend.jobs() if job.array == job_id]
    assert {job.time_limit for job in own if job.state is State.RUNNING} == {600}
    assert {job.time_limit for job in own if job.state is State.QUEUED} == {60}
    assert " TimeLimit=00:01:00 " in slurm.run("scontrol", "-o", "show", "job", f"{job_id}_7")
    with pytest.raises(WrongState, match="not started"):
        await backend.requeue(rest)


async def test_a_heterogeneous_job_has_parts_and_is_cancelled_whole(slurm, backend):
    script = slurm.root / "het.sh"
    script.write_text("#!/bin/sh\nsleep 60\n")
    argv = ["sbatch", "--parsable", f"--chdir={slurm.root}", "-n1", ":", "-n1", str(script)]
    job_id = slurm.run(*argv).strip()
    for part in (f"{job_id}+0", f"{job_id}+1"):
        await reach(backend, part, State.RUNNING)
    details = await backend.details(f"{job_id}+1")
    assert (details.command, details.rows["HetJobOffset"]) == (str(script), "1")
    await backend.cancel(job_id)
    for part in (f"{job_id}+0", f"{job_id}+1"):
        await reach(backend, part, State.STOPPED)


async def test_hold_and_release(slurm, backend):
    tag = "jr-" + "a2" * 10
    job_id = slurm.sbatch("sleep 60", "--begin=now+1hour", f"--comment=mine {tag}; yours")
    await backend.hold(job_id)
    job = await find(backend, job_id)
    assert (job.held, job.tag) == (True, tag)
    await backend.release(job_id)
    assert not (await find(backend, job_id)).held
    await backend.change(job_id, {"begin": model.as_time(time.time())})
    await reach(backend, job_id, State.RUNNING)
    with pytest.raises(WrongState, match="does not wait"):
        await backend.hold(job_id)
    await backend.requeue(job_id)
    await reach(backend, job_id, State.QUEUED)


async def test_changes_that_are_none_or_refused(slurm, backend):
    job_id = slurm.sbatch("true", "--hold")
    for options in ({"uid": "0"}, {"name": "a\nb"}, {"time": None}, {"qos": ["x"]}, {"nice": True}):
        with pytest.raises(InvalidSpec):
            await backend.change(job_id, options)
    with pytest.raises(BackendError, match="Invalid partition name"):
        await backend.change(job_id, {"partition": "nope"})
    await backend.change(job_id, {})
    await backend.change(job_id, {"partition": "down", "memory": 2**20 + 1, "nodes": 2, "nice": 5})
    job = await find(backend, job_id)
    assert (job.partition, job.nodes) == ("down", "2 nodes")
    await backend.cancel(job_id)
    with pytest.raises(WrongState, match="ended"):
        await backend.change(job_id, {"name": "x"})


async def test_how_many_stand_before_a_job(slurm, backend):
    all_nodes = slurm.sbatch("sleep 60", "--exclusive", "-N2", user="nobody")
    slurm.until("sh", "-c", f"squeue -h -j {all_nodes} -o %T | grep RUNNING")
    first = slurm.sbatch("true", "--array=0-99%3", "-N2", user="nobody")
    slurm.sbatch("true", "--hold", user="nobody")
    own = slurm.sbatch("true", "-N2", "--exclusive")
    backend.queue_interval = 0.01

    async def placed():
        job = await find(backend, own)
        return job.line

    told = asyncio.create_task(backend.changed())
    assert await until(placed) == 4
    await asyncio.wait_for(told, 30)
    assert first not in [job.job_id for job in await backend.jobs()]
    others = {job.job_id: job.user for job in await backend.everybody()}
    assert (others[own], others[f"{first}_pending"]) == ("root", "nobody")
    backend.queue_interval = 0.0
    assert await placed() is None
    await backend.close()


async def test_jobs_of_others_are_not_there(slurm, backend):
    job_id = slurm.sbatch("sleep 60", user="nobody")
    assert job_id in slurm.run("squeue", "-h", "-o", "%i")
    assert await find(backend, job_id) is None
    for call in (backend.cancel, backend.hold, backend.release, backend.requeue, backend.details):
        with pytest.raises(NotFound):
            await call(job_id)
    with pytest.raises(NotFound):
        await backend.log(job_id, 0, 1)


async def test_ids_that_are_none(backend):
    for job_id in ("999999", "--all", "1 2", "1;id", "../1", "-u root"):
        with pytest.raises(NotFound):
            await backend.cancel(job_id)
    with pytest.raises(NotFound):
        backend.socket("1")


async def test_the_users_settings_change_nothing(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("sleep 60", "--hold")
    for name in ("SQUEUE_FORMAT", "SQUEUE_STATES", "SQUEUE_USERS", "SQUEUE_FORMAT2"):
        monkeypatch.setenv(name, "nobody")
    monkeypatch.setenv("SLURM_TIME_FORMAT", "relative")
    monkeypatch.setenv("SLURM_CLUSTERS", "elsewhere")
    assert (await find(backend, job_id)).submitted.startswith("20")


async def test_ended_jobs_are_remembered_for_a_time(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("true")
    await reach(backend, job_id, State.STOPPED)
    monkeypatch.setattr(
        "jupyter_remote.backends.slurm.listing.parse_jobs", lambda *_: {}
    )  # it forgot
    assert (await find(backend, job_id)).state is State.STOPPED
    backend.remember = 0.0
    assert await backend.jobs() == []
    backend.remember = 60.0
    assert await backend.jobs() == []


async def test_what_is_not_built_says_so(backend):
    assert backend.found()
    assert not RemoteSlurmBackend(bin_dir="/nowhere").found()
    with pytest.raises(BackendError, match="not built"):
        await backend.submit(None)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(backend.changed(), 0.05)
    await backend.close()


async def test_without_accounting_there_are_partitions_and_no_accounts(slurm, backend):
    offers = await backend.offers()
    names = {field.name: [choice.value for choice in field.choices] for field in offers.fields}
    assert names["partition"] == ["debug", "down"]
    assert {"account", "qos", "gpu_type", "gpus"}.isdisjoint(names)
    most = {row.values["partition"]: row.most.get("time") for row in offers.allowed}
    assert most == {("debug",): 28800, ("down",): None}
    assert offers.missing == ()
    tag, folder = "jr-abcdefghijklmnopqrst", str(slurm.root)
    script, options = "#!/bin/sh\nsleep 60\n", {"partition": "debug"}
    request = JobRequest(script=script, tag=tag, folder=folder, options=options)
    job = await find(backend, await backend.submit_request(request))
    assert (job.partition, job.tag) == ("debug", tag)
