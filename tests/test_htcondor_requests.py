"""Jobs that are submitted to HTCondor by us, on a real one (see ``condor_rig.py``)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import pytest

from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import BackendError, BackendTimeout, BackendUnreachable, InvalidSpec
from jupyter_remote.model import State

from .condor_rig import find, make, reach
from .conftest import until

pytestmark = pytest.mark.timeout(600)  # the first test may wait for scripts/debian-tree

NAME = "a \"b\" 'c' <i> | $(Cluster) $ENV(HOME) \\ = # ü, ;"


tags = (f"t{number}" for number in itertools.count())


def request(condor, script, tag="", **fields):
    fields = {"tag": tag or next(tags), "folder": str(condor.home()), **fields}
    return JobRequest(script=script, **fields)


async def test_a_program_with_options_an_odd_name_and_folder(condor, backend):
    folder = condor.folder("odd $(Cluster) 'folder'")
    script = "#!/bin/sh\necho in $PWD\necho wrong >&2\nsleep 1\n"
    options = {"cpus": 2, "memory": 64 << 20, "disk": 1 << 20, "priority": 2, "time": 600}
    options["requirements"] = 'OpSys == "LINUX" || Machine == "none"'
    asked = request(condor, script, name=NAME, folder=folder, options=options)
    job_id = await backend.submit_request(asked)
    job = await reach(backend, job_id, State.RUNNING)
    assert (job.name, job.tag, job.folder, job.cpus) == (NAME, asked.tag, folder, 2)
    assert (job.time_limit, job.array) == (600.0, "")
    told = await backend.details(job_id)
    assert told.script == script
    assert told.asked == {"cpus": 2, "memory": 64 << 20, "time": 600, "nodes": 1}
    assert (told.rows["RequestDisk"], told.rows["JobPrio"]) == ("1024", "2")
    assert await reach(backend, job_id, State.STOPPED)
    assert (await backend.log(job_id, 0, 999)).data.decode() == f"in {folder}\n"
    assert (await backend.log(job_id, 0, 999, "stderr")).data == b"wrong\n"
    assert set(told.logs) == {"stdout", "stderr"}
    kept = condor.data_dir() / "htcondor" / asked.tag
    assert kept.stat().st_mode & 0o777 == 0o700
    await backend.forget(job_id)
    assert not kept.exists()


async def test_many_jobs_of_one_request(condor, backend):
    options = {"count": 3, "memory": 1 << 20}
    asked = request(condor, "#!/bin/sh\nsleep 60\n", options=options)
    job_id = await backend.submit_request(asked)
    own = [job for job in await backend.jobs() if job.array == job_id]
    assert [job.job_id for job in own] == [f"{job_id}.{n}" for n in range(3)]
    assert {job.tag for job in own} == {asked.tag}
    await backend.cancel(job_id)


async def test_a_submit_description_with_options(condor, backend):
    text = "executable = /bin/sleep\narguments = 60\nrequest_cpus = 1\nhold = true\n"
    options = {"cpus": 3, "time": 60}
    one = await backend.submit_request(
        request(condor, text + "queue\n", "t-1", options=options, name="n")
    )
    job = await find(backend, one)
    assert (job.cpus, job.tag, job.name, job.held) == (3, "t-1", "n", True)
    two = await backend.submit_request(request(condor, text, "t-2", options={"count": 2}))
    assert {job.job_id for job in await backend.jobs() if job.tag == "t-2"} == {
        f"{two}.0",
        f"{two}.1",
    }
    await backend.change(one, {"time": 120})
    assert (await find(backend, one)).time_limit == 120
    assert (await backend.details(one)).script == text + "queue\n"


async def test_the_secrets_of_the_server_do_not_reach_the_ad(condor, backend, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hidden-1")
    monkeypatch.setenv("JPY_SESSION_NAME", "hidden-2")
    monkeypatch.setenv("PLAIN", "shown")
    text = "executable = /bin/sleep\ngetenv = true\nhold = true\nqueue\n"
    job_id = await backend.submit_request(request(condor, text))
    said = condor.run("condor_q", "-long", job_id)
    assert "PLAIN=shown" in said
    assert "hidden" not in said


async def test_the_time_limit_ends_a_job(condor, backend):
    asked = request(condor, "#!/bin/sh\nsleep 100\n", options={"time": 1})
    job_id = await backend.submit_request(asked)
    job = await reach(backend, job_id, State.FAILED)
    assert job.reason.startswith("its time limit was over")
    assert (await backend.details(job_id)).ending.startswith("Its time limit was over")


async def test_what_is_refused_says_why(condor, backend):
    for options in ({"cpus": 0}, {"cpus": True}, {"memory": "1\nqueue"}, {"nodes": 1},
                    {"requirements": "true)\nqueue 100"}, {"count": 1.5}):  # fmt: skip
        with pytest.raises(InvalidSpec):
            await backend.submit_request(request(condor, "#!/bin/sh\n", options=options))
    for fields in ({"name": "a\nqueue"}, {"name": "$$(Cpus)"}, {"name": "a\\"},
                   {"tag": "../x"}, {"folder": "/no/such"}):  # fmt: skip
        with pytest.raises(InvalidSpec):
            await backend.submit_request(request(condor, "#!/bin/sh\n", **fields))
    for text, words in (
        ("executable = nothere\nqueue\n", "nothere does not exist"),
        ("executable = /bin/sleep\n", "no queue statement"),
        ("executable = /bin/sleep\nrequest_memory = so much\nqueue\n", "RequestMemory"),
    ):
        for call in (backend.submit_request, backend.test_request):
            with pytest.raises(BackendError, match=words):
                await call(request(condor, text))
    assert [job for job in await backend.jobs() if not job.state.ended] == []


async def test_a_queue_that_is_down_took_nothing(condor, backend):
    condor.end_schedd()
    with pytest.raises(BackendUnreachable, match="connect to local queue manager"):
        await backend.submit_request(request(condor, "#!/bin/sh\n"))
    condor.until("condor_q", "-totals")


async def test_a_lost_answer_is_found_by_its_tag_once(condor, backend):
    folder = condor.bin_dir().with_name("bin-lost")
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    for file in condor.bin_dir().iterdir():
        text = f'#!/bin/sh\n{file} "$@"\n' + ("sleep 60\n" if "submit" in file.name else "")
        (folder / file.name).write_text(text)
        (folder / file.name).chmod(0o755)
    slow = make(condor, command_timeout=3.0)
    slow.bin_dir = str(folder)
    asked = request(condor, "#!/bin/sh\nsleep 60\n", "lost", options={"count": 2})
    with pytest.raises(BackendTimeout):
        await slow.submit_request(asked)
    found = [job for job in await backend.jobs() if job.tag == "lost"]
    assert len(found) == 2
    assert len({job.array for job in found}) == 1


async def test_trials_say_what_would_become_of_a_request(condor, backend):
    async def trial(script="#!/bin/sh\n", **options):
        return (await backend.test_request(request(condor, script, options=options))).words

    assert await trial(cpus=2) == "HTCondor would take it; up to 1 of 1 slots fit now."
    assert "No machine of the pool has: TARGET.Cpus >= RequestCpus" in await trial(cpus=99)
    assert "No machine" in await trial(requirements='Machine == "none"')
    assert "would take it" in await trial("executable = /bin/sleep\nqueue 2\n")
    assert not (condor.data_dir() / "htcondor" / f"t{int(next(tags)[1:]) - 1}").exists()
    assert await backend.jobs() == [job for job in await backend.jobs() if job.state.ended]


async def test_the_form_offers_what_the_pool_has(condor, backend):
    async def idle():  # what ran before has left its slot
        offers = await backend.offers()
        cpus = next(field for field in offers.fields if field.name == "cpus")
        return offers if "1 of 1 machines have free cores; one has 8 free" in cpus.caption else None

    offers = await until(idle, "an idle pool")
    fields = {field.name: field for field in offers.fields}
    assert offers.available
    assert fields["cpus"].most == 8
    assert fields["memory"].most == 8000 << 20
    assert fields["gpus"].most == 2
    options = {name: field.least for name, field in fields.items() if field.least is not None}
    assert await backend.submit_request(request(condor, "#!/bin/sh\n", options=options))


async def test_events_of_own_jobs_wake_the_observer(condor, backend):
    backend.event_interval = 0.05
    job_id = await backend.submit_request(request(condor, "#!/bin/sh\nsleep 60\n"))
    await reach(backend, job_id, State.RUNNING)
    await asyncio.wait_for(backend.changed(), 10)  # that was listed
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(backend.changed(), 0.2)  # all is known
    await backend.cancel(job_id)
    await asyncio.wait_for(backend.changed(), 10)
    await until(lambda: find(backend, job_id))
