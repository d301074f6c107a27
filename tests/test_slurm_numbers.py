"""Bounds of the numbers in the form: computed, and asked of a real Slurm with accounting."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_remote.backends.slurm.offers_text import MIB

from .slurm_ann import *  # noqa: F403

SETS = int(os.environ.get("SLURM_SETS", "3"))
"""Random sets that are tried."""

QOS = ("free", "small", "over", "wide")
OPTIONS = {
    "nodes": "--nodes={}",
    "tasks": "--ntasks={}",
    "cpus": "--cpus-per-task={}",
    "memory": "--mem={}M",
    "gpus": "--gres=gpu:{}",
}


def some(dice, **values):
    """Of some things so many; as Slurm writes it: ``cpu=4,mem=1500M``."""
    names = {"gpu": "gres/gpu"}
    chosen = dice.sample(sorted(values), dice.randint(1, 2))
    return ",".join(f"{names.get(name, name)}={dice.choice(values[name])}" for name in chosen)


def random_owner(dice, *kinds):
    """Limits of a QOS or an association: each of the kinds with chance."""
    job = {"cpu": (2, 3, 5), "mem": ("900M", "1500M", "2500M"), "node": (1, 2), "gpu": (1,)}
    node = {"cpu": (2, 3, 4), "mem": ("800M", "1400M"), "gpu": (1,)}
    values = {kind: node if kind == "MaxTRESPerNode" else job for kind in kinds}
    return [f"{kind}={some(dice, **values[kind])}" for kind in kinds if dice.random() < 0.4]


def random_partition(dice, name):
    words = [f"partitionname={name}", f"nodes={dice.choice(('n1', 'n[1-2]', 'n[1-3]', 'n[3-4]'))}"]
    words += ["maxtime=60", dice.choice(("", "maxnodes=1", "maxnodes=2"))]
    words.append(dice.choice(("", "maxcpuspernode=3", "maxcpuspernode=5")))
    words.append(dice.choice(("", "maxmempernode=1000", "maxmempernode=3000")))
    words.append(dice.choice(("", "", "qos=part")))
    return [word for word in words if word]


def random_accounts(dice):
    lines = ["Cluster - 'test':Fairshare=1:QOS='normal'", "Parent - 'root'"]
    lines += [f"Account - '{a}':Description='{a}':Organization='lab'" for a in ("physics", "ml")]
    for account in ("physics", "ml"):
        lines.append(f"Parent - '{account}'")
        limits = random_owner(dice, "MaxTRESPerJob", "MaxTRESPerNode", "GrpTRES")
        own = "".join(f":{limit}" for limit in limits)
        lines.append(f"User - '{{ann}}':DefaultAccount='physics':QOS='{','.join(QOS)}'{own}")
    return "\n".join(lines) + "\n"


@pytest.fixture(params=range(SETS))
def numbers(request, slurm):
    """Partitions, QOS and associations with limits at random."""
    dice = random.Random(request.param)
    kinds = ("MaxTRESPerJob", "MaxTRESPerNode", "MaxTRESPerUser", "MaxTRESPerAccount", "GrpTRES")
    names = [f"p{request.param}{letter}" for letter in "abcd"]
    flags = {"over": ",OverPartQOS", "wide": ",PartitionMaxNodes"}
    made = [*QOS, "part"]
    for name in made:
        limits = [] if name == "free" else random_owner(dice, *kinds)
        slurm.manage(f"add qos {name} flags=DenyOnLimit{flags.get(name, '')} {' '.join(limits)}")
    for name in names:
        slurm.run("scontrol", "create", *random_partition(dice, name))
    slurm.try_("sacctmgr", "-i", "delete", "user", f"name={slurm.ann}")
    slurm.load(random_accounts(dice))
    yield dice
    slurm.clear()
    for name in names:
        slurm.run("scontrol", "delete", f"partitionname={name}")
    slurm.run("sacctmgr", "-i", "delete", "user", f"name={slurm.ann}")
    slurm.run("sacctmgr", "-i", "delete", "qos", *made)


def tried(slurm, triple, *options):
    """Whether sbatch would take a job of ann's; one that asks for little besides."""
    partition, account, qos = triple
    # With --test-only, Slurm forgets the flag PartitionMaxNodes.
    how = "--hold" if qos == "wide" and options[0].startswith("--nodes") else "--test-only"
    argv = ["sbatch", how, "--chdir=/", "--time=1", "--mem=1M", "--wrap=true", *options]
    argv += [f"--partition={partition}", f"--account={account}", f"--qos={qos}"]
    return slurm.try_(*argv, user=slurm.ann).returncode == 0


async def test_bounds_are_what_slurm_takes(slurm, backend, numbers):
    offers = await backend.offers()
    asked = []
    for row in offers.allowed:
        triple = tuple(numbers.choice(row.values[name]) for name in ("partition", "account", "qos"))
        nodes = f"--nodes={round(row.most['nodes'])}"
        for name, option in OPTIONS.items():
            if name == "tasks" and "wide" in triple:
                continue  # see ``tried``: it says nothing of more nodes than the partition's
            most = round(row.most[name] / (MIB if name == "memory" else 1))
            # What is too much for so many nodes, Slurm only says when their number is given.
            more = [nodes] if name == "tasks" else []
            asked += [(triple, [*more, option.format(most)], True)] if most else []
            asked += [(triple, [*more, option.format(most + 1)], False)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: tried(slurm, one[0], *one[1]), asked))
    wrong = [one for one, yes in zip(asked, said, strict=True) if yes != one[2]]
    assert len(asked) > 20
    assert not wrong
