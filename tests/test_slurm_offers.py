"""What a user may use: computed, and asked of a real Slurm with accounting."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_remote.backends.checks import check_options
from jupyter_remote.backends.slurm.text import seconds
from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import BackendUnreachable, InvalidSpec

from .slurm_ann import *  # noqa: F403

STRICT = """\
modify qos normal,short,long set flags=DenyOnLimit
add qos tight flags=DenyOnLimit MaxWall=20
add qos over flags=DenyOnLimit,OverPartQOS MaxWall=45
add qos beyond flags=DenyOnLimit,PartitionTimeLimit MaxWall=90
add qos parts flags=DenyOnLimit MaxWall=35
"""
QOS = ("normal", "short", "long", "tight", "over", "beyond")
SETS = int(os.environ.get("SLURM_SETS", "3"))
"""Random sets that are tried."""

ACCOUNTS = ("physics", "ml", "sub", "deep")


def triples(offers):
    return {
        triple
        for row in offers.allowed
        for triple in itertools.product(*(row.values[k] for k in ("partition", "account", "qos")))
    }


def field(offers, name):
    return next(one for one in offers.fields if one.name == name)


def absent(offers):
    return {(one.field, one.value): one.why for one in offers.missing}


async def test_what_ann_may_use_and_why_not_the_rest(slurm, backend):
    offers = await backend.offers()
    assert offers.available
    assert triples(offers) == {
        *itertools.product(("debug", "gpu"), ("physics",), ("normal", "short")),
        *itertools.product(("gpu",), ("ml",), ("normal", "long")),
    }
    defaults = [field(offers, name).default for name in ("partition", "account", "qos")]
    assert defaults == ["debug", "physics", "normal"]
    notes = {choice.value: choice.note for choice in field(offers, "partition").choices}
    assert notes["debug"] == "3 of 3 nodes idle, 24 of 24 CPUs free"
    assert notes["gpu"] == "1 of 1 nodes idle, 8 of 8 CPUs free, 2 of 2 GPUs free"
    most = {
        triple: row.most["time"]
        for row in offers.allowed
        for triple in itertools.product(*(row.values[k] for k in ("partition", "account", "qos")))
    }
    assert most["debug", "physics", "normal"] == 3600
    assert most["debug", "physics", "short"] == 1800
    assert most["gpu", "ml", "long"] == 28800
    assert [choice.value for choice in field(offers, "gpu_type").choices] == ["a100"]
    assert offers.missing == ()
    assert offers.suffixes == (".sh", ".sbatch", ".slurm")


async def test_what_bob_may_not_use(slurm, backend):
    backend.bin_dir, backend.user = slurm.bin_dir(slurm.bob), slurm.bob
    offers = await backend.offers()
    assert triples(offers) == {("debug", "physics", "normal"), ("gpu", "physics", "normal")}
    assert absent(offers) == {
        ("account", "ml"): "you are no member of it",
        ("qos", "long"): "none of your accounts has it",
        ("qos", "short"): "none of your accounts has it",
    }


async def test_nobody_without_an_account_is_offered_anything(slurm, backend):
    backend.user = "nobody"
    offers = await backend.offers()
    assert (offers.available, offers.fields) == (False, ())
    assert offers.reason == "you have no account in Slurm's accounting"
    with pytest.raises(InvalidSpec, match="no account"):
        check_options(offers, {"time": 60})


async def test_what_is_free_is_asked_anew_and_rights_are_not(slurm, backend, monkeypatch):
    backend.free_interval = 0.0
    asked = []
    run = backend._commands.run
    counted = lambda *argv: asked.append(argv[0]) or run(*argv)  # noqa: E731
    monkeypatch.setattr(backend._commands, "run", counted)
    await asyncio.gather(backend.offers(), backend.offers())
    assert (asked.count("sacctmgr"), asked.count("sinfo")) == (3, 2)
    slurm.sbatch("sleep 60", "-p", "gpu", "-A", "ml", "--gres=gpu:1", user=slurm.ann)
    slurm.until("sh", "-c", "squeue -h -t running -p gpu | grep -q .")
    notes = {c.value: c.note for c in field(await backend.offers(), "partition").choices}
    assert notes["gpu"] == "0 of 1 nodes idle, 7 of 8 CPUs free, 1 of 2 GPUs free"
    assert asked.count("sacctmgr") == 3
    slurm.clear()


async def test_what_was_granted_since_is_not_refused_from_memory(slurm, backend, monkeypatch):
    monkeypatch.setattr("jupyter_remote.backends.slurm.offers.RECENT", 0.0)
    slurm.run("scontrol", "create", "partitionname=later", "nodes=n1", "AllowGroups=root")
    try:
        await backend.offers()
        with pytest.raises(InvalidSpec, match="only for members of the group root"):
            await backend._offers.check({"partition": "later"})
        slurm.run("scontrol", "update", "partitionname=later", f"AllowGroups={slurm.lab}")
        await backend._offers.check({"partition": "later"})
    finally:
        slurm.run("scontrol", "delete", "partitionname=later")


async def test_a_database_that_is_down_is_said_and_scripts_are_taken(slurm, backend):
    script, folder = "#!/bin/sh\n#SBATCH --time=5\n", str(slurm.root / slurm.ann)
    plain = JobRequest(script=script, tag="jr-database-down-000000", folder=folder)
    slurm.end("slurmdbd")
    try:
        with pytest.raises(BackendUnreachable):
            await backend.offers()
        with pytest.raises(BackendUnreachable):
            await backend.submit_request(dataclasses.replace(plain, options={"time": 60}))
        assert (await backend.test_request(plain)).starts
        job_id = await backend.submit_request(plain)
        assert job_id in {job.job_id for job in await backend.jobs()}
    finally:
        slurm.daemon("slurmdbd", "slurmdbd", "-D")
        slurm.until("sacctmgr", "-n", "show", "cluster")
        slurm.clear()


# -- the oracle: with EnforcePartLimits=ALL, sbatch --test-only says what is allowed


def random_accounts(dice, partitions):
    """Accounts in a tree, ann's associations in some of them; as sacctmgr load reads them."""
    lines = ["Cluster - 'test':Fairshare=1:QOS='normal'", "Parent - 'root'"]
    lines += [f"Account - '{a}':Description='{a}':Organization='lab'" for a in ("physics", "ml")]
    lines += ["Parent - 'physics'", "Account - 'sub':Description='x':Organization='lab'"]
    lines += ["Parent - 'sub'", "Account - 'deep':Description='x':Organization='lab'"]
    own = dice.sample(["physics", "ml", "sub", "deep"], dice.randint(2, 4))
    for account in own:
        lines.append(f"Parent - '{account}'")
        places = ["", *dice.sample(partitions, 2)]
        for place in dice.sample(places, dice.randint(1, 3)):
            qos = dice.sample(QOS, dice.randint(1, 4))
            words = f"User - '{{ann}}':DefaultAccount='{own[0]}':QOS='{','.join(qos)}'"
            words += f":Partition='{place}'" if place else ""
            words += f":DefaultQOS='{dice.choice(qos)}'" if dice.random() < 0.5 else ""
            words += dice.choice(("", "", ":MaxWallDurationPerJob=15", ":MaxWallDurationPerJob=40"))
            lines.append(words)
    return "\n".join(lines) + "\n"


