"""RemoteJobs: all jobs of the user on all backends, as last seen; the one writer of the list.

An observation is compared with the one before, and only what changed is emitted. A backend
that does not answer changes no job: its list stands, with the time when it was seen and with
the backend's own words.
"""

from __future__ import annotations

import dataclasses
import operator
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from traitlets import Float
from traitlets.config import LoggingConfigurable

from .arrays import collapse
from .columns import columns
from .contract import Backend, Pace
from .errors import BackendAbsent, NotFound, RemoteError
from .events import Events
from .journal import Journal
from .model import Job, Json, Session, State, now

ABILITIES: Final = {
    **{name: name for name in ("cancel", "hold", "release", "requeue", "change", "details")},
    "delete": "delete",
    "submit": "submit_request",
    "test": "test_request",
    "everybody": "everybody",
}
"""What a backend can, in the list's word -> the method that it then has."""

TREND: Final = 240
"""So many counts of running and waiting jobs are remembered."""

SOON: Final = 15.0
"""Seconds after a user's act in which its effect is looked for more often."""


@dataclasses.dataclass
class Seen:
    """What one backend showed last, and which jobs were sessions then; the same as it was
    told: by job id, each with the id of the session that runs in it (or nothing), an array as
    one; the members of arrays; and what the backend says when it shows nothing."""

    shown: Sequence[Job] = ()
    sessions: Mapping[str, tuple[str, bool]] = dataclasses.field(default_factory=dict)
    jobs: dict[str, tuple[Job, str]] = dataclasses.field(default_factory=dict)
    members: dict[str, list[Job]] = dataclasses.field(default_factory=dict)
    seen: str | None = None
    silent: str = ""
    absent: bool = False


