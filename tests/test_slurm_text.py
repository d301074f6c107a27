"""What squeue and scontrol 22.05 printed, read. The records were captured from real jobs."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from pathlib import Path

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, control, listing, reasons, text
from jupyter_remote.errors import BackendAbsent, BackendUnreachable
from jupyter_remote.model import State

CAPTURED = (
    "8\x1f8\x1fCANCELLED\x1fJobHeldUser\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f\x1f1\x1f1\x1f5:00"
    "\x1f1795282808\x1f1795282808\x1f1795282808\x1f0\x1f0\x1f/tmp/r/root\x1f(null)\x1fwrap\x1e\n"
    "10_[0-2,4-9%2]\x1f10\x1fCANCELLED\x1fJobHeldUser\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f"
    "\x1f1\x1f1\x1f5:00\x1f1795282808\x1f1795282808\x1f1795282808\x1f0\x1f0\x1f/tmp/r/root"
    "\x1f(null)\x1fwrap\x1e\n"
    "2\x1f2\x1fFAILED\x1fNonZeroExitCode\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn1\x1f1\x1f1\x1f5:00"
    "\x1f1795282808\x1f1795282809\x1f1795282809\x1f768\x1f4294901758\x1f/tmp/r/root\x1f(null)"
    "\x1fwrap\x1e\n"
    "3\x1f3\x1fFAILED\x1fJobLaunchFailure\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn1\x1f1\x1f1"
    "\x1f5:00\x1f1795282808\x1f1795282809\x1f1795282809\x1f9\x1f4294901757\x1f/tmp/r/root\x1f(null)"
    "\x1fwrap\x1e\n"
    "4_[22-9997:7%3]\x1f4\x1fPENDING\x1fJobArrayTaskLimit\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f"
    "\x1f1\x1f1\x1f2:04:00\x1f1795282808\x1fN/A\x1fN/A\x1f0\x1f4294901756\x1f/tmp/r/root"
    "\x1fsee jr-abcdefghijklmnopqrst, ok\x1fwrap\x1e\n"
    "7\x1f7\x1fPENDING\x1fResources\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f\x1f2\x1f2\x1f5:00"
    "\x1f1795282808\x1f1795290249\x1f1795290549\x1f0\x1f4294901753\x1f/tmp/r/root\x1f(null)"
    "\x1fwrap\x1e\n"
    "9\x1f9\x1fPENDING\x1fJobHeldUser\x1froot\x1fdebug\x1f(null)\x1f(null)\x1f\x1f1\x1f1\x1f5:00"
    "\x1f1795282808\x1fN/A\x1fN/A\x1f0\x1f0\x1f/tmp/r/root\x1fx\x1fy\x1fwrap\x1e\n"
    "1\x1f1\x1fRUNNING\x1fNone\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn1\x1f1\x1f1\x1f5:00"
    "\x1f1795282808\x1f1795282809\x1f1795283109\x1f0\x1f4294901759\x1f/tmp/r/root\x1f(null)\x1f"
    'a b|c "q" <b>\nnl\x1fx\x1ey\x1e\nz\x1e\n'
    "4_8\x1f4\x1fRUNNING\x1fNone\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn2\x1f1\x1f1\x1f2:04:00"
    "\x1f1795282808\x1f1795282809\x1f1795290249\x1f0\x1f4294901756\x1f/tmp/r/root"
    "\x1fsee jr-abcdefghijklmnopqrst, ok\x1fwrap\x1e\n"
    "5+1\x1f6\x1fRUNNING\x1fNone\x1froot\x1fdebug\x1f(null)\x1f(null)\x1fn2\x1f1\x1f1\x1f5:00"
    "\x1f1795282808\x1f1795282810\x1f1795283110\x1f0\x1f4294901754\x1f/tmp\x1f(null)\x1fwrap\x1e\n"
)
READ = text.parse_jobs(CAPTURED, "slurm")
JOBS = {job.job_id: job for job in READ.values()}


def test_every_record_is_a_job_and_names_may_hold_anything():
    assert list(JOBS) == ["8", "10_pending", "2", "3", "4_pending", "7", "9", "1", "4_8", "5+1"]
    assert JOBS["1"].name == 'a b|c "q" <b>\nnl\x1fx\x1ey\x1e\nz'
    assert text.parse_jobs("", "slurm") == {}
    again = text.parse_jobs(CAPTURED.replace("RUNNING", "COMPLETING", 1), "slurm", READ)
    same = [job for record, job in again.items() if job is READ.get(record)]
    assert (len(again), len(same)) == (10, 9)


@pytest.mark.parametrize("printed", ["slurm: hello\n", "\n", CAPTURED[:-1], CAPTURED[1:], "8"])
def test_what_is_no_list_is_never_an_empty_list(printed):
    with pytest.raises(ValueError, match=r".*"):
        text.parse_jobs(printed, "slurm")


def test_fields_of_a_running_job():
    job = JOBS["1"]
    assert (job.state, job.word, job.reason) == (State.RUNNING, "RUNNING", "")
    assert (job.user, job.partition, job.account, job.qos) == ("root", "debug", "", "")
    assert (job.nodes, job.cpus, job.time_limit, job.tasks) == ("n1", 1, 300, 1)
    assert (job.folder, job.array, job.tag, job.held) == ("/tmp/r/root", "", "", False)
    assert (job.submitted, job.started) == ("2026-11-21T17:40:08.000Z", "2026-11-21T17:40:09.000Z")
    assert (job.ended, job.starts, job.exit_code, job.signal) == (None, None, None, None)


def test_fields_of_waiting_jobs():
    job = JOBS["7"]
    assert (job.state, job.nodes, job.held) == (State.QUEUED, "2 nodes", False)
    assert job.reason == "waits for nodes, processors or memory to become free (Resources)"
    assert (job.starts, job.started, job.ended) == ("2026-11-21T19:44:09.000Z", None, None)
    rest = JOBS["4_pending"]
    assert (rest.tasks, rest.array, rest.time_limit, rest.starts) == (1426, "4", 7440, None)
    assert (rest.tag, rest.nodes) == ("jr-abcdefghijklmnopqrst", "1 node")
    assert (JOBS["4_8"].array, JOBS["4_8"].tasks) == ("4", 1)
    assert JOBS["9"].held


def test_fields_of_ended_jobs():
    failed, killed, cancelled = JOBS["2"], JOBS["3"], JOBS["8"]
    assert (failed.state, failed.exit_code, failed.signal) == (State.FAILED, 3, None)
    assert failed.ended == "2026-11-21T17:40:09.000Z"
    assert (killed.exit_code, killed.signal) == (None, "SIGKILL")
    assert (cancelled.state, cancelled.reason) == (State.STOPPED, "it was cancelled (CANCELLED)")
    assert (cancelled.started, cancelled.exit_code, cancelled.held) == (None, None, False)
    assert (JOBS["10_pending"].array, JOBS["10_pending"].tasks) == ("10", 9)


def test_the_last_tasks_of_an_array_keep_their_id_when_slurm_changes_it():
    """22.05 shows them as a plain job with the array's id."""
    rest = JOBS["4_pending"]
    one = dataclasses.replace(JOBS["4_8"], job_id="4_22", state=State.STOPPED)
    plain = dataclasses.replace(JOBS["8"], job_id="4")
    seen = listing.whole({"4": plain, "4_22": one, "8": JOBS["8"]}, {rest.job_id: rest})
    assert list(seen) == ["4_22", "8", "4_pending"]
    assert (seen["4_pending"].tasks, seen["4_pending"].array) == (1425, "4")
    assert listing.whole({"8": JOBS["8"]}, {}) == {"8": JOBS["8"]}


