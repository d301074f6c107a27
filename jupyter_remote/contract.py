"""Backend: what is asked of it and, in frozen records, what it answers.

Times are UTC, RFC 3339 with milliseconds; lengths of time are seconds, sizes are bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Literal, Protocol

from .model import Job, JobSpec, Json


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogChunk:
    """Bytes ``offset .. offset + len(data)`` of a log that is ``size`` bytes long now.

    ``file`` tells one file from another of the same name: it changes when a log is replaced."""

    data: bytes
    offset: int
    size: int
    file: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class JobRequest:
    """A job as a person asks for it: a script, and values for the fields of ``Offers``.

    ``script`` is text; one that begins with ``#!`` is a program, anything else is what the
    backend's own submit command reads. ``folder`` is an absolute path. ``tag`` is unique: the
    job must carry it, so that one whose answer was lost is found again. Options that are not
    given are as the script, or else the backend, says.
    """

    script: str
    tag: str
    folder: str
    name: str = ""
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """What would become of a request: when it would start (None: not known), in plain words."""

    starts: str | None = None
    words: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A job that another one waits for, or that waits for it; ``kind`` is the backend's word."""

    job_id: str
    kind: str = ""
    name: str = ""
    state: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class JobDetails:
    """One job in full; what a backend does not know is empty.

    ``logs``: stream (``stdout``, ``stderr``) -> path. ``asked`` and ``used`` have the keys
    ``cpus``, ``nodes``, ``gpus``, ``memory`` (bytes; used: the peak), ``time`` (seconds) and
    ``cpu_time`` (seconds). ``efficiency`` is used / asked, 0 to 1, by ``cpu``, ``memory``,
    ``time``. ``ending`` explains how it ended. ``request``: what it was asked with, as a form of
    the backend's own is filled in. ``rows``: all that the backend says besides, in its own words.
    """

    script: str = ""
    command: str = ""
    folder: str = ""
    logs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    asked: Mapping[str, float] = dataclasses.field(default_factory=dict)
    used: Mapping[str, float] = dataclasses.field(default_factory=dict)
    efficiency: Mapping[str, float] = dataclasses.field(default_factory=dict)
    ending: str = ""
    waits_for: tuple[Neighbour, ...] = ()
    waited_for_by: tuple[Neighbour, ...] = ()
    request: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    rows: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """A value that may be chosen; ``note`` says what speaks for it: ``3 of 4 nodes idle``."""

    value: str
    label: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the form. ``default`` None: as the script, or the backend, says.

    ``seconds``, ``bytes`` and ``whole`` are numbers between ``least`` and ``most``."""

    name: str
    label: str
    kind: Literal["choice", "whole", "seconds", "bytes", "text", "switch"] = "text"
    caption: str = ""
    default: Json = None
    least: float | None = None
    most: float | None = None
    choices: tuple[Choice, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Allowed:
    """Choices that are allowed together: any of the ``values`` of every field named. With
    them ``most`` bounds numbers, and ``default`` is what the backend takes when asked for
    nothing."""

    values: Mapping[str, tuple[str, ...]]
    most: Mapping[str, float] = dataclasses.field(default_factory=dict)
    default: Mapping[str, Json] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Missing:
    """A choice that exists and that this user does not have, and why."""

    field: str
    value: str
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Offers:
    """What this user may ask a backend for; ``reason`` says why it offers nothing.

    ``allowed`` lists all combinations of choices; empty: any may be combined. ``script`` is
    what a new script begins with, ``suffixes`` are those of files that can be submitted.
    """

    available: bool
    reason: str = ""
    fields: tuple[Field, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    missing: tuple[Missing, ...] = ()
    script: str = "#!/bin/bash\n"
    suffixes: tuple[str, ...] = (".sh",)


class Pace(IntEnum):
    """How often a backend is asked for its jobs."""

    NONE = 0
    IDLE = 1
    BUSY = 2
    FAST = 3


class Backend(Protocol):
    """Where jobs run: it says what it sees and decides nothing.

    Every method raises BackendUnreachable when the backend cannot be asked, BackendTimeout
    when it does not answer and BackendError, with the backend's words, when it refuses.

    What not all backends know is in ``Abilities``: what a backend lacks is offered nowhere.
    """

    name: str

    async def submit(self, spec: JobSpec) -> str:
        """Start a job; answers the backend's own job id."""
        ...

    async def jobs(self) -> list[Job]:
        """All jobs of the user: one query, whoever asks (``observe`` is taken by traitlets)."""
        ...

    async def changed(self) -> None:
        """Return when an observation would show something new; may never return."""
        ...

    async def cancel(self, job_id: str) -> None:
        """End a job; the end shows in ``jobs``. A job that ended already is no error."""
        ...

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        """Bytes of the job's log; a negative ``offset`` counts from the end. Where both
        streams go to one log, ``stderr`` is empty."""
        ...

    async def forget(self, job_id: str) -> None:
        """Delete what the backend keeps of an ended job."""
        ...

    async def offers(self) -> Offers:
        """What this user may ask for."""
        ...

    def socket(self, job_id: str) -> Path:
        """The unix socket (0600) on this machine at which the job's app is reached."""
        ...

    async def close(self) -> None:
        """End what this backend keeps open in this server; never a job."""
        ...


