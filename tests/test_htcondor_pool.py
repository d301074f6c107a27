"""What a pool has besides one queue and its cores: GPUs, a second queue, a history that is not
the user's to change. A real one, see ``condor_rig.py``."""

from __future__ import annotations

import itertools

import pytest

from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import BackendUnreachable, NotFound, StorageError, WrongState
from jupyter_remote.model import State

from .condor_rig import SECOND, find, make, reach
from .conftest import until

pytestmark = pytest.mark.timeout(600)  # the first test may wait for scripts/debian-tree

NAMED = ("-name", SECOND)

tags = (f"p{number}" for number in itertools.count())


def request(condor, script, **options):
    folder = str(condor.home())
    return JobRequest(script=script, tag=next(tags), folder=folder, name="", options=options)


@pytest.fixture
def second(condor):
    """Alice's view of the other queue."""
    yield make(condor, schedd=SECOND, data_dir=f"{condor.data_dir()}/second")
    condor.clear(*NAMED)


async def gpus(backend):
    fields = {field.name: field for field in (await backend.offers()).fields}
    return fields["gpus"].most, fields["gpus"].caption


async def test_gpus_are_offered_matched_and_shown(condor, backend):
    async def free(count):
        return await gpus(backend) == (2, f"one machine has {count} free")

    await until(lambda: free(2), "two free GPUs")
    script = "#!/bin/sh\necho on $CUDA_VISIBLE_DEVICES\nsleep 60\n"
    one = await backend.submit_request(request(condor, script, gpus=1))
    await reach(backend, one, State.RUNNING)
    await until(lambda: free(1), "one free GPU")
    told = await backend.details(one)
    assert (told.asked["gpus"], told.rows["AssignedGPUs"]) == (1, "CUDA0")

    async def said():
        return (await backend.log(one, 0, 99)).data == b"on CUDA0\n"

    await until(said)
    both = await backend.submit_request(request(condor, script, gpus=2))
    many = await backend.test_request(request(condor, script, gpus=3))
    assert "No machine of the pool has: " in many.words
    assert "GPUs" in many.words
    assert (await find(backend, both)).state is State.QUEUED
    await backend.cancel(one)
    await reach(backend, both, State.RUNNING)
    assert (await backend.details(both)).rows["AssignedGPUs"] == "CUDA0,CUDA1"


def level(condor):
    """Submit jobs until both queues give the next one the same number."""

    def held(count, *queue):
        programs = itertools.islice(itertools.cycle(["true", "false"]), count)
        text = "".join(f"executable = /bin/{name}\nhold = true\nqueue\n" for name in programs)
        argv = ("condor_submit", "-terse", *queue)
        return int(condor.run(*argv, given=text).split()[-1].split(".")[0]) if text else 0

    first, second = held(1), held(1, *NAMED)
    held(max(0, second - first))
    held(max(0, first - second), *NAMED)


async def test_another_queue_of_the_pool_has_jobs_of_its_own(condor, backend, second):
    """Ids are a queue's own: the same number is two jobs, and the other one is left alone."""
    level(condor)
    asked = [request(condor, "#!/bin/sh\nsleep 60\n") for _ in range(2)]
    job_id = await backend.submit_request(asked[0])
    assert await second.submit_request(asked[1]) == job_id
    for one, wanted in zip((backend, second), asked, strict=True):
        assert (await reach(one, job_id, State.RUNNING)).tag == wanted.tag
    await second.cancel(job_id)
    assert (await find(second, job_id)).state is State.STOPPED
    assert (await find(backend, job_id)).state is State.RUNNING
    assert [job.tag for job in await second.ended(0) if job.job_id == job_id] == [asked[1].tag]
    assert job_id not in {job.job_id for job in await backend.ended(0)}
    assert {job.tag for job in await backend.everybody() if job.job_id == job_id} == {asked[0].tag}


