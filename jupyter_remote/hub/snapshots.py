"""The notebooks that the share service keeps: private files with random names.

A revision is written under a new name and becomes the share's by a change of its row, so a
reader sees one whole revision, and a file that nobody opened any more can go at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import IO

from ..errors import StorageError, TooLarge
from ..files import make_private

CHUNK = 1 << 20
"""Bytes read or written at once."""


class Snapshots:
    """A folder of files; blocks, so call it in a thread."""

    def __init__(self, folder: Path) -> None:
        make_private(folder)
        self._folder = folder

    def new(self) -> str:
        """A name that nobody has."""
        return secrets.token_hex(16)

    def path(self, name: str) -> Path:
        """Where a file of that name lies, or shall lie."""
        return self._folder / name

    def open(self, name: str) -> IO[bytes]:
        """Read a file; raises FileNotFoundError when it has gone."""
        return open(self.path(name), "rb")

    def remove(self, *names: str) -> None:
        """Delete files and their previews; who reads one reads on."""
        for name in filter(None, names):
            for path in (self.path(name), self.path(f"{name}.html"), self.path(f"{name}.part")):
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()

    def names(self) -> set[str]:
        """Of all that is here, half-written files and previews included."""
        return {path.name.split(".")[0] for path in self._folder.iterdir()}


class Upload:
    """A file that grows to at most ``most`` bytes. Leaving the ``with`` without ``finish``
    removes it. After ``finish``, ``sum`` is the SHA-256 of its content."""

    def __init__(self, snapshots: Snapshots, name: str, most: int) -> None:
        self.name, self.size, self.sum = name, 0, ""
        self._most, self._path = most, snapshots.path(name)
        self._hash = hashlib.sha256()
        self._part = snapshots.path(f"{name}.part")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file = open(os.open(self._part, flags, 0o600), "wb")  # noqa: SIM115
        except OSError as error:
            raise _full(error) from error

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._part.unlink()

    def add(self, chunk: bytes) -> None:
        """Some more bytes; raises TooLarge, StorageError."""
        self.size += len(chunk)
        if self.size > self._most:
            raise TooLarge.of("the notebook", self._most)
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _full(error) from error

    def finish(self) -> None:
        """It is whole: let it be found under its name."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._part, self._path)
        except OSError as error:
            raise _full(error) from error
        self.sum = self._hash.hexdigest()


def _full(error: OSError) -> StorageError:
    return StorageError(f"the share service cannot write to its disk: {error.strerror}")
