"""What scontrol, sacctmgr and sinfo 22.05 printed, read; and Slurm's rules on who may use what."""

from __future__ import annotations

import pytest

from jupyter_remote.backends.slurm import form, offers_text, rights
from jupyter_remote.backends.slurm.offers_text import MIB, Association, Member, Names, Partition

PARTITIONS = (
    "PartitionName=debug AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=YES"
    " QoS=N/A DefaultTime=00:05:00 DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO"
    " MaxNodes=UNLIMITED MaxTime=01:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED Nodes=n[1-3]"
    " PriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE"
    " PreemptMode=OFF State=UP TotalCPUs=24 TotalNodes=3 SelectTypeParameters=NONE"
    " JobDefaults=(null) DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED"
    " TRES=cpu=24,mem=12000M,node=3,billing=24\n"
    "PartitionName=d30 AllowGroups=foo,labx AllowAccounts=ALL DenyQos=short AllocNodes=vm,foo"
    " Default=NO QoS=parts DefaultTime=NONE DisableRootJobs=NO ExclusiveUser=NO GraceTime=0"
    " Hidden=YES MaxNodes=2 MaxTime=UNLIMITED MinNodes=1 LLN=NO MaxCPUsPerNode=3 Nodes=n1"
    " PriorityJobFactor=1 PriorityTier=1 RootOnly=YES ReqResv=YES OverSubscribe=NO"
    " OverTimeLimit=NONE PreemptMode=OFF State=DOWN TotalCPUs=8 TotalNodes=1"
    " SelectTypeParameters=NONE JobDefaults=(null) DefMemPerNode=UNLIMITED MaxMemPerNode=1000"
    " TRES=cpu=8,mem=4000M,node=1,billing=8\n"
)
NODES = (
    "debug*|3/13/8/24|1/1/1/3|8|4000|(null)|gpu:0|\n"
    "gpu|1/7/0/8|1/0/0/1|8|4000|gpu:a100:2|gpu:a100:1(IDX:0)|\n"
    "gpu|0/0/8/8|0/0/1/1|8|4000|gpu:a100:2|gpu:a100:0(IDX:N/A)|\n"
)
MEMBER = (
    "None|physics|physics||deny,free,normal||00:25:00|cpu=16|||\n"
    "None|physics|ml|gpu|long,normal|long|1-00:00:00||gres/gpu=1|mem=2G|\n"
)
QOS = "normal||||0||||||\nm2|DenyOnLimit,OverPartQOS|00:30:00|10|4|cpu=2||gres/gpu=3||cpu=1|\n"


def test_partitions():
    debug, other = offers_text.parse_partitions(PARTITIONS)
    assert debug == Partition(name="debug", default=True, max_time=3600, default_time=300)
    assert (other.groups.only, other.allowed_qos.never) == ({"foo", "labx"}, {"short"})
    assert (other.hosts, other.qos, other.state) == ("vm,foo", "parts", "DOWN")
    assert other.hidden
    assert other.root_only
    assert other.reserved
    assert (other.max_time, other.default_time, other.max_nodes) == (None, None, 2)
    assert (other.max_cpus, other.max_memory) == (3, 1000 * MIB)
    assert offers_text.parse_partitions("No partitions in the system\n") == []


def test_nodes_and_what_is_free():
    debug, gpu, down = offers_text.parse_nodes(NODES)
    assert (debug.partition, debug.count, debug.idle, debug.cpus) == ("debug", 3, 1, 8)
    assert (debug.free_cpus, debug.all_cpus, debug.memory) == (13, 24, 4000 * MIB)
    assert (gpu.gpus, gpu.free_gpus) == ({"a100": 2}, {"a100": 1})
    assert down.free_gpus == {"a100": 0}
    assert form.partition_note(Partition(name="gpu", state="DOWN"), [debug, gpu, down]) == (
        "starts no jobs now, 0 of 2 nodes idle, 7 of 16 CPUs free, 1 of 4 GPUs free"
    )