async def test_an_array_is_remembered_whole_until_all_of_it_ended(monkeypatch):
    backend = RemoteSlurmBackend(remember=100.0, queue_interval=0.0)
    clock, runs = [1000.0], JOBS["4_8"]
    ended = [dataclasses.replace(runs, job_id=f"4_{n}", state=State.FAILED) for n in (1, 2)]
    shown = {job.job_id: job for job in (*ended, JOBS["3"], runs)}

    async def squeue(*_):
        return dict(shown)

    async def seen(after):
        clock[0] += after
        return {job.job_id for job in await backend.jobs()}

    monkeypatch.setattr(backend._list, "_squeue", squeue)
    monkeypatch.setattr(listing.time, "monotonic", lambda: clock[0])
    assert len(await seen(0)) == 4
    for job in (*ended, JOBS["3"]):
        del shown[job.job_id]
    assert len(await seen(1)) == 4
    assert await seen(150) == {"4_1", "4_2", "4_8"}
    shown["4_8"] = dataclasses.replace(runs, state=State.STOPPED)
    assert await seen(50) == {"4_1", "4_2", "4_8"}
    assert await seen(60) == {"4_8"}


@pytest.mark.parametrize(
    ("value", "written"), [(2_000_000, "2000000"), (2e6, "2000000"), (-5.0, "-5"), (0.5, "0.5")]
)
def test_numbers_of_changes_are_written_in_full(value, written):
    assert control.assignment("nice", value) == f"Nice={written}"


