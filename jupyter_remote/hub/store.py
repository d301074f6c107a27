"""The table of shares: SQLite, as the service has a local disk and is its only writer.

Every method is short, blocks, and is called in one thread (see ``desk.py``). What must outlive
a loss of power (a new share, a revoked one, a link that was used up) is synced to the disk;
counts are not, which saves a sync a fetch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import LimitReached, NotFound, StorageError, WrongState
from ..files import make_private
from ..shares.model import ACTIVE, EXPIRED, REVOKED, USED
from .records import Content, Kept

VERSION = 1
_ENDED = 5
"""So many ended shares of a user are kept for each active one that they may have."""
_FIELDS = [field.name for field in dataclasses.fields(Kept)]
_SCHEMA = """
CREATE TABLE shares (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, name TEXT NOT NULL,
    created REAL NOT NULL, expires REAL NOT NULL, once INTEGER NOT NULL,
    outputs INTEGER NOT NULL, users TEXT NOT NULL, options TEXT NOT NULL, state TEXT NOT NULL,
    ended REAL, revision INTEGER NOT NULL, size INTEGER NOT NULL, updated REAL,
    uses INTEGER NOT NULL, last_used REAL, file TEXT NOT NULL, sum TEXT NOT NULL,
    cells INTEGER NOT NULL, kernel TEXT NOT NULL);
CREATE INDEX shares_owner ON shares (owner);
CREATE TABLE known (
    share TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE, name TEXT NOT NULL,
    named INTEGER NOT NULL, PRIMARY KEY (share, name)) WITHOUT ROWID;
