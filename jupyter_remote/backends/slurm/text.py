"""What Slurm's commands print, read. Nothing here runs anything.

``squeue -O`` is asked for whole fields (width 0), each with a separator of its own. A job's
name may contain any of them: it is the last field, and a record that does not begin like one
is the rest of the name before it. A comment that contains them spoils the name behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ...breath import slices
from ...model import Job, State, as_time
from .endings import codes, signal_name
from .reasons import explain, state_of

FIELD, RECORD = "\x1f", "\x1e\n"
FIELDS = (
    *("JobArrayID", "ArrayJobID", "State", "Reason", "UserName", "Partition", "Account", "QOS"),
    *("NodeList", "NumNodes", "NumCPUs", "TimeLimit", "SubmitTime", "StartTime", "EndTime"),
    *("exit_code", "PriorityLong", "WorkDir", "Comment", "Name"),
)
FORMAT = f"{FIELD},".join(f"{name}:0" for name in FIELDS) + RECORD[0]
"""For ``squeue -O``."""

SETTINGS = {"SLURM_TIME_FORMAT": "%s", "SLURM_BITSTR_LEN": "0"}
"""Environment of squeue: times in seconds since 1970, task lists in full."""

CLOCK = {"SLURM_TIME_FORMAT": "%Y-%m-%dT%H:%M:%S%z"}
"""The same for people: times say of which zone they are."""

FOREIGN = re.compile(r"(SQUEUE|SACCT|SBATCH|SALLOC|SCANCEL|SCONTROL|SINFO|SPRIO)_|SLURM_CLUSTERS$")
"""The user's own variables that change what the commands print or do."""

PENDING = "_pending"
"""Behind an array's id: all of its tasks that wait."""

JOB_ID = re.compile(rf"[0-9]{{1,10}}(_[0-9]{{1,10}}|{PENDING}|\+[0-9]{{1,10}})?", re.ASCII)
"""A job, an array, a task of one or all that wait, a part of a heterogeneous job. Nothing
else reaches a command."""

TAG = re.compile(r"\bjr-[a-z2-7]{20}\b")
"""The mark of a request, in a job's comment."""

START = re.compile(
    rf"[0-9]+(_[0-9]+|_\[[^\]{FIELD}]*\])?(\+[0-9]+)?{FIELD}[0-9]+{FIELD}[A-Z_]+{FIELD}"
)
LIMIT = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", re.ASCII)
DOWN = re.compile(
    "unable to contact|unable to establish|unexpected message|timed out|zero bytes|connect failure"
    "|configuration source|munge|authentication|communication|connection refused|persistent conn"
    "|to the database",
    re.I,
)


def parse_jobs(text: str, backend: str, before: Mapping[str, Job] | None = None) -> dict[str, Job]:
    """What squeue printed with FORMAT and SETTINGS: each record with its job, and the same
    job for a record that was in ``before``. Raises ValueError when it is no such list."""
    if text and not (START.match(text) and text.endswith(RECORD)):
        raise ValueError(text[:200])
    records: list[str] = []
    for part in text.removesuffix(RECORD).split(RECORD):
        if START.match(part):
            records.append(part)
        elif records:
            records[-1] += RECORD + part
    known = before or {}
    return {record: known.get(record) or _job(record, backend) for record in slices(records)}


def shown_id(record: str) -> str:
    """The id of a record as squeue shows it: ``12_[5-99%4]``."""
    return record.partition(FIELD)[0]


