"""What squeue and scontrol 22.05 printed, read. The records were captured from real jobs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, reasons, text
from jupyter_remote.errors import BackendAbsent
from jupyter_remote.model import State

CAPTURED = (
    "9\x1f9\x1fCANCELLED\x1fJobHeldUser\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f\x1f1\x1f1\x1f5:00"
    "\x1f1795274158\x1f1795274158\x1f1795274158\x1f0\x1f/tmp/r/root\x1fwrap\x1e\n"
    "2\x1f2\x1fFAILED\x1fNonZeroExitCode\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn1\x1f1\x1f1\x1f5:00"
    "\x1f1795274158\x1f1795274159\x1f1795274160\x1f768\x1f/tmp/r/root\x1fwrap\x1e\n"
    "3\x1f3\x1fFAILED\x1fJobLaunchFailure\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn1\x1f1\x1f1"
    "\x1f5:00\x1f1795274158\x1f1795274159\x1f1795274159\x1f9\x1f/tmp/r/root\x1fwrap\x1e\n"
    "4_[22-9997:7%3]\x1f4\x1fPENDING\x1fJobArrayTaskLimit\x1froot\x1fdebug\x1fphysics\x1fnormal\x1f"
    "\x1f1\x1f1\x1f1-02:04:00\x1f1795274158\x1fN/A\x1fN/A\x1f0\x1f/tmp/r/root\x1fwrap\x1e\n"
    "7\x1f7\x1fPENDING\x1fResources\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f\x1f2\x1f2\x1fUNLIMITED"
    "\x1f1795274158\x1f1795274215\x1f1795274515\x1f0\x1f/tmp/r/root\x1fwrap\x1e\n"
    "1\x1f1\x1fRUNNING\x1fNone\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn1\x1f1\x1f1\x1f5:00"
    "\x1f1795274158\x1f1795274159\x1f1795274459\x1f0\x1f/tmp/r/root\x1f"
    'a b|c "q" <b>\nnl\x1fx\x1ey\x1e\nz\x1e\n'
    "4_8\x1f4\x1fRUNNING\x1fJobHeldAdmin\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn2\x1f1\x1f1\x1f5:00"
    "\x1f1795274158\x1f1795274159\x1f1795274459\x1f0\x1f/tmp/r/root\x1fwrap\x1e\n"
    "6+1\x1f7\x1fRUNNING\x1fNone\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn2\x1f1\x1f1\x1f5:00"
    "\x1f1795274158\x1f1795274160\x1f1795274460\x1f0\x1f/tmp/r/root\x1fh1\x1e\n"
)
READ = text.parse_jobs(CAPTURED, "slurm")
JOBS = {job.job_id: job for job in READ.values()}


def test_every_record_is_a_job_and_names_may_hold_anything():
    assert list(JOBS) == ["9", "2", "3", "4", "7", "1", "4_8", "6+1"]
    assert JOBS["1"].name == 'a b|c "q" <b>\nnl\x1fx\x1ey\x1e\nz'
    assert text.parse_jobs("", "slurm") == {}
    again = text.parse_jobs(CAPTURED.replace("RUNNING", "COMPLETING", 1), "slurm", READ)
    same = [job for record, job in again.items() if job is READ.get(record)]
    assert (len(again), len(same)) == (8, 7)


def test_fields_of_a_running_job():
    job = JOBS["1"]
    assert (job.state, job.word, job.reason) == (State.RUNNING, "RUNNING", "")
    assert (job.user, job.partition, job.account, job.qos) == ("root", "debug", "", "")
    assert (job.nodes, job.cpus, job.time_limit, job.tasks) == ("n1", 1, 300, 1)
    assert (job.folder, job.array) == ("/tmp/r/root", "")
    assert (job.submitted, job.started) == ("2026-11-21T15:15:58.000Z", "2026-11-21T15:15:59.000Z")
    assert (job.ended, job.starts, job.exit_code, job.signal) == (None, None, None, None)


def test_fields_of_waiting_jobs():
    job = JOBS["7"]
    assert (job.state, job.nodes, job.time_limit) == (State.QUEUED, "2 nodes", None)
    assert job.reason == "waits for nodes, processors or memory to become free (Resources)"
    assert (job.starts, job.started, job.ended) == ("2026-11-21T15:16:55.000Z", None, None)
    rest = JOBS["4"]
    assert (rest.tasks, rest.array, rest.time_limit, rest.starts) == (1426, "4", 93840, None)
    assert (rest.account, rest.qos, rest.nodes) == ("physics", "normal", "1 node")
    assert (JOBS["4_8"].array, JOBS["4_8"].tasks) == ("4", 1)
    assert JOBS["4_8"].reason == ""  # what holds its array is no matter of a running task


def test_fields_of_ended_jobs():
    failed, killed, cancelled = JOBS["2"], JOBS["3"], JOBS["9"]
    assert (failed.state, failed.exit_code, failed.signal) == (State.FAILED, 3, None)
    assert failed.ended == "2026-11-21T15:16:00.000Z"
    assert (killed.exit_code, killed.signal) == (None, "SIGKILL")
    assert (cancelled.state, cancelled.reason) == (State.STOPPED, "it was cancelled (CANCELLED)")
    assert (cancelled.started, cancelled.exit_code) == (None, None)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("12", ("12", 1)),
        ("12_7", ("12_7", 1)),
        ("12+1", ("12+1", 1)),
        ("123_[1-4,7%2]", ("123", 5)),
        ("123_[0-9999]", ("123", 10_000)),
        ("123_[0-10:5,20]", ("123", 4)),
        ("123_[1-3,...]", ("123", 4)),
    ],
)
def test_ids_of_arrays(shown, expected):
    assert text.job_and_tasks(shown) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("1-02:03:04", 93784), ("2-1", 176400), ("2-01:30", 178200), ("1:00:00", 3600),
        ("30:00", 1800), ("5", 300), ("0:30", 30), ("UNLIMITED", None), ("INVALID", None),
        ("Partition_Limit", None), ("NOT_SET", None), ("", None), ("1:2:3:4", None),
    ],
)  # fmt: skip
def test_time_limits(limit, expected):
    assert text.seconds(limit) == expected


@pytest.mark.parametrize("stamp", ["N/A", "Unknown", "", "0", "2026-11-21T15:11:52"])
def test_times_that_are_none(stamp):
    assert text.time_of(stamp) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("0", (0, None)), ("32512", (127, None)), ("65280", (255, None)), ("15", (None, "SIGTERM")),
        ("139", (None, "SIGSEGV")), ("4021", (None, None)),
    ],
)  # fmt: skip
def test_endings(status, expected):
    assert text.ending(status) == expected


@pytest.mark.parametrize("word", reasons.REASONS)
def test_reasons_end_with_slurms_own_word(word):
    said = reasons.explain("PENDING", word)
    assert said.endswith(f" ({word})")
    assert len(said) > len(word) + 12


def test_reasons_beyond_the_table():
    assert reasons.explain("PENDING", "None") == ""
    assert reasons.explain("PENDING", "QOSGrpGRES") == "QOSGrpGRES"
    assert reasons.explain("PENDING", "Nodes required are DOWN, DRAINED") == (
        "Nodes required are DOWN, DRAINED"
    )
    assert reasons.explain("PENDING", "JobHeldUser,JobHeldAdmin,None") == (
        "held: it starts only when it is released (JobHeldUser); "
        "an administrator holds it (JobHeldAdmin)"
    )
    assert reasons.explain("TIMEOUT", "TimeLimit") == "its time limit was over (TIMEOUT)"


def test_a_state_that_is_new_is_neither_waiting_nor_running_nor_ended(caplog):
    for _ in range(2):
        assert reasons.state_of("LEVITATING") is State.STARTING
    assert caplog.text.count("LEVITATING") == 1


@pytest.mark.parametrize("job_id", ["12", "12_7", "12+1", "12_7+1"])
def test_job_ids(job_id):
    assert text.JOB_ID.fullmatch(job_id)


@pytest.mark.parametrize("job_id", ["", "-1", "--all", "1 2", "1\n", "1;id", "٣", "1_[1-3]", "1_"])
def test_what_is_no_job_id(job_id):
    assert not text.JOB_ID.fullmatch(job_id)


def test_the_log_path_is_found_behind_a_misleading_name():
    shown = (
        "JobId=1 JobName=a StdOut=/etc/shadow b\nc UserId=root(0) WorkDir=/tmp StdErr=/tmp/a b.out"
        " StdIn=/dev/null StdOut=/tmp/a b.out{} \n"
    )
    for rest in (" Power=", " TresPerTask=cpu=1", ""):
        assert text.log_path(shown.format(rest)) == "/tmp/a b.out"
    assert text.log_path("JobId=1 Command=(null) StdOut=(null) Power= \n") == ""
    assert text.log_path("JobId=1 Command=bash WorkDir=/tmp") == ""


def test_commands_without_a_cluster_are_asked_once(tmp_path: Path) -> None:
    """What squeue 22.05 says on a machine that has Slurm's packages and nothing else."""
    squeue = tmp_path / "squeue"
    words = "squeue: fatal: Could not establish a configuration source"
    squeue.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked\necho '{words}' >&2\nexit 1\n")
    squeue.chmod(0o755)
    backend = RemoteSlurmBackend(bin_dir=str(tmp_path))
    for _ in range(3):
        with pytest.raises(BackendAbsent, match="configuration source"):
            asyncio.run(backend.jobs())
    assert (tmp_path / "asked").read_text() == "asked\n"