@pytest.mark.parametrize(
    ("text", "gpus"),
    [
        ("(null)", {}), ("gpu:2", {"": 2}), ("gpu:1080ti:2(S:0-1)", {"1080ti": 2}),
        ("craynetwork:4,gpu:a100:2(S:0),gpu:v100:1,nic:1", {"a100": 2, "v100": 1}),
        ("gpu:a100:2(IDX:0,3),gpu:v100:0(IDX:N/A)", {"a100": 2, "v100": 0}),
    ],
)  # fmt: skip
def test_gpus_of_a_node(text, gpus):
    assert offers_text.parse_gpus(text) == gpus


def test_associations_and_qos():
    member = offers_text.parse_member(MEMBER)
    physics, ml = member.associations
    assert (member.default_account, member.admin) == ("physics", False)
    assert (physics.qos, physics.max_wall, physics.tres) == (
        ("deny", "free", "normal"), 1500, {("maxtres", "cpu"): 16},
    )  # fmt: skip
    assert (ml.partition, ml.default_qos, ml.max_wall) == ("gpu", "long", 86400)
    assert (ml.tres, ml.per_node) == ({("grptres", "gres/gpu"): 1}, {"mem": 2**31})
    assert offers_text.parse_member("") == Member()
    assert offers_text.parse_member(MEMBER.replace("None|", "Operator|")).admin
    qos = offers_text.parse_qos(QOS)
    assert (qos["normal"].max_wall, qos["normal"].tres) == (None, {})
    assert qos["m2"].flags == {"DenyOnLimit", "OverPartQOS"}
    assert (qos["m2"].max_wall, qos["m2"].max_jobs, qos["m2"].priority) == (1800, 4, 10)
    assert qos["m2"].tres == {("maxtres", "cpu"): 2, ("maxtresperaccount", "gres/gpu"): 3}
    assert qos["m2"].per_node == {"cpu": 1}


def test_configuration():
    text = "Configuration data as of 2026-11-21T17:38:14\nAccountingStorageType   = none\n"
    text += "SLURM_VERSION           = 22.05.8\nJobCompLoc = \n"
    known = offers_text.parse_config(text)
    assert (known["SLURM_VERSION"], known["JobCompLoc"]) == ("22.05.8", "")


@pytest.mark.parametrize(
    ("version", "names", "yes"),
    [
        ((22, 5), Names(only=frozenset({"lab"})), False),
        ((22, 5), Names(only=frozenset({"lab", "deep"})), True),
        ((22, 5), Names(never=frozenset({"lab"})), True),
        ((25, 5), Names(only=frozenset({"lab"})), True),
        ((25, 5), Names(only=frozenset({"deeper"})), False),
        ((25, 5), Names(never=frozenset({"lab"})), False),
    ],
)
def test_accounts_below_named_ones_count_in_newer_versions(version, names, yes):
    cluster = rights.Cluster(
        accounting=True,
        enforced=frozenset({"associations"}),
        version=version,
        parents={"deep": "sub", "sub": "lab", "lab": "root"},
        member=Member(associations=(Association(account="deep", qos=("normal",)),)),
    )
    assert bool(rights.associations(cluster, Partition(name="p", accounts=names))) is yes


def test_without_enforcement_any_qos_may_be_used_and_limits_do_not_count():
    qos = offers_text.parse_qos(QOS)
    member = offers_text.parse_member(MEMBER)
    (partition, _) = offers_text.parse_partitions(PARTITIONS)
    given = {"accounting": True, "qos": qos, "member": member, "partitions": (partition,)}
    loose = rights.Cluster(**given, enforced=frozenset({"none"}))
    assert {(use.account, use.qos) for use in rights.uses(loose)} == {
        ("physics", "normal"), ("physics", "m2"),
    }  # fmt: skip
    assert {use.most["time"] for use in rights.uses(loose)} == {3600}
    bound = rights.Cluster(**given, enforced=frozenset({"associations", "limits", "qos"}))
    assert [(use.account, use.qos, use.most["time"]) for use in rights.uses(bound)] == [
        ("physics", "normal", 1500)
    ]


