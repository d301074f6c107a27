"""One local job in full, and how it ended in plain words."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import time
from pathlib import Path

import psutil

from ...contract import JobDetails
from ...errors import StorageError
from ...files import read_chunk
from ...model import Job, Json, as_time, elapsed
from .care import agent_of, is_here, memory
from .files import SCRIPT, STREAMS, JobFolders, Record

SCRIPT_BYTES = 1 << 20
"""Of a script that are shown."""

CODES = {
    126: "a command was found that could not be executed: look at its permissions",
    127: "a command was not found: look at stderr for its name",
}
SIGNALS = {
    "SIGKILL": "it was killed: by somebody, or by the system because memory ran out",
    "SIGTERM": "it was asked to end",
    "SIGINT": "it was interrupted",
    "SIGSEGV": "the program crashed: it used memory that is not its own",
    "SIGBUS": "the program crashed: a part of its memory or of a mapped file was not there",
    "SIGABRT": "the program gave up by itself, usually with a message on stderr",
    "SIGFPE": "the program crashed in its arithmetic, such as a division by zero",
    "SIGXFSZ": "a file became larger than the limit allows",
    "SIGXCPU": "it used more CPU time than the limit allows",
    "SIGPIPE": "it wrote to a program that had ended",
}


def explain(job: Job) -> str:
    """How a job ended; empty while it has not."""
    if not job.state.ended:
        return ""
    code, name = job.exit_code, job.signal
    if code == 0 and not job.reason:
        return "It ended by itself, without an error."
    if code is not None and code > 128:
        name = {s.value: s.name for s in signal.Signals}.get(code - 128)
    words = CODES.get(code or 0, "") or SIGNALS.get(name or "", "")
    if job.reason and not job.reason.startswith(("ended with", "killed by")):
        return f"{job.reason[0].upper()}{job.reason[1:]}."
    if job.state.value == "stopped":
        return "It was stopped on request."
    said = f"Exit code {code}" if code is not None else f"Ended by {name}"
    return f"{said}: {words or 'the program reports an error of its own'}."


def details(record: Record, job: Job, folders: JobFolders) -> JobDetails:
    """Blocks. Of a job that runs here, what it uses is measured now."""
    spec = folders.spec(job.job_id)
    folder = folders.root / job.job_id
    used = _used(record, job)
    asked = {"cpus": job.cpus, "time": job.time_limit}
    logs = {k: str(folder / v) for k, v in STREAMS.items() if k == "stdout" or record.submitted}
    return JobDetails(
        script=_script(folder / SCRIPT),
        command=shlex.join(word.replace("{job}", str(folder)) for word in spec.get("argv", ())),
        folder=spec.get("cwd", "") or os.path.expanduser("~"),
        logs=logs,
        asked={key: value for key, value in asked.items() if value is not None},
        used=used,
        efficiency=_efficiency(job, used),
        ending=explain(job),
        rows=_rows(record, job),
    )


def _script(path: Path) -> str:
    with contextlib.suppress(StorageError):
        return read_chunk(path, 0, SCRIPT_BYTES, os.O_NOFOLLOW).data.decode(errors="replace")
    return ""


def _used(record: Record, job: Job) -> dict[str, float]:
    used: dict[str, float] = {}
    if job.started:
        used["time"] = elapsed(job.started, job.ended or as_time(time.time()))
    who = agent_of(record)
    if job.state.ended:
        figures = {"cpu_time": record.data.get("cpu_time"), "memory": record.data.get("peak")}
    elif who is not None and is_here(record):
        figures = {"cpu_time": cpu_time(who.pid), "memory": job.memory or memory(who.pid)}
    else:
        figures = {}
    return used | {key: value for key, value in figures.items() if value is not None}


def cpu_time(root: int) -> float | None:
    """Seconds of CPU that the processes below ``root`` used so far, and those of them that
    they waited for."""
    total = 0.0
    try:
        below = psutil.Process(root).children(recursive=True)
    except psutil.Error:
        return None
    for process in below:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return round(total, 3)


def _efficiency(job: Job, used: dict[str, float]) -> dict[str, float]:
    figures = {}
    time_used = used.get("time", 0.0)
    if job.cpus and time_used and "cpu_time" in used:
        figures["cpu"] = used["cpu_time"] / (job.cpus * time_used)
    if job.time_limit and time_used:
        figures["time"] = time_used / job.time_limit
    return {key: min(1.0, value) for key, value in figures.items()}


def _rows(record: Record, job: Job) -> dict[str, str]:
    who, app = agent_of(record), record.data.get("app")
    rows: dict[str, Json] = {
        "host": record.data.get("host", ""),
        "agent": str(who.pid) if who else "",
        "process": str(app["pid"]) if isinstance(app, dict) else "",
        "sockets": record.data.get("run", ""),
    }
    if job.state.ended and "peak" in record.data:
        rows["memory"] = "the most that one of its processes had"
    return {key: value for key, value in rows.items() if value}
