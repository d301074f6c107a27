"""What the pulse of Slurm makes of the controller's counts; a stand-in counts, and shows jobs."""

from __future__ import annotations

import random
from typing import ClassVar

import pytest

from jupyter_remote.backends.slurm import commands, diag, pulse
from jupyter_remote.model import Job, State

USER = "nobody"


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Asked more often than in life."""
    monkeypatch.setattr(pulse, "PAUSE", 0.0)


def a_job(job_id, state=State.RUNNING, array=""):
    return Job(job_id=job_id, backend="slurm", name="a", state=state, array=array, user=USER)


def test_of_an_array_all_that_is_shown_counts():
    alive = [a_job("7_1", array="7"), a_job("7_pending", State.QUEUED, "7"), a_job("8+1")]
    others = [a_job(f"9_{n}", State.STOPPED, "9") for n in range(99)]
    assert pulse.few_of([*others, *alive]) == ["7", "8"]
    ended = [a_job(f"7_{n}", State.STOPPED, "7") for n in range(2, 4)]
    assert pulse.few_of([*alive, ended[0]]) == ["7", "8"]
    assert pulse.few_of([*alive, *ended]) is None
    assert pulse.few_of([a_job(str(n)) for n in range(pulse.FEW + 1)]) is None
    assert pulse.few_of(others) == []


async def experienced(one_job):
    """A pulse that knows how many messages its questions need, and what it asks."""
    slurm = Controller()
    one = pulse.SlurmPulse(one_job, slurm, slurm, one_job)
    for _ in range(10):
        slurm.acts += 1
        await one.stirred(False)
    return slurm, one


async def test_they_are_asked_for_only_so_often_and_nothing_is_lost(one_job, monkeypatch):
    slurm, one = await experienced(one_job)
    monkeypatch.setattr(pulse, "PAUSE", 1e6)
    slurm.acts += 1
    assert await one.stirred(False) is False  # and not again for a long time
    slurm.acts, slurm.shown, asked = slurm.acts + 1, 1, slurm.sent
    assert await one.stirred(False) is False
    assert slurm.sent == asked + 1
    one._next = 0.0
    assert await one.stirred(False), "though nothing moved since"


class Controller:
    """Commands, and what they make the controller count; it stands in for both."""

    COSTS: ClassVar = {"sdiag": 1, "squeue": 3, "scontrol": 2, "sinfo": 4}

    def __init__(self) -> None:
        self.ran, self.under_way, self.sent, self.acts, self.shown = commands.Ran(), 0, 7, 0, 0
        self.served = 0.0

    @property
    def begun(self):
        return sum(self.ran.values())

    def take(self):
        ran, self.ran = self.ran, commands.Ran()
        return ran

    def command(self, name):
        self.ran[name] += 1
        self.sent += self.COSTS[name]

    async def counts(self):
        told = diag.Counts({"Jobs": self.acts}, {USER: self.sent, "root": self.acts})
        self.command("sdiag")
        return told

    async def run(self, *argv, input):  # noqa: A002
        self.command("scontrol")
        assert input == "show job 5\n"
        changes = f"RunTime={random.random()} LastSchedEval={random.random()}"
        text = f"scontrol: show job 5\nJobId=5 {changes} Reason={self.shown} \nscontrol: "
        return commands.Result(0, text, "")


@pytest.fixture(scope="module")
def one_job():
    return type("Known", (), {"jobs": {"5": a_job("5")}, "user": USER})


@pytest.mark.parametrize("seed", range(20))
async def test_nothing_of_one_s_own_is_missed_and_others_seldom_matter(one_job, seed):
    chance, slurm = random.Random(seed), Controller()
    one = pulse.SlurmPulse(one_job, slurm, slurm, one_job)
    false = true = 0
    for turn in range(400):
        news = False
        for name in chance.choices(["squeue", "sinfo"], k=chance.choice([0, 0, 0, 1, 2])):
            slurm.command(name)
        if chance.random() < 0.9:
            slurm.acts += 1
        if chance.random() < 0.1:  # submitted, or changed by its owner
            slurm.acts, slurm.sent, news = slurm.acts + 1, slurm.sent + 2, turn > 100
        if chance.random() < 0.1:  # changed by somebody else
            slurm.acts, slurm.shown, news = slurm.acts + 1, slurm.shown + 1, True
        stirred = await one.stirred(chance.random() < 0.1)
        assert stirred or not news
        true, false = true + (stirred and not news), false + (not stirred)
    assert true < false / 2


async def test_messages_that_are_counted_late_do_not_make_it_ask_for_ever(one_job):
    chance, slurm, news = random.Random(3), Controller(), []
    one = pulse.SlurmPulse(one_job, slurm, slurm, one_job)
    for _ in range(400):
        late = int(chance.random() < 0.04)
        slurm.acts, slurm.sent = slurm.acts + 1, slurm.sent - late
        news.append(await one.stirred(False))
        slurm.sent += late
    assert sum(news[200:]) < 40


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_another_command_at_the_same_time_makes_it_uncertain(one_job, when):
    slurm, one = await experienced(one_job)
    slurm.acts += 1
    assert await one.stirred(False) is False
    slurm.acts += 1
    asked = slurm.counts

    async def counts():
        slurm.ran["squeue"] += 1
        return await asked()

    slurm.under_way = int(when == "before")
    if when == "meanwhile":
        slurm.counts = counts
    assert await one.stirred(False)
    slurm.under_way, slurm.counts, slurm.acts = 0, asked, slurm.acts + 1
    assert await one.stirred(False)
    slurm.acts += 1
    assert await one.stirred(False) is False
