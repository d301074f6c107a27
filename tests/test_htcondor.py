"""The HTCondor backend against a real HTCondor (see ``condor_rig.py``)."""

from __future__ import annotations

import pytest

from jupyter_remote.backends.htcondor import RemoteHTCondorBackend
from jupyter_remote.contract import JobRequest
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

from . import condor_rig
from .conftest import until


@pytest.fixture(scope="module")
def condor():
    where = condor_rig.tree()
    if isinstance(where, str):
        pytest.skip(f"the HTCondor backend stays UNTESTED: {where}")
    with condor_rig.condor(where) as running:
        yield running


@pytest.fixture
def backend(condor):
    yield make(condor)
    condor.clear()


def make(condor, user="alice", **traits):
    folders = {"bin_dir": str(condor.bin_dir(user)), "data_dir": str(condor.data_dir(user))}
    return RemoteHTCondorBackend(user=user, **folders, **traits)


async def find(backend, job_id):
    return next((job for job in await backend.jobs() if job.job_id == job_id), None)


async def reach(backend, job_id, *states):
    async def there():
        job = await find(backend, job_id)
        return job if job and job.state in states else None

    return await until(there, f"{job_id} to be one of {states}")


async def test_a_job_from_start_to_end_with_its_logs(condor, backend):
    script = "echo begin; echo wrong >&2; sleep 1; echo end; exit 3"
    job_id = condor.submit(script, "batch_name = first", "request_memory = 100M") + ".0"
    job = await reach(backend, job_id, State.RUNNING)
    assert (job.name, job.user, job.cpus, job.array) == ("first", "alice", 1, "")
    assert job.folder == str(condor.home())
    assert job.nodes and "@" not in job.nodes
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
