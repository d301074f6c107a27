"""What Slurm's controller says of itself: what an observation costs; that something happened."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, diag
from jupyter_remote.backends.slurm.commands import SlurmCommands

from . import slurm_tree
from .conftest import until

BOTH_SLURMS = True

PRINTED = """\
Remote Procedure Call statistics by message type
\tREQUEST_PARTITION_INFO                  ( 2009) count:3      ave_time:207    total_time:621
\tREQUEST_NODE_INFO                       ( 2007) count:2      ave_time:955    total_time:1910
\tREQUEST_FED_INFO                        ( 2049) count:1      ave_time:543    total_time:543
\tREQUEST_JOB_USER_INFO                   ( 2039) count:1      ave_time:3390   total_time:3390

Remote Procedure Call statistics by user
\troot            (       0) count:7      ave_time:893    total_time:6256
"""


def after(listed, seconds):
    """The figures with so many lists more, which took so long."""
    told = diag.figures(PRINTED)
    count, total = told[diag.LISTED]
    return {**told, diag.LISTED: (count + listed, total + seconds)}


def test_of_what_sdiag_prints_only_what_squeue_asks_for_counts():
    told = diag.figures(PRINTED)
    assert diag.served(told, {}) == pytest.approx(0.00339 + 0.000207 + 0.000543)
    assert diag.figures("slurm_get_statistics: Access/permission denied\n") == {}


def test_what_was_of_late_counts_not_what_was_long_ago():
    told = diag.figures(PRINTED)
    assert diag.served(told, told) == 0
    assert diag.served(after(10, 0.2), told) == pytest.approx(0.02)
    restarted = {diag.LISTED: (2, 0.5)}
    assert diag.served(restarted, after(10, 0.2)) == pytest.approx(0.25)


class Told:
    """Answers of sdiag, one after the other, each of ten more lists."""

    def __init__(self, *means):
        self.printed = []
        count, total = 0, 0
        for mean in means:
            count, total = count + 10, total + round(10e6 * mean)
            kind = f"{diag.LISTED} ( 2039) count:{count} ave_time:1 total_time:{total}"
            self.printed.append(f"Jobs submitted: 1\n\nby message type\n\t{kind}\n")

    async def ask(self, program):
        assert program == "sdiag"
        return self.printed.pop(0)


async def test_the_latest_mean_counts():
    means = (0.003, 0.015, 0.09, 0.001)
    one = diag.SlurmDiag(Told(*means))
    seen = []
    for _ in means:
        await one.counts()
        seen.append(round(one.served, 4))
    assert seen == [0.003, 0.015, 0.09, 0.001]


@pytest.fixture
def commands(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    monkeypatch.setenv("PATH", slurm.env["PATH"])
    yield SlurmCommands(RemoteSlurmBackend())
    slurm.clear()


async def test_a_real_controller_says_what_it_took(slurm, commands):
    slurm.run("sdiag", "--reset")
    one = diag.SlurmDiag(commands)
    for _ in range(diag.ENOUGH):
        assert one.served == 0
        slurm.run("squeue", "-u", "nobody")  # as --me does, unless one is root
    await one.counts()
    assert 0 < one.served < 1


async def test_who_may_not_ask_knows_nothing(slurm, commands, tmp_path, monkeypatch):
    refusing = tmp_path / "sdiag"
    refusing.write_text("#!/bin/sh\necho 'Access/permission denied' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{slurm.env['PATH']}")
    one = diag.SlurmDiag(commands)
    assert await one.counts() is None
    assert one.served == 0
    refusing.write_text("#!/bin/sh\ntouch $0.asked\n")
    assert await one.counts() is None
    assert not refusing.with_name("sdiag.asked").exists()  # it is early for another question


async def test_one_that_hangs_says_nothing(slurm, commands, tmp_path, monkeypatch):
    hanging = tmp_path / "sdiag"
    hanging.write_text("#!/bin/sh\nexec sleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{slurm.env['PATH']}")
    monkeypatch.setattr(diag, "PATIENCE", 0.3)
    patient = SlurmCommands(RemoteSlurmBackend(command_timeout=600.0))
    assert await asyncio.wait_for(diag.SlurmDiag(patient).counts(), 60) is None


class Moves:
    """Whether what is counted of jobs is another than the last time."""

    def __init__(self, commands):
        self.diag, self.acts = diag.SlurmDiag(commands), {}

    async def moved(self):
        counts, before = await self.diag.counts(), self.acts
        self.acts = counts.acts
        return self.acts != before


async def test_whatever_happens_to_a_job_is_noticed_and_who_only_looks_is_not(slurm, commands):
    one = Moves(commands)

    async def settled():
        return await one.moved() is False

    async def starts():
        return "RUNNING" in slurm.run("squeue", "-h", "-j", job, "-o", "%T")

    await until(settled)
    job = slurm.sbatch("sleep 600", "--hold")
    assert await one.moved(), "submitted"
    acts = (["update", f"jobid={job}", "timelimit=9"], ["hold", job], ["release", job])
    for act in acts:
        slurm.run("scontrol", *act)
        assert await one.moved(), act
    await until(starts)
    for act in (["suspend", job], ["resume", job], ["requeuehold", job]):
        await until(settled)
        slurm.run("scontrol", *act)
        assert await one.moved(), act

    async def only_looks():
        for look in (["squeue"], ["sinfo"], ["scontrol", "show", "job", job]):
            slurm.run(*look)
        return await settled()

    await until(only_looks)
    slurm.run("scancel", job)
    assert await one.moved(), "cancelled"


async def test_starts_ends_and_a_new_count_are_noticed(slurm, commands):
    one = Moves(commands)
    job = slurm.sbatch("sleep 2", "--begin=now+2")
    states = []
    while "gone" not in states:
        if await one.moved():
            state = slurm.run("squeue", "-h", "--states=all", "-j", job, "-o", "%T").strip()
            states.append("gone" if state in ("COMPLETED", "") else state)
    assert states[0] == "PENDING"
    assert "RUNNING" in states

    async def settled():
        return await one.moved() is False

    await until(settled)
    slurm.run("sdiag", "--reset")
    assert await one.moved()


async def test_an_ordinary_user_s_observations_are_what_is_counted(slurm, commands, monkeypatch):
    monkeypatch.setenv("JR_USER", "65534:65534")  # as which the newer one's commands run
    backend = RemoteSlurmBackend(queue_interval=0.0)
    if not isinstance(slurm, slurm_tree.TreeSlurm):
        backend.bin_dir = slurm.bin_dir("nobody")
    slurm.run("sdiag", "--reset")
    for _ in range(diag.ENOUGH):
        assert await backend.stirred(False) is not None
        assert backend.served == 0  # of too few no mean is taken
        await backend.jobs()
    await backend.stirred(False)
    told = diag.figures(slurm.run("sdiag"))
    assert diag.number(told, {}) == diag.ENOUGH
    assert set(diag.ASKED) >= {name for name in told if "STATS" not in name and "NODE" not in name}
    assert 0 < backend.served < 1
