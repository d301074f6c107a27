"""Reads notebooks that strangers made: cleans them when they arrive, makes their previews.

Large ones are read in a process of their own, ``python -m jupyter_remote.hub.worker``, so that
neither the memory nor the time of one is at the cost of all; it has no secret and a limit of
memory. Small ones are cleaned in a thread. Previews are always made in a process.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import BackendError, BackendTimeout, InvalidSpec
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


class Worker:
    """Does both; ``timeout`` in seconds and ``memory`` in bytes are those of one process."""

    def __init__(self, timeout: float, memory: int) -> None:
        self._timeout, self._memory = timeout, memory
        self._free = asyncio.Semaphore(2)

    async def clean(self, source: Path, target: Path, outputs: bool) -> Mapping[str, Any]:
        """See the function ``clean``."""
        if os.path.getsize(source) <= SMALL:  # noqa: ASYNC240 (of a local disk)
            return await asyncio.to_thread(clean, source, target, outputs)
        return await self._apart("clean", str(source), str(target), str(int(outputs)))

    async def show(self, source: Path, target: Path) -> None:
        """See the function ``show``; the target appears when it is whole."""
        part = target.with_suffix(".part")
        await self._apart("show", str(source), str(part))
        await asyncio.to_thread(os.replace, part, target)

    async def _apart(self, *words: str) -> dict[str, Any]:
        argv = [sys.executable, "-m", __name__, str(self._memory), *words]
        env = {name: os.environ[name] for name in _PASSED if name in os.environ}
        async with self._free:
            try:
                result = await run(argv, self._timeout, env=env)
            except BackendTimeout:
                raise InvalidSpec("this notebook takes too long to be read") from None
        if result.returncode == 0:
            answer: dict[str, Any] = json.loads(result.stdout)
            return answer
        if result.returncode == 2:
            raise InvalidSpec(result.stdout.strip())
        raise BackendError("this notebook could not be read: its reader ended unexpectedly")


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
