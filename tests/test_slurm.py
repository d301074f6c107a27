"""The Slurm backend against a real Slurm (see ``slurm_rig.py``)."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend
from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    NotFound,
    WrongState,
)
from jupyter_remote.model import State

from . import slurm_rig
from .conftest import until


@pytest.fixture(scope="module")
def slurm():
    if why := slurm_rig.missing():
        pytest.skip(f"the Slurm backend stays UNTESTED: {why}")
    with slurm_rig.slurm() as running:
        yield running


@pytest.fixture
def backend(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    yield RemoteSlurmBackend()
    slurm.clear()


async def find(backend, job_id):
    return next((job for job in await backend.jobs() if job.job_id == job_id), None)


async def reach(backend, job_id, *states):
    async def there():
        job = await find(backend, job_id)
        return job if job and job.state in states else None

    return await until(there, f"{job_id} to be one of {states}")


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


async def test_ended_by_a_signal_and_by_a_missing_output_folder(slurm, backend):
    killed = slurm.sbatch("kill -9 $$")
    mute = slurm.sbatch("true", "-o", "no/such/folder.txt")
    assert (await reach(backend, killed, State.FAILED)).signal == "SIGKILL"
    job = await reach(backend, mute, State.FAILED)
    assert (job.exit_code, job.signal) == (None, None)
    assert job.reason.endswith("(JobLaunchFailure)")
    assert (await backend.log(mute, 0, 10)).data == b""


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


async def test_a_large_array_is_one_record_that_is_cancelled_alone(slurm, backend):
    job_id = slurm.sbatch("sleep 60", "--array=0-9999%2")
    await reach(backend, f"{job_id}_0", State.RUNNING)
    own = [job for job in await backend.jobs() if job.array == job_id]
    assert len(own) == 3
    rest = await find(backend, job_id)
    assert (rest.tasks, rest.state) == (9998, State.QUEUED)
    assert (await backend.log(job_id, 0, 10)).size == 0
    await backend.cancel(f"{job_id}_5")  # one of the waiting ones
    await backend.cancel(job_id)
    await reach(backend, job_id, State.STOPPED)
    assert (await find(backend, f"{job_id}_0")).state is State.RUNNING
    await backend.cancel(f"{job_id}_0")
    await reach(backend, f"{job_id}_0", State.STOPPED)
    await backend.cancel(f"{job_id}_0")  # it ended already: no error


async def test_hold_and_release(slurm, backend):
    job_id = slurm.sbatch("sleep 60", "--begin=now+1hour")
    await backend.hold(job_id)
    assert "(JobHeld" in (await find(backend, job_id)).reason
    await backend.release(job_id)
    assert "(JobHeld" not in (await find(backend, job_id)).reason
    slurm.run("scontrol", "update", f"JobId={job_id}", "StartTime=now")
    await reach(backend, job_id, State.RUNNING)
    with pytest.raises(WrongState, match="does not wait"):
        await backend.hold(job_id)


async def test_jobs_of_others_are_not_there(slurm, backend):
    job_id = slurm.sbatch("sleep 60", user="nobody")
    assert job_id in slurm.run("squeue", "-h", "-o", "%i")
    assert await find(backend, job_id) is None
    for call in (backend.cancel, backend.hold, backend.release):
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
        "jupyter_remote.backends.slurm.backend.parse_jobs", lambda *_: {}
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
    most = {
        row.values["partition"]: row.most["time"] for row in offers.allowed if row.most.get("time")
    }
    assert most == {("debug",): 28800}
    assert offers.missing == ()
    folder = str(slurm.root)
    tag = "jr-abcdefghijklmnopqrst"
    script = "#!/bin/sh\nsleep 60\n"
    request = JobRequest(script=script, tag=tag, folder=folder, options={"partition": "debug"})
    job_id = await backend.submit_request(request)
    assert (await find(backend, job_id)).partition == "debug"


@pytest.mark.slow
async def test_a_silent_or_stopped_controller_is_never_an_empty_list(slurm, backend):
    job_id = slurm.sbatch("true", "--hold")
    await backend.jobs()
    os.kill(slurm.daemons["slurmctld"].pid, signal.SIGSTOP)
    backend.command_timeout = 0.5
    try:
        with pytest.raises(BackendTimeout):
            await backend.jobs()
    finally:
        os.kill(slurm.daemons["slurmctld"].pid, signal.SIGCONT)
    backend.command_timeout = 15.0
    slurm.end("slurmctld")
    try:
        calls = (backend.jobs(), backend.cancel(job_id), backend.hold(job_id))
        errors = await asyncio.gather(*calls, return_exceptions=True)
    finally:
        slurm.start_control()
    assert [type(error) for error in errors] == [BackendUnreachable] * 3
    assert "Unable to contact slurm controller" in str(errors[0])
    assert (await find(backend, job_id)).state is State.QUEUED
