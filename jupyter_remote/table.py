"""The sessions in memory: what the list answers, kept equal to the disk and to the events."""

from __future__ import annotations

import logging
import time
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

    def mine(self, session: Session) -> bool:
        """Whether this server writes the record."""
        return session.owner == self.store.server

    def check_mine(self, session_id: str) -> None:
        """Raise WrongState when another living server writes the record."""
        if not self.mine(self.get(session_id)):
            raise WrongState(
                "this session belongs to another Jupyter server of yours that is running: "
                "do this there, or shut that server down first"
            )

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
        for session_id in list(self._unsaved & self._sessions.keys()):
            self.store.save(self._sessions[session_id])
            self._unsaved.discard(session_id)
        changed, existing = self.store.load_changed()
        for record in changed:
            if not self.mine(record) and record != self._sessions.get(record.id):
                self._set(record)
        for session in [s for s in self._sessions.values() if not self.mine(s)]:
            if session.id not in existing:
                self._drop(session)
        self._adopt()

    def _adopt(self) -> None:
        for session in [s for s in self._sessions.values() if not self.mine(s)]:
            record = None if self.store.alive(session.owner) else self.store.take_over(session)
            if record is not None:
                self._log.info("adopted session %s (%s)", record.id, record.name)
                self._set(record)

    def _set(self, session: Session) -> None:
        self._sessions[session.id] = session
        self._emit(session)

    def _drop(self, session: Session) -> None:
        del self._sessions[session.id]
        self._unsaved.discard(session.id)
        self._emit(session, purged=True)

    def _emit(self, session: Session, *, purged: bool = False) -> None:
        if not session.spare:
            self.sequence += 1
            self._events.session(session, self.sequence, purged=purged)
