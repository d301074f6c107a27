"""ClassAds of jobs, read. Nothing here runs anything.

Times in ads are seconds since 1970 by the clock of HTCondor's queue; memory is in MiB, disk and
sizes in KiB. What is an expression there travels as text and counts as not known.
"""

from __future__ import annotations

import os.path
import re
import signal
from collections.abc import Iterable, Mapping
from typing import Any

from ...model import Job, Json, State, as_time
from .reasons import POLICY, state_of, whole, why_held, why_waiting

TAG, LIMIT = "JupyterRemoteTag", "JupyterRemoteTime"
"""Our own attributes of jobs: the mark of the request, the time limit in seconds."""

LOG = "UserLog"
"""Where a job's log of events is; what a submit description calls ``log``, made of its macros."""

ATTRIBUTES = ",".join(
    (
        *("ClusterId", "ProcId", "Owner", "User", "JobStatus", "JobBatchName", "Cmd", "Iwd"),
        *("TotalSubmitProcs", "EnteredCurrentStatus", "QDate", "JobStartDate", "CompletionDate"),
        *("JobCurrentStartDate", "ExitCode", "ExitBySignal", "ExitSignal", "RemoveReason"),
        *("HoldReason", "HoldReasonCode", "LastRejMatchReason", "LastRejMatchTime"),
        *("ResidentSetSize", "ResidentSetSize_RAW", "MemoryUsage", "RequestCpus", "RemoteHost"),
        *("LastRemoteHost", "TransferringInput", "AcctGroup", "AllowedJobDuration"),
        *("AllowedExecuteDuration", "JobPrio", TAG, LIMIT),
    )
)
"""What lists of jobs are made of, for ``-attributes``."""

JOB_ID = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?", re.ASCII)
"""A job, or a cluster: all of its jobs. Nothing else reaches a command."""


def read_jobs(
    ads: Iterable[Mapping[str, Json]], backend: str, left: bool = False
) -> dict[str, Job]:
    """Jobs of the queue, by id; ``left``: of the history, where those are that left it."""
    jobs = (job_of(ad, backend, left) for ad in ads)
    return {job.job_id: job for job in jobs}


def job_of(ad: Mapping[str, Json], backend: str, left: bool = False) -> Job:
    """One job; an ad without ids raises KeyError."""
    cluster, proc = int(ad["ClusterId"]), int(ad["ProcId"])
    state, word, reason = course(ad, left)
    command = str(ad.get("Cmd") or "")
    limits = (LIMIT, "AllowedJobDuration", "AllowedExecuteDuration")
    return Job(
        backend=backend,
        job_id=f"{cluster}.{proc}",
        name=str(ad.get("JobBatchName") or os.path.basename(command)),
        state=state,
        word=word,
        reason=reason,
        user=str(ad.get("Owner") or ""),
        account=str(ad.get("AcctGroup") or ""),
        nodes=host(ad),
        cpus=whole(ad, "RequestCpus"),
        memory=memory(ad),
        time_limit=next((float(n) for key in limits if (n := whole(ad, key))), None),
        array=str(cluster) if (whole(ad, "TotalSubmitProcs") or 1) > 1 else "",
        held=word == "HELD",
        tag=str(ad.get(TAG) or ""),
        folder=str(ad.get("Iwd") or ""),
        **_times(ad, state),
    )


def course(ad: Mapping[str, Json], left: bool) -> tuple[State, str, str]:
    """State, HTCondor's word for it, and why."""
    status = whole(ad, "JobStatus") or 0
    state, word = state_of(status)
    if word == "COMPLETED":
        return (State.STOPPED if exit_code(ad) == 0 else State.FAILED), word, ""
    if word == "REMOVED":
        said = str(ad.get("RemoveReason") or "")
        if not left:
            return state, word, said
        return (State.FAILED if POLICY.match(said) else State.STOPPED), word, removed(ad)
    if left:  # no job leaves the queue otherwise: nothing is guessed
        return State.LOST, word, "it left the queue without an end"
    if word == "HELD":
        return state, word, why_held(ad)
    if word == "IDLE":
        return state, word, why_waiting(ad)
    if word == "RUNNING" and ad.get("TransferringInput") is True:
        return State.STARTING, word, "its input is being sent"
    reasons = {"SUSPENDED": "it is suspended", "TRANSFERRING_OUTPUT": "its output is being sent"}
    return state, word, reasons.get(word, "")


def removed(ad: Mapping[str, Json]) -> str:
    """Why a job was removed, for people, with HTCondor's own words."""
    said = str(ad.get("RemoveReason") or "")
    if POLICY.match(said) and LIMIT in said:
        return f"its time limit was over ({said})"
    return f"it was removed: {said}" if said else "it was removed"


def exit_code(ad: Mapping[str, Json]) -> int | None:
    """0-255; None when a signal ended it, or when it is not known."""
    code = whole(ad, "ExitCode")
    return None if ad.get("ExitBySignal") is True or code is None else code & 0xFF


def killer(ad: Mapping[str, Json]) -> str | None:
    """The name of the signal that ended a job."""
    number = whole(ad, "ExitSignal") or 0
    if ad.get("ExitBySignal") is not True:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def memory(ad: Mapping[str, Json]) -> int | None:
    """The most memory it used, in bytes."""
    for key, unit in (("ResidentSetSize_RAW", 1 << 10), ("ResidentSetSize", 1 << 10)):
        if size := whole(ad, key):
            return size * unit
    usage = whole(ad, "MemoryUsage")
    return usage << 20 if usage else None


def host(ad: Mapping[str, Json]) -> str:
    """The machine in ``slot1_2@machine``: where it runs, or ran."""
    name = str(ad.get("RemoteHost") or ad.get("LastRemoteHost") or "")
    return name.rpartition("@")[2] if whole(ad, "JobStatus") not in (1, 5) else ""


def _times(ad: Mapping[str, Json], state: State) -> dict[str, Any]:
    """Times, and how it ended."""
    begun = whole(ad, "JobCurrentStartDate") or whole(ad, "JobStartDate")
    done = whole(ad, "CompletionDate") or whole(ad, "EnteredCurrentStatus")
    completed = state.ended and whole(ad, "JobStatus") == 4
    return {
        "submitted": moment(whole(ad, "QDate")),
        "started": None if state is State.QUEUED else moment(begun),
        "ended": moment(done) if state.ended else None,
        "exit_code": exit_code(ad) if completed else None,
        "signal": killer(ad) if completed else None,
    }


def moment(seconds: int | None) -> str | None:
    """A time of an ad as it stands in records."""
    return as_time(seconds) if seconds else None
