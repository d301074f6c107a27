"""What ``scontrol show job``, ``sstat`` and ``sacct`` say of one job, read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...contract import JobDetails
from .endings import explain_end
from .text import given, seconds

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([KMGTP]?)[nc]?", re.ASCII)
KEY = re.compile(r"(?:^| +|\n *)([A-Z][A-Za-z_/:]*)=")
DEPENDENCY = re.compile(r"([a-z]+)(?::([0-9]+(?:_(?:[0-9]+|\*))?))?(?:\+[0-9]+)?(?:\([a-z]+\))?")

NO_NUMBER = "4294967294"
"""What Slurm takes for the number of a task that has none."""

SHOWN = frozenset(
    ("JobId", "JobName", "Command", "WorkDir", "StdOut", "StdErr", "JobState", "Reason")
)
"""Fields that are no rows: they stand elsewhere."""


def read_show(text: str, name: str = "") -> list[dict[str, str]]:
    """The records of ``scontrol --oneliner show job``; ``name`` is the job's, which may look
    like fields. Of what comes twice the last counts: comments come before files."""
    records = []
    for part in re.split(r"\n(?=JobId=[0-9]+ )", text.strip()):
        line = part.replace(f" JobName={name} ", " JobName=- ", 1) if name else part
        found = list(KEY.finditer(line))
        ends = [*(match.start() for match in found[1:]), len(line)][: len(found)]
        cut = zip(found, ends, strict=True)
        records.append({match[1]: given(line[match.end() : end].strip()) for match, end in cut})
    return [record for record in records if "JobId" in record]


def tres(text: str) -> dict[str, str]:
    """``cpu=4,mem=4000M,gres/gpu=1`` by name."""
    return dict(part.split("=", 1) for part in text.split(",") if "=" in part)


def size(text: str, unit: str = "") -> float | None:
    """Bytes in ``4000M`` or ``1.5G``; ``unit`` is that of a number without one."""
    match = SIZE.fullmatch(text)
    return float(match[1]) * UNITS[match[2] or unit] if match else None


def number(text: str) -> float | None:
    """The first number in ``4`` or ``2-8``."""
    match = re.match(r"[0-9]+", text)
    return float(match[0]) if match else None


def clock(text: str) -> float | None:
    """Seconds in ``1-02:03:04.500``."""
    whole, _, part = text.partition(".")
    base = seconds(whole) if ":" in whole else None
    return None if base is None else base + (float(f"0.{part}") if part.isdecimal() else 0)


def dependencies(text: str) -> list[tuple[str, str]]:
    """(kind, id) in ``afterok:12_*(unfulfilled),singleton(unfulfilled)``; the id of a whole
    array is the array's, that of ``singleton`` is empty."""
    found = [DEPENDENCY.fullmatch(part) for part in re.split("[,?]", text) if part]
    return [(match[1], (match[2] or "").removesuffix("_*")) for match in found if match]


def asked_by_show(record: Mapping[str, str]) -> dict[str, float]:
    """What a job asked for, by ``scontrol show job``."""
    wanted = tres(record.get("ReqTRES") or record.get("TRES", ""))
    cpus, nodes = number(record.get("NumCPUs", "")), number(record.get("NumNodes", ""))
    memory = size(wanted.get("mem", ""))
    if not memory:
        per_node = size(record.get("MinMemoryNode", ""), "M") or 0
        per_cpu = size(record.get("MinMemoryCPU", ""), "M") or 0
        memory = per_node * (nodes or 1) or per_cpu * (cpus or 1)
    limit = seconds(record.get("TimeLimit", ""))
    return _amounts(cpus, nodes, gpus(wanted), memory, limit, cpus and limit and cpus * limit)


def asked_by_account(row: Mapping[str, str]) -> dict[str, float]:
    """What a job asked for, by ``sacct``."""
    wanted = tres(row.get("ReqTRES", ""))
    cpus = number(row.get("AllocCPUS", "")) or number(wanted.get("cpu", ""))
    nodes, limit = number(row.get("NNodes", "")), seconds(row.get("TimelimitRaw", ""))
    memory = size(wanted.get("mem", ""))
    return _amounts(cpus, nodes, gpus(wanted), memory, limit, cpus and limit and cpus * limit)


