"""Private files and folders: 0600 and 0700, written atomically, errors with the path."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from .breath import in_time
from .contract import LogChunk
from .errors import BackendTimeout, StorageError

T = TypeVar("T")
P = ParamSpec("P")

_users = ThreadPoolExecutor(8, "users-files")
"""Threads of their own: a network disk that is away keeps them, and all others work on."""


async def within(
    timeout: float, what: str, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """What ``do`` answers, which looks at files that may lie anywhere. Raises BackendTimeout
    with ``what`` when it does not within ``timeout`` seconds."""
    call = functools.partial(do, *args, **kwargs)
    try:
        loop = asyncio.get_running_loop()
        return await in_time(loop.run_in_executor(_users, call), timeout)
    except asyncio.TimeoutError:
        raise BackendTimeout(f"{what} did not answer within {timeout:g} s") from None


def make_private(folder: Path) -> None:
    """Make a 0700 folder, or check that an existing one is ours; 0700 it is afterwards."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if hasattr(os, "getuid") and found.st_uid != os.getuid():
            raise StorageError(f"{folder} belongs to another user")
        if found.st_mode & 0o777 != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise StorageError(f"cannot use {folder}: {error.strerror}") from error


def write_private(path: Path, text: str) -> None:
    """Replace a 0600 file atomically: readers see the old or the new text, never a part."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


def mark(path: Path) -> bool:
    """Make an empty 0600 file; False when somebody made it before. Raises StorageError."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    return True


class SecretKey:
    """One random key in a 0600 file: per-session secrets follow from it, over restarts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: bytes | None = None

    def secret(self, session_id: str) -> str:
        """The credential of one session's app: 64 hexadecimal digits (HMAC-SHA-256)."""
        if self._key is None:
            self._key = self._load()
        return hmac.new(self._key, session_id.encode(), hashlib.sha256).hexdigest()

    def _load(self) -> bytes:
        """Read the key, made by whichever server comes first."""
        if not self._path.exists():
            fresh = self._path.with_name(f".{self._path.name}-{secrets.token_hex(8)}")
            write_private(fresh, secrets.token_hex(32))
            try:
                os.link(fresh, self._path)
            except OSError:  # another server was first, or there are no hard links here
                if not self._path.exists():
                    os.replace(fresh, self._path)
            fresh.unlink(missing_ok=True)
        try:
            key = bytes.fromhex(self._path.read_text())
        except (OSError, ValueError) as error:
            raise StorageError(f"cannot read {self._path}: {error}") from error
        if len(key) != 32:
            raise StorageError(f"{self._path} is damaged: delete it and start sessions anew")
        return key


def read_chunk(path: str | Path, offset: int, limit: int, flags: int = 0) -> LogChunk:
    """Bytes of a plain file; a negative ``offset`` counts from the end. None of a file that is
    not there or not plain (``/dev/null``, a pipe); raises StorageError. ``flags``: of open(2)."""
    more = os.O_NONBLOCK | flags
    try:
        # An opener's descriptor is closed also when it turns out to be that of a folder.
        with open(path, "rb", opener=lambda name, usual: os.open(name, usual | more)) as file:
            status = os.fstat(file.fileno())
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
            which = f"{status.st_dev:x}-{status.st_ino:x}"
            start = min(size, offset if offset >= 0 else max(0, size + offset))
            if not size:
                return LogChunk(data=b"", offset=0, size=0, file=which)
            file.seek(start)
            data = file.read(max(0, limit))
            return LogChunk(data=data, offset=start, size=size, file=which)
    except FileNotFoundError:
        return LogChunk(data=b"", offset=0, size=0)
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
