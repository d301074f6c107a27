"""What an observation costs Slurm's controller, in its own words."""

from __future__ import annotations

import re

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, load
from jupyter_remote.backends.slurm.commands import SlurmCommands

from . import slurm_tree

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
    told = load.figures(PRINTED)
    count, total = told[load.LISTED]
    return {**told, load.LISTED: (count + listed, total + seconds)}


def test_of_what_sdiag_prints_only_what_squeue_asks_for_counts():
    told = load.figures(PRINTED)
    assert load.served(told, {}) == pytest.approx(0.00339 + 0.000207 + 0.000543)
    assert load.figures("slurm_get_statistics: Access/permission denied\n") == {}


def test_what_was_of_late_counts_not_what_was_long_ago():
    told = load.figures(PRINTED)
    assert load.served(told, told) == 0
    assert load.served(after(10, 0.2), told) == pytest.approx(0.02)
    restarted = {load.LISTED: (2, 0.5)}
    assert load.served(restarted, after(10, 0.2)) == pytest.approx(0.25)


class Told:
    """Answers of sdiag, one after the other, each of ten more lists."""

    def __init__(self, *means):
        self.printed = []
        count, total = 0, 0
        for mean in means:
            count, total = count + 10, total + round(10e6 * mean)
            kind = f"{load.LISTED} ( 2039) count:{count} ave_time:1 total_time:{total}"
            self.printed.append(f"by message type\n\t{kind}\n")

    async def ask(self, program):
        assert program == "sdiag"
        return self.printed.pop(0)


async def test_the_latest_mean_counts_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(load, "EVERY", 0.0)
    means = (0.003, 0.015, 0.09, 0.001)
    one = load.SlurmLoad(Told(*means))
    seen = []
    for _ in means:
        await one.look()
        seen.append(round(one.served, 4))
    assert seen == [0.003, 0.015, load.MOST, 0.001]


@pytest.fixture
def commands(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    monkeypatch.setenv("PATH", slurm.env["PATH"])
    yield SlurmCommands(RemoteSlurmBackend())
    slurm.clear()


async def test_a_real_controller_says_what_it_took(slurm, commands):
    slurm.run("sdiag", "--reset")
    one = load.SlurmLoad(commands)
    for _ in range(load.ENOUGH):
        assert one.served == 0
        slurm.run("squeue", "-u", "nobody")  # as --me does, unless one is root
    await one.look()
    assert 0 < one.served < 1
    await one.look()
    asked = re.search(r"REQUEST_STATS_INFO .*count:(\d+) ", slurm.run("sdiag"))
    assert asked, "sdiag is counted itself"
    assert int(asked[1]) == 2  # the reset, and one of ours: it is early for another


async def test_who_may_not_ask_knows_nothing(slurm, commands, tmp_path, monkeypatch):
    refusing = tmp_path / "sdiag"
    refusing.write_text("#!/bin/sh\necho 'Access/permission denied' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{slurm.env['PATH']}")
    one = load.SlurmLoad(commands)
    await one.look()
    assert one.served == 0


async def test_an_ordinary_user_s_observations_are_what_is_counted(slurm, commands, monkeypatch):
    monkeypatch.setenv("JR_USER", "65534:65534")  # as which the newer one's commands run
    backend = RemoteSlurmBackend(queue_interval=0.0)
    if not isinstance(slurm, slurm_tree.TreeSlurm):
        backend.bin_dir = slurm.bin_dir("nobody")
    slurm.run("sdiag", "--reset")
    monkeypatch.setattr(load, "EVERY", 0.0)
    for _ in range(load.ENOUGH):
        assert backend.served == 0  # of too few no mean is taken
        await backend.jobs()
    told = load.figures(slurm.run("sdiag"))
    assert load.number(told, {}) == load.ENOUGH
    assert set(load.ASKED) >= {name for name in told if "STATS" not in name and "NODE" not in name}
    assert 0 < backend.served < 1