async def test_what_is_done_to_a_job_of_another_queue(condor, second):
    wanted = request(condor, "#!/bin/sh\nsleep 60\n", requirements='Machine == "none"')
    assert "No machine" in (await second.test_request(wanted)).words
    job_id = await second.submit_request(wanted)
    await second.hold(job_id)
    assert (await find(second, job_id)).held
    await second.change(job_id, {"cpus": 2})
    assert (await second.details(job_id)).asked["cpus"] == 2
    await second.release(job_id)
    condor.run("condor_qedit", *NAMED, job_id, "Requirements", "true")
    first = await reach(second, job_id, State.RUNNING)
    await second.requeue(job_id)

    async def again():
        job = await find(second, job_id)
        return job.started and job.started > first.started

    await until(again)


async def test_a_queue_of_that_name_that_is_not_there_is_said(condor, backend):
    nowhere = make(condor, schedd="nowhere@pool")
    for call in (nowhere.jobs(), nowhere.ended(0), nowhere.everybody()):
        with pytest.raises(BackendUnreachable, match=r"(?i)schedd"):
            await call
    with pytest.raises(BackendUnreachable, match="nowhere"):  # surely nothing was taken
        await nowhere.submit_request(request(condor, "#!/bin/sh\n"))


async def test_logs_that_are_gone_replaced_or_no_files(condor, backend):
    job_id = condor.submit("echo one; sleep 60") + ".0"
    await reach(backend, job_id, State.RUNNING)
    path = condor.home() / f"out.{job_id}"
    await until(lambda: path.exists() and path.stat().st_size)
    first = await backend.log(job_id, 0, 99)
    assert first.data == b"one\n"
    path.rename(path.with_suffix(".old"))
    assert (await backend.log(job_id, 0, 99)).data == b""
    path.write_text("two\n")
    second = await backend.log(job_id, 0, 99)
    assert (second.data, second.file != first.file) == (b"two\n", True)
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError, match="Is a directory"):
        await backend.log(job_id, 0, 99)


async def test_what_only_the_history_knows_can_be_forgotten(condor, backend):
    asked = request(condor, "#!/bin/sh\nsleep 60\n", count=2)
    cluster = await backend.submit_request(asked)
    kept = condor.data_dir() / "htcondor" / asked.tag
    short = make(condor, remember=0.0)
    await short.jobs()
    with pytest.raises(WrongState, match="cancel it"):
        await short.forget(cluster)
    await short.cancel(cluster)
    parts = {f"{cluster}.0", f"{cluster}.1"}

    async def ended():
        return parts & {job.job_id for job in await short.ended(0)}

    await until(lambda: is_(ended, parts))
    assert not parts & {job.job_id for job in await short.jobs()}
    await short.forget(f"{cluster}.0")
    assert await ended() == {f"{cluster}.1"}
    assert kept.exists()
    await short.forget(cluster)
    assert not kept.exists()
    assert await ended() == set()
    condor.submit("true")  # what is new is read, and what was forgotten stays so
    assert await ended() == set()
    for gone in (f"{cluster}.0", cluster, "99999.0"):
        with pytest.raises(NotFound):
            await short.forget(gone)


async def is_(ask, wanted):
    return await ask() == wanted


async def test_which_of_ones_own_jobs_are_before_a_job(condor, backend):
    nowhere = 'requirements = Machine == "none"'
    cluster = condor.submit("true", nowhere, count=3)
    late = condor.submit("true", nowhere, "priority = 7") + ".0"
    condor.submit("true", nowhere, "priority = 9", user="bob")

    async def lines():
        return {job.job_id: job.line for job in await backend.jobs() if not job.state.ended}

    first, second, third = (f"{cluster}.{number}" for number in range(3))
    assert await lines() == {late: 1, first: 2, second: 3, third: 4}
    await backend.hold(second)
    await backend.change(third, {"priority": 8})
    assert await lines() == {third: 1, late: 2, first: 3, second: None}