class RemoteJobs(LoggingConfigurable):
    """The list of jobs; ``sessions_of`` finds the sessions that run as jobs of a backend. Jobs
    of spare sessions are in no list."""

    look_for = Float(
        30.0,
        config=True,
        help="Seconds for which the list is kept fresh after a browser said that somebody looks.",
    )

    def __init__(
        self,
        *,
        backends: Mapping[str, Backend],
        events: Events,
        sessions_of: Callable[[str], Mapping[str, Session]],
        journal: Journal,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.backends, self._events, self._sessions_of = backends, events, sessions_of
        self.journal = journal
        self.kick: Callable[[str], None] = lambda backend: None
        self.sequence = int(time.time() * 1000)
        self._table = {name: Seen() for name in backends}
        self._until = dict.fromkeys(Pace, -1e9)
        self.trend: deque[tuple[int, int, int]] = deque(maxlen=TREND)

    def add(self, backend: str) -> None:
        """One more backend is in ``backends``."""
        self._table[backend] = Seen()

    def remove(self, backend: str) -> None:
        """A backend is no more; neither are its jobs."""
        gone = list(self._table[backend].jobs)
        self._table[backend] = Seen()
        self._emit(backend, [], gone)
        del self._table[backend]

    # -- what backends say ----------------------------------------------------------------

    def seen(self, backend: str, jobs: Sequence[Job]) -> None:
        """Take an observation; one event when something is different."""
        table = self._table[backend]
        ours = {key: (one.id, one.spare) for key, one in self._sessions_of(backend).items()}
        if not table.silent and table.sessions == ours and _same(table.shown, jobs):
            table.seen, table.absent = now(), False
            return
        table.shown, table.sessions = list(jobs), ours
        single, table.members = collapse(
            [job for job in jobs if not ours.get(job.job_id, ("", False))[1]]
        )
        fresh = {job.job_id: (job, ours.get(job.job_id, ("",))[0]) for job in single}
        changed = [pair for key, pair in fresh.items() if table.jobs.get(key) != pair]
        gone = [job_id for job_id in table.jobs if job_id not in fresh]
        spoke = bool(table.silent)
        table.jobs, table.seen, table.silent, table.absent = fresh, now(), "", False
        self.journal.add(record(*pair) for pair in changed if pair[0].state.ended)
        if changed or gone or spoke:
            self._emit(backend, changed, gone)

    def silent(self, backend: str, error: RemoteError) -> None:
        """The backend could not be asked: everything stands as it was seen. Of one that is not
        really here nothing is said."""
        table = self._table[backend]
        table.absent = isinstance(error, BackendAbsent) and table.seen is None
        if not table.absent and table.silent != str(error):
            table.silent = str(error)
            self._emit(backend, [], [])

    def _emit(self, backend: str, changed: Sequence[tuple[Job, str]], gone: Sequence[str]) -> None:
        self.sequence += 1
        self._count()
        table = self._table[backend]
        self._events.jobs(
            {
                "sequence": self.sequence,
                "backend": backend,
                "changed": columns([record(*pair) for pair in changed]),
                "gone": list(gone),
                "seen": table.seen,
                "silent": table.silent,
            }
        )

    def _count(self) -> None:
        """Note how many jobs (tasks of arrays) run, and how many wait."""
        running = waiting = 0
        for table in self._table.values():
            for job, _ in table.jobs.values():
                counts = job.counts or {job.state.value: job.tasks}
                running += counts.get(State.RUNNING.value, 0)
                waiting += counts.get(State.QUEUED.value, 0) + counts.get(State.SUBMITTING.value, 0)
        if not self.trend or self.trend[-1][1:] != (running, waiting):
            self.trend.append((int(time.time() * 1000), running, waiting))

    # -- who looks ------------------------------------------------------------------------

    def look(self, *, slow: bool = False) -> None:
        """Somebody looks at the list, or (``slow``) only at its sum: keep it that fresh."""
        pace = Pace.IDLE if slow else Pace.BUSY
        idle = self.pace() < pace
        self._until[pace] = time.monotonic() + self.look_for
        for name in self.backends if idle else ():
            self.kick(name)

    def soon(self, backend: str) -> None:
        """A user did something whose effect will show in a moment."""
        self._until[Pace.FAST] = time.monotonic() + SOON
        self.kick(backend)

    def pace(self) -> Pace:
        """How often backends shall be asked for the list."""
        at = time.monotonic()
        return max((pace for pace, until in self._until.items() if until > at), default=Pace.NONE)

    # -- what is known --------------------------------------------------------------------

    def pairs(self) -> list[tuple[Job, str]]:
        """All jobs, each with the id of its session (or nothing)."""
        return [pair for table in self._table.values() for pair in table.jobs.values()]

    def all(self) -> list[Json]:
        """The records of all jobs."""
        return [record(*pair) for pair in self.pairs()]

    def about(self) -> dict[str, Json]:
        """How well each backend is known, and what it can."""
        return {
            name: {"seen": table.seen, "silent": table.silent, "can": self.can(name)}
            for name, table in self._table.items()
            if not table.absent
        }

    def can(self, backend: str) -> list[str]:
        """What may be asked of a backend, in the words of ABILITIES."""
        return [
            word for word, method in ABILITIES.items() if hasattr(self.backends[backend], method)
        ]

    def record_of(self, backend: str, job_id: str) -> Json:
        """The record of a job, or of a task of an array; None when there is none."""
        table = self._seen(backend)
        if job_id in table.jobs:
            return record(*table.jobs[job_id])
        tasks = (task for tasks in table.members.values() for task in tasks)
        return next((record(task) for task in tasks if task.job_id == job_id), None)

    def tasks(self, backend: str, array: str) -> list[Json]:
        """The tasks of an array. Raises NotFound."""
        members = self._seen(backend).members
        if array not in members:
            raise NotFound(f"{backend} shows no array {array}")
        return [record(task) for task in members[array]]

    def tagged(self, backend: str, tag: str) -> str | None:
        """The id of the job that came from the request with this mark."""
        jobs = (job for job, _ in self._seen(backend).jobs.values())
        return next((job.job_id for job in jobs if job.tag == tag), None)

    def backend(self, name: str) -> Backend:
        """The backend with this name. Raises NotFound."""
        self._seen(name)
        return self.backends[name]

    def _seen(self, backend: str) -> Seen:
        if backend not in self._table:
            raise NotFound(f"there is no backend {backend!r}")
        return self._table[backend]


def _same(one: Sequence[Job], other: Sequence[Job]) -> bool:
    """Whether two lists have the very same records."""
    return len(one) == len(other) and all(map(operator.is_, one, other))


def record(job: Job, session: str = "") -> Json:
    """A job as it is sent."""
    return job.to_json() | {"session": session}


BLANK: Final = record(Job(backend="", job_id="", name="", state=State.LOST))


def completed(known: Json) -> Json:
    """A record that another version of this program may have written, with today's fields."""
    return {name: known.get(name, blank) for name, blank in BLANK.items()}


def records_of(jobs: Sequence[Job]) -> list[Json]:
    """Jobs of one backend, arrays as one, as they are sent."""
    return [record(job) for job in collapse(jobs)[0]]