def random_partition(dice, slurm, name):
    """Options of scontrol create: each restriction in some of the partitions."""
    words = [f"partitionname={name}", f"nodes=n{dice.randint(1, 4)}"]
    words.append(f"state={dice.choice(('up',) * 7 + ('down', 'drain', 'inactive'))}")
    words.append(dice.choice(("maxtime=60", "maxtime=25", "maxtime=infinite")))
    some = ",".join(dice.sample(ACCOUNTS, 2))
    words.append(dice.choice(("", "", f"allowaccounts={some}", f"denyaccounts={some}")))
    some = ",".join(dice.sample(QOS, 3))
    words.append(dice.choice(("", "", f"allowqos={some}", f"denyqos={some}")))
    groups = (f"{slurm.lab}", slurm.bob, f"root,{slurm.ann}")
    words.append(dice.choice(("", "", "", f"allowgroups={dice.choice(groups)}")))
    words.append(dice.choice(("", "", f"qos={dice.choice(('parts', 'beyond'))}")))
    words.append(dice.choice(("", "defaulttime=10", "defaulttime=30")))
    rare = (
        "rootonly=yes",
        "reqresv=yes",
        "allocnodes=elsewhere",
        f"allocnodes=localhost,{slurm.host}",
    )
    words.append(dice.choice((*rare, "hidden=yes", *("",) * 8)))
    return [word for word in words if word]


