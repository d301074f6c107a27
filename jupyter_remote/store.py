"""Records on disk: one 0700 folder a session, one atomic JSON file in it.

Homes are often on NFS and several Jupyter servers may share one, so there is no database and
no long-held lock. Each server keeps a lease ``servers/<id>.json`` (host, boot id, pid, start
time, touched every ``HEARTBEAT`` seconds) and writes only the records that name it as owner.
Another server may take over when that owner is dead: at once when it can see so (same
machine), after ``LEASE`` seconds of silence otherwise.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from .errors import StorageError
from .files import make_private, write_private
from .machine import Owned, transition
from .model import Json, Session, new_session_id, now
from .process import Identity

VERSION: Final = 1
HEARTBEAT: Final = 30.0
LEASE: Final = 120.0
_LOCK_AGE: Final = 30.0


@dataclasses.dataclass(frozen=True)
class Unreadable:
    """A record that stays untouched because this version cannot read it."""

    id: str
    message: str


class SessionStore:
    """Reads and writes the records below ``folder``; raises StorageError with the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sessions = folder / "sessions"
        self.servers = folder / "servers"
        for path in (folder, self.sessions, self.servers):
            make_private(path)
        self.server = new_session_id()
        self._mtimes: dict[str, int] = {}
        self._lease = self.servers / f"{self.server}.json"
        self.take_lease()

    # -- leases ---------------------------------------------------------------------------

    def take_lease(self) -> None:
        """Say that this server lives; called again every HEARTBEAT seconds."""
        identity = Identity.of(os.getpid())
        fields = identity.to_json() if identity else {}
        write_private(self._lease, json.dumps({"host": socket.gethostname(), **fields}))

    def others(self) -> bool:
        """Whether another server may be writing here; leases of dead ones are removed."""
        names = {path.stem for path in self.servers.glob("*.json")} - {self.server}
        alive = {name for name in names if self.alive(name)}
        for name in names - alive:
            (self.servers / f"{name}.json").unlink(missing_ok=True)
        return bool(alive)

    def drop_lease(self) -> None:
        """Say that this server is gone: others take over at once."""
        self._lease.unlink(missing_ok=True)

    def alive(self, owner: str | None) -> bool:
        """Whether the server that holds this lease still writes its records."""
        if owner == self.server:
            return True
        path = self.servers / f"{owner}.json"
        try:
            lease = json.loads(path.read_text())
            if lease.pop("host") == socket.gethostname():
                return bool(Identity.from_json(lease).alive())
            return time.time() - path.stat().st_mtime < LEASE
        except (OSError, ValueError, KeyError, TypeError):
            return False

    # -- records --------------------------------------------------------------------------

    def save(self, session: Session) -> None:
        """Write a record atomically; the old one stands when that fails."""
        folder = self.sessions / session.id
        fresh = not folder.exists()
        try:
            make_private(folder)
            text = json.dumps({"version": VERSION, **session.to_json()}, indent=1)
            write_private(folder / "session.json", text)
        except StorageError:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            raise

    def keep(self, session_id: str, credentials: Mapping[str, str]) -> None:
        """Keep the headers by which the proxy logs in to an app: never part of a record."""
        write_private(self.sessions / session_id / "credentials.json", json.dumps(credentials))

    def kept(self, session_id: str) -> dict[str, str]:
        """What ``keep`` was given for this session; empty when nothing was."""
        try:
            path = self.sessions / session_id / "credentials.json"
            headers: dict[str, str] = json.loads(path.read_text())
            return headers
        except (OSError, ValueError):
            return {}

    def load(self) -> Iterator[Session | Unreadable]:
        """Every record, readable or not."""
        for name in self._names():
            with contextlib.suppress(FileNotFoundError):
                yield self.read(name)

    def _names(self) -> list[str]:
        try:
            return sorted(os.listdir(self.sessions))
        except OSError as error:
            raise StorageError(f"cannot read {self.sessions}: {error.strerror}") from error

    def load_changed(self) -> tuple[list[Session], set[str]]:
        """Records that changed on disk since the last call, and the ids of all that exist."""
        changed, names = [], set(self._names())
        for name in names:
            with contextlib.suppress(OSError):
                mtime = (self.sessions / name / "session.json").stat().st_mtime_ns
                if self._mtimes.get(name) == mtime:
                    continue
                self._mtimes[name] = mtime
                record = self.read(name)
                if isinstance(record, Session):
                    changed.append(record)
        self._mtimes = {k: v for k, v in self._mtimes.items() if k in names}
        return changed, names

    def forget(self, session_id: str) -> None:
        """Delete a record; one that is not there is no error."""
        try:
            shutil.rmtree(self.sessions / session_id)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StorageError(f"cannot delete {error.filename}: {error.strerror}") from error

    def take_over(self, session: Session) -> Session | None:
        """Become the owner of a record whose owner is dead; None when another server was first."""
        lock = self.sessions / session.id / "lock"
        with contextlib.suppress(OSError):
            if time.time() - lock.stat().st_mtime > _LOCK_AGE:
                lock.unlink()
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError:
            return None
        try:
            with contextlib.suppress(FileNotFoundError):
                return self._taken(session.id)
            return None
        finally:
            lock.unlink(missing_ok=True)

    def _taken(self, session_id: str) -> Session | None:
        record = self.read(session_id)
        if not isinstance(record, Session) or self.alive(record.owner):
            return None
        record = transition(record, Owned(self.server), now())
        self.save(record)
        return record

    def read(self, name: str) -> Session | Unreadable:
        """One record as it is on disk; raises FileNotFoundError."""
        path = self.sessions / name / "session.json"
        try:
            data: dict[str, Json] = json.loads(path.read_text())
            version = data.pop("version")
            if version > VERSION:
                return Unreadable(name, f"{path} was written by a newer jupyterlab-remote")
            session = Session.from_json(data)
            if session.id != name:
                return Unreadable(name, f"{path} is the record of another session, {session.id}")
            return session
        except FileNotFoundError:
            raise
        except OSError as error:
            return Unreadable(name, f"cannot read {path}: {error.strerror}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return Unreadable(name, f"{path} is damaged: {error}")