def gpus(wanted: Mapping[str, str]) -> float | None:
    """GPUs of all kinds; ``gres/gpu`` counts those of ``gres/gpu:a100`` too."""
    every = [number(value) or 0 for key, value in wanted.items() if key.startswith("gres/gpu:")]
    return number(wanted.get("gres/gpu", "")) or sum(every) or None


def used(
    elapsed: float | None, cpu_time: float | None, steps: Iterable[Mapping[str, str]]
) -> dict[str, float]:
    """What a job used; its peak of memory is that of its largest step."""
    steps = list(steps)
    totals = [tres(step.get("TRESUsageInTot", "")) for step in steps]
    peaks = [size(total.get("mem", "")) or 0 for total in totals]
    peaks += [size(step.get("MaxRSS", "")) or 0 for step in steps]
    times = [clock(total.get("cpu", "")) for total in totals]
    if cpu_time is None and any(value is not None for value in times):
        cpu_time = sum(value or 0 for value in times)
    found = {"time": elapsed, "cpu_time": cpu_time, "memory": max(peaks, default=0) or None}
    return {key: value for key, value in found.items() if value is not None}


def efficiency(asked: Mapping[str, float], spent: Mapping[str, float]) -> dict[str, float]:
    """Used / asked, 0 to 1, where both are known."""
    time = spent.get("time", 0)
    pairs = {
        "cpu": (spent.get("cpu_time"), asked.get("cpus", 0) * time),
        "memory": (spent.get("memory"), asked.get("memory", 0)),
        "time": (spent.get("time"), asked.get("time", 0)),
    }
    return {
        key: min(1.0, part / of) for key, (part, of) in pairs.items() if part is not None and of
    }


def _amounts(*values: float | None) -> dict[str, float]:
    names = ("cpus", "nodes", "gpus", "memory", "time", "cpu_time")
    return {name: value for name, value in zip(names, values, strict=True) if value}


def streams(record: Mapping[str, str]) -> dict[str, str]:
    """Paths of a job's output; none of tasks that wait: they have no number yet."""
    out, err = record.get("StdOut", ""), record.get("StdErr", "")
    paths = {"stdout": out, "stderr": err if err != out else ""}
    return {key: path for key, path in paths.items() if path and NO_NUMBER not in path}


def from_show(record: Mapping[str, str], steps: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Fields of JobDetails from what Slurm's controller knows."""
    asked = asked_by_show(record)
    spent = used(seconds(record.get("RunTime", "")) or None, None, steps)
    word = record.get("JobState", "").partition(" ")[0]
    return {
        "command": record.get("Command", ""),
        "folder": record.get("WorkDir", ""),
        "logs": streams(record),
        "asked": asked,
        "used": spent,
        "efficiency": efficiency(asked, spent),
        "ending": explain_end(word, record.get("ExitCode", "")),
        "rows": {key: value for key, value in record.items() if value and key not in SHOWN},
    }


def from_account(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Fields of JobDetails from accounting: the row of the job, then those of its steps."""
    row, *steps = rows
    asked = asked_by_account(row)
    spent = used(number(row.get("ElapsedRaw", "")), clock(row.get("TotalCPU", "")), steps)
    word = row.get("State", "").partition(" ")[0]
    return {
        "command": row.get("SubmitLine", ""),
        "folder": row.get("WorkDir", ""),
        "logs": streams(row),
        "asked": asked,
        "used": spent,
        "efficiency": efficiency(asked, spent),
        "ending": explain_end(word, row.get("ExitCode", "")),
        "rows": {key: value for key, value in row.items() if given(value) and key not in SHOWN},
    }


def merged(shown: Mapping[str, Any], account: Mapping[str, Any]) -> JobDetails:
    """What both know; the controller's word counts where both have one, but accounting knows
    what was used."""
    known = {key: value for key, value in shown.items() if value}
    spent = {key: account[key] for key in ("used", "efficiency") if account.get(key)}
    return JobDetails(**{**account, **known, **spent})