def _job(record: str, backend: str) -> Job:
    """A record that was cut off has fewer fields: the rest is empty."""
    values = record.split(FIELD, len(FIELDS) - 1)
    field = dict(zip(FIELDS, values + [""] * (len(FIELDS) - len(values)), strict=True))
    state = state_of(field["State"])
    job_id, tasks = job_and_tasks(field["JobArrayID"])
    return Job(
        backend=backend,
        job_id=job_id,
        name=field["Name"],
        state=state,
        word=field["State"],
        reason=explain(field["State"], field["Reason"]),
        user=field["UserName"],
        partition=field["Partition"],
        account=given(field["Account"]),
        qos=given(field["QOS"]),
        nodes=given(field["NodeList"]) or _asked(field["NumNodes"]),
        cpus=int(field["NumCPUs"]) if field["NumCPUs"].isdecimal() else None,
        time_limit=seconds(field["TimeLimit"]),
        tasks=tasks,
        array=field["ArrayJobID"] if "_" in field["JobArrayID"] else "",
        held=state is State.QUEUED and field["PriorityLong"] == "0",
        tag=tag_of(field["Comment"]),
        folder=given(field["WorkDir"]),
        **_course(field, state),
    )


def _course(field: Mapping[str, str], state: State) -> dict[str, Any]:
    """Times and end. A job that was never given nodes did not start, though Slurm says when."""
    placed = bool(given(field["NodeList"]))
    begin = time_of(field["StartTime"])
    code, killer = ending(field["exit_code"]) if state.ended and placed else (None, None)
    return {
        "exit_code": code,
        "signal": killer,
        "submitted": time_of(field["SubmitTime"]),
        "started": begin if placed else None,
        "starts": begin if state is State.QUEUED else None,
        "ended": time_of(field["EndTime"]) if state.ended else None,
    }


def job_and_tasks(shown: str) -> tuple[str, int]:
    """The id of a record, and how many tasks it stands for. The waiting tasks of an array are
    one record that shrinks (``12_[5-99%4]``): its id (``12_pending``) stays."""
    array, bracket, rest = shown.partition("_[")
    return (array + PENDING, count(rest.rstrip("]"))) if bracket else (shown, 1)


def tag_of(comment: str) -> str:
    """The tag in a comment; empty: there is none."""
    found = TAG.search(comment)
    return found.group() if found else ""


def count(ranges: str) -> int:
    """Tasks in ``1-4,7,10-20:5%2``; what is no number counts as one."""
    total = 0
    for part in ranges.partition("%")[0].split(","):
        match = re.fullmatch(r"(\d+)-(\d+)(?::(\d+))?", part, re.ASCII)
        if match:
            first, last, step = (int(number or 1) for number in match.groups())
            total += max(0, last - first) // max(1, step) + 1
        else:
            total += 1
    return total


@lru_cache(1024)
def seconds(limit: str) -> float | None:
    """A time limit (``1-02:03:04``, ``30:00``, ``5``: minutes) in seconds; None for anything
    else: UNLIMITED, NOT_SET, INVALID, Partition_Limit."""
    match = LIMIT.fullmatch(limit.strip())
    if not match:
        return None
    days, *rest = match.groups()
    clock = [int(part) for part in rest if part is not None]
    if days is not None:  # days-hours[:minutes[:seconds]]
        hours, minutes, secs = [*clock, 0, 0][:3]
    elif len(clock) == 3:
        hours, minutes, secs = clock
    else:  # minutes[:seconds]
        hours, (minutes, secs) = 0, [*clock, 0][:2]
    return float(((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + secs)


@lru_cache(8192)
def time_of(stamp: str) -> str | None:
    """Seconds since 1970 as they stand in records; None for N/A, Unknown and 0."""
    return as_time(int(stamp)) if stamp.isdecimal() and int(stamp) else None


def ending(status: str) -> tuple[int | None, str | None]:
    """Exit code or signal name in a wait status (Slurm 22.05), or in ``3:0`` (24.11: code and
    signal). Slurm also puts errors of its own where the signal is (53: no output file): they
    are neither."""
    number = int(status) if status.isdecimal() else 0
    code, killer = codes(status) if ":" in status else (number >> 8 & 0xFF, number & 0x7F)
    return (None, signal_name(killer) or None) if killer else (code, None)


def given(value: str) -> str:
    """A value, and nothing for Slurm's words for nothing."""
    return "" if value in ("(null)", "N/A", "None assigned") else value


def _asked(number: str) -> str:
    if not number[:1].isdecimal():
        return ""
    return f"{number} node" if number == "1" else f"{number} nodes"
