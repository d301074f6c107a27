"""How often backends are asked, and files that may never answer."""

from __future__ import annotations

import asyncio
import os
import threading
import time

import pytest

from jupyter_remote import files
from jupyter_remote.contract import Pace
from jupyter_remote.errors import BackendTimeout, BackendUnreachable, StorageError
from jupyter_remote.watch import RemoteWatch

from .conftest import until


class Silent:
    """A backend that answers when it is told to."""

    name = "slurm"
    answers = False

    async def jobs(self):
        if not self.answers:
            raise BackendUnreachable("Unable to contact slurm controller")
        return []

    async def changed(self):
        await asyncio.Event().wait()


async def test_one_that_does_not_answer_is_asked_less_and_less_until_it_does():
    backend = Silent()
    one = RemoteWatch(
        backends={"slurm": backend},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
        busy_interval=2.0,
        idle_interval=30.0,
    )
    intervals = []
    for _ in range(5):
        await one.look("slurm")
        intervals.append(one.interval("slurm"))
    assert intervals == [4.0, 8.0, 16.0, 30.0, 30.0]
    backend.answers = True
    await one.look("slurm")
    assert one.interval("slurm") == 2.0


async def test_nothing_is_asked_while_nobody_looks():
    turns, asked = [], []
    pace = Pace.NONE

    class Counted(Silent):
        async def jobs(self):
            asked.append(1)
            return []

        async def changed(self):
            turns.append(1)  # it tells of changes, too
            await asyncio.sleep(0)

    one = RemoteWatch(
        backends={"slurm": Counted()},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: pace,
        idle_interval=0.01,
        quiet=0.0,
    )
    one.start()
    try:
        await until(lambda: len(turns) > 20)
        one.kick("slurm")
        await until(lambda: len(turns) > 40)
        assert not asked
        pace = Pace.IDLE
        await until(lambda: asked)
    finally:
        await one.stop()


async def test_a_backend_that_comes_later_is_observed():
    seen: list[str] = []
    backends: dict[str, Silent] = {}
    one = RemoteWatch(
        backends=backends,
        seen=lambda name, jobs: seen.append(name),
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
    )
    one.start()
    backends["everest:demo"] = Silent()
    backends["everest:demo"].answers = True
    one.add("everest:demo")
    await until(lambda: seen)
    await one.stop()
    assert seen == ["everest:demo"]


async def test_files_that_never_answer_leave_the_other_threads_alone():
    stuck = threading.Event()
    try:
        for _ in range(10):  # more than there are threads
            with pytest.raises(BackendTimeout, match="the disk did not answer"):
                await files.within(0.01, "the disk", stuck.wait)
        assert threading.active_count() < 64
    finally:
        stuck.set()
    assert await files.within(60, "the clock", time.monotonic)


def test_a_folder_for_a_log_leaves_nothing_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with pytest.raises(StorageError, match="Is a directory"):
            files.read_chunk(tmp_path, 0, 10)
    assert len(os.listdir("/proc/self/fd")) == before
