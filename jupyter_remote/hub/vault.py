"""What the parts of the share service have in common: table, files, limits, log and clock."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from .audit import Audit
from .limits import HOUR, RemoteShareLimits
from .snapshots import Snapshots
from .store import ShareStore

P = ParamSpec("P")
T = TypeVar("T")

UNFILLED = float(HOUR)
"""Seconds that a share may wait for its notebook."""


class Vault:
    """The table of shares, used in one thread so that its transactions never meet, and the
    notebooks beside it. ``clock`` answers seconds since 1970."""

    def __init__(
        self,
        folder: Path,
        limits: RemoteShareLimits,
        audit: Audit,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store, self.files = ShareStore(folder), Snapshots(folder / "files")
        self.limits, self.audit, self.clock = limits, audit, clock
        self._thread = ThreadPoolExecutor(1, "shares")
        self._busy: set[str] = set()

    async def close(self) -> None:
        """Let go of the table."""
        await self.do(self.store.close)
        self._thread.shutdown()

    async def do(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that uses the table, in its thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))

    @contextlib.contextmanager
    def named(self, *, keep: bool = False) -> Iterator[str]:
        """A name of a file that is being written, which a purge leaves alone. The file stays
        only with ``keep``, and if nothing goes wrong."""
        name = self.files.new()
        self._busy.add(name)
        try:
            yield name
        except BaseException:
            self.files.remove(name)
            raise
        else:
            if not keep:
                self.files.remove(name)
        finally:
            self._busy.discard(name)

    async def purge(self) -> None:
        """Write down what has expired, delete its notebooks and those that belong to nothing."""
        keep = self.limits.keep_ended
        for kept in await self.do(self.store.purge, self.clock(), keep, UNFILLED):
            self.audit("expire", kept.owner, kept.id)
        found = await asyncio.to_thread(self.files.names)
        found -= self._busy  # in this order: what is no longer busy is in the table by now
        strays = found - await self.do(self.store.files)
        await asyncio.to_thread(self.files.remove, *strays)
