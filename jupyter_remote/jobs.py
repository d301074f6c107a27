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

from .breath import aside
from .columns import columns
from .contract import Backend, Pace
from .errors import BackendAbsent, NotFound, RemoteError
from .events import Events
from .jobrecords import News, Ours, Pair, compare, record
from .journal import Journal
from .model import Job, Json, Session, now

ABILITIES: Final = {
    **{name: name for name in ("cancel", "hold", "release", "requeue", "change", "details")},
    "delete": "delete",
    "requeue-ended": "requeue_ended",
    "submit": "submit_request",
    "test": "test_request",
    "everybody": "everybody",
}
"""What a backend can, in the list's word -> the member that it then has."""

TREND: Final = 240
"""So many counts of running and waiting jobs are remembered."""

SOON: Final = 15.0
"""Seconds after a user's act in which its effect is looked for more often."""


MOST_TOLD: Final = 500
"""So many changes are told one by one; of more, that there are many."""


@dataclasses.dataclass
class Seen:
    """What one backend showed last, and which jobs were sessions then; the same as it was
    told: by job id, each with the id of the session that runs in it (or nothing), an array as
    one; the members of arrays; whether jobs that were submitted from here have not ended; and
    what the backend says when it shows nothing."""

    shown: Sequence[Job] = ()
    sessions: Ours = dataclasses.field(default_factory=dict)
    jobs: dict[str, Pair] = dataclasses.field(default_factory=dict)
    counts: tuple[int, int] = (0, 0)
    members: dict[str, list[Job]] = dataclasses.field(default_factory=dict)
    awaited: bool = False
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
        self.wake: Callable[[str], None] = lambda backend: None
        self.sequence = int(time.time() * 1000)
        self._table = {name: Seen() for name in backends}
        self._until = dict.fromkeys(Pace, -1e9)
        self._soon: dict[str, float] = {}
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
        self._soon.pop(backend, None)

    # -- what backends say ----------------------------------------------------------------

    def seen(self, backend: str, jobs: Sequence[Job]) -> None:
        """Take an observation; one event when something is different."""
        ours = self._ours(backend)
        if not self._as_before(backend, jobs, ours):
            self._take(backend, jobs, ours, compare(jobs, ours, self._table[backend].jobs))

    async def look_through(self, backend: str, jobs: Sequence[Job]) -> None:
        """The same, in a thread where there are many jobs."""
        ours, table = self._ours(backend), self._table[backend]
        if not self._as_before(backend, jobs, ours):
            news = await aside(len(jobs), compare, jobs, ours, table.jobs)
            if self._table.get(backend) is table:  # it may have been removed meanwhile
                self._take(backend, jobs, ours, news)

    def _ours(self, backend: str) -> Ours:
        return {key: (one.id, one.spare) for key, one in self._sessions_of(backend).items()}

    def _as_before(self, backend: str, jobs: Sequence[Job], ours: Ours) -> bool:
        table = self._table[backend]
        known = table.seen is not None and not table.silent
        alike = known and table.sessions == ours and _same(table.shown, jobs)
        if alike:
            table.seen, table.absent = now(), False
        return alike

    def _take(self, backend: str, jobs: Sequence[Job], ours: Ours, news: News) -> None:
        table = self._table[backend]
        came = table.seen is None or bool(table.silent)
        table.shown, table.sessions, table.members = list(jobs), ours, news.members
        table.jobs, table.counts, table.awaited = news.jobs, news.counts, news.awaited
        table.seen, table.silent, table.absent = now(), "", False
        self.journal.add(news.ended)
        if news.changed or news.gone or came:
            self._emit(backend, news.changed, news.gone)

    def silent(self, backend: str, error: RemoteError) -> None:
        """The backend could not be asked: everything stands as it was seen. Of one that is not
        really here nothing is said."""
        table = self._table[backend]
        table.absent = isinstance(error, BackendAbsent) and table.seen is None
        if not table.absent and table.silent != str(error):
            table.silent = str(error)
            self._emit(backend, [], [])

    def _emit(self, backend: str, changed: Sequence[Pair], gone: Sequence[str]) -> None:
        self.sequence += 1
        if len(changed) + len(gone) > MOST_TOLD:
            self.sequence += 1  # as if an event was lost: pages ask for the list, which is packed
            changed = gone = ()
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
        tables = self._table.values()
        running, waiting = (sum(table.counts[which] for table in tables) for which in (0, 1))
        if not self.trend or self.trend[-1][1:] != (running, waiting):
            self.trend.append((int(time.time() * 1000), running, waiting))

    # -- who looks ------------------------------------------------------------------------

    def look(self, *, slow: bool = False) -> None:
        """Somebody looks at the list, or (``slow``) only at its sum: keep it that fresh."""
        pace = Pace.IDLE if slow else Pace.BUSY
        idle = self.pace() < pace
        self._until[pace] = time.monotonic() + self.look_for
        for name in self.backends if idle else ():
            self.wake(name)

    def soon(self, backend: str) -> None:
        """A user did something whose effect will show in a moment."""
        self._soon[backend] = time.monotonic() + SOON
        self.kick(backend)

    def pace(self, backend: str = "") -> Pace:
        """How often a backend (or any) shall be asked for the list: more often after an act, and
        while somebody looks and it has jobs that were submitted from here; of one that tells
        changes by itself not even then."""
        at = time.monotonic()
        pace = max((pace for pace, until in self._until.items() if until > at), default=Pace.NONE)
        acted = self._soon.get(backend, at) > at
        awaited = backend in self._table and self._table[backend].awaited and pace is Pace.BUSY
        if not acted and not awaited:
            return pace
        pushes = getattr(self.backends.get(backend), "pushes", False)
        return Pace.BUSY if pushes else Pace.FAST

    # -- what is known --------------------------------------------------------------------

    def pairs(self) -> list[Pair]:
        """All jobs, each with the id of its session (or nothing)."""
        return [pair for table in self._table.values() for pair in table.jobs.values()]

    def all(self) -> list[Json]:
        """The records of all jobs."""
        return [record(*pair) for pair in self.pairs()]

    def about(self) -> dict[str, Json]:
        """How well each backend is known, and what it can."""
        return {
            name: {
                "seen": table.seen,
                "silent": table.silent,
                "can": self.can(name),
                "suffixes": list(getattr(self.backends[name], "suffixes", ())),
            }
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

    def tasks(self, backend: str, array: str) -> Sequence[Job]:
        """The tasks of an array. Raises NotFound."""
        members = self._seen(backend).members
        if array not in members:
            raise NotFound(f"{backend} shows no array {array}")
        return members[array]

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
