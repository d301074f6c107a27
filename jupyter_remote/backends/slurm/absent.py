"""Why a user may not use what there is, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from ...contract import Missing
from .offers_text import Partition
from .rights import Cluster, Use, associations, obstacle

MANY = 200
"""Accounts at most that are told of."""


def missing(cluster: Cluster, uses: list[Use]) -> Iterator[Missing]:
    """What exists, is not hidden, and goes with nothing that the user may use."""
    yield from _partitions(cluster, {use.partition for use in uses})
    if cluster.accounting and cluster.binding:
        yield from _accounts(cluster, {use.account for use in uses})
        yield from _qos(cluster, {use.qos for use in uses})
    yield from _gpus(cluster, {use.partition for use in uses})


def _partitions(cluster: Cluster, used: set[str]) -> Iterator[Missing]:
    for partition in cluster.partitions:
        if partition.name not in used and not partition.hidden:
            why = obstacle(cluster, partition) or _why_no_account(cluster, partition)
            yield Missing(field="partition", value=partition.name, why=why)


def _why_no_account(cluster: Cluster, partition: Partition) -> str:
    """Why none of the user's accounts goes with a partition that is open otherwise."""
    going = associations(cluster, partition)
    if going:
        return _why_no_qos(cluster, partition)
    own = {
        one.account for one in cluster.member.associations if one.partition in ("", partition.name)
    }
    names = partition.accounts
    if names.only is not None:
        return f"it is only for these accounts: {', '.join(sorted(names.only))}"
    if own & names.never:
        return f"it is not for your {_plural('account', own)}"
    if not cluster.member.associations:
        return "you have no account in Slurm's accounting"
    return "none of your accounts may be used in it"


def _why_no_qos(cluster: Cluster, partition: Partition) -> str:
    names = partition.allowed_qos
    if names.only is not None:
        return f"it takes only QOS that you do not have: {', '.join(sorted(names.only))}"
    have = {name for one in associations(cluster, partition) for name in one.qos}
    if have:
        return f"it does not take your QOS: {', '.join(sorted(have))}"
    return "your accounts have no QOS"


def _accounts(cluster: Cluster, used: set[str]) -> Iterator[Missing]:
    own: dict[str, list[str]] = {}
    for one in cluster.member.associations:
        own.setdefault(one.account, []).append(one.partition)
    names = sorted(set(cluster.accounts) | set(own), key=lambda name: (name not in own, name))
    for name in [name for name in names if name not in used and name != "root"][:MANY]:
        bound = own.get(name, [])
        if not bound:
            why = "you are no member of it"
        elif "" not in bound:
            why = f"you have it only in {_plural('partition', set(bound))}, which you may not use"
        else:
            why = "no partition that you may use takes it"
        yield Missing(field="account", value=name, why=why)


def _qos(cluster: Cluster, used: set[str]) -> Iterator[Missing]:
    """A QOS that only partitions have is no user's choice."""
    own = {name for one in cluster.member.associations for name in one.qos}
    of_partitions = {partition.qos for partition in cluster.partitions}
    for name in sorted(set(cluster.qos) - used - (of_partitions - own)):
        why = (
            "no partition that you may use takes it"
            if name in own
            else "none of your accounts has it"
        )
        yield Missing(field="qos", value=name, why=why)


def _gpus(cluster: Cluster, used: set[str]) -> Iterator[Missing]:
    hidden = {partition.name for partition in cluster.partitions if partition.hidden}
    there: dict[str, set[str]] = {}
    for nodes in cluster.nodes:
        for kind in nodes.gpus:
            there.setdefault(kind, set()).add(nodes.partition)
    for kind, where in sorted(there.items()):
        if kind and not where & used and where - hidden:
            words = _plural("partition", where - hidden)
            yield Missing(
                field="gpu_type", value=kind, why=f"it is only in {words}, which you may not use"
            )


def _plural(noun: str, names: set[str]) -> str:
    return f"the {noun}{'s' if len(names) > 1 else ''} {', '.join(sorted(names))}"
