"""What condor_submit is told: a request as lines of a submit description. Pure."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...contract import JobRequest
from ...errors import BackendError, InvalidSpec
from ...model import Json
from .ads import LIMIT, LOG, TAG

TIME_IS_OVER = f"JobStatus == 2 && time() - JobCurrentStartDate > {LIMIT}"
"""HTCondor looks at it every PERIODIC_EXPR_INTERVAL, a minute as a rule."""

NUMBERS: Mapping[str, tuple[str, int]] = {
    "cpus": ("request_cpus", 1),
    "memory": ("request_memory", 1 << 20),
    "disk": ("request_disk", 1 << 10),
    "gpus": ("request_gpus", 1),
    "priority": ("priority", 1),
}
"""Option -> submit command, and what its unit is in ours."""

EDITS: Mapping[str, tuple[str, int]] = {
    "cpus": ("RequestCpus", 1),
    "memory": ("RequestMemory", 1 << 20),
    "disk": ("RequestDisk", 1 << 10),
    "gpus": ("RequestGPUs", 1),
    "priority": ("JobPrio", 1),
    "time": (LIMIT, 1),
}
"""Option -> attribute, for jobs that wait."""

EXECUTABLE = re.compile(r"^\s*executable[ \t]*=[ \t]*([^\s$]+)\s*$", re.M | re.I)

UNSURE = re.compile(r"^\s*(hold|max_materialize|max_idle|materialize_max_idle)[ \t]*=", re.M | re.I)
"""Jobs that are held from the start, of which there is no event, or that are made bit by bit."""

EXPECTED = 100
"""Jobs of one submit that are shown before the queue showed them, at most."""

RANGE = re.compile(r"^(\d+)\.(\d+) - (\d+)\.(\d+)$", re.M | re.ASCII)


@dataclasses.dataclass(frozen=True)
class Submission:
    """What condor_submit reads, and its arguments; ``log``: where HTCondor writes down events,
    empty where the description says that."""

    text: str
    argv: tuple[str, ...] = ()
    log: str = ""


def is_program(request: JobRequest) -> bool:
    """Whether its script is one to be run, not a submit description."""
    return request.script.startswith("#!")


def submission(request: JobRequest, private: Path) -> Submission:
    """``private``: folder of the request's own, where its program is and HTCondor's log of its
    events goes. Raises InvalidSpec."""
    options = dict(request.options)
    count = _number("count", options.pop("count", None), least=1)
    log = str(private / "events")
    events = f"log = {_plain('folder', log)}"
    lines = [*option_lines(options), f'My.{TAG} = "{request.tag}"']
    if request.name:
        lines.append(f"batch_name = {_plain('name', request.name)}")
    if is_program(request):
        head = [
            f"executable = {_plain('folder', str(private / 'script'))}",
            "output = htcondor-$(ClusterId).$(ProcId).out",
            "error = htcondor-$(ClusterId).$(ProcId).err",
            "should_transfer_files = IF_NEEDED",
            "when_to_transfer_output = ON_EXIT",
        ]
        text = "\n".join([*head, events, *lines, f"queue {count or 1}", ""])
        return Submission(text, log=log)
    if re.search(r"^\s*(user)?log[ \t]*=[ \t]*\S", request.script, re.M | re.I):
        log = ""
    else:
        lines.append(events)
    argv = [word for line in lines for word in ("-append", line)]
    queue = ["-queue", str(count)] if count else []
    return Submission(request.script, (*argv, "-", *queue), log)


def option_lines(options: Mapping[str, Json]) -> list[str]:
    """Options as submit commands; None: not given. Raises InvalidSpec."""
    lines = []
    for name, value in options.items():
        if value is None or value == "":
            continue
        if name in NUMBERS:
            command, unit = NUMBERS[name]
            lines.append(f"{command} = {amount(name, value, unit)}")
        elif name == "time":
            lines.append(f"My.{LIMIT} = {amount(name, value, 1)}")
            lines.append(f"periodic_remove = {TIME_IS_OVER}")
        elif name == "requirements":
            lines.append(f"requirements = ({_line(name, str(value))})")
        else:
            raise InvalidSpec(f"HTCondor knows no option {name!r} here")
    return lines


def edits(options: Mapping[str, Json]) -> list[str]:
    """Options as condor_qedit takes them: attribute, value, attribute, ... Raises InvalidSpec."""
    words = []
    for name, value in options.items():
        if name not in EDITS:
            raise InvalidSpec(f"{name!r} of a job cannot be changed in HTCondor")
        attribute, unit = EDITS[name]
        words += [attribute, str(amount(name, value, unit))]
    if not words:
        raise InvalidSpec("nothing to change is given")
    return words


def amount(name: str, value: Json, unit: int) -> int:
    """A number in HTCondor's unit, rounded up. Raises InvalidSpec."""
    least = None if name == "priority" else 0 if name == "gpus" else 1
    number = _number(name, value, least)
    assert number is not None
    return math.ceil(number / unit)


def whole_id(ids: Sequence[str]) -> str:
    """Of a job, or of the cluster where there are several."""
    return ids[0] if len(ids) == 1 else ids[0].partition(".")[0]


def jobs_made(text: str) -> list[str]:
    """The ids of the jobs in what ``condor_submit -terse`` prints, the first ones of the first
    cluster; raises BackendError for anything else."""
    ranges = RANGE.findall(text)
    if not ranges:
        raise BackendError(f"condor_submit does not say which job it made: {text.strip()}")
    cluster, first, _, last = ranges[0]
    last_proc = min(max(int(first), int(last)), int(first) + EXPECTED)
    return [f"{cluster}.{proc}" for proc in range(int(first), last_proc + 1)]


def expected(
    request: JobRequest, submission: Submission, ids: Sequence[str]
) -> list[dict[str, Json]]:
    """What the ads of jobs that were just submitted surely say, as long as the queue was not asked;
    none where that or their log of events is not known, or where they are many."""
    if not submission.log or len(ids) > EXPECTED or UNSURE.search(request.script):
        return []
    line = None if is_program(request) else EXECUTABLE.search(request.script)
    about = {
        "JobStatus": 1,
        "JobBatchName": request.name,
        "Cmd": "script" if is_program(request) else line[1] if line else "",
        "Iwd": request.folder,
        "TotalSubmitProcs": len(ids),
        TAG: request.tag,
        LOG: submission.log,
    }
    parts = (job_id.split(".") for job_id in ids)
    return [{"ClusterId": int(c), "ProcId": int(p)} | about for c, p in parts]


def _number(name: str, value: Json, least: int | None) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise InvalidSpec(f"{name} must be a whole number, not {value!r}")
    if least is not None and value < least:
        raise InvalidSpec(f"{name} must be {least} at least")
    return int(value)


def _line(name: str, text: str) -> str:
    """Text that stays one line, whatever it is: a backslash at the end would join the next."""
    if not text.isprintable() or text.rstrip().endswith("\\"):
        raise InvalidSpec(f"{name} must be one line of text without a backslash at its end")
    return text.strip()


def _plain(name: str, text: str) -> str:
    """Text in which HTCondor replaces nothing; raises InvalidSpec where that cannot be had."""
    if "$$(" in text:
        raise InvalidSpec(f"{name} must not contain $$(, which HTCondor would replace")
    return _line(name, text).replace("$", "$(DOLLAR)")
