"""What HTCondor's commands print, read: on output of HTCondor 23.9.6."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from jupyter_remote.backends.htcondor import RemoteHTCondorBackend
from jupyter_remote.backends.htcondor.ads import job_of, read_jobs
from jupyter_remote.backends.htcondor.commands import meaning, read_ads
from jupyter_remote.backends.htcondor.details import details
from jupyter_remote.backends.htcondor.places import Places
from jupyter_remote.backends.htcondor.requests import taken
from jupyter_remote.backends.htcondor.slots import fields, trial
from jupyter_remote.backends.htcondor.submit import EXPECTED, jobs_made, submission, whole_id
from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import (
    BackendAbsent,
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    NotFound,
    WrongState,
)
from jupyter_remote.model import State
from jupyter_remote.process import Result

DATA = Path(__file__).parent / "data/htcondor"


def ads(name):
    return read_ads((DATA / name).read_text())


def test_jobs_of_the_queue():
    jobs = read_jobs(ads("queue.json"), "htcondor")
    assert list(jobs) == ["6.0", "7.0", "8.0", "9.0", "9.1"]
    runs = jobs["6.0"]
    assert (runs.state, runs.word, runs.reason, runs.held) == (State.RUNNING, "RUNNING", "", False)
    assert (runs.name, runs.user, runs.nodes, runs.cpus) == ("sh", "alice", "node1", 1)
    assert (runs.tag, runs.folder, runs.array) == ("t1", "/home/alice", "")
    assert runs.memory > 1 << 20
    assert runs.submitted < runs.started < "2100"
    assert (runs.ended, runs.exit_code, runs.signal, runs.time_limit) == (None, None, None, None)
    assert all(jobs[key].state is State.QUEUED for key in list(jobs)[1:])
    assert [jobs[key].held for key in jobs] == [False, True, True, False, True]
    assert jobs["7.0"].reason.startswith("held: it was submitted on hold (")
    assert "No such file or directory" in jobs["8.0"].reason
    assert jobs["9.0"].reason.endswith("(no match found)")
    assert jobs["9.1"].reason == "held: you hold it (because (by user alice))"
    assert jobs["9.0"].array == jobs["9.1"].array == "9"
    assert jobs["8.0"].started is None
    assert jobs["8.0"].nodes == ""


def test_jobs_of_the_history():
    jobs = read_jobs(ads("history.json"), "htcondor", left=True)
    ends = {key: (job.state, job.exit_code, job.signal) for key, job in jobs.items()}
    assert ends == {
        "1.0": (State.STOPPED, 0, None),
        "2.0": (State.FAILED, 3, None),
        "3.0": (State.FAILED, None, "SIGKILL"),
        "4.0": (State.STOPPED, None, None),
        "5.0": (State.FAILED, None, None),
    }
    assert jobs["1.0"].name == '"well" \\ é $(Cluster)'
    assert jobs["4.0"].reason == "it was removed: via condor_rm (by user alice)"
    assert jobs["5.0"].reason.startswith("its time limit was over (The job attribute")
    assert jobs["5.0"].time_limit == 1.0
    assert all(job.submitted <= job.started <= job.ended for job in jobs.values())


@pytest.mark.parametrize(
    ("status", "state"),
    [(3, State.STOPPING), (4, State.FAILED), (6, State.STOPPING), (7, State.RUNNING)],
)
def test_other_states_in_the_queue(status, state):
    job = job_of({"ClusterId": 1, "ProcId": 0, "JobStatus": status}, "htcondor")
    assert job.state is state
    assert job_of({"ClusterId": 1, "ProcId": 0, "JobStatus": 99}, "x").state is State.STARTING


def test_an_end_that_is_not_told_is_not_guessed():
    for status in (1, 2, 5):
        ad = {"ClusterId": 1, "ProcId": 0, "JobStatus": status}
        assert job_of(ad, "htcondor", left=True).state is State.LOST


def test_input_that_is_sent_is_no_running_job():
    ad = {"ClusterId": 1, "ProcId": 0, "JobStatus": 2, "TransferringInput": True}
    assert job_of(ad, "htcondor").state is State.STARTING


def test_details():
    (ad,) = ads("ended.json")
    told = details(ad, job_of(ad, "htcondor", left=True), "")
    assert told.ending == "It ended with status 3."
    assert told.command == "/bin/sh -c exit' '3"
    assert told.logs == {"stdout": "/home/alice/out.2.0", "stderr": "/home/alice/err.2.0"}
    assert told.asked["memory"] == ad["MemoryProvisioned"] << 20  # asked for by an expression
    assert told.rows["StreamOut"] == "false"
    assert told.rows["RequestDisk"] == "DiskUsage"
    (ad,) = ads("running.json")
    told = details(ad, job_of(ad, "htcondor"), "script")
    assert (told.ending, told.script) == ("", "script")
    assert told.used["time"] > 0
    assert told.asked == {"cpus": 1, "memory": 100 << 20, "nodes": 1}


def test_what_words_mean():
    words = json.loads((DATA / "words.json").read_text())
    errors = {key: meaning(Result(1, "", text)) for key, text in words.items()}
    assert {key: type(error) for key, error in errors.items()} == {
        "no pool": BackendAbsent,
        "no configuration": BackendAbsent,
        "rm": NotFound,
        "rm one": NotFound,
        "others": NotFound,
        "held": BackendError,
        "released": WrongState,
        "edit": NotFound,
        "no history": BackendError,
        "down rm": BackendUnreachable,
        "down": BackendUnreachable,
        "down submit": BackendUnreachable,
    }
    assert not any("Extra Info" in str(error) for error in errors.values())
    assert str(meaning(Result(7, "", ""))) == "HTCondor's command ended with status 7"


def test_what_is_no_list_of_ads():
    assert read_ads("") == []
    for text in ("{", "{}", "[1]", "null"):
        with pytest.raises(BackendError):
            read_ads(text)


def test_the_form_and_trials():
    found = {field.name: field for field in fields(ads("slots.json"))}
    assert (found["cpus"].most, found["memory"].most) == (8, 8000 << 20)
    assert found["cpus"].caption == "1 of 1 machines have free cores; one has 7 free"
    assert fields([])[0].most is None
    gpus = [{"Machine": "a", "SlotType": "Static", "State": "Claimed", "Cpus": 1, "GPUs": 2}]
    (field,) = [field for field in fields(gpus) if field.name == "gpus"]
    assert (field.most, field.caption) == (2, "one machine has 0 free")
    table = (DATA / "analysis.txt").read_text()
    assert trial(table, 2).words == 'No machine of the pool has: Machine == "none"'
    assert trial(table.replace("[0]           0", "[0]           1"), 2).words.endswith(
        "up to 1 of 2 slots fit now."
    )
    assert trial("", 0).words == "The pool shows no machines now."


def test_answers_of_condor_submit():
    assert jobs_made("12.0 - 12.0\n") == ["12.0"]
    assert jobs_made("12.0 - 12.2\n13.0 - 13.0\n") == ["12.0", "12.1", "12.2"]
    assert [whole_id(ids) for ids in (["12.0"], ["12.3", "12.4"])] == ["12.0", "12"]
    assert len(jobs_made("12.0 - 12.99999999999\n")) == EXPECTED + 1
    for text in ("", "1 job(s) submitted to cluster 5.", "12.0"):
        with pytest.raises(BackendError):
            jobs_made(text)


def test_a_log_of_ones_own_stays():
    private = Path("/private/t1")
    owned = ("Log = mine\nqueue", "queue\n  log=mine\n", "UserLog = mine\nqueue")
    named = dict.fromkeys(owned, True) | dict.fromkeys(("# log = x\nqueue", "log =\nqueue"), False)
    for text, own in named.items():
        request = JobRequest(script=text, tag="t1", folder="/")
        assert ("log = /private/t1/events" in submission(request, private).argv) is not own


@pytest.mark.parametrize(
    "result",
    [
        Result(-9, "", "ERROR: no queue statement"),
        Result(1, "", " \n"),
        Result(0, "Submitting job(s).", ""),
        Result(1, "", "ERROR: failed to send the job"),
    ],
)
def test_a_submit_that_may_have_been_taken_is_no_refusal(result):
    with pytest.raises(BackendTimeout):
        taken(result)


def test_a_submit_that_was_taken_or_refused():
    assert taken(Result(0, "7.0 - 7.0\n", "")) == ["7.0"]
    with pytest.raises(BackendError, match="no queue"):
        taken(Result(1, "", "ERROR: no queue statement"))
    with pytest.raises(BackendUnreachable):
        taken(Result(1, "", "ERROR: Failed to connect to local queue manager"))


def test_words_where_numbers_belong_do_not_spoil_the_list():
    odd = {"LastRejMatchReason": "no", "LastRejMatchTime": "soon", "HoldReasonCode": "x"}
    for status in (1, 5):
        job = job_of({"ClusterId": 1, "ProcId": 0, "JobStatus": status, **odd}, "htcondor")
        assert job.state is State.QUEUED


def test_the_user_needs_no_name_and_is_not_believed(monkeypatch, tmp_path):
    monkeypatch.setenv("USER", "mallory")
    monkeypatch.setenv("LOGNAME", "mallory")
    monkeypatch.setattr("os.geteuid", lambda: 987654321)
    assert RemoteHTCondorBackend(data_dir=str(tmp_path)).user == "987654321"


async def test_programs_are_deleted_only_after_a_look(tmp_path):
    for name in ("condor_q", "condor_history", "condor_submit"):
        (tmp_path / name).write_text("#!/bin/sh\n[ $0 != ${0%submit} ] && echo 1.0 - 1.0\nexit 0\n")
        (tmp_path / name).chmod(0o755)
    totals = '[{"Jobs": 0, "ServerTime": 1}]'
    (tmp_path / "condor_q").write_text(
        f"#!/bin/sh\ncase $* in *-totals*) echo '{totals}' ;; esac\n"
    )
    backend = RemoteHTCondorBackend(data_dir=str(tmp_path), bin_dir=str(tmp_path), user="a")
    old = tmp_path / "htcondor" / "old"
    old.mkdir(parents=True)
    os.utime(old, (time.time() - 1e8,) * 2)
    asked = JobRequest(tag="new", script="#!/bin/sh\n", folder=str(tmp_path))
    assert await backend.submit_request(asked) == "1.0"
    assert old.exists()
    assert [job.tag for job in await backend.jobs()] == ["new"]  # what was taken is not forgotten
    await backend.submit_request(asked)
    assert not old.exists()


async def test_a_history_that_fails_leaves_the_list(tmp_path):
    totals = '[{"Jobs": 1, "ServerTime": 1}]'
    job = '[{"ClusterId": 1, "ProcId": 0, "JobStatus": 1}]'
    scripts = {
        "condor_q": f"case $* in *-totals*) echo '{totals}' ;; *) echo '{job}' ;; esac",
        "condor_history": f"echo x >> {tmp_path}/asked; exit 1",
    }
    for name, text in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    backend = RemoteHTCondorBackend(
        data_dir=str(tmp_path), bin_dir=str(tmp_path), user="a", whole_interval=0.0
    )
    for _ in range(2):
        assert [job.job_id for job in await backend.jobs()] == ["1.0"]
    assert (tmp_path / "asked").read_text() == "x\n"


def test_places_among_ones_own_jobs():
    def ad(cluster, proc=0, prio=0, **more):
        known = {"ClusterId": cluster, "ProcId": proc, "JobStatus": 1, "JobPrio": prio}
        return {**known, "QDate": 1_800_000_000 + cluster, **more}

    ads = [ad(9, prio=5), ad(3), ad(4, 1), ad(4, 0), ad(5, JobStatus=5), ad(2, JobStatus=2)]
    ads += [ad(7, AcctGroup="other"), ad(6, prio=-1)]
    places = Places()
    places.note(ads)
    jobs = read_jobs(ads, "htcondor")
    told = places.told(jobs)
    assert {key: job.line for key, job in told.items()} == {
        "9.0": 1, "3.0": 2, "4.0": 3, "4.1": 4, "6.0": 5, "7.0": 1, "5.0": None, "2.0": None,
    }  # fmt: skip
    assert all(one is told[key] for key, one in places.told(jobs).items())
    del jobs["9.0"]
    assert {key: job.line for key, job in places.told(jobs).items()}["4.1"] == 3
    many = [ad(1, proc) for proc in range(150)]
    places.note(many)
    lines = [job.line for job in places.told(read_jobs(many, "htcondor")).values()]
    assert lines == [*range(1, 101), *[None] * 50]
