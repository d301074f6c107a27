"""What ``scontrol --json show job`` says, read into the words of ``scontrol show job``.

The shape changed with nearly every version of Slurm: numbers are plain, or objects that say
whether they are set or without bound; a state is a word or a list; an exit code is a wait status,
or an object. Fields come and go. All of it is taken here, and nowhere else; what is missing is
left out, so that the text's readers do for both.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from ...model import Json
from .reasons import STATES

NO_VALUE, INFINITE = 0xFFFFFFFE, 0xFFFFFFFF
"""What stands for nothing, and for no bound, where numbers are plain (32 bits)."""

ID = re.compile(r"([0-9]+)(?:_([0-9]+)|\+([0-9]+))?", re.ASCII)

WORDS = {
    "Account": "account", "AllocTRES": "tres_alloc_str", "ArrayTaskId": "array_task_string",
    "BatchHost": "batch_host", "Command": "command", "Comment": "comment",
    "Dependency": "dependency", "ExcNodeList": "excluded_nodes", "Features": "features",
    "JobName": "name", "Licenses": "licenses", "NodeList": "nodes", "Partition": "partition",
    "QOS": "qos", "Reason": "state_reason", "ReqNodeList": "required_nodes",
    "ReqTRES": "tres_req_str", "Reservation": "resv_name", "StdErr": "standard_error",
    "StdIn": "standard_input", "StdOut": "standard_output", "WorkDir": "current_working_directory",
}  # fmt: skip
"""The text's name -> the field, for what is text in both."""

EXPANDED = {
    "StdErr": "stderr_expanded", "StdIn": "stdin_expanded", "StdOut": "stdout_expanded",
}  # fmt: skip
"""Paths without patterns; versions without these fields have them under the older name."""

NUMBERS = {
    "JobId": "job_id", "ArrayJobId": "array_job_id", "ArrayTaskId": "array_task_id",
    "CPUs/Task": "cpus_per_task", "HetJobId": "het_job_id", "HetJobOffset": "het_job_offset",
    "Nice": "nice", "NumCPUs": "cpus", "NumNodes": "node_count", "NumTasks": "tasks",
    "Priority": "priority", "Restarts": "restart_cnt",
}  # fmt: skip
MEBIBYTES = {"MinMemoryNode": "memory_per_node", "MinMemoryCPU": "memory_per_cpu"}
TIMES = {
    "SubmitTime": "submit_time", "EligibleTime": "eligible_time", "StartTime": "start_time",
    "EndTime": "end_time", "LastSchedEval": "last_sched_evaluation", "Deadline": "deadline",
}  # fmt: skip


def read_json(text: str, job_id: str) -> dict[str, str]:
    """The record of a job (a task ``12_3`` of an array, a part ``12+1``); empty: it is not there.
    Raises ValueError for what is no such answer."""
    answer = json.loads(text)
    jobs = answer.get("jobs") if isinstance(answer, dict) else None
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        raise ValueError("scontrol printed JSON without jobs")
    asked = [job for job in jobs if _is(job, job_id)]
    return record(asked[0]) if asked else {}


def record(job: Mapping[str, Json]) -> dict[str, str]:
    """A job by the text's names. Fields without one there keep theirs."""
    found = {"JobState": state(job.get("job_state")), "ExitCode": status(job.get("exit_code"))}
    found |= {key: str(job.get(name) or "") for key, name in WORDS.items()}
    found |= {key: text for key, name in EXPANDED.items() if (text := str(job.get(name) or ""))}
    found |= _each(NUMBERS, job, str)
    found |= _each(MEBIBYTES, job, lambda mebibytes: f"{mebibytes}M" if mebibytes else "")
    found |= _each(TIMES, job, _moment)
    found |= {"TimeLimit": _limit(job), "RunTime": _clock(_ran(job, found["JobState"]))}
    if not number(job.get("array_job_id")):
        found |= {"ArrayJobId": "", "ArrayTaskId": ""}
    if not number(job.get("het_job_id")):
        found |= {"HetJobId": "", "HetJobOffset": ""}
    found["UserId"] = str(job.get("user_name") or "")
    return {key: value for key, value in {**_rest(job), **found}.items() if value}


