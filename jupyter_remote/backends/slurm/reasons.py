"""Slurm's words in plain ones: its states and why jobs wait or failed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from traitlets.log import get_logger

from ...model import State
from .limits import limit

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
    "AccountingPolicy": "a limit of its account or quality of service (QOS) is reached",
    "AssociationJobLimit": "its account runs as many jobs as it may",
    "AssociationResourceLimit": "its account uses all that it may",
    "AssociationTimeLimit": "its account used up its time",
    "BadConstraints": "no node has what it asks for",
    "BeginTime": "waits for the time at which it may start",
    "BurstBufferOperation": "its burst buffer failed",
    "BurstBufferResources": "waits for space in the burst buffer",
    "BurstBufferStageIn": "its files are being copied to the burst buffer",
    "Cleaning": "its last run is still being cleared away",
    "Constraints": "no node has the features it asks for now",
    "DeadLine": "it could not end before its deadline",
    "Dependency": "waits for another job",
    "DependencyNeverSatisfied": "the job it waits for will never end as asked: cancel it",
    "FedJobLock": "waits for the other clusters of the federation to agree",
    "FrontEndDown": "no front end node can start it now",
    "InactiveLimit": "it did nothing for longer than is allowed",
    "InvalidAccount": "its account is not valid",
    "InvalidQOS": "its quality of service (QOS) is not valid",
    "JobArrayTaskLimit": "as many tasks of its array run as were allowed at once",
    "JobHeldAdmin": "an administrator holds it",
    "JobHeldUser": "held: it starts only when it is released",
    "JobHoldMaxRequeue": "held: it was started anew as often as is allowed",
    "JobLaunchFailure": "it could not be launched, or was killed from outside",
    "Licenses": "waits for a software license",
    "MaxMemPerLimit": "asks for more memory per node or processor than is allowed",
    "MaxPoweredUpNodes": "as many nodes are switched on as are allowed",
    "MpiPortsBusy": "waits for network ports for MPI",
    "NodeDown": "a node that it needs is down",
    "NonZeroExitCode": "its last command failed",
    "OutOfMemory": "it needed more memory than it was given",
    "PartitionConfig": "asks for more than its partition allows",
    "PartitionDown": "its partition starts no jobs now",
    "PartitionInactive": "its partition takes no jobs now",
    "PartitionNodeLimit": "asks for more nodes than its partition allows, or some are down",
    "PartitionTimeLimit": "asks for more time than its partition allows",
    "PowerNotAvail": "waits until there is enough electric power",
    "PowerReserved": "electric power is reserved for other jobs",
    "Priority": "waits for other jobs with a higher priority",
    "Prolog": "its nodes are being made ready",
    "QOSJobLimit": "its quality of service (QOS) runs as many jobs as it may",
    "QOSNotAllowed": "its partition does not take its quality of service (QOS)",
    "QOSResourceLimit": "all that its quality of service (QOS) may have is used",
    "QOSTimeLimit": "its quality of service (QOS) used up its time",
    "QOSUsageThreshold": "its account used more than its quality of service (QOS) takes",
    "RaisedSignal": "a signal ended it",
    "ReqNodeNotAvail": "a node that it needs is down, reserved or in use",
    "Reservation": "waits for the start of its reservation",
    "ReservationDeleted": "its reservation was deleted",
    "ReservationInvalid": "its reservation is not valid",
    "Resources": "waits for nodes, processors or memory to become free",
    "SchedDefer": "was asked to start at once, which is not possible here",
    "SystemFailure": "Slurm, a node or a file system failed",
    "TimeLimit": "its time limit was over",
    "WaitingForScheduling": "was not looked at yet",
}
"""Those of limits are built by rule: see ``limits``."""

DETAIL = re.compile(r"(\w+), ?(?:UnavailableNodes|May be reserved)|(\w+):\d+\(\w+\)$", re.ASCII)
"""A reason with more words behind it: which nodes, or which signal."""

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
    if state in STATE_WORDS:
        return f"{STATE_WORDS[state]} ({state})"
    if STATES.get(state) in (State.RUNNING, State.STOPPING):  # what it waited for, or is held next
        return ""
    if (match := DETAIL.match(reason)) and (said := _plain(match[1] or match[2])):
        return f"{said} ({reason})"
    words = [part for part in reason.split(",") if part not in ("None", "")]
    plain = [_plain(word) for word in words]
    if not all(plain):
        return reason
    return "; ".join(f"{one} ({word})" for one, word in zip(plain, words, strict=True))


def with_figures(said: str, figures: Mapping[str, str]) -> str:
    """An explanation with how much is allowed, by Slurm's words, where it tells of a limit."""
    for word, figure in figures.items():
        said = said.replace(f" ({word})", f": {figure} ({word})")
    return said


def _plain(word: str) -> str:
    return REASONS.get(word) or limit(word)
