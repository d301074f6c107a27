"""Details and logs of Slurm jobs: readers on captured output, the rest with a real Slurm."""

from __future__ import annotations

import os
import stat
import tracemalloc

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, endings, queue, show
from jupyter_remote.errors import NotFound, StorageError
from jupyter_remote.model import State

from .conftest import reach, until

BOTH_SLURMS = True

TAKEN = (
    "JobId=9 ArrayJobId=1 ArrayTaskId=1 ArrayTaskThrottle=2 JobName=wrap UserId=nobody(65534)"
    " GroupId=nogroup(65534) MCS_label=N/A Priority=1 Nice=0 Account=physics QOS=normal"
    " JobState=RUNNING Reason=None Dependency=(null) Requeue=1 Restarts=0 BatchFlag=1 Reboot=0"
    " ExitCode=0:0 RunTime=00:00:03 TimeLimit=00:05:00 TimeMin=N/A"
    " SubmitTime=2026-11-21T17:21:44 NodeList=n1 BatchHost=n1 NumNodes=1 NumCPUs=4 NumTasks=4"
    " CPUs/Task=1 ReqB:S:C:T=0:0:*:* TRES=cpu=4,node=1,billing=4 Socks/Node=*"
    " MinCPUsNode=1 MinMemoryNode=100M MinTmpDiskNode=0 Features=(null) Command=(null)"
    " WorkDir=/home/ada Comment=x jr-abcdefghijklmnopqrst2 y  StdErr=/home/ada/slurm-1_1.out"
    " StdIn=/dev/null StdOut=/home/ada/slurm-1_1.out Power= \n"
)
"""Of 22.05; shortened."""

STEPS = [
    {"JobID": "2200.batch", "MaxRSS": "10620K", "TRESUsageInTot": "cpu=00:00:00,mem=10620K"},
    {"JobID": "2200.0", "MaxRSS": "56952K", "TRESUsageInTot": "cpu=00:00:14,mem=113880K"},
]
"""Of sstat 22.05; shortened."""


def test_a_record_of_scontrol():
    (record,) = show.read_show(TAKEN)
    assert record["WorkDir"] == "/home/ada"
    assert (record["ReqB:S:C:T"], record["MCS_label"], record["Command"]) == ("0:0:*:*", "", "")
    fields = show.from_show(record, STEPS)
    assert fields["asked"] == {
        "cpus": 4, "nodes": 1, "memory": 100 * 2**20, "time": 300, "cpu_time": 1200,
    }  # fmt: skip
    assert fields["used"] == {"time": 3, "cpu_time": 14, "memory": 113880 * 1024}
    assert fields["efficiency"] == {"cpu": 1.0, "memory": 1.0, "time": 0.01}
    assert fields["logs"] == {"stdout": "/home/ada/slurm-1_1.out"}
    assert "WorkDir" not in fields["rows"]
    assert fields["rows"]["Account"] == "physics"


def test_a_name_that_looks_like_fields():
    name = "a StdOut=/etc/shadow WorkDir=/etc b\nc"
    (record,) = show.read_show(TAKEN.replace("JobName=wrap", f"JobName={name}"), name)
    assert (record["StdOut"], record["WorkDir"]) == ("/home/ada/slurm-1_1.out", "/home/ada")
    assert [one["JobId"] for one in show.read_show(TAKEN * 3)] == ["9", "9", "9"]
    assert show.read_show("") == show.read_show("slurm_load_jobs error: nothing") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("4000M", 4000 * 2**20), ("1.5G", 1.5 * 2**30), ("0", 0), ("100Mc", 100 * 2**20), ("", None)],
)
def test_sizes(text, expected):
    assert show.size(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("00:30.959", 30.959), ("1-02:03:04", 93784), ("00:00:00", 0), ("", None), ("x", None)],
)
def test_clocks(text, expected):
    assert show.clock(text) == expected


def test_what_jobs_wait_for():
    assert show.dependencies("afterok:1_*(unfulfilled),singleton(unfulfilled)") == [
        ("afterok", "1"), ("singleton", ""),
    ]  # fmt: skip
    assert show.dependencies("afterany:2194(unfulfilled)?afternotok:7_3(failed)") == [
        ("afterany", "2194"), ("afternotok", "7_3"),
    ]  # fmt: skip
    assert show.dependencies("after:5+10(unfulfilled)") == [("after", "5")]
    assert show.dependencies("") == show.dependencies("(null)") == []


