"""Ended jobs by Slurm's accounting, and what other users may do: real daemons and a database."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from jupyter_remote import model
from jupyter_remote.backends.slurm import RemoteSlurmBackend, accounting
from jupyter_remote.errors import BackendError, BackendTimeout, BackendUnreachable, NotFound
from jupyter_remote.model import State

from .conftest import until
from .slurm_ann import *  # noqa: F403

TAG = "jr-" + "a2" * 10

CAPTURED = (
    "2+1\x1fCOMPLETED\x1f0:0\x1f1795281704\x1f1795281706\x1f1795281726\x1froot\x1fdebug\x1fphysics"
    "\x1fnormal\x1fn3\x1f1\x1f2\x1f5\x1f/tmp\x1f\x1fwrap\x1f\n"
    "4_[2-9]\x1fCANCELLED by 0\x1f0:0\x1f1795281704\x1fNone\x1f1795281837\x1froot\x1fdebug"
    "\x1fphysics\x1fnormal\x1fNone assigned\x1f1\x1f1\x1f5\x1f/tmp\x1f\x1fwrap\x1f\n"
    "11\x1fFAILED\x1f0:9\x1f1795281704\x1f1795281706\x1f1795281707\x1froot\x1fdebug\x1fphysics"
    "\x1fnormal\x1fn3\x1f1\x1f1\x1f5\x1f/tmp\x1fx\x1fodd\x1f\nname\x1f\n"
)


def test_records_of_sacct():
    found = accounting.rows(CAPTURED, accounting.LIST)
    part, tasks, killed = (accounting.job_of(row, "slurm") for row in found)
    assert (part.job_id, part.state, part.exit_code) == ("2+1", State.STOPPED, 0)
    assert (part.started, part.nodes, part.cpus) == ("2026-11-21T17:21:46.000Z", "n3", 2)
    assert part.time_limit == 300
    assert (tasks.job_id, tasks.tasks, tasks.array) == ("4_pending", 8, "4")
    assert (tasks.word, tasks.started, tasks.exit_code) == ("CANCELLED", None, None)
    assert (killed.name, killed.signal, killed.exit_code) == ("odd\x1f\nname", "SIGKILL", None)
    assert accounting.rows("", accounting.LIST) == []
    with pytest.raises(BackendUnreachable, match="no list of jobs: nonsense"):
        accounting.rows("nonsense\n", accounting.LIST)


async def ended(backend, since, *job_ids):
    async def there():
        found = await backend.ended(since)
        return found if {*job_ids} <= {job.job_id for job in found} else None

    return await until(there, f"{job_ids} to have ended")


async def forgets(backend, monkeypatch):
    """Slurm's controller, as if it had forgotten all jobs."""

    async def nothing(*_):
        return {}

    monkeypatch.setattr(backend._list, "_squeue", nothing)
    backend.remember = 0.0
    assert await backend.jobs() == []


