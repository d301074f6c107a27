"""Our own record of every job, written before it is submitted.

Each process appends to a file of its own in one 0700 folder, so that neither several notebooks
nor a kill in the middle of a line can hurt: a torn line is no line. A record is what its lines
say together; it is known by the job's unique name.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ..errors import StorageError
from ..files import make_private
from .model import FINAL, UNSENT, Json

VERSION: Final = 1
KEPT_DAYS: Final = 90
"""Files older than this are removed when all their jobs have ended."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """One job that was, or was about to be, submitted.

    ``name`` is its unique name on the server; ``title`` what people called it; ``key`` what a
    program calls it (the same key is never submitted twice); ``time``: seconds since 1970.
    """

    name: str
    server: str
    app: str
    inputs: Mapping[str, Json]
    account: str = ""
    title: str = ""
    key: str = ""
    group: str = ""
    resources: tuple[str, ...] = ()
    time: float = 0.0
    id: str = ""
    state: str = UNSENT
    repeated: bool = False
    """It was sent a second time, after the server had not shown it for a while."""


class Records:
    """The records below ``folder`` of one server; raises StorageError with the path."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder = folder
        self._server = server
        self._lock = threading.Lock()
        self._all: dict[str, Record] | None = None
        self._file: int | None = None

    def add(self, record: Record) -> None:
        """Store a new record: on disk when this returns."""
        with self._lock:
            fields = dataclasses.asdict(record)
            self._append({"version": VERSION, **fields}, sync=True)
            self._loaded()[record.name] = record

    def note(self, name: str, **changes: Json) -> None:
        """Store what became known of a record: ``id``, ``state``, ``repeated``."""
        with self._lock:
            old = self._loaded().get(name)
            if old is None or all(getattr(old, key) == changes[key] for key in changes):
                return
            self._append({"name": name, "server": self._server, **changes}, sync=False)
            self._loaded()[name] = dataclasses.replace(old, **changes)

    def forget(self, name: str) -> None:
        """The record counts no more."""
        with self._lock:
            if self._loaded().pop(name, None) is not None:
                self._append({"name": name, "server": self._server, "forgotten": True}, sync=False)

    def get(self, name: str) -> Record | None:
        """The record with this unique name."""
        with self._lock:
            return self._loaded().get(name)

    def with_key(self, key: str, who: str = "") -> Record | None:
        """The newest record with this key; ``who`` as for ``all``."""
        found = [record for record in self.all(who) if record.key == key]
        return found[-1] if found else None

    def all(self, who: str = "", *, again: bool = False) -> list[Record]:
        """Every record, oldest first; with ``who`` those of this account, and of none. ``again``:
        read what other processes wrote since."""
        with self._lock:
            if again:
                self._all = None
            found = [each for each in self._loaded().values() if _is_of(each, who)]
            return sorted(found, key=lambda record: record.time)

    def close(self) -> None:
        """Close this process's file."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    # -- files ----------------------------------------------------------------------------

    def _loaded(self) -> dict[str, Record]:
        if self._all is None:
            lines: list[dict[str, Json]] = []
            for path in sorted(self._folder.glob("*.jsonl")):
                mine = list(_lines(path))
                if not _outlived(path, mine):
                    lines += mine
            mine = [line for line in lines if line.get("server") == self._server]
            self._all = _fold(mine)
        return self._all

    def _append(self, line: dict[str, Json], *, sync: bool) -> None:
        try:
            if self._file is None:
                make_private(self._folder)
                stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
                path = self._folder / f"{stamp}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._file = os.open(path, flags, 0o600)
            data = (json.dumps(line) + "\n").encode()
            # a new line first: a write cut short before (disk full) must not swallow this one
            if os.write(self._file, b"\n" + data) != len(data) + 1:
                raise OSError(None, "only a part could be written")
            if sync:
                os.fsync(self._file)
        except OSError as error:
            raise StorageError(
                f"cannot write the record of a job to {self._folder}: {error.strerror}"
            ) from error


def _is_of(record: Record, who: str) -> bool:
    """Two people may share one home and one server, not their jobs."""
    return not who or record.account in ("", who)


def _lines(path: Path) -> Iterator[dict[str, Json]]:
    with contextlib.suppress(OSError):
        for line in path.read_bytes().split(b"\n"):
            with contextlib.suppress(ValueError):
                data = json.loads(line)
                if isinstance(data, dict) and isinstance(data.get("name"), str):
                    yield data


def _outlived(path: Path, lines: list[dict[str, Json]]) -> bool:
    """Whether a file is old and all of its jobs have ended: then it is removed."""
    try:
        if time.time() - path.stat().st_mtime < KEPT_DAYS * 86400:
            return False
        ended = {x["name"] for x in lines if x.get("state") in FINAL or x.get("forgotten")}
        if {x["name"] for x in lines} - ended:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _fold(lines: list[dict[str, Json]]) -> dict[str, Record]:
    """Records from their lines. Several processes may write of one job, in any order of files."""
    fields: dict[str, dict[str, Json]] = {}
    known = {field.name for field in dataclasses.fields(Record)}
    for line in lines:
        kept = fields.setdefault(line["name"], {})
        first = "app" in line
        for key, value in line.items():
            if not (first and key in kept):  # the first line says the least of what changes
                kept[key] = value
    records = {}
    for name, values in fields.items():
        if values.get("forgotten") or values.get("version", VERSION) > VERSION:
            continue
        with contextlib.suppress(TypeError, ValueError):
            values["resources"] = tuple(values.get("resources") or ())
            records[name] = Record(**{k: v for k, v in values.items() if k in known})
    return records
