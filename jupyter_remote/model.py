"""The nouns of jupyter_remote: frozen records, to and from JSON.

Times are UTC, RFC 3339 with milliseconds (``2026-11-21T10:15:00.123Z``); sizes are bytes.
"""

from __future__ import annotations

import base64
import dataclasses
import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Literal

Json = Any
"""What ``json.loads`` returns."""


class State(str, Enum):
    """State of a job, a session or a run; foreign states map to these by one table a backend."""

    SUBMITTING = "submitting"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"

    __str__ = str.__str__

    @property
    def ended(self) -> bool:
        """Nothing more will happen."""
        return self in _ENDED


_ENDED = frozenset({State.STOPPED, State.FAILED, State.LOST})


def now() -> str:
    """The present time as it stands in records."""
    return as_time(datetime.now(timezone.utc).timestamp())


def as_time(seconds: float) -> str:
    """Seconds since 1970 as they stand in records."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def elapsed(earlier: str, later: str) -> float:
    """Seconds between two times of records."""
    first, second = (datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (earlier, later))
    return (second - first).total_seconds()


def new_session_id() -> str:
    """12 random bytes, base32, lower case: 20 characters, fit for paths and job names."""
    return base64.b32encode(secrets.token_bytes(12)).decode().rstrip("=").lower()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What a backend runs, as the backend sees it.

    ``reason`` is for people; ``exit_code`` is 0-255 and None while running or when a signal
    ended it, whose name (``SIGKILL``) then is in ``signal``. ``memory`` counts shared pages once.

    ``word`` is the backend's own for the state. ``nodes`` names them, or says how many are
    asked for; ``time_limit`` in seconds, None when there is none; ``starts`` is an estimate.
    ``tasks`` of an array may share one record; ``array`` is the id of a single one's array
    (or cluster). ``counts`` of a record that stands for a whole array: how many of its tasks
    are in each state, ``well`` how many are known to have ended well. ``held``: it waits
    because somebody holds it. ``tag`` is the mark of the request that made it, ``line`` its
    place in the queue (1: next), where that is known.
    """

    backend: str
    job_id: str
    name: str
    state: State
    reason: str = ""
    exit_code: int | None = None
    signal: str | None = None
    submitted: str | None = None
    started: str | None = None
    ended: str | None = None
    memory: int | None = None
    word: str = ""
    user: str = ""
    partition: str = ""
    account: str = ""
    qos: str = ""
    nodes: str = ""
    cpus: int | None = None
    time_limit: float | None = None
    starts: str | None = None
    tasks: int = 1
    array: str = ""
    counts: Mapping[str, int] | None = None
    well: int | None = None
    held: bool = False
    tag: str = ""
    line: int | None = None
    folder: str = ""

    def to_json(self) -> dict[str, Json]:
        """The record as it is sent and emitted."""
        return vars(self) | {"state": self.state.value}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Session:
    """An App running as a Job that the user can open. Only ``sessions.py`` makes new ones.

    ``owner`` is the lease of the Jupyter server that writes the record (see ``store.py``);
    ``seen`` is None while the backend confirms the state, else when it last did; ``clients``
    counts open websockets; ``activity`` is when somebody last did something in it. A
    ``spare`` session is ready for whoever starts such a session next; no interface shows it.
    """

    id: str
    name: str
    app: str
    backend: str
    state: State
    revision: int
    time: str
    created: str
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    job_id: str | None = None
    owner: str | None = None
    started: str | None = None
    ended: str | None = None
    seen: str | None = None
    reason: str = ""
    exit_code: int | None = None
    signal: str | None = None
    memory: int | None = None
    clients: int = 0
    activity: str | None = None
    spare: bool = False
    stop_asked: bool = False

    @classmethod
    def new(cls, **fields: Json) -> Session:
        """A record before its job is submitted: with an id, a first revision and the time."""
        at = now()
        state = State.SUBMITTING
        return cls(id=new_session_id(), state=state, revision=1, time=at, created=at, **fields)

    @property
    def job_name(self) -> str:
        """Unique name under which an ambiguous submit is looked up."""
        return f"jr-{self.id}"

    def to_json(self) -> dict[str, Json]:
        """The record as it is stored, sent and emitted."""
        return vars(self) | {"state": self.state.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Session:
        """Read a record; raises KeyError, TypeError or ValueError when it is not one."""
        session = cls(**{**data, "state": State(data["state"])})
        elapsed(session.created, session.time)
        if not all(isinstance(data[key], str) for key in ("id", "name", "app", "backend")):
            raise TypeError("id, name, app and backend must be text")
        return session


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ready:
    """How the agent knows that an app can be used.

    ``http``: GET ``path`` answers with a status below 500; ``connect``: the socket accepts;
    ``started``: the process exists. After ``timeout`` seconds the job fails.
    """

    kind: Literal["http", "connect", "started"] = "started"
    path: str = "/"
    timeout: float = 60.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class JobSpec:
    """What a backend shall run: input of the agent (``agent/``).

    ``argv``, ``env`` values and ``files`` may contain ``{socket}`` (the unix socket on which
    the app shall listen), ``{port}`` (a free port of 127.0.0.1), ``{run}`` (the job's own
    0700 folder for sockets) and ``{job}`` (the job's own 0700 folder for logs and files);
    nothing else in them is replaced. ``listen`` says which of the two the app uses; the
    agent relays a port to the unix socket ``{run}/app.sock``, so that clients only ever
    dial that socket. ``files`` are written 0600 below ``{run}`` before the start: secrets
    travel there, never in ``argv``.

    ``stale``: (lock file, paths) pairs: when the job is over and the process whose number
    stands in the lock file (of this user) is dead, the paths and the lock are removed. An app
    that learns them later writes the same list as JSON to ``{run}/stale.json``.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = dataclasses.field(default_factory=dict)
    cwd: str = ""
    listen: Literal["socket", "port", "nothing"] = "nothing"
    ready: Ready = Ready()
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    stop_grace: float = 5.0
    stale: tuple[tuple[str, tuple[str, ...]], ...] = ()
