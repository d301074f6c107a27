"""RemoteJobs: all jobs of the user on all backends, as last seen; the one writer of the list.

An observation is compared with the one before, and only what changed is emitted. A backend
that does not answer changes no job: its list stands, with the time when it was seen and with
the backend's own words.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from traitlets import Float
from traitlets.config import LoggingConfigurable

from .contract import Backend, LogChunk
from .errors import BackendAbsent, InvalidSpec, NotFound, RemoteError
from .events import Events
from .model import Job, Json, Session, now

ACTIONS: Final = ("cancel", "hold", "release")


@dataclasses.dataclass
class Seen:
    """What one backend showed last, as it was told: by job id, each with the id of the session
    that runs in it (or nothing); and what the backend says when it shows nothing."""

    jobs: dict[str, tuple[Job, str]] = dataclasses.field(default_factory=dict)
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
        stop: Callable[[str], Awaitable[object]],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.backends, self._events, self._sessions_of = backends, events, sessions_of
        self._stop = stop
        self.kick: Callable[[str], None] = lambda backend: None
        self.sequence = int(time.time() * 1000)
        self._table = {name: Seen() for name in backends}
        self._looked = -1e9

    # -- what backends say ----------------------------------------------------------------

    def seen(self, backend: str, jobs: Sequence[Job]) -> None:
        """Take an observation; one event when something is different."""
        table, ours = self._table[backend], self._sessions_of(backend)
        fresh = {}
        for job in jobs:
            session = ours.get(job.job_id)
            if session is None or not session.spare:
                fresh[job.job_id] = (job, session.id if session else "")
        changed = [pair for key, pair in fresh.items() if table.jobs.get(key) != pair]
        gone = [job_id for job_id in table.jobs if job_id not in fresh]
        spoke = bool(table.silent)
        table.jobs, table.seen, table.silent, table.absent = fresh, now(), "", False
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
        table = self._table[backend]
        self._events.jobs(
            {
                "sequence": self.sequence,
                "backend": backend,
                "changed": [_record(*pair) for pair in changed],
                "gone": list(gone),
                "seen": table.seen,
                "silent": table.silent,
            }
        )

    # -- what users see and do ------------------------------------------------------------

    def look(self) -> None:
        """Somebody looks at the list: see to it that it is fresh."""
        idle = not self.looked_at()
        self._looked = time.monotonic()
        for name in self.backends if idle else ():
            self.kick(name)

    def looked_at(self) -> bool:
        """Whether somebody looked at the list a short while ago."""
        return time.monotonic() - self._looked < self.look_for

    def all(self) -> dict[str, Json]:
        """The list as it is sent: ``jobs``, ``sequence`` and ``backends``."""
        about = {
            name: {
                "seen": table.seen,
                "silent": table.silent,
                "can": [action for action in ACTIONS if hasattr(self.backends[name], action)],
            }
            for name, table in self._table.items()
            if not table.absent
        }
        tables = self._table.values()
        records = [_record(*pair) for table in tables for pair in table.jobs.values()]
        return {"jobs": records, "sequence": self.sequence, "backends": about}

    async def act(self, backend: str, job_id: str, action: str) -> None:
        """Do one of ACTIONS; raises NotFound, InvalidSpec, or what the backend says."""
        session = self._sessions_of(backend).get(job_id)
        if session is not None and action == "cancel":
            await self._stop(session.id)  # so that its record says that it was asked for
            return
        do = getattr(self._backend(backend), action, None) if action in ACTIONS else None
        if do is None:
            raise InvalidSpec(f"jobs of {backend} know no {action!r}")
        await do(job_id)
        self.kick(backend)

    async def log(
        self, backend: str, job_id: str, offset: int, limit: int, stream: str = "stdout"
    ) -> LogChunk:
        """Bytes of a job's output; a negative ``offset`` counts from the end."""
        return await self._backend(backend).log(job_id, offset, limit, stream)

    def _backend(self, name: str) -> Backend:
        if name not in self.backends:
            raise NotFound(f"there is no backend {name!r}")
        return self.backends[name]


def _record(job: Job, session: str) -> Json:
    return job.to_json() | {"session": session}
