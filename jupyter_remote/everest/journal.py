"""Lines of JSON in one 0700 folder, which several processes of several machines write.

Each appends to a file of its own, a new one every day, so that neither they nor a kill in the
middle of a line can hurt each other: a torn line is no line. What others have appended is read on
from where it was read last.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import StorageError
from ..files import make_private
from .model import Json

DAY: Final = 86400.0
Line = dict[str, Json]


class Journal:
    """The lines below ``folder``; raises StorageError with the path. All of it blocks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}
        self._file: int | None = None
        self._path = folder
        self._until = 0.0

    def fresh(self) -> Iterator[tuple[Path, Line]]:
        """Lines that are new since the last call, each with its file; not our own."""
        for path in sorted(self.folder.glob("*.jsonl")):
            if path != self._path:
                for line in self._new_of(path):
                    yield path, line

    def _new_of(self, path: Path) -> Iterator[Line]:
        with contextlib.suppress(OSError):
            with open(path, "rb") as file:  # by opening it, NFS learns of what others wrote
                file.seek(self._read.get(path, 0))
                whole = file.read()
            whole = whole[: whole.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for text in whole.split(b"\n"):
                with contextlib.suppress(ValueError):
                    line = json.loads(text)
                    if isinstance(line, dict) and isinstance(line.get("name"), str):
                        yield line

    def append(self, line: Line, *, sync: bool) -> None:
        """Write a line; ``sync``: it is on disk when this returns."""
        try:
            if self._file is None or time.time() > self._until:
                self._begin()
            assert self._file is not None
            data = (json.dumps(line) + "\n").encode()
            # a new line first: a write cut short before (disk full) must not swallow this one
            if os.write(self._file, b"\n" + data) != len(data) + 1:
                raise OSError(None, "only a part could be written")
            if sync:
                os.fsync(self._file)
        except OSError as error:
            words = f"cannot write the record of a job to {self.folder}: {error.strerror}"
            raise StorageError(words) from error

    def _begin(self) -> None:
        """A file of our own, for a day."""
        make_private(self.folder)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        path = self.folder / f"{stamp}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        fresh = os.open(path, flags, 0o600)
        self.close()
        self._file, self._path, self._until = fresh, path, time.time() + DAY

    def age(self, path: Path) -> float:
        """Seconds since a file was written to; 0 when it is gone."""
        with contextlib.suppress(OSError):
            return time.time() - path.stat().st_mtime
        return 0.0

    def sweep(self, seconds: float) -> None:
        """Remove what killed processes left: locks and parts that nobody touched for long."""
        for path in [p for p in self.folder.glob("*") if p.suffix != ".jsonl"]:
            if self.age(path) > seconds:
                self.remove(path)

    def remove(self, path: Path) -> None:
        """Delete a file; what cannot be deleted stays."""
        self._read.pop(path, None)
        with contextlib.suppress(OSError):
            path.unlink()

    def close(self) -> None:
        """Close our own file; what was written to it is not read again."""
        if self._file is not None:
            self._read[self._path] = os.fstat(self._file).st_size
            os.close(self._file)
            self._file, self._path = None, self.folder
