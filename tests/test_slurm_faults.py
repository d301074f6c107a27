"""What goes wrong with Slurm: daemons that stop, hang, forget; commands that print nonsense."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import time
from pathlib import Path

import pytest

from jupyter_remote import model
from jupyter_remote.backends.slurm import RemoteSlurmBackend, listing
from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    NotFound,
    StorageError,
)
from jupyter_remote.model import State

from .conftest import find, reach, until


@pytest.fixture
def backend(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    yield RemoteSlurmBackend(queue_interval=0.0)
    slurm.clear()


def stand_in(tmp_path: Path, name: str, script: str) -> str:
    """A folder of Slurm's commands, one of which is a shell script of ours."""
    for real in ("squeue", "scancel", "scontrol", "sacct", "sdiag", "sstat"):
        link = tmp_path / real
        if not link.exists():
            link.symlink_to(shutil.which(real))
    (tmp_path / name).unlink()
    (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / name).chmod(0o755)
    return str(tmp_path)


async def test_a_silent_or_stopped_controller_is_never_an_empty_list(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("true", "--hold")
    await backend.jobs()
    os.kill(slurm.daemons["slurmctld"].pid, signal.SIGSTOP)
    backend.command_timeout = 0.5
    try:
        calls = (backend.jobs(), backend.everybody(), backend.details(job_id))
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(error) for error in errors] == [BackendTimeout] * 3
    finally:
        os.kill(slurm.daemons["slurmctld"].pid, signal.SIGCONT)
    backend.command_timeout = 15.0
    monkeypatch.setenv("SLURM_CONF", slurm.hasty())
    slurm.end("slurmctld")
    calls = (backend.jobs(), backend.cancel(job_id), backend.hold(job_id))
    try:
        errors = await asyncio.gather(*calls, return_exceptions=True)
    finally:
        slurm.start_control()
    assert [type(error) for error in errors] == [BackendUnreachable] * 3
    assert "Unable to contact slurm controller" in str(errors[0])
    assert (await find(backend, job_id)).state is State.QUEUED


async def test_a_controller_that_forgot_everything(slurm, backend):
    ended = slurm.sbatch("true")
    await reach(backend, ended, State.STOPPED)
    gone = slurm.sbatch("true", "--hold")
    assert (await find(backend, gone)).state is State.QUEUED
    slurm.end("slurmctld")
    slurm.run(
        "find", f"{slurm.root}/state", "-mindepth", "1", "!", "-name", "clustername", "-delete"
    )
    slurm.start_control()
    states = {job.job_id: job.state for job in await backend.jobs()}
    assert states[ended] is State.STOPPED
    assert gone not in states
    for call in (backend.cancel, backend.hold, backend.details):
        with pytest.raises(NotFound):
            await call(gone)
    again = slurm.sbatch("sleep 60")  # it begins to count anew
    while int(again) < int(ended):
        again = slurm.sbatch("sleep 60")
    assert (await find(backend, ended)).state is not State.STOPPED


async def test_a_squeue_that_hangs_or_prints_nonsense_or_goes_away(slurm, backend, tmp_path):
    job_id = slurm.sbatch("true", "--hold")
    await backend.jobs()
    backend.bin_dir = stand_in(tmp_path, "squeue", "sleep 60 & wait")
    backend.command_timeout = 0.3
    with pytest.raises(BackendTimeout, match="squeue did not answer"):
        await backend.jobs()
    backend.command_timeout = 15.0
    real = shutil.which("squeue")
    for script, words in (
        ("echo Welcome to the cluster", "no list of jobs: Welcome"),
        (f'{real} "$@" | head -c 60', "no list of jobs"),
        (f'{real} "$@" | tail -c 20', "no list of jobs"),
        ("head -c 200 /dev/urandom", "no list of jobs"),
        ("echo broken >&2; exit 1", "^broken$"),
        ("exit 3", "ended with status 3"),
        ("kill -9 $$", "ended with status -9"),
    ):
        backend.bin_dir = stand_in(tmp_path, "squeue", script)
        with pytest.raises(BackendUnreachable, match=words):
            await backend.jobs()
    (tmp_path / "squeue").unlink()
    with pytest.raises(BackendError, match=r"cannot start|command not found"):
        await backend.jobs()
    backend.bin_dir = ""
    assert (await find(backend, job_id)).state is State.QUEUED


async def test_scontrol_that_prints_nonsense(slurm, backend, tmp_path):
    job_id = slurm.sbatch("sleep 60")
    await reach(backend, job_id, State.RUNNING)
    backend.bin_dir = stand_in(tmp_path, "scontrol", "echo Welcome")
    with pytest.raises(BackendUnreachable, match="no job: Welcome"):
        await backend.details(job_id)
    with pytest.raises(BackendUnreachable, match="no job: Welcome"):
        await backend.log(job_id, 0, 9)
    backend.bin_dir = stand_in(tmp_path, "scontrol", "echo 'JobId=1 JobState='; exit 0")
    assert (await backend.details(job_id)).logs == {}


