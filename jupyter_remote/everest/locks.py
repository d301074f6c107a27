"""Locks between processes, also of several machines that share a home over NFS.

A lock is a file that is made only where there is none (``O_EXCL``), with the identity of its
process and a mark in it. Its owner touches it every ``HEARTBEAT`` seconds. A dead owner's lock is
broken: at once where its process could be seen, after ``LEASE`` seconds of silence otherwise (other
machines, other containers, before a reboot). That time goes by the clock of the disk, as those of
machines differ.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from ..errors import StorageError
from ..files import make_private
from ..process import Identity

HEARTBEAT: Final = 20.0
LEASE: Final = 120.0
BREAKING: Final = 30.0
"""Seconds after which one who was about to break a lock counts as dead too."""
_PAUSES: Final = (0.01, 0.5)
_RANDOM: Final = random.SystemRandom()


class FileLock:
    """One turn at a lock: ``attempt`` until it is true, then ``release``, which ends the turn also
    while a thread still attempts, or before. All of it blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = ""
        self._over = False
        self._mine = threading.Lock()

    def attempt(self) -> bool:
        """Take the lock if nobody living has it. Raises StorageError."""
        with self._mine:
            try:
                return not self._over and (self._make() or (self._broken() and self._make()))
            except OSError as error:
                raise StorageError(f"cannot lock {self._path}: {error.strerror}") from error

    def touch(self) -> None:
        """Say that its owner lives."""
        with self._mine, contextlib.suppress(OSError):
            if self._text:
                os.utime(self._path)

    def release(self) -> None:
        """Give it back, if it is still ours."""
        with self._mine, contextlib.suppress(OSError):
            text, self._text, self._over = self._text, "", True
            if text and self._path.read_text() == text:
                self._path.unlink()

    def _make(self) -> bool:
        identity = Identity.of(os.getpid())
        fields = identity.to_json() if identity else {}
        who = {"host": socket.gethostname(), "mark": secrets.token_hex(8), **fields}
        if not _create(self._path, text := json.dumps(who)):
            return False
        self._text = text
        return True

    def _is_dead(self) -> bool:
        """Whether the owner lives no more. Raises FileNotFoundError when there is none."""
        try:
            owner = json.loads(self._path.read_text())
            identity, me = Identity.from_json(owner), Identity.of(os.getpid())
            if me and (owner["host"], identity.boot_id) == (socket.gethostname(), me.boot_id):
                return not identity.alive()
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # half written
        return self._silence(self._path) > LEASE

    def _broken(self) -> bool:
        """Remove a dead owner's lock: by one at a time, who looks again before. True when there
        is no lock any more."""
        breaker = self._path.with_name(f"{self._path.name}-breaking")
        with contextlib.suppress(FileNotFoundError):
            if not self._is_dead():
                return False
            if not _create(breaker, ""):
                if self._silence(breaker) > BREAKING:
                    breaker.unlink()
                return False
            try:
                if not self._is_dead():
                    return False
                self._path.unlink()
            finally:
                breaker.unlink(missing_ok=True)
        return True

    def _silence(self, path: Path) -> float:
        """Seconds since a file was touched, by the disk's clock."""
        probe = self._path.with_name(f".{self._path.name}-{secrets.token_hex(8)}")
        try:
            _create(probe, "")
            return probe.stat().st_mtime - path.stat().st_mtime
        finally:
            probe.unlink(missing_ok=True)


def _create(path: Path, text: str) -> bool:
    """Make a private file; false when there is one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return True


@contextlib.contextmanager
def locked(path: Path, patience: float = 30.0) -> Iterator[None]:
    """For the moments in which a file is read and written. Blocks; raises StorageError when
    somebody else has the lock for longer than ``patience`` seconds."""
    make_private(path.parent)
    lock, deadline, pause = FileLock(path), time.monotonic() + patience, _PAUSES[0]
    while not lock.attempt():
        if time.monotonic() > deadline:
            raise StorageError(f"another program has held {path} for {patience:g} s: try again")
        time.sleep(pause * _RANDOM.uniform(0.5, 1))
        pause = min(pause * 1.5, _PAUSES[1])
    try:
        yield
    finally:
        lock.release()


@contextlib.asynccontextmanager
async def held(path: Path) -> AsyncIterator[None]:
    """For as long as it takes: whoever else wants the lock waits. Raises StorageError."""
    await asyncio.to_thread(make_private, path.parent)
    lock, pause = FileLock(path), _PAUSES[0]
    try:
        while not await asyncio.to_thread(lock.attempt):
            await asyncio.sleep(pause * _RANDOM.uniform(0.5, 1))
            pause = min(pause * 1.5, _PAUSES[1])
        beating = asyncio.create_task(_beat(lock))
        try:
            yield
        finally:
            beating.cancel()
    finally:
        await asyncio.shield(asyncio.to_thread(lock.release))  # also while a thread takes it


async def _beat(lock: FileLock) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        await asyncio.to_thread(lock.touch)
