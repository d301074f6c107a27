"""HTCondor's Python bindings in place of its commands, against a real HTCondor."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import subprocess

import psutil
import pytest

from jupyter_remote.backends.htcondor import commands
from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import (
    BackendAbsent,
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    NotFound,
    WrongState,
)
from jupyter_remote.model import State, new_session_id

from .condor_rig import SECOND, USERS, make
from .conftest import find, reach, until

pytestmark = pytest.mark.timeout(600)  # the first test may wait for scripts/debian-tree


CLIENT = """\
CONDOR_HOST = 127.0.0.1
COLLECTOR_HOST = 127.0.0.1:{port}
SEC_TOKEN_DIRECTORY = {tokens}
SEC_CLIENT_AUTHENTICATION_METHODS = IDTOKENS
UID_DOMAIN = test
FILESYSTEM_DOMAIN = test
ENABLE_IPV6 = False
"""


@pytest.fixture(scope="session")
def client(condor):
    """A configuration for who is outside the tree: alice proves who she is by a token."""
    tokens = condor.root / "client/tokens.d"
    tokens.mkdir(parents=True)
    enter = ["nsenter", "-t", str(condor.master.pid), "-m", "chroot", str(condor.tree)]
    make = ["condor_token_create", "-identity", "alice@test"]
    token = subprocess.run([*enter, *make], capture_output=True, check=True, timeout=60)
    (tokens / "alice").touch(0o600)
    (tokens / "alice").write_bytes(token.stdout)
    (tokens.parent / "config").write_text(CLIENT.format(port=condor.port, tokens=tokens))
    return tokens.parent / "config"


@pytest.fixture(autouse=True)
def bound(client, monkeypatch):
    """A server without commands, whose bindings are alice."""
    if shutil.which("condor_q") or not importlib.util.find_spec("htcondor2"):
        pytest.skip("HTCondor's bindings stay UNTESTED: not here, or its commands are")
    monkeypatch.setenv("CONDOR_CONFIG", str(client))


@pytest.fixture
def backend(condor):
    made = make(condor, bin_dir="")
    assert made.found()
    assert made._commands.bindings
    yield made
    condor.clear()


def request(condor, script, name, **options):
    tag = f"jr-{new_session_id()}"
    return JobRequest(script=script, tag=tag, folder=condor.folder(name), options=options)


def as_alice(condor, backend):
    """A Jupyter server would run as her: her programs are hers."""
    keep = backend._folders.keep

    def kept(request):
        made = keep(request)
        for path in (condor.data_dir(), *condor.data_dir().rglob("*")):
            os.chown(path, USERS["alice"], USERS["alice"])
        return made

    return kept


async def test_a_job_from_submit_to_history_with_its_log(condor, backend, monkeypatch):
    monkeypatch.setattr(backend._folders, "keep", as_alice(condor, backend))
    asked = request(condor, "#!/bin/sh\necho begin\nsleep 1\nexit 3\n", "b1", memory=100 << 20)
    job_id = await backend.submit_request(asked)
    job = await reach(backend, job_id, State.RUNNING)
    assert (job.tag, job.user, job.folder) == (asked.tag, "alice", asked.folder)
    job = await reach(backend, job_id, State.FAILED)
    assert (job.exit_code, job.word) == (3, "COMPLETED")
    assert (await backend.log(job_id, 0, 100)).data == b"begin\n"
    told = await backend.details(job_id)
    assert (told.asked["memory"], told.script) == (100 << 20, asked.script)
    assert job_id in {job.job_id for job in await make(condor, bin_dir="").ended(0)}


async def test_the_list_is_the_one_of_the_commands(condor, backend, monkeypatch):
    condor.submit("sleep 60", "hold = true", 'batch_name = a "b" \\ c', count=3)
    condor.submit("sleep 60", 'requirements = Machine == "none"', "request_memory = 100M")
    condor.submit("exit 4")
    condor.submit("sleep 60", "hold = true", user="bob")
    by_commands = make(condor)

    async def alike():
        one = await backend.jobs()
        with monkeypatch.context() as outside:
            outside.delenv("CONDOR_CONFIG")
            other = await by_commands.jobs()
        return one if one and same(one) == same(other) else None

    jobs = await until(alike)
    assert {job.word for job in jobs} >= {"HELD", "IDLE"}
    everybody = {job.user for job in await backend.everybody()}
    assert everybody == {"alice", "bob"}


def same(jobs):
    return sorted(jobs, key=lambda job: job.job_id)


async def test_what_is_done_to_jobs(condor, backend):
    cluster = condor.submit("sleep 60", 'requirements = Machine == "none"', count=3)
    one = f"{cluster}.0"
    await backend.hold(one)
    assert (await find(backend, one)).held
    with pytest.raises(WrongState):
        await backend._commands.ask("condor_hold", one)
    await backend.change(one, {"cpus": 2, "priority": -3})
    assert (await find(backend, one)).cpus == 2
    await backend.hold(cluster)
    assert all(job.held for job in await backend.jobs() if job.array == cluster)
    await backend.release(cluster)
    condor.run("condor_qedit", one, "Requirements", "true")
    first = await reach(backend, one, State.RUNNING)
    await backend.requeue(one)

    async def again():
        job = await find(backend, one)
        return job.started and job.started > first.started

    await until(again)
    await backend.cancel(cluster)
    await until(lambda: gone(backend))
    for words in (("condor_rm", "99999"), ("condor_qedit", "99999.0", "JobPrio", "1")):
        with pytest.raises(NotFound):
            await backend._commands.ask(*words)


async def gone(backend):
    return all(job.state.ended for job in await backend.jobs())


async def test_jobs_of_others_are_not_touched(condor, backend):
    job_id = condor.submit("sleep 60", "hold = true", user="bob") + ".0"
    with pytest.raises(NotFound):
        await backend.cancel(job_id)
    with pytest.raises(BackendError, match="Permission denied"):
        await backend._commands.ask("condor_rm", job_id)


async def test_submit_descriptions_and_what_is_refused(condor, backend):
    text = "executable = /bin/sleep\narguments = 60\ntransfer_executable = false\nhold = true\n"
    asked = request(condor, f"log = $(Cluster).log\n{text}", "b2", count=3, cpus=2)
    cluster = await backend.submit_request(asked)
    jobs = [job for job in await backend.jobs() if job.array == cluster]
    assert [job.cpus for job in jobs] == [2, 2, 2]
    assert backend._told._logs._watched == [f"{asked.folder}/{cluster}.log"]
    with pytest.raises(BackendError, match="no 'queue' commands"):
        await backend.submit_request(request(condor, text, "b3"))
    with pytest.raises(BackendError, match="take one 'queue' command"):
        await backend.submit_request(request(condor, f"{text}queue\nqueue\n", "b4"))
    trial = await backend.test_request(request(condor, f"{text}queue\n", "b5"))
    assert "not try it" in trial.words
    fields = {field.name: field for field in (await backend.offers()).fields}
    assert (fields["cpus"].most, fields["gpus"].most) == (8, 2)


async def test_another_queue_is_named_exactly(condor):
    second = make(condor, bin_dir="", schedd=SECOND)
    asked = request(condor, "#!/bin/sh\nsleep 60\n", "b6")
    try:
        job_id = await second.submit_request(asked)
        assert (await find(second, job_id)).tag == asked.tag
        assert asked.tag not in {job.tag for job in await make(condor, bin_dir="").jobs()}
    finally:
        condor.clear("-name", SECOND)
    with pytest.raises(BackendUnreachable, match="no record of schedd"):
        await make(condor, bin_dir="", schedd=SECOND.replace("second", "third")).jobs()


async def test_a_silent_or_killed_queue_is_never_an_empty_list(condor, backend):
    job_id = condor.submit("sleep 60", "hold = true") + ".0"
    assert await find(backend, job_id)
    schedd = condor.schedd()
    schedd.suspend()
    backend.command_timeout = 1.0
    with pytest.raises(BackendTimeout):
        await backend.jobs()
    assert not [child for child in psutil.Process().children() if "condor_q" in child.cmdline()]
    backend.command_timeout = 15.0
    condor.end_schedd()
    calls = (backend.jobs(), make(condor, bin_dir="").jobs(), backend.everybody())
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [BackendUnreachable] * 3, errors

    async def back():
        try:
            return {job.job_id: job for job in await backend.jobs()}
        except BackendUnreachable:
            return None

    assert (await until(back))[job_id].held


async def test_without_a_pool_nothing_is_said(condor, backend, monkeypatch, tmp_path):
    for config in ("/dev/null", "ONLY_ENV"):
        monkeypatch.setenv("CONDOR_CONFIG", config)
        with pytest.raises(BackendAbsent):
            await make(condor, bin_dir="").jobs()
    assert not make(condor, user="nobody").found()  # a folder of commands was named
    monkeypatch.setattr(commands, "CONFIGURATIONS", (f"{tmp_path}/condor_config",))
    monkeypatch.delenv("CONDOR_CONFIG")
    assert not make(condor, bin_dir="").found()
    (tmp_path / "condor_config").touch()
    assert make(condor, bin_dir="").found()
