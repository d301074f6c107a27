"""A disk that does not answer: a FIFO cannot be opened until somebody writes to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from jupyter_remote.everest.uploads import _Body

from .conftest import until


def open_files() -> set[str]:
    """The paths that this process has open."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(os.readlink(each))
    return found


async def test_an_upload_ended_while_its_file_is_opened_leaves_it_closed(tmp_path: Path) -> None:
    path = tmp_path / "slow"
    os.mkfifo(path)
    parts = _Body(path, 10, lambda done, total: None).parts()
    await anext(parts)
    waiting = asyncio.ensure_future(anext(parts))
    for _ in range(2):  # also while it waits for the end of what it has begun
        await asyncio.sleep(0.05)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with open(os.open(path, os.O_WRONLY), "wb"):
        pass
    await until(lambda: str(path) not in open_files(), "its end")
