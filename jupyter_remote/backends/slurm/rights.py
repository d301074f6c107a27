"""What a user may use together, by Slurm's rules: partitions, accounts, QOS and their limits.

The rules are those of slurmctld with ``EnforcePartLimits=ALL``: without it a forbidden
combination would be taken, and wait for ever.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping

from .offers_text import Association, Limits, Member, Nodes, Partition, Qos

NESTED = (24, 11)
"""From this version on, AllowAccounts and DenyAccounts name sub-accounts too."""


TOGETHER = ("grptres", "maxtresperuser")
"""Kinds of limits that slurmctld compares with a job at once."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cluster:
    """What was asked of Slurm. ``enforced``: the words of AccountingStorageEnforce; ``closed``:
    partitions that take no jobs from this machine; ``parents`` of accounts."""

    accounting: bool = False
    enforced: frozenset[str] = frozenset()
    version: tuple[int, ...] = ()
    partitions: tuple[Partition, ...] = ()
    nodes: tuple[Nodes, ...] = ()
    qos: Mapping[str, Qos] = dataclasses.field(default_factory=dict)
    accounts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    parents: Mapping[str, str] = dataclasses.field(default_factory=dict)
    member: Member = dataclasses.field(default_factory=Member)
    groups: frozenset[str] = frozenset()
    root: bool = False
    closed: frozenset[str] = frozenset()

    @property
    def binding(self) -> bool:
        """Whether only the user's own accounts count."""
        return bool(self.enforced & {"associations", "limits", "qos", "safe"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Use:
    """A combination that may be used. ``default_qos`` is what its partition and account get
    without a QOS; ``most`` and ``time`` (the default) as in ``Allowed``."""

    partition: str
    account: str
    qos: str
    default_qos: str
    most: Mapping[str, float]
    time: float | None


def uses(cluster: Cluster) -> Iterator[Use]:
    """All combinations that the user may use; account and QOS are empty without accounting."""
    for partition in cluster.partitions:
        if obstacle(cluster, partition):
            continue
        for association in associations(cluster, partition):
            usual = default_qos(association)
            for name in qos_of(cluster, partition, association):
                limits = _order(cluster, partition, association, name)
                most = _most(cluster, partition, limits, cluster.qos.get(name))
                yield Use(
                    partition=partition.name,
                    account=association.account,
                    qos=name,
                    default_qos=usual,
                    most=most,
                    time=_default_time(partition, limits, most.get("time")),
                )


def obstacle(cluster: Cluster, partition: Partition) -> str:
    """Why nobody, or not this user, may use a partition, whatever the account; or nothing."""
    if partition.state in ("DRAIN", "INACTIVE"):
        return f"it takes no jobs now (state {partition.state})"
    if partition.root_only and not cluster.root:
        return "it is for administrators only"
    if partition.reserved:
        return "it can be used within a reservation only"
    groups = partition.groups.only
    if groups is not None and not cluster.root and not groups & cluster.groups:
        return f"it is only for members of {_these(groups)}"
    if partition.name in cluster.closed:
        return f"it takes jobs only from these machines: {partition.hosts}"
    return ""


def _these(groups: Iterable[str]) -> str:
    names = sorted(groups)
    return f"the group{'s' if len(names) > 1 else ''} {', '.join(names)}"


def associations(cluster: Cluster, partition: Partition) -> list[Association]:
    """One for each account that goes with a partition: that of the partition, if there is one,
    before that of all partitions."""
    own = cluster.member.associations
    found = {one.account: one for one in own if one.partition in ("", partition.name)}
    found |= {one.account: one for one in own if one.partition == partition.name}
    if not cluster.accounting or (not cluster.binding and not own):
        found = {"": Association(account="")}
    return [one for one in found.values() if _account_goes(cluster, partition, one.account)]


def _account_goes(cluster: Cluster, partition: Partition, account: str) -> bool:
    names = partition.accounts
    if not account:
        return names.only is None
    if cluster.version < NESTED:
        return names.admit(account)
    line = {account}
    while (account := cluster.parents.get(account, "")) and account not in line:
        line.add(account)
    return bool(names.only & line) if names.only is not None else not names.never & line


def qos_of(cluster: Cluster, partition: Partition, association: Association) -> list[str]:
    """The QOS that go with an account in a partition; one empty name without accounting."""
    if not cluster.accounting:
        return [""]
    names: Iterable[str] = association.qos
    if "qos" not in cluster.enforced or cluster.member.admin:
        names = cluster.qos
    return [name for name in names if name in cluster.qos and partition.allowed_qos.admit(name)]


def default_qos(association: Association) -> str:
    """The QOS of a job that names none."""
    if association.default_qos or not association.qos:
        return association.default_qos
    if len(association.qos) == 1:
        return association.qos[0]
    return "normal" if "normal" in association.qos else ""


def _order(
    cluster: Cluster, partition: Partition, association: Association, qos: str
) -> list[Limits]:
    """Whose limits count, the first first: a limit of the next ones counts only where those
    before have none."""
    if not cluster.enforced & {"limits", "safe"}:
        return []
    job, part = cluster.qos.get(qos), cluster.qos.get(partition.qos)
    order: list[Limits | None] = [part, job, association]
    if job is not None and "OverPartQOS" in job.flags:
        order = [job, part, association]
    return [limits for limits in order if limits is not None]


def _most(
    cluster: Cluster, partition: Partition, order: list[Limits], qos: Qos | None
) -> dict[str, float]:
    """Bounds of the fields of numbers; a field without one is not bounded."""
    flags = qos.flags if qos is not None else frozenset()
    walls = [limits.max_wall for limits in order if limits.max_wall is not None]
    tres, node = _merged(order)
    time = None if "PartitionTimeLimit" in flags else partition.max_time
    nodes = None if "PartitionMaxNodes" in flags else partition.max_nodes
    own = [one for one in cluster.nodes if one.partition == partition.name]
    bounds: dict[str, list[float | None]] = {
        "time": [time, *walls[:1]],
        "nodes": [nodes, tres.get("node"), tres.get("cpu"), *_total(own)],
        "tasks": [tres.get("cpu")],
        "cpus": [partition.max_cpus, tres.get("cpu"), node.get("cpu"), *_largest(own, "cpus")],
        "memory": [partition.max_memory, tres.get("mem"), node.get("mem")],
        "gpus": [tres.get("gres/gpu"), node.get("gres/gpu")],
    }
    together = min(one for one in (nodes, tres.get("node"), math.inf) if one is not None)
    bounds["tasks"] += _tasks(partition, own, together, node)
    bounds["memory"] += _largest(own, "memory")
    bounds["gpus"].append(max((sum(one.gpus.values()) for one in own), default=0))
    known = {name: [one for one in some if one is not None] for name, some in bounds.items()}
    return {name: min(some) for name, some in known.items() if some}


def _merged(order: list[Limits]) -> tuple[dict[str, float], dict[str, float]]:
    """What a job can ever be given, and what on a node: of each kind of limit the first that
    there is, and of all kinds the smallest. A limit of one of TOGETHER in a QOS also stands
    before those of the other in the next QOS."""
    kinds: dict[tuple[str, str], float] = {}
    node: dict[str, float] = {}
    for limits in order:
        before = set(kinds)
        for (kind, name), value in limits.tres.items():
            alike = TOGETHER if kind in TOGETHER and isinstance(limits, Qos) else (kind,)
            if not any((one, name) in before for one in alike):
                kinds[kind, name] = value
        node = {**limits.per_node, **node}
    tres: dict[str, float] = {}
    for (_, name), value in kinds.items():
        tres[name] = min(value, tres.get(name, math.inf))
    return tres, node


def _largest(nodes: list[Nodes], name: str) -> list[float]:
    return [max(getattr(one, name) for one in nodes)] if nodes else []


def _total(nodes: list[Nodes]) -> list[float]:
    return [sum(one.count for one in nodes)] if nodes else []


def _tasks(
    partition: Partition, own: list[Nodes], most: float, per_node: Mapping[str, float]
) -> list[float]:
    """How many tasks of one CPU the ``most`` largest nodes take. Slurm compares what a job gets
    on a node on average, rounded down, with what it may."""
    total, used = 0.0, 0.0
    for one in sorted(own, key=lambda one: -one.cpus):
        more = min(one.count, most - used)
        total += more * min(one.cpus, partition.max_cpus or math.inf)
        used += more
    return [min(total, used * (per_node.get("cpu", math.inf) + 1) - 1)] if own else []


def _default_time(partition: Partition, order: list[Limits], most: float | None) -> float | None:
    """What a job gets that asks for no time; None: nothing that it could be run with, as Slurm
    takes the limit of a QOS or an account even where the partition's is smaller."""
    walls = [limits.max_wall for limits in order if limits.max_wall is not None]
    times = [partition.default_time, *walls[:1], partition.max_time]
    usual = next((time for time in times if time is not None), None)
    return None if usual is None or (most is not None and usual > most) else usual