async def test_what_ended_is_read_once(slurm, backend, monkeypatch):
    async def quiet():
        return await backend.ended(time.time() - 1) == []

    await until(quiet, "what tests before left")
    before = time.time() - 1
    first = slurm.sbatch("exit 127", f"--comment=see {TAG}", "-J", "a\x1fb\x1f\nc", user=slurm.ann)
    array = slurm.sbatch("true", "--array=0-2", user=slurm.ann)
    slurm.sbatch("true", user=slurm.bob)
    waits = slurm.sbatch("true", "--hold", user=slurm.ann)
    found = await ended(backend, before, first, *(f"{array}_{n}" for n in range(3)))
    job = next(job for job in found if job.job_id == first)
    assert (job.state, job.exit_code, job.tag) == (State.FAILED, 127, TAG)
    assert (job.user, job.account, job.name) == (slurm.ann, "physics", "a\x1fb\x1f\nc")
    assert model.elapsed(job.started, job.ended) >= 0
    assert {job.user for job in found} == {slurm.ann}
    asked = []
    run = backend._commands.run

    async def note(program, *argv, **more):
        asked.extend(word for word in argv if word.startswith("--starttime"))
        return await run(program, *argv, **more)

    monkeypatch.setattr(backend._commands, "run", note)
    slurm.run("scancel", waits)
    found = await ended(backend, before, waits)
    assert "cancelled by root" in found[-1].reason
    last = found[-1].ended
    assert (await backend.ended(before - 3600))[-len(found) :] == found
    assert await backend.ended(time.time() + 60) == []
    starts = [int(word.removeprefix("--starttime=uts")) for word in asked]
    assert starts[0] >= before - 61
    assert starts[-2] == int(before - 3600)
    assert starts[-1] >= time.time() - 120 - model.elapsed(last, model.now())
    monkeypatch.setattr(accounting, "KEPT", 2)
    for _ in range(2):
        two = await backend.ended(before - 7200)
        assert (len(two), two[-1]) == (2, found[-1])
    assert asked[-1] != asked[-2] == f"--starttime=uts{int(before - 7200)}"


async def test_what_a_job_used(slurm, backend, monkeypatch):
    work = "x=bytearray(50_000_000)\nimport time\nt=time.time()\nwhile time.time()-t<3: pass"
    (slurm.root / "work.py").write_text(work)
    options = ("--mem=200", "-t", "2", "-n2", "-o", "%j.out")
    job_id = slurm.sbatch(f"python3 {slurm.root}/work.py", *options, user=slurm.ann)

    async def measured():
        found = await backend.details(job_id)
        return found if found.used.get("memory", 0) > 50e6 else None

    live = await until(measured)
    assert live.asked["memory"] == 200 * 2**20
    assert 0.2 < live.efficiency["memory"] < 1
    await ended(backend, time.time() - 60, job_id)
    after = await backend.details(job_id)
    assert after.used["cpu_time"] > 0.3
    assert 0 < after.efficiency["cpu"] <= 1
    assert after.rows["QOS"] == "normal"
    await forgets(backend, monkeypatch)
    old = await backend.details(job_id)
    assert (old.used, old.script) == (after.used, live.script)
    assert "-n2" in old.command
    assert old.ending == "It ended without an error (exit code 0)."
    other = slurm.sbatch("true", user=slurm.bob)
    with pytest.raises(NotFound):
        await backend.details(other)
    with pytest.raises(NotFound):
        await backend.log(other, 0, 1)