CREATE INDEX known_name ON known (name);
"""


class ShareStore:
    """Rows of shares, and of who may open them without the token: the named, and those who
    opened them with the token once."""

    def __init__(self, folder: Path) -> None:
        make_private(folder)
        self._path = folder / "shares.sqlite"
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._path.chmod(0o600)
            self._db.row_factory = sqlite3.Row
            for pragma in ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 10000"):
                self._db.execute(f"PRAGMA {pragma}")
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"cannot use {self._path}: {error}") from error

    def _prepare(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise StorageError(f"{self._path} was written by a newer version of jupyter_remote")
        if found == 0:
            self._db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version = {VERSION};COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextlib.contextmanager
    def _writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """One transaction; StorageError when the disk does not take it."""
        try:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StorageError(f"the share service cannot write its list: {error}") from error

    # -- reading

    def by_id(self, share: str) -> Kept | None:
        """The share of this id, whatever its state."""
        return self._one("id = ?", share)

    def by_digest(self, digest: str) -> Kept | None:
        """The share whose token has this SHA-256."""
        return self._one("digest = ?", digest)

    def of_owner(self, owner: str) -> list[Kept]:
        """All of one user's, the newest first."""
        rows = self._db.execute(
            "SELECT * FROM shares WHERE owner = ? ORDER BY created DESC", (owner,)
        )
        return [_kept(row) for row in rows]

    def for_user(self, user: str, at: float) -> list[Kept]:
        """Active shares of others that name this user, or that this user opened by a link."""
        query = (
            "SELECT shares.* FROM known JOIN shares ON shares.id = known.share "
            "WHERE known.name = :user AND owner <> :user AND revision > 0 "
            "AND state = 'active' AND expires > :at "
            "AND (known.named OR users = '[]') ORDER BY updated DESC"
        )
        rows = self._db.execute(query, {"user": user, "at": at})
        return [_kept(row) for row in rows]

    def knows(self, share: str, user: str) -> bool:
        """Whether this user is named, or opened the share by its link before."""
        query = "SELECT 1 FROM known WHERE share = ? AND name = ?"
        return self._db.execute(query, (share, user)).fetchone() is not None

    def kept_bytes(self, owner: str | None = None, besides: str = "") -> int:
        """Bytes of notebooks on disk, of one user or of all, without those of one share."""
        query = "SELECT COALESCE(SUM(size), 0) FROM shares WHERE file <> '' AND id <> :besides"
        if owner is not None:
            query += " AND owner = :owner"
        found: int = self._db.execute(query, {"owner": owner, "besides": besides}).fetchone()[0]
        return found

    def count(self, owner: str, at: float) -> int:
        """How many active shares this user has."""
        query = (
            "SELECT COUNT(*) FROM shares "
            "WHERE owner = :owner AND state = 'active' AND expires > :at"
        )
        found: int = self._db.execute(query, {"owner": owner, "at": at}).fetchone()[0]
        return found

    def files(self) -> set[str]:
        """Names of all files that a share needs."""
        return {row[0] for row in self._db.execute("SELECT file FROM shares WHERE file <> ''")}

    def _one(self, where: str, value: str) -> Kept | None:
        row = self._db.execute(f"SELECT * FROM shares WHERE {where}", (value,)).fetchone()  # noqa: S608
        return _kept(row) if row else None

    def _must(self, share: str) -> Kept:
        kept = self.by_id(share)
        if kept is None:
            raise NotFound("there is no such share")
        return kept

    # -- writing

    def add(self, kept: Kept, most: int) -> None:
        """Keep a new share, unless its owner has ``most`` active ones (LimitReached)."""
        with self._writing(durable=True) as db:
            if self.count(kept.owner, kept.created) >= most:
                raise LimitReached(f"you have {most} active shares, the most that are allowed here")
            db.execute(
                "DELETE FROM shares WHERE id IN (SELECT id FROM shares WHERE owner = ? "
                "AND state <> 'active' ORDER BY ended DESC LIMIT -1 OFFSET ?)",
                (kept.owner, _ENDED * most),
            )
            marks = ", ".join(f":{name}" for name in _FIELDS)
            db.execute(f"INSERT INTO shares ({', '.join(_FIELDS)}) VALUES ({marks})", _row(kept))  # noqa: S608
            self._name(kept.id, kept.users)

    def change(self, share: str, expires: float, users: Iterable[str] | None, at: float) -> Kept:
        """New end, and new named users when given, of an active share; else WrongState."""
        with self._writing(durable=True) as db:
            kept = self._must(share)
            if kept.state_at(at) != ACTIVE:
                raise WrongState(f"this share is {kept.state_at(at)}; share the notebook anew")
            db.execute("UPDATE shares SET expires = ? WHERE id = ?", (expires, share))
            if users is not None:
                names = sorted(set(users))
                db.execute("UPDATE shares SET users = ? WHERE id = ?", (json.dumps(names), share))
                self._name(share, names)
            return self._must(share)

    def _name(self, share: str, users: Iterable[str]) -> None:
        self._db.execute("DELETE FROM known WHERE share = ? AND named", (share,))
        rows = [(share, user) for user in users]
        self._db.executemany("INSERT OR REPLACE INTO known VALUES (?, ?, 1)", rows)

    def meet(self, share: str, user: str) -> None:
        """This user opened the share by its link, and needs no token for it from now on."""
        with self._writing(durable=False) as db:
            db.execute("INSERT OR IGNORE INTO known VALUES (?, ?, 0)", (share, user))

    def revise(
        self, share: str, new: Content, limits: tuple[int, int], at: float
    ) -> tuple[Kept, str]:
        """Make a content the newest revision; answers the share and the file to delete: the old
        one, or the new one when nothing changed. ``limits``: bytes of this user and of all."""
        with self._writing(durable=True) as db:
            kept = self._must(share)
            if kept.state_at(at) != ACTIVE:
                raise WrongState(f"this share is {kept.state_at(at)}")
            if kept.sum == new.sum and kept.file:
                return kept, new.file
            self._within(kept, new.size, limits)
            db.execute(
                "UPDATE shares SET revision = revision + 1, updated = ?, file = ?, size = ?, "
                "sum = ?, cells = ?, kernel = ? WHERE id = ?",
                (at, new.file, new.size, new.sum, new.cells, json.dumps(new.kernel), share),
            )
            return self._must(share), kept.file

    def _within(self, kept: Kept, size: int, limits: tuple[int, int]) -> None:
        for owner, limit in zip((kept.owner, None), limits, strict=True):
            if self.kept_bytes(owner, kept.id) + size > limit:
                whose = "your shared notebooks" if owner else "all shared notebooks of this hub"
                raise LimitReached(
                    f"{whose} would take more than {limit} bytes; revoke shares to make room"
                )

    def use(self, share: str, at: float) -> Kept:
        """Count a fetch of an active share, and end it if it is for one use: of many who ask at
        once only one gets it. Answers the share afterwards; WrongState when it is over."""
        before = self._must(share)
        with self._writing(durable=before.once) as db:
            changed = db.execute(
                "UPDATE shares SET uses = uses + 1, last_used = :at, "
                "state = CASE WHEN once THEN :used ELSE state END, "
                "ended = CASE WHEN once THEN :at ELSE ended END "
                "WHERE id = :id AND file <> '' AND state = 'active' AND expires > :at",
                {"id": share, "at": at, "used": USED},
            )
            if changed.rowcount != 1:
                raise WrongState("the share is over")
        return self._must(share)

    def give_back(self, share: str) -> None:
        """The one fetch of a one-time link broke off: it may be tried again."""
        with self._writing(durable=True) as db:
            db.execute(
                "UPDATE shares SET state = ?, ended = NULL, uses = uses - 1 "
                "WHERE id = ? AND state = ? AND file <> ''",
                (ACTIVE, share, USED),
            )

    def revoke(self, share: str, at: float) -> str:
        """End it; answers the file to delete. An ended share stays as it is."""
        with self._writing(durable=True) as db:
            kept = self._must(share)
            state = kept.state_at(at)
            ended = (REVOKED, at) if state == ACTIVE else (state, kept.ended or kept.expires)
            db.execute(
                "UPDATE shares SET state = ?, ended = ?, file = '' WHERE id = ?", (*ended, share)
            )
            return kept.file

    def drop_file(self, share: str) -> str:
        """A used link's notebook is not needed any more; answers its file."""
        with self._writing(durable=False) as db:
            kept = self._must(share)
            db.execute("UPDATE shares SET file = '' WHERE id = ? AND state = ?", (share, USED))
            return kept.file

    def forget(self, share: str) -> str:
        """Remove the row; answers the file to delete. Its link is unknown from then on."""
        with self._writing(durable=True) as db:
            kept = self._must(share)
            db.execute("DELETE FROM shares WHERE id = ?", (share,))
            return kept.file

    def purge(self, at: float, keep: float, unfilled: float) -> list[Kept]:
        """Write ends down, and forget what ended ``keep`` seconds ago or was never filled for
        ``unfilled`` seconds. Answers the shares that have just expired."""
        with self._writing(durable=True) as db:
            found = db.execute(
                "SELECT * FROM shares WHERE state = 'active' AND expires <= ?", (at,)
            )
            over = [_kept(row) for row in found]
            db.execute(
                "UPDATE shares SET state = ?, ended = expires, file = '' "
                "WHERE state = 'active' AND expires <= ?",
                (EXPIRED, at),
            )
            # Not of a link that is being used up: that fetch may break off.
            ended = "state <> 'active' AND (state <> 'used' OR ended <= ?)"
            db.execute(f"UPDATE shares SET file = '' WHERE {ended}", (at - unfilled,))  # noqa: S608
            db.execute("DELETE FROM shares WHERE ended <= ?", (at - keep,))
            db.execute("DELETE FROM shares WHERE revision = 0 AND created <= ?", (at - unfilled,))
            return over


def _row(kept: Kept) -> dict[str, object]:
    """What SQLite keeps; not by ``asdict``, which copies deeply."""
    row: dict[str, object] = {name: getattr(kept, name) for name in _FIELDS}
    packed = {"users": list(kept.users), "options": dict(kept.options), "kernel": kept.kernel}
    return row | {name: json.dumps(value) for name, value in packed.items()}


def _kept(row: sqlite3.Row) -> Kept:
    fields = {name: row[name] for name in _FIELDS}
    fields |= {name: json.loads(row[name]) for name in ("users", "options", "kernel")}
    fields |= {name: bool(row[name]) for name in ("once", "outputs")}
    return Kept(**fields | {"users": tuple(fields["users"])})
