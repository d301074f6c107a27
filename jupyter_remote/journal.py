"""Our own record of jobs that ended: one file of JSON lines a day, for when there is no
accounting to ask. Several servers may write to it: each line goes in by one append."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from .errors import StorageError
from .files import make_private
from .model import Json

KEPT: Final = 31
"""Days after which a file is deleted."""

LARGEST: Final = 16 << 20
"""Bytes of a day's file; what comes after is not recorded."""


class Journal:
    """Ended jobs below ``folder``. ``add`` remembers, ``flush`` and ``read`` use the disk: call
    those two in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[str] | None = None
        self._waiting: dict[str, Json] = {}

    def add(self, records: Iterable[Json]) -> None:
        """Note ended jobs; one that is known already is not written again."""
        for record in records:
            self._waiting.setdefault(_key(record), record)

    def flush(self) -> None:
        """Write what was noted. Raises StorageError; then it is still noted."""
        if not self._waiting:
            return
        if self._known is None:
            self._known = {key for day in self._days(KEPT) for key in day}
        waiting = dict(self._waiting)
        fresh = [record for key, record in waiting.items() if key not in self._known]
        if fresh:
            self._append("".join(json.dumps(record) + "\n" for record in fresh))
        self._known.update(waiting)
        for key in waiting:
            self._waiting.pop(key, None)

    def read(self, days: float) -> list[Json]:
        """Records of the last days, newest last. Lines that cannot be read are passed over."""
        return list((self._stored(days) | self._waiting).values())

    def _stored(self, days: float) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for day in self._days(days):
            found.update(day)
        return found

    def _days(self, days: float) -> Iterator[dict[str, Json]]:
        """One after the other: all at once may be half a gigabyte."""
        oldest = _day(time.time() - days * 86400)
        for path in sorted(self._folder.glob("*.jsonl")):
            if path.stem >= oldest:
                yield _lines(path)

    def _append(self, text: str) -> None:
        make_private(self._folder)
        path = self._folder / f"{_day(time.time())}.jsonl"
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            data = b"\n" + text.encode()  # the line before may be half a one
            with open(os.open(path, flags, 0o600), "ab", buffering=0) as file:
                small = os.fstat(file.fileno()).st_size < LARGEST
                if small and file.write(data) != len(data):
                    raise StorageError(f"{path} was not written in full: is the disk full?")
            oldest = _day(time.time() - KEPT * 86400)
            for old in [p for p in self._folder.glob("*.jsonl") if p.stem < oldest]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}") from error


def _lines(path: Path) -> dict[str, Json]:
    found = {}
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    record = json.loads(line)
                    found[_key(record)] = record
                except (ValueError, KeyError, TypeError):
                    continue
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    return found


def _key(record: Json) -> str:
    """Ids are used again after years, or after a scheduler lost its state."""
    return f"{record['backend']}/{record['job_id']}/{record['submitted']}"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