async def test_an_array_that_only_accounting_knows(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("exit 3", "--array=0-1", user=slurm.ann)
    tasks = [f"{job_id}_0", f"{job_id}_1"]
    await ended(backend, time.time() - 60, *tasks)
    await backend.jobs()
    forgotten = [job_id, *tasks]
    ask = backend._commands.run

    async def run(program, *argv, **more):
        if program == "scontrol":
            argv = tuple("999998" if word in forgotten else word for word in argv)
        return await ask(program, *argv, **more)

    monkeypatch.setattr(backend._commands, "run", run)
    assert (await backend.details(tasks[0])).ending == "Its last command failed (exit code 3)."
    await forgets(backend, monkeypatch)
    for name in (job_id, tasks[1]):
        found = await backend.details(name)
        assert "exit 3" in found.script
        assert bool(found.ending) == (name != job_id)


async def test_the_log_of_an_old_job_is_found_by_asking_once(tmp_path):
    """With the answers of a Slurm whose accounting knows the files of jobs (24.05 and later)."""
    log = tmp_path / "old.out"
    log.write_text("words")
    fields = (*accounting.ONE, "StdOut", "StdErr", *accounting.FREE)
    known = {"JobID": "7", "State": "COMPLETED", "StdOut": str(log)}
    row = "".join(known.get(field, "") + accounting.FIELD for field in fields)
    (tmp_path / "row").write_text(f"{row}\n")
    for name, words in (
        ("squeue", ""),
        (
            "sacct",
            f'case "$*" in *--helpformat*) echo StdOut StdErr;; *) cat {tmp_path}/row;; esac',
        ),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {name} >> {tmp_path}/asked\n{words}\n")
        (tmp_path / name).chmod(0o755)
    old = RemoteSlurmBackend(bin_dir=str(tmp_path))
    for _ in range(3):
        assert (await old.log("7", 0, 99)).data == b"words"
    assert (tmp_path / "asked").read_text().split() == ["squeue", "sacct", "sacct"]


async def test_a_database_that_is_away_is_no_empty_history(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("true", user=slurm.ann)
    job = (await ended(backend, time.time() - 60, job_id))[-1]
    os.kill(slurm.daemons["slurmdbd"].pid, signal.SIGSTOP)
    backend.command_timeout = 0.5
    try:
        with pytest.raises(BackendTimeout):
            await backend.ended(time.time() - 60)
    finally:
        os.kill(slurm.daemons["slurmdbd"].pid, signal.SIGCONT)
    backend.command_timeout = 15.0
    slurm.end("slurmdbd")
    try:
        with pytest.raises(BackendUnreachable, match="Problem talking to the database"):
            await backend.ended(time.time() - 60)
        assert (await backend.details(job_id)).ending.startswith("It ended without")
        await forgets(backend, monkeypatch)
        with pytest.raises(BackendUnreachable, match="Problem talking"):
            await backend.details(job_id)
    finally:
        slurm.daemon("slurmdbd", "slurmdbd", "-D")
    slurm.until("sacctmgr", "-n", "show", "cluster")
    assert job in await backend.ended(time.time() - 60)


async def test_refusals_are_said_in_slurms_words(slurm, backend):
    """The list is ann's, what is done to it is done by bob."""
    job_id = slurm.sbatch("sleep 60", "--hold", user=slurm.ann)
    await backend.jobs()
    backend.bin_dir = slurm.bin_dir(slurm.bob)
    with pytest.raises(BackendError, match="Access/permission denied"):
        await backend.cancel(job_id)
    backend.bin_dir = slurm.bin_dir(slurm.ann)
    await backend.jobs()
    with pytest.raises(BackendError, match="Access/permission denied"):
        await backend.change(job_id, {"time": 7 * 86400})
    assert (await backend.everybody())[0].user == slurm.ann


async def test_where_the_queue_of_others_is_hidden_there_are_no_places(slurm, backend):
    busy = slurm.sbatch("sleep 60", "--nodes=3", "--exclusive", user=slurm.bob)
    slurm.until("sh", "-c", f"squeue -h -j {busy} -o %T | grep RUNNING")
    slurm.sbatch("true", "--nodes=3", "--exclusive", user=slurm.bob)
    own = slurm.sbatch("true", "--nodes=3", "--exclusive", user=slurm.ann)
    backend.queue_interval = 0.01

    async def waits():
        return next(job for job in await backend.jobs() if job.job_id == own)

    assert await until(lambda: placed(waits)) == 2
    hidden = RemoteSlurmBackend(bin_dir=backend.bin_dir, queue_interval=0.01)
    slurm.reconfigure("PriorityType=", "PrivateData=jobs\nPriorityType=")
    try:
        await hidden.jobs()  # it is asked meanwhile whether the others are hidden
        await until(lambda: hidden._list._queue._hidden)
        (job,) = [one for one in await hidden.jobs() if not one.state.ended]
        assert (job.line, "(Priority)" in job.reason or "(Resources)" in job.reason) == (None, True)
        assert [one.user for one in await hidden.everybody()] == [slurm.ann]
    finally:
        slurm.reconfigure("PrivateData=jobs\n", "")
        await asyncio.gather(backend.close(), hidden.close())


async def placed(look):
    return (await look()).line