class Abilities(Protocol):
    """What a backend may also have and be able to do; each member may be left out."""

    suffixes: tuple[str, ...]
    """Ends of the names of files that it takes as jobs."""

    shared: bool
    """Whether others wait for what answers it: then it is asked within a budget."""

    served: float
    """Seconds that what answers itself works for one observation, as it says; 0 while that is not
    known: then it is estimated from the time of the answer."""

    async def stirred(self, thorough: bool) -> bool | None:
        """Whether something may have happened to jobs since this was last asked: a question that
        costs what answers next to nothing. ``thorough``: also of what happens seldom, or changes
        no state, by a question that may cost some more. None: it cannot say, so jobs must be asked
        for."""
        ...

    async def told(self) -> tuple[list[Job], bool] | None:
        """After ``changed``: the jobs by what is known of the change without asking whoever answers
        ``jobs``, and whether that is all; if so, they are asked for later, at the pace."""
        ...

    pushes: bool
    """Whether ``changed`` tells at once of jobs that were submitted from here: then it need not be
    asked so often for their sake."""

    async def hold(self, job_id: str) -> None:
        """Keep a waiting job from starting. Raises NotFound, WrongState, BackendError."""
        ...

    async def release(self, job_id: str) -> None:
        """Let a held job start. Raises NotFound, WrongState, BackendError."""
        ...

    requeue_ended: bool
    """That ``requeue`` also takes jobs that have ended; left out where it does not."""

    async def requeue(self, job_id: str) -> None:
        """Let a job that runs, or ran, start anew. Raises NotFound, WrongState, BackendError."""
        ...

    async def delete(self, job_id: str) -> None:
        """Delete a job that has ended, where the system keeps it until somebody does. Raises
        NotFound, WrongState, BackendError."""
        ...

    async def change(self, job_id: str, options: Mapping[str, Json]) -> None:
        """Change a waiting job: ``time`` (seconds), ``partition``, ... as the fields of
        ``offers`` are called. Raises NotFound, InvalidSpec, WrongState, BackendError."""
        ...

    async def submit_request(self, request: JobRequest) -> str:
        """Submit a person's job; answers its id. Raises BackendTimeout when it may or may not
        have been taken: it is looked up by the request's ``tag``."""
        ...

    async def test_request(self, request: JobRequest) -> Trial:
        """What would become of a request; submits nothing."""
        ...

    async def details(self, job_id: str) -> JobDetails:
        """One job in full. Raises NotFound."""
        ...

    async def ended(self, since: float) -> list[Job] | None:
        """Jobs of the user that ended after ``since`` (seconds since 1970), from the backend's
        accounting; None when there is none."""
        ...

    async def everybody(self) -> list[Job]:
        """The jobs of all users that this one may see."""
        ...
