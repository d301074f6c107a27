"""Events of jobs as HTCondor writes them into a job's log, and what they make of a job. Pure.

An event is a line with its number, its job and its time, lines that explain it, and a line of three
dots (HTCondor's manual, "Job Event Log Codes"). Times in it are in a zone that is not said, so that
the time of the file is taken.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from ...model import Job, Json, State, as_time
from .ads import course, exit_code, host, killer

END = b"\n...\n"
"""What ends an event."""

HEAD = re.compile(rb"(\d{3}) \((-?\d+)\.(-?\d+)\.-?\d+\) ")
SLOT = re.compile(r"^\tSlotName: (\S+)", re.M)
HOLD_CODE = re.compile(r"^\tCode (\d+) ", re.M)
RETURNED = re.compile(r"^\t\(1\) Normal termination \(return value (-?\d+)\)", re.M)
KILLED = re.compile(r"^\t\(0\) Abnormal termination \(signal (\d+)\)", re.M)

SUBMIT, EXECUTE = 0, 1
"""Numbers of events. A submit says that what was written of such a job before was of another."""

STATUS = {0: 1, 1: 2, 4: 1, 5: 4, 7: 1, 9: 3, 10: 7, 11: 2, 12: 5, 13: 1, 24: 1}
"""Number of an event -> JobStatus after it: submitted, executes, evicted, terminated, exception,
aborted, suspended, unsuspended, held, released, reconnection failed. Others change no state."""


@dataclasses.dataclass(frozen=True)
class Event:
    """A change of a job's state, as the ad of the job would have it after it."""

    job_id: str
    number: int
    ad: Mapping[str, Json]


def events_in(data: bytes) -> tuple[list[Event], int] | None:
    """The events of a log, or of a part that begins with one, and how many bytes of whole events
    that were; None: it is no such log."""
    size = data.rfind(END) + len(END)
    if size < len(END):
        return ([], 0) if b"\n" not in data or HEAD.match(data) else None
    try:
        return list(_read(data[:size].split(END)[:-1])), size
    except ValueError:
        return None


def _read(blocks: list[bytes]) -> Iterator[Event]:
    """Raises ValueError for what is no event, or does not say how a job ended."""
    for block in blocks:
        head = HEAD.match(block)
        if head is None:
            raise ValueError(block)
        number, cluster, proc = (int(part) for part in head.groups())
        if number in STATUS:
            _, _, body = block.decode(errors="replace").partition("\n")
            ad = {"JobStatus": STATUS[number], **_said(number, body)}
            yield Event(f"{cluster}.{proc}", number, ad)


def _said(number: int, body: str) -> dict[str, Json]:
    """What an event says besides the state, as attributes of a job."""
    first = body.partition("\n")[0].strip()
    if number == 1 and (slot := SLOT.search(body)):
        return {"RemoteHost": slot[1]}
    if number == 5 and (returned := RETURNED.search(body)):
        return {"ExitBySignal": False, "ExitCode": int(returned[1])}
    if number == 5 and (killed := KILLED.search(body)):
        return {"ExitBySignal": True, "ExitSignal": int(killed[1])}
    if number == 5:
        raise ValueError(body)
    if number == 9:
        return {"RemoveReason": first}
    if number == 12:
        code = HOLD_CODE.search(body)
        return {"HoldReason": first, **({"HoldReasonCode": int(code[1])} if code else {})}
    return {}


def after(job: Job, event: Event, moment: float) -> Job:
    """The job after an event that was written down at a time (seconds since 1970); the same one
    when it is known to be in that state, or has come further."""
    ad = event.ad
    state, word, reason = course(ad, left=ad["JobStatus"] in (3, 4))
    sending = event.number == EXECUTE and job.state is State.STOPPING
    if (state, word) == (job.state, job.word) or sending:
        return job
    changed: dict[str, object] = {"state": state, "word": word, "reason": reason, "line": None}
    if state is State.QUEUED:
        changed |= {"started": None, "nodes": ""}
    elif event.number == EXECUTE:
        began = None if job.state.ended else job.started
        changed |= {"started": began or as_time(moment), "nodes": host(ad)}
    ended = as_time(moment) if state.ended else None
    return dataclasses.replace(
        job,
        held=word == "HELD",
        ended=ended,
        exit_code=exit_code(ad),
        signal=killer(ad),
        **changed,  # type: ignore[arg-type]
    )
