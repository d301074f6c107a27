"""Users' files, which may lie on a network disk that is away: looked at in threads of their own,
never in the event loop, and not for ever."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import secrets
import shutil
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


async def finished(do: Callable[[], T], stop: Callable[[], object] | None = None) -> T:
    """What ``do`` answers, in a thread, which cannot be cancelled: who is cancelled meanwhile, also
    more than once, calls ``stop`` and waits for its end, but not for ever."""
    loop = asyncio.get_running_loop()
    work = loop.run_in_executor(None, do)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if stop:
            stop()
        end = loop.time() + WAIT
        while not work.done() and loop.time() < end:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([work], timeout=end - loop.time())
        raise


class Claim:
    """A new file or folder, made by ``make``. Who gives it up may forget it, also while a thread
    still makes it: it does not stay. ``begin`` and ``abandon`` block."""

    def __init__(self, make: Callable[[], Path]) -> None:
        self._make = make
        self._path: Path | None = None
        self._over = False
        self._lock = threading.Lock()

    def begin(self) -> Path:
        """Make it, unless it has been given up meanwhile. Raises what ``make`` does."""
        with self._lock:
            if self._over:
                raise Damaged("given up")
            self._path = self._make()
            return self._path

    def abandon(self) -> None:
        """Remove it, with all that is in it."""
        with self._lock:
            self._over = True
            if self._path is not None and self._path.is_dir():
                shutil.rmtree(self._path, ignore_errors=True)
            elif self._path is not None:
                with contextlib.suppress(OSError):
                    self._path.unlink()

    async def give_up(self) -> None:
        """Abandon it in a thread, which goes on when this takes too long or is cancelled."""
        with contextlib.suppress(Damaged):
            await asyncio.shield(on_disk("a place that is given up", self.abandon))


@contextlib.asynccontextmanager
async def scratch() -> AsyncIterator[Path]:
    """A temporary folder, removed at the end with all that is in it."""
    claim = Claim(lambda: Path(tempfile.mkdtemp(prefix="everest-")))
    try:
        yield await asyncio.to_thread(claim.begin)
    finally:
        await asyncio.shield(asyncio.to_thread(claim.abandon))


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
        """Put it in its place, unless it has been abandoned meanwhile."""
        with self._lock:
            if not self._over:
                self.file.close()
                os.replace(self._name, self._path)

    def abandon(self) -> None:
        """Leave nothing of it."""
        with self._lock, contextlib.suppress(OSError):
            self._over = True
            with contextlib.suppress(OSError):
                self.file.close()
            os.unlink(self._name)
