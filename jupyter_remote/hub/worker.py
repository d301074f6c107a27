"""Reads notebooks that strangers made: cleans them when they arrive, makes their previews.

Large ones are read in a process of their own, ``python -m jupyter_remote.hub.worker``, so that
neither the memory nor the time of one is at the cost of all; it has no secret and a limit of
memory. Small ones are cleaned in a thread. Previews are always made in a process, and have limits
and places of their own, so that looking never keeps anybody from sharing.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import BackendError, BackendTimeout, InvalidSpec, LimitReached
from ..process import run
from ..shares import notebook, render

SMALL = 1_000_000
"""Bytes up to which a notebook is cleaned in a thread."""

_PASSED = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "HOME",
    "TMPDIR",
)


def clean(source: Path, target: Path, outputs: bool) -> dict[str, Any]:
    """Write the notebook without trust, and without outputs if so shared; answers what is told
    of it. Raises InvalidSpec."""
    try:
        content = notebook.read(source.read_bytes())
        raw = notebook.for_export(content, outputs=outputs, widgets=True)
    except MemoryError:
        raise InvalidSpec("this notebook needs too much memory to be read") from None
    target.touch(mode=0o600)
    target.write_bytes(raw)
    facts = notebook.facts_of(content, len(raw))
    kernel = None if facts.kernel is None else facts.kernel.to_json()
    return {
        "cells": facts.cells,
        "kernel": kernel,
        "size": len(raw),
        "sum": hashlib.sha256(raw).hexdigest(),
    }


def show(source: Path, target: Path) -> dict[str, Any]:
    """Write the preview. Raises InvalidSpec."""
    try:
        html = render.preview(source.read_bytes())
    except MemoryError:
        raise InvalidSpec("this notebook needs too much memory to be shown") from None
    target.touch(mode=0o600)
    target.write_text(html, encoding="utf-8")
    return {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bounds:
    """Of one kind of work: seconds and bytes of memory of one process, how many run at a time,
    and how many may wait for that; None: any."""

    timeout: float
    memory: int
    places: int
    queue: int | None = None


class _Places:
    """Lets so many work at a time."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self._inside = bounds, 0
        self._free = asyncio.Semaphore(bounds.places)

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Raises LimitReached when too many wait already."""
        most = self.bounds.queue
        if most is not None and self._inside >= self.bounds.places + most:
            raise LimitReached("many previews are being made just now: look again in a minute")
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1


class TooSlow(InvalidSpec):
    """It was not ready in time; perhaps it will be when there is less to do."""


class Worker:
    """Does both, each within bounds of its own."""

    def __init__(self, cleaning: Bounds, showing: Bounds) -> None:
        self._cleaning, self._showing = _Places(cleaning), _Places(showing)

    async def clean(self, source: Path, target: Path, outputs: bool) -> Mapping[str, Any]:
        """See the function ``clean``."""
        if os.path.getsize(source) <= SMALL:  # noqa: ASYNC240 (of a local disk)
            return await asyncio.to_thread(clean, source, target, outputs)
        words = ("clean", str(source), str(target), str(int(outputs)))
        return await self._apart(self._cleaning, "read", *words)

    async def show(self, source: Path, target: Path) -> None:
        """See the function ``show``; the target appears when it is whole."""
        part = target.with_suffix(".part")
        await self._apart(self._showing, "shown", "show", str(source), str(part))
        await asyncio.to_thread(os.replace, part, target)

    async def _apart(self, places: _Places, done: str, *words: str) -> dict[str, Any]:
        bounds = places.bounds
        argv = [sys.executable, "-m", __name__, str(bounds.memory), *words]
        env = {name: os.environ[name] for name in _PASSED if name in os.environ}
        async with places.one():
            try:
                result = await run(argv, bounds.timeout, env=env)
            except BackendTimeout:
                raise TooSlow(f"this notebook takes too long to be {done}") from None
        if result.returncode == 0:
            answer: dict[str, Any] = json.loads(result.stdout)
            return answer
        if result.returncode == 2:
            raise InvalidSpec(result.stdout.strip())
        raise BackendError(f"this notebook could not be {done}: its reader ended unexpectedly")


def main(memory: str, task: str, *words: str) -> int:
    """One task; prints its answer, or the sentence of an InvalidSpec (exit status 2)."""
    import resource

    limit = int(memory)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, target = Path(words[0]), Path(words[1])
    try:
        answer = show(source, target) if task == "show" else clean(source, target, words[2] == "1")
    except InvalidSpec as error:
        sys.stdout.write(str(error))
        return 2
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(*sys.argv[1:]))