@pytest.fixture(scope="module")
def strict(slurm):
    """Only limits of this kind make sbatch refuse; the others make jobs wait for ever."""
    slurm.manage(STRICT)


def tried(slurm, *options):
    """Whether sbatch would take a job of ann's."""
    argv = ["sbatch", "--test-only", "--chdir=/", *options, "--wrap=true"]
    return slurm.try_(*argv, user=slurm.ann).returncode == 0


def asked(triple, *more):
    partition, account, qos = triple
    return [f"--partition={partition}", f"--account={account}", f"--qos={qos}", *more]


@pytest.fixture(params=range(SETS))
def random_set(request, slurm, strict):
    dice = random.Random(request.param)
    names = [f"p{request.param}{letter}" for letter in "abcde"]
    for name in names:
        slurm.run("scontrol", "create", *random_partition(dice, slurm, name))
    slurm.run("sacctmgr", "-i", "delete", "user", f"name={slurm.ann}")
    slurm.load(random_accounts(dice, [*names, "debug"]))
    yield [*names, "debug", "gpu"], dice
    slurm.clear()
    for name in names:
        slurm.run("scontrol", "delete", f"partitionname={name}")


async def test_computed_is_what_slurm_says(slurm, backend, random_set):
    names, dice = random_set
    offers = await backend.offers()
    everything = list(itertools.product(names, ACCOUNTS, QOS))
    rows = [row for row in offers.allowed if "time" in row.most]
    times = []
    for row in rows:
        triple = tuple(dice.choice(row.values[name]) for name in ("partition", "account", "qos"))
        minutes = round(row.most["time"] / 60)
        times += [(asked(triple, f"--time={minutes}"), True)]
        times += [(asked(triple, f"--time={minutes + 1}"), False)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: tried(slurm, *asked(one, "--time=1")), everything))
        within = list(pool.map(lambda one: tried(slurm, *one[0]), times))
    answers = {triple for triple, yes in zip(everything, said, strict=True) if yes}
    assert triples(offers) == answers
    assert [(a, yes) for (a, _), yes in zip(times, within, strict=True)] == times
    check_missing(slurm, offers, names, answers)
    check_defaults(slurm, offers, answers)


def check_missing(slurm, offers, names, answers):
    """What is neither offered nor hidden is told of; QOS of partitions only are no choice."""
    told = {kind: {v for k, v in absent(offers) if k == kind} for kind in ("account", "qos")}
    assert told["account"] == set(ACCOUNTS) - {account for _, account, _ in answers}
    left = set(QOS) - {qos for *_, qos in answers}
    assert told["qos"] - {"beyond", "parts"} == left - {"beyond"}
    lines = slurm.run("scontrol", "-a", "-o", "show", "partition").splitlines()
    hidden = {line.split()[0].partition("=")[2] for line in lines if "Hidden=YES" in line}
    unseen = {value for kind, value in absent(offers) if kind == "partition"}
    assert unseen == set(names) - {partition for partition, *_ in answers} - hidden
    assert unseen == set(names) - {c.value for c in field(offers, "partition").choices} - hidden


def check_defaults(slurm, offers, answers):
    """Jobs that say neither QOS nor time get what is foretold, where Slurm takes them."""
    for partition, account in sorted({(p, a) for p, a, _ in answers}):
        rows = [
            row for row in offers.allowed
            if partition in row.values["partition"] and account in row.values["account"]
        ]  # fmt: skip
        (qos,) = {row.default.get("qos") for row in rows}
        mine = [row for row in rows if qos in row.values["qos"]]
        argv = ["sbatch", "--parsable", "-H", "--chdir=/", "-p", partition, "-A", account]
        made = slurm.try_(*argv, "--wrap=true", user=slurm.ann)
        if made.returncode or not mine:
            assert not mine or "time" not in mine[0].default, made.stderr
            continue
        got = slurm.run("squeue", "-h", "-j", made.stdout.strip(), "-O", "QOS:0 ,TimeLimit:0 ")
        assert got.split()[0] == qos
        time = mine[0].default.get("time")
        assert time is None or seconds(got.split()[1]) == time
