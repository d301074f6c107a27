"""The sessions in memory: what the list answers, kept equal to the disk and to the events."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any

from .errors import NotFound, StorageError, WrongState
from .events import Events
from .model import Session
from .store import SessionStore, Unreadable


class SessionTable:
    """id -> record; ``put`` stores, then emits. Records of other servers are only read."""

    def __init__(self, *, store: SessionStore, events: Events, log: logging.Logger | Any) -> None:
        self.store, self._events, self._log = store, events, log
        self._sessions: dict[str, Session] = {}
        self._unsaved: set[str] = set()
        self.unreadable: list[Unreadable] = []
        self.sequence = int(time.time() * 1000)

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._sessions

    def load(self) -> None:
        """Read all records; raises StorageError when the folder cannot be read."""
        self.unreadable = []
        for record in self.store.load():
            if isinstance(record, Unreadable):
                self._log.warning("session %s: %s", record.id, record.message)
                self.unreadable.append(record)
            else:
                self._sessions[record.id] = record
        self._adopt()

    def get(self, session_id: str) -> Session:
        """The record; raises NotFound."""
        try:
            return self._sessions[session_id]
        except KeyError:
            raise NotFound("there is no such session (any more)") from None

    def all(self) -> list[Session]:
        """All records, oldest first, spare ones too."""
        return sorted(self._sessions.values(), key=lambda s: (s.created, s.id))

    def by_job(self, backend: str) -> dict[str, Session]:
        """Job id -> the session that runs, or ran, as this job of a backend."""
        sessions = self._sessions.values()
        return {s.job_id: s for s in sessions if s.job_id and s.backend == backend}

    def spares(self) -> list[Session]:
        """Spare sessions of this server that can be taken, also those that still start."""
        there = (s for s in self.all() if s.spare and self.mine(s))
        return [s for s in there if not s.state.ended and not s.stop_asked]

    def mine(self, session: Session) -> bool:
        """Whether this server writes the record."""
        return session.owner == self.store.server

    def check_mine(self, session_id: str) -> None:
        """Become the owner of what a dead server left; raise WrongState when another living
        server writes the record."""
        session = self.get(session_id)
        if not self.mine(session) and not self._take_over(session):
            raise WrongState(
                "this session belongs to another Jupyter server of yours that is running: "
                "do this there, or shut that server down first"
            )

    def add(self, session: Session, credentials: Mapping[str, str]) -> None:
        """Store a new record with the headers by which the proxy will log in to its app;
        raises StorageError, with nothing left."""
        self.put(session)
        try:
            if credentials:
                self.store.keep(session.id, credentials)
        except StorageError:
            self.remove(session.id)
            raise

    def put(self, session: Session, *, required: bool = False) -> None:
        """Store a record, then emit it.

        A new record, and a change that a user ``required``, must reach the disk (raises
        StorageError, nothing changed); an observed change stands and is written later.
        """
        try:
            self.store.save(session)
            self._unsaved.discard(session.id)
        except StorageError as error:
            if required or session.id not in self._sessions:
                raise
            self._log.warning("%s (kept in memory, tried again)", error)
            self._unsaved.add(session.id)
        self._set(session)

    def remove(self, session_id: str) -> None:
        """Forget a record on disk, in memory and in every browser."""
        session = self.get(session_id)
        self.store.forget(session_id)
        self._drop(session)

    def refresh(self) -> None:
        """Write what could not be written; read what other servers wrote; take over orphans."""
        self._save_again()
        changed, existing = self.store.load_changed()
        for record in changed:
            if not self.mine(record) and record != self._sessions.get(record.id):
                self._set(record)
        for session in [s for s in self._sessions.values() if not self.mine(s)]:
            if session.id not in existing:
                self._drop(session)
        self._adopt()

    def _save_again(self) -> None:
        """What the disk has no room for now is tried again next time."""
        for session_id in list(self._unsaved & self._sessions.keys()):
            with contextlib.suppress(StorageError):
                self.store.save(self._sessions[session_id])
                self._unsaved.discard(session_id)

    def _adopt(self) -> None:
        """Take over what dead servers left running. Their ended sessions wait until somebody
        changes one: there may be a thousand, and nothing happens to them."""
        foreign = [s for s in self._sessions.values() if not (s.state.ended or self.mine(s))]
        alive = {owner: self.store.alive(owner) for owner in {s.owner for s in foreign}}
        for session in foreign:
            if not alive[session.owner]:
                self._take_over(session)

    def _take_over(self, session: Session) -> bool:
        record = None if self.store.alive(session.owner) else self.store.take_over(session)
        if record is None:
            return False
        self._log.info("adopted session %s (%s)", record.id, record.name)
        self._set(record)
        return True

    def _set(self, session: Session) -> None:
        self._sessions[session.id] = session
        self._emit(session)

    def _drop(self, session: Session) -> None:
        del self._sessions[session.id]
        self._unsaved.discard(session.id)
        self._emit(session, purged=True)

    def _emit(self, session: Session, *, purged: bool = False) -> None:
        self.sequence += 1
        self._events.session(session, self.sequence, purged=purged)
