"""Uploads, files of jobs and their paths on the server."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from .options import Options
from .records import Books, Stored, new_id
from .refused import Refused

PREFIX = "/api/files/"


def plain(name: str) -> str:
    """A file name without folders, and never ``.`` or ``..``."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()
    return name if name not in ("", ".", "..") else "file"


class Upload:
    """One file on its way in; more bytes than ``keep`` (0: any number) are only counted."""

    def __init__(self, path: Path, keep: int) -> None:
        self.path, self._keep, self.length = path, keep, 0
        self._file: BinaryIO = open(path, "wb")  # noqa: SIM115

    def write(self, data: bytes) -> None:
        """Take some bytes."""
        self.length += len(data)
        if not self._keep or self.length <= self._keep:
            self._file.write(data)

    def close(self) -> None:
        """All bytes are there; what was not kept is a hole."""
        self._file.truncate(self.length)
        self._file.close()

    def discard(self) -> None:
        """It did not come to an end."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class FileStore:
    """The files: temporary ones until they are deleted, those of jobs as long as their job."""

    def __init__(self, folder: Path, books: Books, options: Options) -> None:
        self._folder, self._books, self._options = folder, books, options
        folder.mkdir(mode=0o700, exist_ok=True)

    def begin(self) -> Upload:
        """Begin an upload."""
        return Upload(self._folder / new_id(), self._options.discard_over)

    def keep(self, upload: Upload, owner: str, name: str) -> Stored:
        """End an upload: it is a temporary file of ``owner``."""
        upload.close()
        name = plain(name)
        uri = f"{PREFIX}{new_id()}/{quote(name)}"
        stored = Stored(uri, owner, name, upload.length, str(upload.path))
        self._books.put(stored)
        return stored

    def sparse(self, owner: str, name: str, size: int) -> Stored:
        """A file of ``size`` zero bytes that takes no space."""
        upload = self.begin()
        upload.length = size
        return self.keep(upload, owner, name)

    def find(self, uri: str, user: str) -> Stored:
        """The file at this path. Raises Refused (404, 403)."""
        stored = self._books.files.get(uri) or self._books.files.get(quote(uri))
        if stored is None or not os.path.exists(stored.path):
            raise Refused(404, "no such file")
        if stored.owner != user:
            raise Refused(403, "this file is not yours")
        return stored

    def give(self, job: str, owner: str, name: str, source: Path) -> Stored:
        """Let a job own a copy of a file (by link where possible)."""
        target = self._folder / new_id()
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
        stem, end = os.path.splitext(plain(name))
        uri, number = f"{PREFIX}jobs/{job}/{quote(stem + end)}", 1
        while uri in self._books.files:
            number += 1
            uri = f"{PREFIX}jobs/{job}/{quote(f'{stem}-{number}{end}')}"
        stored = Stored(uri, owner, plain(name), target.stat().st_size, str(target), job)
        self._books.put(stored)
        return stored

    def drop(self, stored: Stored) -> None:
        """Delete a file."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(stored.path)
        self._books.drop(stored)

    def drop_temporary(self, user: str) -> None:
        """Delete all of a user's temporary files."""
        for stored in list(self._books.files.values()):
            if stored.owner == user and not stored.job:
                self.drop(stored)

    def drop_of(self, job: str) -> None:
        """Delete the files of a job."""
        for stored in list(self._books.files.values()):
            if stored.job == job:
                self.drop(stored)