async def test_munge_that_is_broken(slurm, backend):
    job_id = slurm.sbatch("true", "--hold")
    await backend.jobs()
    slurm.end("munged")
    try:
        with pytest.raises(BackendUnreachable, match=r"(?i)munge"):
            await backend.jobs()
        with pytest.raises(BackendUnreachable, match=r"(?i)munge|authentication"):
            await backend.cancel(job_id)
    finally:
        slurm.start_munge()
    assert (await find(backend, job_id)).state is State.QUEUED


async def test_no_accounting_is_none_and_asked_for_once(slurm, backend, tmp_path):
    assert await backend.ended(0) is None
    backend.bin_dir = stand_in(tmp_path, "sacct", f"touch {tmp_path}/asked")
    assert await backend.ended(0) is None
    assert not (tmp_path / "asked").exists()
    fresh = RemoteSlurmBackend(bin_dir=stand_in(tmp_path, "sacct", "echo nonsense"))
    with pytest.raises(BackendUnreachable, match="sacct printed what is no list of jobs"):
        await fresh.ended(0)


async def test_the_users_settings_and_time_zone_change_nothing(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("sleep 60", "--begin=now+2hours")
    before = await find(backend, job_id)
    for name in ("SQUEUE_FORMAT", "SQUEUE_STATES", "SQUEUE_USERS", "SQUEUE_FORMAT2"):
        monkeypatch.setenv(name, "nobody")
    for name in ("SQUEUE_SORT", "SCONTROL_CLUSTERS", "SLURM_CLUSTERS", "SACCT_FORMAT"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("SLURM_TIME_FORMAT", "relative")
    monkeypatch.setenv("TZ", "Pacific/Chatham")  # 12:45 h or more from the daemons'
    assert await find(backend, job_id) == before
    assert abs(model.elapsed(model.now(), before.starts) - 7200) < 60
    details = await backend.details(job_id)
    assert details.rows["StartTime"][-5:] in ("+1245", "+1345")
    later = model.as_time(time.time() + 600)
    await backend.change(job_id, {"begin": later})
    assert abs(model.elapsed(later, (await find(backend, job_id)).starts)) < 2


async def test_logs_of_others_are_refused_in_words(slurm, backend):
    job_id = slurm.sbatch("echo x; sleep 60")
    await reach(backend, job_id, State.RUNNING)
    path = slurm.root / f"root/slurm-{job_id}.out"
    await until(lambda: path.exists() and path.stat().st_size)
    await backend.log(job_id, 0, 9)
    path.chmod(0o600)
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        with pytest.raises(StorageError, match="Permission denied"):
            await backend.log(job_id, 0, 9)
    finally:
        os.seteuid(0)


async def test_two_arrays_of_10000_are_remembered(slurm, backend, monkeypatch):
    job_id = slurm.sbatch("true", "--hold")
    job = await find(backend, job_id)
    tasks = [
        model.Job(**{**vars(job), "job_id": f"7_{n}", "array": "7", "state": State.STOPPED})
        for n in range(listing.REMEMBERED + 10)
    ]
    jobs = {one.job_id: one for one in tasks}

    async def shown(*_):
        return dict(jobs)

    monkeypatch.setattr(backend._list, "_squeue", shown)
    await backend.jobs()
    jobs.clear()
    kept = await backend.jobs()
    assert len(kept) == listing.REMEMBERED
    assert kept[-1].job_id == f"7_{listing.REMEMBERED + 9}"


async def test_a_queue_that_cannot_be_asked_delays_nothing(slurm, backend, tmp_path):
    busy = slurm.sbatch("sleep 60", "--exclusive", "-N2")
    await reach(backend, busy, State.RUNNING)
    own = slurm.sbatch("true", "--exclusive", "-N2")
    await until(lambda: reach(backend, own, State.QUEUED))
    real = shutil.which("squeue")
    slow = (
        f'case "$*" in *--me*) exec {real} "$@";; *) touch {tmp_path}/all; sleep 60 & wait;; esac'
    )
    backend.bin_dir = stand_in(tmp_path, "squeue", slow)
    backend.queue_interval = 0.01

    async def asked():
        job = await asyncio.wait_for(find(backend, own), 10)
        return job.line is None and (tmp_path / "all").exists()

    await until(asked)
    await backend.close()
    assert (await find(backend, own)).line is None
    (tmp_path / "all").unlink()
    await backend.jobs()
    await backend.close()
    assert not (tmp_path / "all").exists()  # what takes long is not asked again soon
