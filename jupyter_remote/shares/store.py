"""Shares on disk: one 0700 folder each, named by the id, which follows from the token.

``share.json`` is the record, the token and what the source looked like; ``notebook-<n>.ipynb``
the snapshot of revision n. What must not be undone by another server of the same home, nor
counted wrongly, is a file of its own: ``revoked``, ``used`` (made exclusively: who makes it has
the one use) and ``uses``, one line of 25 bytes for each use, appended.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ..errors import NotFound, StorageError
from ..files import make_private, mark, write_private
from ..model import Json, elapsed, now
from .model import REVOKED, USED, Received, Share
from .tokens import digest, same, share_id

VERSION: Final = 1
_LINE: Final = 25
_TERMS: Final = ("expires", "users", "follow", "state")
_ID: Final = re.compile("[0-9a-f]{24}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """What a source looked like when it was last sent: ``modified`` as its contents manager
    says, size in bytes, SHA-256 of the file, and the fingerprint of what was sent."""

    modified: str = ""
    size: int = 0
    file: str = ""
    sent: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kept:
    """A share with what only its sender's server knows. ``hub_id``: its id in the service;
    ``kernel`` and ``cells``: of the version that was sent last."""

    share: Share
    token: str = dataclasses.field(repr=False)
    seen: Seen = Seen()
    hub_id: str = ""
    kernel: Mapping[str, str] | None = None
    cells: int = 0

    def to_json(self) -> dict[str, Json]:
        """As it is stored."""
        return {"version": VERSION, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Kept:
        """Read it; raises KeyError, TypeError, AttributeError or ValueError."""
        share = Share.from_json(data["share"])
        elapsed(share.created, share.expires)
        rest = {key: data[key] for key in ("token", "hub_id", "kernel", "cells")}
        return cls(share=share, seen=Seen(**data["seen"]), **rest)


class ShareStore:
    """Reads and writes below ``folder``; raises StorageError with the path. All of it blocks."""

    def __init__(self, folder: Path) -> None:
        self.shares = folder / "shares"
        self.received = folder / "received"
        for path in (folder, self.shares, self.received):
            make_private(path)

    # -- shares -----------------------------------------------------------------------------

    def add(self, id_: str) -> None:
        """Make the folder of a new share; what is written later is written into it, so that a
        share that was forgotten meanwhile does not come back."""
        make_private(self.shares / id_)

    def save(self, kept: Kept) -> None:
        """Write a record atomically; raises NotFound when the share was forgotten."""
        folder = self._there(kept.share.id)
        first = not (folder / "share.json").exists()
        try:
            write_private(folder / "share.json", json.dumps(kept.to_json(), indent=1))
        except StorageError:
            self._there(kept.share.id)
            raise
        if first:
            self._renew()

    def _renew(self) -> None:
        """Who remembers the age of the folder of all shares shall look again: a share that has
        a folder, and no record yet, was not seen."""
        at = time.time_ns()
        with contextlib.suppress(OSError):
            os.utime(self.shares, ns=(at, at))

    def _there(self, id_: str) -> Path:
        folder = self.shares / id_
        if not folder.is_dir():
            raise NotFound("this share was forgotten meanwhile")
        return folder

    def load(self, id_: str) -> Kept | None:
        """A record as it is now on disk; None when there is none that can be read."""
        if not _ID.fullmatch(id_):
            return None
        folder = self.shares / id_
        try:
            kept = Kept.from_json(json.loads((folder / "share.json").read_text()))
            marks = self._marks(folder, kept.share)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        share = dataclasses.replace(kept.share, **marks).as_of_now()
        return dataclasses.replace(kept, share=share)

    def _marks(self, folder: Path, share: Share) -> dict[str, Json]:
        marks: dict[str, Json] = {}
        if (folder / "used").exists():
            marks["state"] = USED
        if (folder / "revoked").exists():
            marks["state"] = REVOKED
        if share.mode == "local":
            with contextlib.suppress(FileNotFoundError), open(folder / "uses", "rb") as file:
                count = file.seek(0, os.SEEK_END) // _LINE
                file.seek(max(0, count - 1) * _LINE)
                last = file.read(_LINE).decode("ascii", "replace").strip()
                marks |= {"uses": count, "last_used": last or None}
        return marks

    def all(self) -> Iterator[Kept]:
        """Every record that can be read."""
        for name in self._names(self.shares):
            kept = self.load(name)
            if kept:
                yield kept

    def renewed(self, kept: Kept) -> Kept:
        """The record with the terms that are on disk now: another server of the same home may
        have changed them since it was read."""
        now_ = self.load(kept.share.id)
        if now_ is None:
            return kept
        terms = {name: getattr(now_.share, name) for name in _TERMS}
        return dataclasses.replace(kept, share=dataclasses.replace(kept.share, **terms))

    def by_token(self, token: str) -> Kept | None:
        """The share with this token, whatever its state. The comparison takes the same time
        for every wrong token."""
        kept = self.load(share_id(token))
        stored = digest(kept.token) if kept else digest("")
        return kept if same(stored, token) else None

    def forget(self, id_: str) -> None:
        """Delete a record and its snapshots; one that is not there is no error. It goes as a
        whole: who is just writing into it finds no folder."""
        gone = self.shares / f".{id_}-{secrets.token_hex(4)}"
        with contextlib.suppress(OSError):
            os.rename(self.shares / id_, gone)
        shutil.rmtree(gone, ignore_errors=True)

    # -- snapshots --------------------------------------------------------------------------

    def keep(self, id_: str, revision: int, content: bytes) -> None:
        """Write the snapshot of a revision; its record is saved after it."""
        folder, path = self._there(id_), self.snapshot(id_, revision)
        temporary = None
        try:
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".notebook-")
            with open(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except OSError as error:
            if temporary:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
            raise StorageError(f"cannot write {path}: {error.strerror}") from error

    def snapshot(self, id_: str, revision: int) -> Path:
        """Where the snapshot of a revision lies."""
        return self.shares / id_ / f"notebook-{revision}.ipynb"

    def drop_snapshots(self, id_: str, but: int | None = None) -> None:
        """Delete snapshots; those being read are read to their end."""
        for path in (self.shares / id_).glob("notebook-*.ipynb"):
            if but is None or path != self.snapshot(id_, but):
                path.unlink(missing_ok=True)

    # -- marks ------------------------------------------------------------------------------

    def revoke(self, id_: str) -> None:
        """From now on nobody opens it, whatever another server writes."""
        mark(self.shares / id_ / "revoked")
        self.drop_snapshots(id_)

    def claim(self, id_: str) -> bool:
        """Take the one use; False when it was taken."""
        return mark(self.shares / id_ / "used")

    def give_back(self, id_: str) -> None:
        """The one use that was taken was none."""
        with contextlib.suppress(OSError):
            os.unlink(self.shares / id_ / "used")

    def count(self, id_: str) -> None:
        """Note a use, without waiting for the disk: a crash may forget the last ones."""
        try:
            handle = os.open(
                self.shares / id_ / "uses", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
            )
            try:
                os.write(handle, f"{now():<{_LINE - 1}}\n".encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise StorageError(f"cannot count a use: {error.strerror}") from error

    # -- what was received ------------------------------------------------------------------

    def note(self, received: Received, private: dict[str, Json]) -> None:
        """Write the record of an import; ``private``: what only this server needs to know."""
        text = json.dumps({"version": VERSION, "received": received.to_json(), **private}, indent=1)
        write_private(self.received / f"{received.id}.json", text)

    def noted(self, id_: str) -> tuple[Received, dict[str, Json]] | None:
        """The record of an import and its private part."""
        try:
            data = json.loads((self.received / f"{id_}.json").read_text())
            data.pop("version")
            return Received.from_json(data.pop("received")), data
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def imports(self) -> Iterator[tuple[Received, dict[str, Json]]]:
        """All of them."""
        for name in self._names(self.received):
            found = self.noted(name.removesuffix(".json")) if name.endswith(".json") else None
            if found:
                yield found

    def move_imports(self, old: str, new: str) -> None:
        """A file or a folder has another path now."""
        for received, private in list(self.imports()):
            path = received.path
            if path == old or path.startswith(old + "/"):
                moved = dataclasses.replace(received, path=new + path[len(old) :])
                self.note(moved, private)

    def forget_import(self, id_: str) -> None:
        """Delete the record of an import, not the file."""
        (self.received / f"{id_}.json").unlink(missing_ok=True)

    def _names(self, folder: Path) -> list[str]:
        try:
            return sorted(os.listdir(folder))
        except OSError as error:
            raise StorageError(f"cannot read {folder}: {error.strerror}") from error