def test_what_ids_mean():
    def ids(job_id):
        return [job.job_id for job in listing.meant(job_id, JOBS)]

    assert ids("4") == ["4_pending", "4_8"]
    assert (ids("4_8"), ids("4_pending"), ids("4_99")) == (["4_8"], ["4_pending"], ["4_pending"])
    assert (ids("5"), ids("5+1"), ids("7")) == (["5+1"], ["5+1"], ["7"])
    assert (ids("10_1"), ids("11"), ids("7_1")) == ([], [], [])


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("12", ("12", 1)),
        ("12_7", ("12_7", 1)),
        ("12+1", ("12+1", 1)),
        ("123_[1-4,7%2]", ("123_pending", 5)),
        ("123_[0-9999]", ("123_pending", 10_000)),
        ("123_[0-10:5,20]", ("123_pending", 4)),
        ("123_[1-3,...]", ("123_pending", 4)),
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
        ("3:0", (3, None)), ("0:9", (None, "SIGKILL")), ("0:53", (None, None)),
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
    assert reasons.explain("PENDING", "Levitation") == "Levitation"
    assert reasons.explain("PENDING", "Nodes required are DOWN, DRAINED") == (
        "Nodes required are DOWN, DRAINED"
    )
    assert reasons.explain("PENDING", "ReqNodeNotAvail, UnavailableNodes:n3") == (
        "a node that it needs is down, reserved or in use (ReqNodeNotAvail, UnavailableNodes:n3)"
    )
    assert reasons.explain("PENDING", "JobHeldUser,JobHeldAdmin,None") == (
        "held: it starts only when it is released (JobHeldUser); "
        "an administrator holds it (JobHeldAdmin)"
    )
    assert reasons.explain("FAILED", "RaisedSignal:9(Killed)") == (
        "a signal ended it (RaisedSignal:9(Killed))"
    )
    assert reasons.explain("TIMEOUT", "TimeLimit") == "its time limit was over (TIMEOUT)"


def test_a_state_that_is_new_is_neither_waiting_nor_running_nor_ended(caplog):
    for _ in range(2):
        assert reasons.state_of("LEVITATING") is State.STARTING
    assert caplog.text.count("LEVITATING") == 1


@pytest.mark.parametrize("job_id", ["12", "12_7", "12+1", "12_pending"])
def test_job_ids(job_id):
    assert text.JOB_ID.fullmatch(job_id)


@pytest.mark.parametrize(
    "job_id", ["", "-1", "--all", "1 2", "1\n", "1;id", "٣", "1_[1-3]", "1_", "pending"]
)
def test_what_is_no_job_id(job_id):
    assert not text.JOB_ID.fullmatch(job_id)


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


def test_a_cluster_that_answered_once_is_away_and_not_absent(tmp_path: Path) -> None:
    squeue = tmp_path / "squeue"
    squeue.write_text("#!/bin/sh\nexit 0\n")
    squeue.chmod(0o755)
    backend = RemoteSlurmBackend(bin_dir=str(tmp_path), queue_interval=0.0)
    assert asyncio.run(backend.jobs()) == []
    squeue.write_text(f"#!/bin/sh\necho 'squeue: fatal: {listing.ABSENT}' >&2\nexit 1\n")
    with pytest.raises(BackendUnreachable) as caught:
        asyncio.run(backend.jobs())
    assert not isinstance(caught.value, BackendAbsent)
    squeue.write_text("#!/bin/sh\nexit 0\n")
    assert asyncio.run(backend.jobs()) == []


@pytest.mark.parametrize("name", ["SINFO_PARTITION", "SINFO_ALL", "SPRIO_FORMAT", "SQUEUE_SORT"])
def test_the_users_variables_reach_no_command(tmp_path: Path, monkeypatch, name: str) -> None:
    (tmp_path / "sinfo").write_text(f'#!/bin/sh\necho "<${name}>"\n')
    (tmp_path / "sinfo").chmod(0o755)
    monkeypatch.setenv(name, "debug")
    backend = RemoteSlurmBackend(bin_dir=str(tmp_path))
    assert asyncio.run(backend._commands.ask("sinfo")) == "<>\n"


def test_every_word_of_slurm_for_a_limit_is_understood():
    """Words of 22.05's own library, and what came in 25.11."""
    (library,) = (*Path("/usr/lib").glob("*/slurm-wlm/libslurmfull.so"), None)[:1]
    if library is None:
        pytest.skip("no Slurm library here")
    found = re.findall(
        rb"\0((?:Assoc|QOS)[A-Z][A-Za-z]+|Max[A-Z]\w+PerAccount)(?=\0)", library.read_bytes()
    )
    words = {word.decode() for word in found} | {"MaxCpuRunMinsPerUser", "MaxBBRunMinsPerAccount"}
    assert len(words) > 120
    assert [word for word in words if reasons.explain("PENDING", word) == word] == []
