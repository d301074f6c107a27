"""How often backends are asked, and files that may never answer."""

from __future__ import annotations

import threading
import time

import pytest

from jupyter_remote import files
from jupyter_remote.contract import Pace
from jupyter_remote.errors import BackendTimeout, BackendUnreachable
from jupyter_remote.watch import RemoteWatch


class Silent:
    """A backend that answers when it is told to."""

    name = "slurm"
    answers = False

    async def jobs(self):
        if not self.answers:
            raise BackendUnreachable("Unable to contact slurm controller")
        return []


async def test_one_that_does_not_answer_is_asked_less_and_less_until_it_does():
    backend = Silent()
    watch = RemoteWatch(
        backends={"slurm": backend},
        seen=lambda name, jobs: None,
        silent=lambda name, error: None,
        pace=lambda name: Pace.BUSY,
        busy_interval=2.0,
        idle_interval=30.0,
    )
    intervals = []
    for _ in range(5):
        await watch.look("slurm")
        intervals.append(watch.interval("slurm"))
    assert intervals == [4.0, 8.0, 16.0, 30.0, 30.0]
    backend.answers = True
    await watch.look("slurm")
    assert watch.interval("slurm") == 2.0


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
