"""What Slurm's commands print of partitions, accounts, limits and nodes, read. Nothing here
runs anything. Times are seconds, sizes bytes; None is no limit."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from .text import seconds

MIB = 2**20
SIZES = {"K": 2**10, "M": MIB, "G": 2**30, "T": 2**40, "P": 2**50}

TRES = ("maxtres", "maxtresperuser", "maxtresperaccount", "grptres")
ASSOCIATION = (
    *("adminlevel", "defaultaccount", "account", "partition", "qos", "defaultqos", "maxwall"),
    *("maxtres", "grptres", "maxtrespernode"),
)
QOS = ("name", "flags", "maxwall", "priority", "maxjobsperuser", *TRES, "maxtrespernode")
NODES = ("Partition", "CPUsState", "NodeAIOT", "CPUs", "Memory", "Gres", "GresUsed")
"""Fields asked of sacctmgr and sinfo."""

SINFO = ",".join(f"{name}:0|" for name in NODES)
"""For ``sinfo -O``."""

GPU = re.compile(r"(?:^|,)gpu:(?:([^:,()]+):)?(\d+)(?=[,(]|$)")
ACCOUNTING = re.compile(r"^(\w+)\s*= ?(.*)$", re.M)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one owner. ``tres`` bounds what one job can ever be given, by the kind of limit
    (of TRES) and Slurm's name (``cpu``, ``mem``, ``node``, ``gres/gpu``); ``per_node`` what it
    can on a node, by name."""

    max_wall: float | None = None
    tres: Mapping[tuple[str, str], float] = dataclasses.field(default_factory=dict)
    per_node: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Qos(Limits):
    """A quality of service."""

    name: str
    flags: frozenset[str] = frozenset()
    priority: int = 0
    max_jobs: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Association(Limits):
    """An account that the user has, in one partition or (empty) in all."""

    account: str
    partition: str = ""
    qos: tuple[str, ...] = ()
    default_qos: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member:
    """The user, as Slurm's accounting knows them."""

    default_account: str = ""
    admin: bool = False
    associations: tuple[Association, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Names:
    """A list of those that are allowed, or of those that are not."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()

    def admit(self, name: str) -> bool:
        """Whether this one may."""
        return name in self.only if self.only is not None else name not in self.never


@dataclasses.dataclass(frozen=True, kw_only=True)
class Partition:
    """A partition and what it asks of its jobs."""

    name: str
    default: bool = False
    hidden: bool = False
    state: str = "UP"
    root_only: bool = False
    reserved: bool = False
    groups: Names = Names()
    accounts: Names = Names()
    allowed_qos: Names = Names()
    hosts: str = ""
    qos: str = ""
    max_time: float | None = None
    default_time: float | None = None
    max_nodes: float | None = None
    max_cpus: float | None = None
    max_memory: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Nodes:
    """Nodes of a partition that are alike, and what of them is free."""

    partition: str
    count: int
    idle: int
    cpus: int
    free_cpus: int
    all_cpus: int
    memory: int
    gpus: Mapping[str, int]
    free_gpus: Mapping[str, int]


def parse_config(text: str) -> dict[str, str]:
    """``scontrol show config``: names and values."""
    return {name: value.strip() for name, value in ACCOUNTING.findall(text)}


def parse_partitions(text: str) -> list[Partition]:
    """``scontrol --all --oneliner show partition``."""
    return [_partition(line) for line in text.splitlines() if line.startswith("PartitionName=")]


def _partition(line: str) -> Partition:
    field = dict(part.split("=", 1) for part in line.split() if "=" in part)
    return Partition(
        name=field["PartitionName"],
        default=field.get("Default") == "YES",
        hidden=field.get("Hidden") == "YES",
        state=field.get("State", "UP"),
        root_only=field.get("RootOnly") == "YES",
        reserved=field.get("ReqResv") == "YES",
        groups=_names(field, "AllowGroups", ""),
        accounts=_names(field, "AllowAccounts", "DenyAccounts"),
        allowed_qos=_names(field, "AllowQos", "DenyQos"),
        hosts="" if field.get("AllocNodes", "ALL") == "ALL" else field["AllocNodes"],
        qos=field.get("QoS", "").replace("N/A", ""),
        max_time=seconds(field.get("MaxTime", "")),
        default_time=seconds(field.get("DefaultTime", "")),
        max_nodes=_number(field.get("MaxNodes", "")),
        max_cpus=_number(field.get("MaxCPUsPerNode", "")),
        max_memory=_times(_number(field.get("MaxMemPerNode", "")), MIB),
    )


def _names(field: Mapping[str, str], allow: str, deny: str) -> Names:
    given = field.get(allow, "ALL")
    if given not in ("ALL", "(null)", ""):
        return Names(only=frozenset(given.split(",")))
    return Names(never=frozenset(field.get(deny, "").split(",")) - {"", "(null)"})


def parse_member(text: str) -> Member:
    """``sacctmgr -nP show user <name> withassoc format=<ASSOCIATION>``."""
    rows = list(_rows(text, ASSOCIATION))
    if not rows:
        return Member()
    return Member(
        default_account=rows[0]["defaultaccount"],
        admin=rows[0]["adminlevel"] not in ("", "None", "Not Set"),
        associations=tuple(
            Association(
                account=row["account"],
                partition=row["partition"],
                qos=tuple(name for name in row["qos"].split(",") if name),
                default_qos=row["defaultqos"],
                max_wall=seconds(row["maxwall"]),
                tres=_kinds(row),
                per_node=parse_tres(row["maxtrespernode"]),
            )
            for row in rows
            if row["account"]
        ),
    )


def parse_qos(text: str) -> dict[str, Qos]:
    """``sacctmgr -nP show qos format=<QOS>``, by name."""
    return {
        row["name"]: Qos(
            name=row["name"],
            flags=frozenset(row["flags"].split(",")) - {""},
            priority=int(_number(row["priority"]) or 0),
            max_jobs=int(row["maxjobsperuser"]) if row["maxjobsperuser"].isdecimal() else None,
            max_wall=seconds(row["maxwall"]),
            tres=_kinds(row),
            per_node=parse_tres(row["maxtrespernode"]),
        )
        for row in _rows(text, QOS)
    }


def parse_accounts(text: str) -> dict[str, str]:
    """``sacctmgr -nP show account format=account,description``: accounts, what they are."""
    rows = _rows(text, ("account", "description"))
    return {row["account"]: row["description"] for row in rows}


def parse_parents(text: str) -> dict[str, str]:
    """``sacctmgr -nP show association user= format=account,parentname``: account -> parent."""
    rows = _rows(text, ("account", "parent"))
    return {row["account"]: row["parent"] for row in rows if row["parent"]}


def parse_nodes(text: str) -> list[Nodes]:
    """``sinfo --all --exact --noheader -O SINFO``."""
    return [_nodes(row) for row in _rows(text, NODES)]


def _nodes(row: Mapping[str, str]) -> Nodes:
    _, free, _, total = (_int(part) for part in f"{row['CPUsState']}/0/0/0".split("/")[:4])
    _, idle, _, count = (_int(part) for part in f"{row['NodeAIOT']}/0/0/0".split("/")[:4])
    gpus, used = parse_gpus(row["Gres"]), parse_gpus(row["GresUsed"])
    usable = count if free or idle else 0  # of a node that is down, nothing is free
    free_gpus = {kind: (number - used.get(kind, 0)) * usable for kind, number in gpus.items()}
    return Nodes(
        partition=row["Partition"].rstrip("*"),
        count=count,
        idle=idle,
        cpus=_int(row["CPUs"]),
        free_cpus=free,
        all_cpus=total,
        memory=_int(row["Memory"]) * MIB,
        gpus={kind: number for kind, number in gpus.items() if number},
        free_gpus=free_gpus,
    )


def parse_gpus(text: str) -> dict[str, int]:
    """GPUs by type in a node's ``Gres`` or ``GresUsed``; those without a type under ''."""
    gpus: dict[str, int] = {}
    for kind, number in GPU.findall(text):
        gpus[kind] = gpus.get(kind, 0) + int(number)
    return gpus


def parse_tres(text: str) -> dict[str, float]:
    """``cpu=8,mem=100G,gres/gpu=2``; memory in bytes."""
    tres: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGTP]?)", value)
        if match:
            unit = SIZES[match[2] or "M"] if name == "mem" else 1
            tres[name] = float(match[1]) * unit
    return tres


def _kinds(row: Mapping[str, str]) -> dict[tuple[str, str], float]:
    return {
        (kind, name): value
        for kind in TRES
        for name, value in parse_tres(row.get(kind, "")).items()
    }


def _rows(text: str, names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Lines of as many fields as were asked for, with or without a bar at the end."""
    for line in text.splitlines():
        values = line.split("|")
        if len(values) >= len(names):
            yield dict(zip(names, values, strict=False))


def _number(text: str) -> float | None:
    return float(text) if text.isdecimal() else None


def _times(number: float | None, unit: int) -> float | None:
    return None if number is None else number * unit


def _int(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match[0]) if match else 0
