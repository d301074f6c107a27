"""Slurm's words in plain ones: its states and why jobs wait or failed."""

from __future__ import annotations

from traitlets.log import get_logger

from ...model import State

STATES = {
    "PENDING": State.QUEUED,
    "REQUEUED": State.QUEUED,
    "REQUEUE_FED": State.QUEUED,
    "REQUEUE_HOLD": State.QUEUED,
    "RESV_DEL_HOLD": State.QUEUED,
    "SPECIAL_EXIT": State.QUEUED,
    "CONFIGURING": State.STARTING,
    "RUNNING": State.RUNNING,
    "RESIZING": State.RUNNING,
    "SIGNALING": State.RUNNING,
    "STOPPED": State.RUNNING,
    "SUSPENDED": State.RUNNING,
    "COMPLETING": State.STOPPING,
    "STAGE_OUT": State.STOPPING,
    "CANCELLED": State.STOPPED,
    "COMPLETED": State.STOPPED,
    "REVOKED": State.STOPPED,
    "BOOT_FAIL": State.FAILED,
    "DEADLINE": State.FAILED,
    "FAILED": State.FAILED,
    "NODE_FAIL": State.FAILED,
    "OUT_OF_MEMORY": State.FAILED,
    "PREEMPTED": State.FAILED,
    "TIMEOUT": State.FAILED,
}

STATE_WORDS = {
    "BOOT_FAIL": "its node could not be started",
    "CANCELLED": "it was cancelled",
    "DEADLINE": "its deadline passed",
    "NODE_FAIL": "a node it ran on failed",
    "OUT_OF_MEMORY": "it needed more memory than it was given",
    "PREEMPTED": "it had to make room for another job",
    "SIGNALING": "it is being sent a signal",
    "STOPPED": "it was stopped and keeps its processors",
    "SUSPENDED": "it is suspended",
    "TIMEOUT": "its time limit was over",
}

REASONS = {
    "AccountNotAllowed": "its account may not use this partition",
    "AssocGrpCpuLimit": "its account uses all processors it may have",
    "AssocGrpJobsLimit": "its account runs as many jobs as it may",
    "AssocGrpMemLimit": "its account uses all memory it may have",
    "AssocGrpNodeLimit": "its account uses all nodes it may have",
    "AssocMaxJobsLimit": "you run as many jobs as this account allows",
    "BadConstraints": "no node has what it asks for",
    "BeginTime": "waits for the time at which it may start",
    "Cleaning": "its last run is still being cleared away",
    "Dependency": "waits for another job",
    "DependencyNeverSatisfied": "the job it waits for will never end as asked: cancel it",
    "InvalidAccount": "its account is not valid",
    "InvalidQOS": "its quality of service (QOS) is not valid",
    "JobArrayTaskLimit": "as many tasks of its array run as were allowed at once",
    "JobHeldAdmin": "an administrator holds it",
    "JobHeldUser": "held: it starts only when it is released",
    "JobLaunchFailure": "it could not be launched, or was killed from outside",
    "Licenses": "waits for a software license",
    "NodeDown": "a node that it needs is down",
    "NonZeroExitCode": "its last command failed",
    "PartitionConfig": "asks for more than its partition allows",
    "PartitionDown": "its partition starts no jobs now",
    "PartitionInactive": "its partition takes no jobs now",
    "PartitionNodeLimit": "asks for more nodes than its partition allows, or some are down",
    "PartitionTimeLimit": "asks for more time than its partition allows",
    "Priority": "waits for other jobs with a higher priority",
    "QOSGrpCpuLimit": "its quality of service (QOS) has all processors it may have",
    "QOSMaxCpuPerUserLimit": "you use all processors that its quality of service (QOS) allows",
    "QOSMaxJobsPerUserLimit": "you run as many jobs as its quality of service (QOS) allows",
    "QOSMaxWallDurationPerJobLimit": "asks for more time than its quality of service (QOS) allows",
    "QOSNotAllowed": "its partition does not take its quality of service (QOS)",
    "ReqNodeNotAvail": "a node that it needs is down, reserved or in use",
    "Reservation": "waits for the start of its reservation",
    "Resources": "waits for nodes, processors or memory to become free",
}

_unknown: set[str] = set()


def state_of(word: str) -> State:
    """Our state for Slurm's. One that is new to us is logged once and counts as starting:
    there is such a job, and neither that it waits nor that it runs or ended is claimed."""
    state = STATES.get(word)
    if state is None and word not in _unknown:
        _unknown.add(word)
        get_logger().warning("slurm: the job state %r is not known", word)
    return state or State.STARTING


def explain(state: str, reason: str) -> str:
    """Why a job is as it is, for people, with Slurm's own word in brackets. A record of an
    array can have several reasons."""
    words = [part for part in reason.split(",") if part not in ("None", "")]
    if state in STATE_WORDS:
        return f"{STATE_WORDS[state]} ({state})"
    if STATES.get(state) in (State.RUNNING, State.STOPPING):  # what it waited for, or is held next
        return ""
    if not all(word in REASONS for word in words):
        return reason
    return "; ".join(f"{REASONS[word]} ({word})" for word in words)
