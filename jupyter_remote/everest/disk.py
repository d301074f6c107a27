"""Users' files, which may lie on a network disk that is away: looked at in threads of their own,
never in the event loop, and not for ever."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import secrets
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, Final, ParamSpec, TypeVar

from ..errors import BackendTimeout
from ..files import within
from .errors import Damaged

T = TypeVar("T")
P = ParamSpec("P")
WAIT: Final = 60.0
"""Seconds for the disk to answer."""


async def on_disk(path: Path | str, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``do`` answers, which looks at ``path``. Raises Damaged when the disk is away."""
    try:
        return await within(WAIT, f"the disk of {path}", do, *args, **kwargs)
    except BackendTimeout as error:
        raise Damaged(str(error)) from None


@contextlib.asynccontextmanager
async def scratch() -> AsyncIterator[Path]:
    """A temporary folder, removed at the end with all that is in it."""
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="everest-")
    try:
        yield Path(folder.name)
    finally:
        await asyncio.shield(asyncio.to_thread(folder.cleanup))


class Reading:
    """A file that is read in threads, one chunk at a time. Who has closed it may forget it, also
    while a thread still opens it or reads: it does not stay open. Blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._over = False
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None

    def read(self, count: int) -> bytes:
        """At most ``count`` bytes; none at the end, and of a file that was closed."""
        with self._lock:
            if self._over:
                return b""
            if self._file is None:
                self._file = open(self._path, "rb", 0)  # noqa: SIM115
            return self._file.read(count)

    def close(self) -> None:
        """Read it no more."""
        with self._lock:
            self._over = True
            if self._file is not None:
                self._file.close()


class Arriving:
    """A file that becomes whole under another name in the same folder. Its mode is that of any new
    file of this user: the system applies the umask, which cannot be asked for without changing
    it for all threads. Blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = path.with_name(f".everest-{secrets.token_hex(8)}")
        self._over = False
        self._lock = threading.Lock()
        self.file: BinaryIO = io.BytesIO()

    def begin(self) -> None:
        """Make the file, unless it has been abandoned meanwhile."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with self._lock:
            if not self._over:
                self.file = open(os.open(self._name, flags, 0o666), "wb")  # noqa: SIM115

    def finish(self) -> None:
        """Put it in its place."""
        self.file.close()
        os.replace(self._name, self._path)

    def abandon(self) -> None:
        """Leave nothing of it."""
        with self._lock, contextlib.suppress(OSError):
            self._over = True
            with contextlib.suppress(OSError):
                self.file.close()
            os.unlink(self._name)
