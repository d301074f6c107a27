"""RemoteSessions: starts, stops and adopts sessions; the one writer of their records.

Every change goes one road: ``transition`` (pure), store, emit. A record is written before
its job is submitted, under the unique job name ``jr-<id>``; a submit whose answer was lost
is found again by that name and never repeated.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from traitlets import Bool, Float, Int
from traitlets.config import LoggingConfigurable

from . import machine
from .apps.registry import RemoteApps
from .contract import Backend, LogChunk, Pace
from .errors import (
    BackendTimeout,
    BackendUnreachable,
    InvalidSpec,
    LimitReached,
    NotFound,
    RemoteError,
    StorageError,
    WrongState,
)
from .events import Events
from .model import Job, JobSpec, Json, Session, State, elapsed, now
from .stops import Stops
from .store import SessionStore
from .table import SessionTable

_YOUNG: Final = 30.0
_SUBMITS_END: Final = 5.0


class RemoteSessions(LoggingConfigurable):
    """All sessions of this user; see the module's text for the rules."""

    max_sessions = Int(20, config=True, help="How many sessions may run at once (0: no limit).")
    max_name = Int(100, config=True, help="Longest name of a session, in characters.")
    submit_timeout = Float(
        120.0, config=True, help="Seconds after which a backend's answer to a submit is given up."
    )
    lost_after = Float(
        60.0,
        config=True,
        help="Seconds for which a backend must not know a job before its session is lost.",
    )
    stop_on_exit = Bool(
        False,
        config=True,
        help="Stop all sessions when the Jupyter server is shut down. By default they live on.",
    )

    def __init__(
        self,
        *,
        store: SessionStore,
        backends: Mapping[str, Backend],
        apps: RemoteApps,
        events: Events,
        prefix: Callable[[str], str],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.backends, self.apps, self._prefix = backends, apps, prefix
        self.table = SessionTable(store=store, events=events, log=self.log)
        self.kick: Callable[[str], None] = lambda backend: None
        self.ended: Callable[[str], None] = lambda session_id: None
        self.taken: Callable[[Session], None] = lambda session: None
        self._submits: dict[str, asyncio.Task[None]] = {}
        self._missing: dict[str, str] = {}
        self._heard: dict[str, str] = {}
        self._stops = Stops(self.log)

    # -- what users do --------------------------------------------------------------------

    async def start(
        self,
        app: str,
        backend: str = "local",
        name: str | None = None,
        options: Mapping[str, Json] | None = None,
        *,
        spare: bool = False,
    ) -> Session:
        """Start an app; answers at once with a record in state ``submitting``, or with a
        spare session that waited for this."""
        if backend not in self.backends:
            known = ", ".join(sorted(self.backends))
            raise InvalidSpec(f"there is no backend {backend!r}; there is: {known}")
        self._check_room()
        valid = await asyncio.to_thread(self.apps.validate, app, options or {})
        title = self.apps.get(app).title(valid)
        fields = {"app": app, "backend": backend, "options": valid, "spare": spare}
        session = Session.new(name=self._name(name, title), owner=self.table.store.server, **fields)
        if not spare and (waiting := self._spare_like(session)):
            return await self._take(waiting.id, machine.Claimed(session.name, valid))
        spec, credentials = await asyncio.to_thread(self._spec, session)
        self._check_room()  # others may have started meanwhile, also one of this name
        session = dataclasses.replace(session, name=self._name(name, title))
        self.table.add(session, credentials)
        self._submits[session.id] = asyncio.create_task(self._submit(session.id, spec))
        return session

    async def stop(self, session_id: str) -> Session:
        """Ask for the end; the record says ``stopping`` until the backend confirms it."""
        if not self.table.mine(self.table.get(session_id)):
            self.refresh()
        session = self.table.get(session_id)
        if session.state.ended:
            return session
        if session.job_id is None:  # its owner is just submitting it
            self.table.check_mine(session_id)
        if self.table.mine(session):
            session = self._apply(session_id, machine.StopAsked())
        if session.job_id is not None and session_id not in self._submits:
            await self._stops.ask(session_id, self.backend_of(session), session.job_id)
            self.kick(session.backend)
        return self.table.get(session_id)

    async def stop_all(self) -> None:
        """Stop every session that this server owns."""
        active = [s for s in self.table.all() if not s.state.ended and self.table.mine(s)]
        await asyncio.gather(*(self.stop(s.id) for s in active), return_exceptions=True)

    async def close(self) -> None:
        """Let submits that are under way reach their backend; leave nothing running here."""
        submits = list(self._submits.values())
        if submits:
            await asyncio.wait(submits, timeout=_SUBMITS_END)
        for task in submits:
            task.cancel()
        await asyncio.gather(*submits, return_exceptions=True)
        await self._stops.close()

    def rename(self, session_id: str, name: str) -> Session:
        """Give a session another name."""
        self.table.check_mine(session_id)
        return self._apply(session_id, machine.Renamed(self._name(name, "")), user=True)

    async def purge(self, session_id: str) -> None:
        """Forget an ended session: its record, its job's folder, its log."""
        session = self.table.get(session_id)
        if not session.state.ended:
            raise WrongState(f"{session.name} is {session.state}: stop it before forgetting it")
        self.table.check_mine(session_id)
        if session.job_id is not None:
            try:
                await self.backend_of(session).forget(session.job_id)
            except NotFound:
                self.log.debug("the job of %s was forgotten before", session_id)
        if session_id in self.table:  # nobody else was quicker
            self.table.remove(session_id)

    async def log_of(self, session_id: str, offset: int, limit: int) -> LogChunk:
        """Bytes of a session's log; a negative ``offset`` counts from the end."""
        session = self.table.get(session_id)
        if session.job_id is None:
            return LogChunk(data=b"", offset=0, size=0)
        return await self.backend_of(session).log(session.job_id, offset, limit)

    def backend_of(self, session: Session) -> Backend:
        """Where a session runs; BackendUnreachable when this server does not know that place."""
        if session.backend not in self.backends:
            raise BackendUnreachable(f"there is no backend {session.backend!r} on this server")
        return self.backends[session.backend]

    # -- what the watcher and the proxy see -------------------------------------------------

    def seen(self, backend: str, jobs: Sequence[Job]) -> None:
        """Apply one observation of a backend."""
        at = self._heard[backend] = now()
        self.refresh()
        by_name = {job.name: job for job in jobs}
        for session in self._active(backend):
            job = by_name.get(session.job_name)
            if job is not None:
                self._missing.pop(session.id, None)
                self._apply(session.id, machine.Seen(job))
            elif session.id not in self._submits:
                since = self._missing.setdefault(session.id, at)
                self._apply(session.id, machine.Missing(since, self.lost_after))
            if job is not None and session.stop_asked and not job.state.ended:
                self._stops.repeat(session.id, self.backends[backend], job.job_id)

    def silent(self, backend: str, error: RemoteError) -> None:
        """A backend could not be asked: its sessions keep their state, with a doubt."""
        self.log.warning("%s does not answer: %s", backend, error)
        since = self._heard.setdefault(backend, now())
        for session in self._active(backend):
            self._missing.pop(session.id, None)
            self._apply(session.id, machine.Silent(since))

    def refresh(self) -> None:
        """Read what other servers of this user wrote, write what the disk had no room for."""
        try:
            self.table.refresh()
        except StorageError as error:
            self.log.warning("%s", error)

    def used(self, session_id: str, clients: int, activity: str | None = None) -> None:
        """The proxy counts open websockets, the desktop's page reports real input."""
        if session_id in self.table and self.table.mine(self.table.get(session_id)):
            self._apply(session_id, machine.Used(clients, activity))

    def pace(self, backend: str) -> Pace:
        """Busy while a session is about to change, or so young that its memory still grows."""
        if backend not in self.backends:
            return Pace.NONE
        at, active = now(), self._active(backend)
        young = any(elapsed(s.started or at, at) < _YOUNG for s in active)
        moving = young or any(s.state is not State.RUNNING for s in active)
        return Pace.BUSY if moving else Pace.IDLE

    # -- inside ----------------------------------------------------------------------------

    def _apply(self, session_id: str, seen: machine.Observation, *, user: bool = False) -> Session:
        """The one road of a change. A full disk loses no state: the table writes it later."""
        before = self.table.get(session_id)
        after = machine.transition(before, seen, now())
        if after is not before:
            self.table.put(after, required=user)
            if after.state.ended and not before.state.ended:
                self._missing.pop(session_id, None)
                self._stops.forget(session_id)
                self.ended(session_id)
        return after

    def _active(self, backend: str) -> list[Session]:
        mine = (s for s in self.table.all() if s.backend == backend and self.table.mine(s))
        return [s for s in mine if not s.state.ended]

    async def _submit(self, session_id: str, spec: JobSpec) -> None:
        backend = self.backends[self.table.get(session_id).backend]
        try:
            job_id = await asyncio.wait_for(backend.submit(spec), self.submit_timeout)
        except (asyncio.TimeoutError, BackendTimeout):
            self.log.warning("no answer to the submit of %s: looked for by name", spec.name)
        except RemoteError as error:
            self._answered(session_id, machine.Refused(str(error)))
        except Exception as error:
            self.log.exception("submit of %s failed", spec.name)
            self._answered(session_id, machine.Refused(f"{type(error).__name__}: {error}"))
        else:
            self._answered(session_id, machine.Submitted(job_id))
        finally:
            self._submits.pop(session_id, None)
            self.kick(backend.name)

    def _answered(self, session_id: str, answer: machine.Observation) -> None:
        if session_id not in self.table:  # seen, ended and forgotten before the answer
            return
        session = self._apply(session_id, answer)
        if session.stop_asked and session.job_id and not session.state.ended:
            self._stops.repeat(session_id, self.backends[session.backend], session.job_id)

    def _spec(self, session: Session) -> tuple[JobSpec, Mapping[str, str]]:
        """What to run, and the headers by which the proxy will log in to it."""
        app, prefix = self.apps.get(session.app), self._prefix(session.id)
        spec = dataclasses.replace(app.job(session, prefix), name=session.job_name)
        return spec, app.upstream(session, prefix).request_headers

    async def _take(self, session_id: str, claimed: machine.Claimed) -> Session:
        """Give a spare session to its user."""
        session = self._apply(session_id, claimed, user=True)
        if session.job_id is not None:
            await asyncio.to_thread(self.taken, session)
        return session

    def _spare_like(self, asked: Session) -> Session | None:
        """A spare session that serves for this: one that runs, else one that is starting."""
        fitting = (s for s in self.table.spares() if self.apps.alike(s, asked))
        return max(fitting, key=lambda s: s.state is State.RUNNING, default=None)

    def _check_room(self) -> None:
        active = [s for s in self.table.all() if not s.state.ended and not s.spare]
        if self.max_sessions and len(active) >= self.max_sessions:
            raise LimitReached(
                f"{len(active)} sessions run already, the limit is {self.max_sessions}: "
                "stop one of them first"
            )

    def _name(self, asked: str | None, title: str) -> str:
        """The name asked for, or the first free ``Title N``."""
        if asked is not None:
            name = re.sub(r"\s+", " ", asked).strip()
            if not name or len(name) > self.max_name or not name.isprintable():
                raise InvalidSpec(f"a name has 1 to {self.max_name} printable characters")
            return name
        taken = {s.name for s in self.table.all() if not s.state.ended and not s.spare}
        return next(n for n in (f"{title} {i}" for i in range(1, 10_000)) if n not in taken)