def number(value: Json) -> int | None:
    """A number in any of its shapes; None: not set, without bound, or none."""
    if isinstance(value, Mapping):
        given = value.get("set", True) and not value.get("infinite", False)
        return number(value.get("number")) if given else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    none = value in (NO_VALUE, INFINITE) or not math.isfinite(value)
    return None if none else int(value)


def state(value: Json) -> str:
    """The state's word: of a list (the state, then what else is true of it) the last that is a
    state, as the text has it."""
    words = [str(word) for word in (value if isinstance(value, list) else [value or ""])]
    return next((word for word in reversed(words) if word in STATES), words[0] if words else "")


def status(value: Json) -> str:
    """``3:0``, code and signal, of a wait status or of an object."""
    if not isinstance(value, Mapping):
        whole = number(value) or 0
        return f"{whole >> 8 & 0xFF}:{whole & 0x7F}"
    killer = value.get("signal")
    killer = killer if isinstance(killer, Mapping) else {}
    signal = number(killer.get("id")) or number(killer.get("signal_id")) or 0
    return f"{number(value.get('return_code')) or 0}:{signal}"


def _is(job: Mapping[str, Json], job_id: str) -> bool:
    match = ID.fullmatch(job_id)
    if match is None:
        return False
    whole, task, part = (None if text is None else int(text) for text in match.groups())
    of_array, of_het = number(job.get("array_job_id")), number(job.get("het_job_id"))
    if task is not None:
        return of_array == whole and number(job.get("array_task_id")) == task
    if part is not None:
        return of_het == whole and number(job.get("het_job_offset")) == part
    return whole in (number(job.get("job_id")), of_array or None)


def _each(
    names: Mapping[str, str], job: Mapping[str, Json], say: Callable[[int], str]
) -> dict[str, str]:
    found = {key: number(job.get(name)) for key, name in names.items()}
    return {key: say(value) for key, value in found.items() if value is not None}


def _moment(seconds: int) -> str:
    """A time for people, with its zone, as the text has it; empty: never."""
    if not seconds:
        return ""
    try:
        return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
    except (OverflowError, OSError, ValueError):
        return str(seconds)


def _limit(job: Mapping[str, Json]) -> str:
    """Minutes there; 0 and nothing both mean that none is known."""
    value = job.get("time_limit")
    infinite = value.get("infinite") if isinstance(value, Mapping) else value == INFINITE
    minutes = number(value)
    return "UNLIMITED" if infinite else _clock(minutes * 60) if minutes else ""


def _ran(job: Mapping[str, Json], word: str) -> int:
    """Seconds that it ran without its pauses, as ``scontrol`` counts them."""
    names = ("start_time", "end_time", "suspend_time", "pre_sus_time")
    start, end, paused, before = (number(job.get(name)) or 0 for name in names)
    if not start or word == "PENDING":
        return 0
    if word == "SUSPENDED":
        return before
    over = end if word in STATES and STATES[word].ended and end else int(time.time())
    return max(0, over - paused + before if paused else over - start)


def _clock(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def _rest(job: Mapping[str, Json]) -> dict[str, str]:
    """What the text has no name for here: under its own, where it says anything."""
    named = (WORDS, EXPANDED, NUMBERS, MEBIBYTES, TIMES)
    known = {"job_state", "exit_code", "user_name", "time_limit"}.union(
        *(names.values() for names in named)
    )
    return {name: _said(name, value) for name, value in job.items() if name not in known}


def _said(name: str, value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list):
        return ",".join(value) if all(isinstance(part, str) for part in value) else ""
    figure = number(value) or 0
    return _moment(figure) if name.endswith("_time") else str(figure or "")
