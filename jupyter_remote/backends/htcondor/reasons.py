"""HTCondor's numbers in plain words: states, and why jobs are held or wait."""

from __future__ import annotations

import re
from collections.abc import Mapping

from traitlets.log import get_logger

from ...model import Json, State

STATES = {
    1: (State.QUEUED, "IDLE"),
    2: (State.RUNNING, "RUNNING"),
    3: (State.STOPPING, "REMOVED"),
    4: (State.STOPPED, "COMPLETED"),
    5: (State.QUEUED, "HELD"),
    6: (State.STOPPING, "TRANSFERRING_OUTPUT"),
    7: (State.RUNNING, "SUSPENDED"),
}
"""JobStatus, for jobs that are in the queue."""

HELD = {
    1: "you hold it",
    3: "a condition that the job set itself",
    4: "its credentials are not valid",
    5: "a condition that the job set itself",
    6: "it could not be started",
    7: "its output could not be written or sent back",
    8: "its input could not be read or sent",
    12: "its output could not be written or sent back",
    13: "its input could not be read or sent",
    14: "its folder is not there",
    15: "it was submitted on hold",
    16: "its input is still being sent",
    20: "its input could not be read",
    21: "the machine refused it",
    26: "a rule of the pool",
    27: "a rule of the pool",
    28: "a rule of the pool",
    32: "its input is larger than allowed",
    33: "its output is larger than allowed",
    34: "it needed more memory than it asked for",
    35: "it could not be started in its container",
    45: "as many of your jobs as may be are held",
    46: "its time limit was over",
    47: "its time limit was over",
    48: "its output could not be written",
}
"""HoldReasonCode; the words of HTCondor itself follow."""

WAITING = {
    "no match found": "no machine that is free now has what it asks for",
    "insufficient priority": "the users before you have a better priority",
    "submitter limit exceeded": "you use as much as your share allows",
    "insufficient disk": "no machine that is free now has the disk space it asks for",
}
"""LastRejMatchReason."""

POLICY = re.compile(r"The (job attribute|system macro|global) |PERIODIC_REMOVE", re.I)
"""How HTCondor's words begin when a condition, not a person, removed a job."""

_unknown: set[int] = set()


def state_of(number: int) -> tuple[State, str]:
    """Our state and a word for a JobStatus. One that is new to us is logged once and counts as
    starting: neither that it waits nor that it runs or ended is claimed."""
    known = STATES.get(number)
    if known is None and number not in _unknown:
        _unknown.add(number)
        get_logger().warning("htcondor: the job state %r is not known", number)
    return known or (State.STARTING, str(number))


def whole(ad: Mapping[str, Json], key: str) -> int | None:
    """A number; None for what is missing or an expression."""
    value = ad.get(key)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def why_held(ad: Mapping[str, Json]) -> str:
    """A plain explanation, then HTCondor's own words."""
    said = str(ad.get("HoldReason") or "")
    plain = HELD.get(whole(ad, "HoldReasonCode") or 0, "")
    return f"held: {plain} ({said})" if plain and said else f"held: {plain or said}".rstrip(": ")


def why_waiting(ad: Mapping[str, Json]) -> str:
    """What the last try to find a machine came to; empty: there was none yet."""
    said = str(ad.get("LastRejMatchReason") or "").strip()
    tried, entered = (whole(ad, key) or 0 for key in ("LastRejMatchTime", "EnteredCurrentStatus"))
    if not said or tried < entered:
        return ""
    plain = next((words for key, words in WAITING.items() if key in said.lower()), "")
    return f"{plain} ({said})" if plain else said
