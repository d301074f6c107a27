"""What a user may use in Slurm, as a form: fields, notes, and combinations folded together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from ...contract import Allowed, Choice, Field, Offers
from ...model import Json
from ..checks import amount
from .absent import missing
from .offers_text import MIB, Nodes, Partition, Qos
from .rights import Cluster, Use, uses

SUFFIXES = (".sh", ".sbatch", ".slurm")
SCRIPT = "#!/bin/bash\n\n"
LEAST = {"time": 60, "memory": MIB}

NUMBERS: dict[str, tuple[str, Literal["seconds", "whole", "bytes"], str]] = {
    "time": ("Time limit", "seconds", "After it the job is ended."),
    "nodes": ("Nodes", "whole", ""),
    "tasks": ("Tasks", "whole", "Processes that srun or MPI starts."),
    "cpus": ("CPUs per task", "whole", ""),
    "memory": ("Memory per node", "bytes", ""),
    "gpus": ("GPUs per node", "whole", ""),
}
TEXTS = {
    "array": ("Array", "One job for each index: 0-99, 1,3,7, 0-99%5 (5 at once)."),
    "dependency": (
        "Starts after",
        "afterok:123 (when job 123 went well), afterany:123, singleton.",
    ),
    "begin": ("Not before", "2026-12-24T08:00, 16:00, now+2hours."),
}
CAPTIONS = {
    "partition": ("Partition", "Group of nodes."),
    "account": ("Account", "Who the used time is charged to."),
    "qos": ("QOS", "Quality of service: priority and limits."),
    "gpu_type": ("GPU type", ""),
}

Key = tuple[Json, ...]


def form(cluster: Cluster) -> Offers:
    """Offers of what the user may use, and why not of the rest."""
    found = list(uses(cluster))
    absent = tuple(missing(cluster, found))
    if not found:
        reason = "there is no partition, account and QOS that you may use together"
        if cluster.accounting and cluster.binding and not cluster.member.associations:
            reason = "you have no account in Slurm's accounting"
        return Offers(available=False, reason=reason, missing=absent, suffixes=SUFFIXES)
    allowed = fold(cluster, found)
    return Offers(
        available=True,
        fields=(*_choices(cluster, found), *_numbers(found), *_texts()),
        allowed=allowed,
        missing=absent,
        script=SCRIPT,
        suffixes=SUFFIXES,
    )


# -- combinations


def fold(cluster: Cluster, found: Iterable[Use]) -> tuple[Allowed, ...]:
    """Combinations with equal limits and defaults as one, where all of their values go together."""
    gpus = gpu_types(cluster)
    rows: dict[Key, dict[str, None]] = {}
    for use in found:
        rest = (use.default_qos, use.time, tuple(sorted(use.most.items())))
        key = (use.partition, use.account, tuple(sorted(gpus.get(use.partition, {}))), *rest)
        rows.setdefault(key, {})[use.qos] = None
    one = _join([(key[1], (key[0], tuple(qos), *key[2:])) for key, qos in rows.items()])
    two = _join([(key[0], (accounts, *key[1:])) for key, accounts in one.items()])
    return tuple(_allowed(tuple(partitions), *key) for key, partitions in two.items())


def _join(pairs: Iterable[tuple[Json, Key]]) -> dict[Key, tuple[Json, ...]]:
    """The values that have the same key, in their order."""
    rows: dict[Key, list[Json]] = {}
    for value, key in pairs:
        rows.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in rows.items()}


def _allowed(
    partitions: tuple[str, ...], accounts: tuple[str, ...], qos: tuple[str, ...],
    gpus: tuple[str, ...], default_qos: str, time: float | None,
    most: tuple[tuple[str, float], ...],
) -> Allowed:  # fmt: skip
    values = {"partition": partitions, "account": accounts, "qos": qos, "gpu_type": gpus}
    default = {"qos": default_qos or None, "time": time}
    return Allowed(
        values={k: v for k, v in values.items() if v != ("",)},
        most=dict(most),
        default={name: value for name, value in default.items() if value is not None},
    )


def gpu_types(cluster: Cluster) -> dict[str, dict[str, None]]:
    """Partition -> types of GPUs in it that have a name."""
    found: dict[str, dict[str, None]] = {}
    for nodes in cluster.nodes:
        for kind in filter(None, nodes.gpus):
            found.setdefault(nodes.partition, {})[kind] = None
    return found


# -- fields


def _choices(cluster: Cluster, found: list[Use]) -> Iterable[Field]:
    """Hidden partitions are taken, not shown, as Slurm does it."""
    used = {use.partition: None for use in found}
    shown = [part for part in cluster.partitions if part.name in used and not part.hidden]
    gpus = gpu_types(cluster)
    notes = {
        "partition": {part.name: partition_note(part, cluster.nodes) for part in shown},
        "account": {use.account: _described(cluster, use.account) for use in found},
        "qos": {use.qos: qos_note(cluster.qos.get(use.qos)) for use in found},
        "gpu_type": {kind: "" for name in used for kind in gpus.get(name, {})},
    }
    partition = next((part.name for part in cluster.partitions if part.default), "")
    account = cluster.member.default_account
    usual = [use for use in found if (use.partition, use.account) == (partition, account)]
    default = {"partition": partition, "account": account}
    default |= {"qos": usual[0].default_qos if usual else "", "gpu_type": ""}
    for name, value in default.items():
        known = {one: note for one, note in notes[name].items() if one}
        if known:
            yield _choice(name, known, value if value in known else None)


def _described(cluster: Cluster, account: str) -> str:
    words = cluster.accounts.get(account, "")
    return "" if words == account else words


def _choice(name: str, notes: Mapping[str, str], default: str | None) -> Field:
    label, caption = CAPTIONS[name]
    choices = tuple(Choice(value=value, label=value, note=note) for value, note in notes.items())
    return Field(
        name=name, label=label, caption=caption, kind="choice", default=default, choices=choices
    )


def _numbers(found: list[Use]) -> Iterable[Field]:
    for name, (label, kind, caption) in NUMBERS.items():
        bounds = [use.most.get(name, math.inf) for use in found]
        if name == "gpus" and not any(bounds):
            continue
        yield Field(
            name=name,
            label=label,
            kind=kind,
            caption=caption,
            default=1 if name in ("nodes", "tasks", "cpus") else None,
            least=LEAST.get(name, 1),
            most=max(bounds) if max(bounds) < math.inf else None,
        )


def _texts() -> Iterable[Field]:
    for name, (label, caption) in TEXTS.items():
        yield Field(name=name, label=label, caption=caption)


# -- notes


def partition_note(partition: Partition, nodes: Iterable[Nodes]) -> str:
    """``3 of 4 nodes idle, 21 of 32 CPUs free``."""
    own = [one for one in nodes if one.partition == partition.name]
    gpus = sum(sum(one.gpus.values()) * one.count for one in own)
    free = sum(sum(one.free_gpus.values()) for one in own)
    words = [
        f"{sum(one.idle for one in own)} of {sum(one.count for one in own)} nodes idle",
        f"{sum(one.free_cpus for one in own)} of {sum(one.all_cpus for one in own)} CPUs free",
        *([f"{free} of {gpus} GPUs free"] if gpus else []),
    ]
    closed = ["starts no jobs now"] if partition.state == "DOWN" else []
    return ", ".join([*closed, *(words if own else ["no nodes"])])


def qos_note(qos: Qos | None) -> str:
    """``at most 30 min, 4 jobs at once``."""
    if qos is None:
        return ""
    time = Field(name="", label="", kind="seconds")
    words = [f"at most {amount(time, qos.max_wall)}"] if qos.max_wall is not None else []
    if qos.max_jobs is not None:
        words.append(f"{qos.max_jobs} job{'s' if qos.max_jobs != 1 else ''} at once")
    return ", ".join(words)