GPU_NODES = "p|0/16/0/16|0/2/0/2|8|4000|gpu:a100:4|gpu:a100:0|\n"
BOUNDS = {"nodes": 2, "tasks": 16, "cpus": 8, "memory": 4000 * MIB, "gpus": 4}


def bounds(*, part_qos="", qos="", member="||", config="limits", **partition):
    """What may be asked for at most in a partition of two nodes, with these limits."""
    cluster = rights.Cluster(
        accounting=True,
        enforced=frozenset(config.split(",")),
        qos=offers_text.parse_qos(qos or "q||||||||||\n"),
        member=offers_text.parse_member(f"None|a|a||q|||{member}|\n"),
        partitions=(Partition(name="p", qos=part_qos, **partition),),
        nodes=tuple(offers_text.parse_nodes(GPU_NODES)),
    )
    return dict(next(use.most for use in rights.uses(cluster) if use.qos == "q"))


OTHER = "q|OverPartQOS|||{}\nr||||||||cpu=4||\n"
"""The QOS of a partition with GrpTRES, and one that stands before it."""

TWO = "q|{}||||cpu=2|||||\nr|||||cpu=3|||||\n"


@pytest.mark.parametrize(
    ("limits", "smaller"),
    [
        ({}, {}),
        ({"max_nodes": 1}, {"nodes": 1, "tasks": 8}),
        ({"max_cpus": 3}, {"cpus": 3, "tasks": 6}),
        ({"max_memory": 100}, {"memory": 100}),
        ({"member": "cpu=1||"}, {"cpus": 1, "tasks": 1, "nodes": 1}),
        ({"member": "mem=9M||"}, {"memory": 9 * MIB}),
        ({"member": "gres/gpu=2,node=1||"}, {"gpus": 2, "nodes": 1, "tasks": 8}),
        ({"member": "|cpu=5|"}, {"cpus": 5, "tasks": 5}),
        ({"member": "||cpu=2"}, {"cpus": 2, "tasks": 5}),
        ({"member": "||mem=8M,gres/gpu=1"}, {"memory": 8 * MIB, "gpus": 1}),
        # Of each kind of limit the first that there is, of all kinds the smallest.
        ({"member": "cpu=4||", "qos": "q|||||cpu=5|||||\n"}, {"cpus": 5, "tasks": 5}),
        ({"member": "cpu=4||", "qos": "q||||||||cpu=5||\n"}, {"cpus": 4, "tasks": 4}),
        ({"member": "cpu=4|cpu=3|", "qos": "q||||||cpu=5||||\n"}, {"cpus": 3, "tasks": 3}),
        ({"qos": "q|||||||cpu=5||mem=7M|\n"}, {"cpus": 5, "tasks": 5, "memory": 7 * MIB}),
        ({"qos": TWO.format(""), "part_qos": "r"}, {"cpus": 3, "tasks": 3}),
        ({"qos": TWO.format("OverPartQOS"), "part_qos": "r"}, {"cpus": 2, "tasks": 2}),
        ({"qos": OTHER.format("||cpu=5||||"), "part_qos": "r"}, {"cpus": 5, "tasks": 5}),
        ({"qos": OTHER.format("|cpu=5|||||"), "part_qos": "r"}, {"cpus": 4, "tasks": 4}),
        ({"qos": OTHER.format("|||cpu=5|||"), "part_qos": "r"}, {"cpus": 4, "tasks": 4}),
        ({"qos": "q|PartitionMaxNodes|||||||||\n", "max_nodes": 1}, {}),
        ({"member": "cpu=4||", "config": "associations"}, {}),
    ],
)
def test_numbers_are_bounded_by_partition_qos_and_association(limits, smaller):
    assert bounds(**limits) == {**BOUNDS, **smaller}
