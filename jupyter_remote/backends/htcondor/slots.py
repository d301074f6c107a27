"""What the machines of a pool have, and what a request would find there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...contract import Field, Trial
from ...model import Json
from .reasons import whole

ATTRIBUTES = (
    "Name,Machine,SlotType,State,Activity,Cpus,Memory,Disk,GPUs,"
    "TotalSlotCpus,TotalSlotMemory,TotalSlotDisk,TotalSlotGPUs"
)
STATIC = 'SlotType =!= "Dynamic"'
"""Parts of a partitionable slot are not counted again."""

UNITS = {"cpus": 1, "memory": 1 << 20, "disk": 1 << 10, "gpus": 1}
TOTAL = {"cpus": "Cpus", "memory": "Memory", "disk": "Disk", "gpus": "GPUs"}
MOST_JOBS = 20_000
"""MAX_JOBS_PER_SUBMISSION, as HTCondor comes."""

STEP = re.compile(r"^\[\d+\]\s+(\d+)\s+(.+)$", re.M | re.ASCII)
"""A line in the table of condor_q -better-analyze: how many slots meet a condition."""


def fields(slots: Iterable[Mapping[str, Json]]) -> tuple[Field, ...]:
    """The fields of the form, bounded by the largest machines."""
    there = list(slots)
    most = {name: _most(there, f"TotalSlot{key}", key) for name, key in TOTAL.items()}
    free = [slot for slot in there if (whole(slot, "Cpus") or 0) > 0 and _open(slot)]
    idle = {name: _most(free, key, key) for name, key in TOTAL.items()}
    machines = len({str(slot.get("Machine")) for slot in there})
    some = len({str(slot.get("Machine")) for slot in free})
    found = [_field("cpus", "Cores", "whole", f"{some} of {machines} machines have free cores; "
                    f"one has {idle['cpus']:g} free", most, 1),
             _field("memory", "Memory", "bytes", _free(idle["memory"]), most, 1 << 20),
             _field("disk", "Disk space", "bytes", _free(idle["disk"]), most, 1 << 10)]  # fmt: skip
    if most["gpus"]:
        found.append(
            _field("gpus", "GPUs", "whole", f"one machine has {idle['gpus']:g} free", most, 0)
        )
    return (
        *found,
        Field(name="time", label="Time limit", kind="seconds", least=1,
              caption="Time after which the job is removed. Default: none."),
        Field(name="count", label="Number of jobs", kind="whole", least=1, most=MOST_JOBS,
              caption="They are numbered from 0: $(ProcId), and in their file names."),
        Field(name="priority", label="Priority", kind="whole", least=-20, most=20,
              caption="Among your own jobs; higher ones start first."),
        Field(name="requirements", label="Requirements", kind="text",
              caption='What the machine must be: OpSysMajorVer >= 9 && Machine != "old"'),
    )  # fmt: skip


def trial(table: str, number: int) -> Trial:
    """What condor_q -better-analyze prints about a job, for ``number`` slots, in plain words."""
    steps = [(int(count), condition) for count, condition in STEP.findall(table)]
    if not number:
        return Trial(words="The pool shows no machines now.")
    missed = [condition for count, condition in steps if not count]
    if missed:
        return Trial(words=f"No machine of the pool has: {'; '.join(missed)}")
    if not steps:
        return Trial(words="HTCondor would take it.")
    least = min(number, *(count for count, _ in steps))  # parts of slots are counted there
    return Trial(words=f"HTCondor would take it; up to {least} of {number} slots fit now.")


def _field(
    name: str, label: str, kind: Any, caption: str, most: dict[str, float], least: int
) -> Field:
    return Field(
        name=name, label=label, kind=kind, caption=caption, least=least, most=most[name] or None
    )


def _free(amount: float) -> str:
    return f"At most {amount / (1 << 30):.3g} GiB are free on one machine."


def _open(slot: Mapping[str, Json]) -> bool:
    """A partitionable slot gives what it has left; others are free or taken as a whole."""
    return slot.get("SlotType") == "Partitionable" or slot.get("State") == "Unclaimed"


def _most(slots: Iterable[Mapping[str, Json]], key: str, other: str) -> float:
    name = next(n for n, k in TOTAL.items() if k == other)
    amounts = (whole(slot, key) or whole(slot, other) or 0 for slot in slots)
    return float(max(amounts, default=0) * UNITS[name])