def test_gpus_of_all_kinds():
    assert show.gpus({"gres/gpu": "3", "gres/gpu:a100": "3"}) == 3
    assert show.gpus({"gres/gpu:a100": "2", "gres/gpu:v100": "1"}) == 3
    assert show.gpus({"cpu": "1"}) is None


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("COMPLETED", "0:0", "without an error"),
        ("FAILED", "1:0", "last command failed (exit code 1)"),
        ("FAILED", "126:0", "may not be run (exit code 126)"),
        ("FAILED", "127:0", "not found (exit code 127)"),
        ("FAILED", "137:0", "because memory ran out (exit code 137 = 128 + SIGKILL)"),
        ("FAILED", "143:0", "asked to end: by somebody, by Slurm, or at its time limit"),
        ("FAILED", "139:0", "memory that is not its own (exit code 139 = 128 + SIGSEGV)"),
        ("FAILED", "0:9", "killed: by somebody, by Slurm, or because memory ran out (SIGKILL)"),
        ("FAILED", "0:53", "output file or its folder could not be opened (0:53)"),
        ("FAILED", "200:0", "last command failed (exit code 200)"),
        ("OUT_OF_MEMORY", "0:125", "It needed more memory than it was given"),
        ("TIMEOUT", "0:0", "Its time limit was over."),
        ("TIMEOUT", "0:15", "Its time limit was over; it was asked to end"),
        ("CANCELLED", "0:15", "It was cancelled."),
        ("NODE_FAIL", "1:0", "A node it ran on failed"),
        ("PREEMPTED", "0:0", "It had to make room for another job."),
        ("RUNNING", "0:0", ""),
        ("SUSPENDED", "0:0", ""),
        ("LEVITATING", "0:0", ""),
    ],
)
def test_ends_in_plain_words(state, status, words):
    said = endings.explain_end(state, status)
    assert words in said
    assert bool(said) == bool(words)


def test_places_in_the_queue():
    """Printed by squeue 22.05."""
    text = (
        "593\x1f593\x1f1\x1fdebug\x1fResources\x1e\n"
        "7_[2-9%2]\x1f7\x1f5\x1fdebug,gpu\x1fPriority\x1e\n"
        "31\x1f31\x1f0\x1fgpu\x1fJobHeldUser\x1e\n"
        "40\x1f40\x1f9\x1fdebug\x1fDependency\x1e\n"
        "8_[2-9]\x1f8\x1f5\x1fgpu\x1fNone\x1e\n"
        "50\x1f50\x1f1\x1fgpu,debug\x1fPriority\x1e\n"
    )
    assert queue.places(text) == {"7_pending": 1, "8_pending": 3, "50": 3, "593": 4}
    assert queue.places("") == {}


def test_where_the_jobs_of_others_are_hidden():
    assert queue.hides_jobs("A = 1\nPrivateData             = accounts,jobs,usage\n")
    assert not queue.hides_jobs("PrivateData             = none\nX = jobs\n")
    assert not queue.hides_jobs("PrivateData             = events\n")


@pytest.fixture
def backend(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    monkeypatch.setenv("PATH", slurm.env["PATH"])
    yield RemoteSlurmBackend(queue_interval=0.0)
    slurm.clear()


async def test_a_job_in_full(slurm, backend):
    first = slurm.sbatch("sleep 60", "-J", "first", "-n2", "-t", "10", "--mem=100")
    await reach(backend, first, State.RUNNING)
    other = slurm.sbatch("true", f"--dependency=afterok:{first}?afternotok:{first}", "-J", "other")
    only = slurm.sbatch("sleep 60", "-J", "first", "--dependency=singleton")
    await backend.jobs()
    found = await backend.details(first)
    assert found.script.startswith("#!/bin/sh\n")
    assert "sleep 60" in found.script
    assert found.folder == f"{slurm.root}/root"
    assert found.logs == {"stdout": f"{slurm.root}/root/slurm-{first}.out"}
    assert found.asked["cpus"] >= 2
    assert (found.asked["time"], found.asked["memory"]) == (600, 100 * 2**20)
    assert found.ending == ""
    assert found.rows["SubmitTime"][-5] in "+-"  # it says of which time zone it is
    assert {(one.job_id, one.kind) for one in found.waited_for_by} == {
        (other, "afterok"), (other, "afternotok"),
    }  # fmt: skip
    waits = (await backend.details(only)).waits_for
    assert [(one.job_id, one.kind, one.state) for one in waits] == [(first, "singleton", "running")]
    assert {one.name for one in (await backend.details(other)).waits_for} == {"first"}


async def test_an_array_in_full(slurm, backend):
    job_id = slurm.sbatch("sleep 60", "--array=0-9%1", "-o", "%A-%a.out")
    after = slurm.sbatch("true", f"--dependency=afterany:{job_id}")
    await reach(backend, f"{job_id}_0", State.RUNNING)
    task = await backend.details(f"{job_id}_0")
    assert task.logs == {"stdout": f"{slurm.root}/root/{job_id}-0.out"}
    for name in (f"{job_id}_pending", f"{job_id}_7", job_id):
        found = await backend.details(name)
        assert "sleep 60" in found.script
        assert [one.job_id for one in found.waited_for_by] == [after]
    assert (await backend.details(f"{job_id}_pending")).logs == {}
    (waits,) = (await backend.details(after)).waits_for
    assert (waits.job_id, waits.kind, waits.name) == (job_id, "afterany", "wrap")


async def test_how_it_ended_and_what_slurm_has_forgotten(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("nosuchprogram")
    await reach(backend, job_id, State.FAILED)
    found = await backend.details(job_id)
    assert found.ending == "Its last command was not found (exit code 127)."
    unread = slurm.sbatch("echo words")
    await reach(backend, unread, State.STOPPED)
    with pytest.raises(NotFound):
        await backend.details("999999")
    monkeypatch.setattr(backend._commands, "run", forgetful(backend._commands.run))
    assert (await backend.log(job_id, 0, 100)).data  # its path was asked for in time
    with pytest.raises(NotFound, match="printed to"):  # its log is not said to be empty
        await backend.log(unread, 0, 100)
    with pytest.raises(NotFound, match="any more"):
        await backend.details(job_id)


def forgetful(run):
    """Slurm's commands, as if the job had been forgotten: asked for one that never was."""

    async def ask(program, *argv, **more):
        if program == "scontrol":
            argv = [*argv[:-1], "999998"]
        return await run(program, *argv, **more)

    return ask


async def test_two_streams(slurm, backend):
    two = slurm.sbatch("echo out; echo err >&2", "-e", "%j.err", "-o", "%j.out")
    one = slurm.sbatch("echo out; echo err >&2")
    for job_id, out, err in ((two, b"out\n", b"err\n"), (one, b"out\nerr\n", b"")):
        await reach(backend, job_id, State.STOPPED)
        assert (await backend.log(job_id, 0, 99)).data == out
        assert (await backend.log(job_id, 0, 99, "stderr")).data == err


async def test_logs_that_are_gone_replaced_or_no_files(slurm, backend):
    job_id = slurm.sbatch("echo one; sleep 60")
    await reach(backend, job_id, State.RUNNING)
    path = slurm.root / f"root/slurm-{job_id}.out"
    await until(lambda: path.exists() and path.stat().st_size)
    first = await backend.log(job_id, 0, 99)
    path.rename(path.with_suffix(".old"))
    assert (await backend.log(job_id, 0, 99)).data == b""
    path.write_text("two\n")
    second = await backend.log(job_id, 0, 99)
    assert (second.data, second.file != first.file) == (b"two\n", True)
    os.truncate(path, 1)
    assert ((await backend.log(job_id, 3, 9)).offset, second.size) == (1, 4)
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError, match="Is a directory"):
        await backend.log(job_id, 0, 99)


async def test_a_log_of_10_gb_and_one_that_grows_cost_no_memory(slurm, backend):
    job_id = slurm.sbatch("sleep 60")
    await reach(backend, job_id, State.RUNNING)
    path = slurm.root / f"root/slurm-{job_id}.out"
    await until(path.exists)
    os.truncate(path, 10 * 2**30)
    with path.open("ab") as file:
        file.write(b"the end")
    await backend.log(job_id, -7, 7)
    tracemalloc.start()
    chunk = await backend.log(job_id, -65536, 65536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (chunk.data[-7:], chunk.size) == (b"the end", 10 * 2**30 + 7)
    assert peak < 2**20
    os.truncate(path, 0)
    assert stat.S_ISREG(path.stat().st_mode)
    writer = slurm.sbatch(f"yes | head -c 200000000 > {path}")
    await reach(backend, writer, State.RUNNING, State.FAILED)
    sizes = [(await backend.log(job_id, -99, 99)).size for _ in range(20)]
    assert sizes == sorted(sizes)
