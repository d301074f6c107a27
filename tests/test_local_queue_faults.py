"""The queue of this machine when something is killed, full, damaged or elsewhere: no job is lost
and none runs twice."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.agent import proc
from jupyter_remote.agent.queue import CANCELLED, CLAIM, RUNNING, WAITING, Queue
from jupyter_remote.backends.local import actions, care
from jupyter_remote.backends.local.queue import LocalQueue
from jupyter_remote.errors import BackendTimeout, StorageError, WrongState
from jupyter_remote.model import State

from .agent_rig import fill, small_disk
from .conftest import until
from .local_rig import WAIT, Server, local

__all__ = ["small_disk"]

BOOK = "#!/bin/sh\necho $0 >> book\n"


def requests(folder: Path, *scripts: str) -> list[dict[str, Any]]:
    one = {"folder": str(folder), "name": "n"}
    return [{**one, "script": text, "tag": f"t{n}"} for n, text in enumerate(scripts)]


def booked(folder: Path) -> list[str]:
    """The jobs that ran, in their order."""
    book = folder / "book"
    return [line.split("/")[-2] for line in book.read_text().split()] if book.exists() else []


async def test_the_last_agent_is_killed(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        first = await here.submit("sleep 1000")
        second = await here.submit("true")
        await here.reach(first, State.RUNNING)
        os.kill(here.state(first)["agent"]["pid"], signal.SIGKILL)
        assert (await here.end(second)).exit_code == 0
        assert (await here.job(first)).reason == care.KILLED


async def test_it_goes_on_without_a_server(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        gate = f"{BOOK}{WAIT.format('')}\n"
        server = await Server.start(here, requests(tmp_path, gate, BOOK, BOOK), slots=1)
        await server.done()
        await server.kill()
        (tmp_path / "go").touch()
        await until(lambda: booked(tmp_path) == ["1", "2", "3"])
        assert (await here.end("3")).exit_code == 0
        assert booked(tmp_path) == ["1", "2", "3"]


GATE = ["sh", "-c", 'echo $$ >> up; while [ ! -e gate ]; do sleep 0.02; done; exec "$@"', "sh"]
"""Put before an agent: it starts when there is a file."""


def gate(folder: Path) -> list[str]:
    return [word.replace("up;", f"{folder}/up;").replace("gate", f"{folder}/gate") for word in GATE]


def at_the_gate(folder: Path) -> list[int]:
    up = folder / "up"
    return [int(line) for line in up.read_text().split()] if up.exists() else []


@pytest.mark.parametrize("both", [False, True])
async def test_a_server_is_killed_while_it_starts_a_job(
    tmp_path: Path, run_dir: Path, both: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If its agent lives on it has the lock, and runs the job; else another one does."""
    monkeypatch.setattr(actions, "LOCKED", 0.2)
    async with local(tmp_path, run_dir, slots=1) as here:
        traits = {"slots": 1, "agent_prefix": gate(tmp_path)}
        server = await Server.start(here, requests(tmp_path, BOOK), **traits)
        await until(lambda: at_the_gate(tmp_path))
        assert (await here.job("1")).state is State.STARTING
        second = await here.submit(BOOK)
        await server.kill()
        if both:
            os.kill(at_the_gate(tmp_path)[0], signal.SIGKILL)
            monkeypatch.setattr(actions, "LOCKED", 20.0)
        (tmp_path / "gate").touch()
        assert (await here.end("1")).exit_code == 0
        assert (await here.end(second)).exit_code == 0
        assert booked(tmp_path) == ["1", second]
        assert len(at_the_gate(tmp_path)) == (2 if both else 1)


async def test_two_locks_run_no_job_twice(tmp_path: Path, run_dir: Path) -> None:
    """Servers with different ``run_dir``: the lock of one is not that of the other."""
    async with local(tmp_path, run_dir, slots=1) as here:
        traits = {"slots": 1, "agent_prefix": gate(tmp_path), "run_dir": str(run_dir / "other")}
        server = await Server.start(here, requests(tmp_path, BOOK), **traits)
        await until(lambda: at_the_gate(tmp_path))
        await here.backend.jobs()
        await until(lambda: len(at_the_gate(tmp_path)) == 2)
        (tmp_path / "gate").touch()
        assert (await here.end("1")).exit_code == 0
        second = await here.submit(BOOK)
        assert (await here.end(second)).exit_code == 0
        assert booked(tmp_path) == ["1", second]
        await server.kill()


async def test_an_agent_is_killed_as_it_starts(tmp_path: Path, run_dir: Path) -> None:
    """It had the job, and nobody knows whether the job ran: it does not run again."""
    async with local(tmp_path, run_dir, slots=1) as here:
        await here.submit(WAIT.format(""))
        job_id = await here.submit(BOOK)
        here.backend._queue.here.move(job_id, WAITING, RUNNING)
        (here.root / job_id / CLAIM).touch()
        end = await here.end(job_id)
        assert (end.state, end.reason) == (State.FAILED, "its agent died as it started")
        assert not booked(tmp_path)


async def test_after_a_restart_of_the_machine(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        queue = Queue(str(here.root), str(here.run))
        here.root.mkdir(mode=0o700, parents=True)
        here.forge("7", agent={**proc.identity(os.getpid()), "boot_id": "earlier"}, cpus=1)
        queue.add("7")
        queue.move("7", WAITING, RUNNING)
        assert (await here.end(await here.submit(BOOK))).exit_code == 0
        assert (await here.job("7")).reason == care.RESTARTED
        await until(lambda: queue.names(RUNNING) == [])  # an agent says the end first
        await here.backend.forget("7")


async def test_jobs_that_wait_on_another_machine(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        await here.submit(WAIT.format(""))
        job_id = await here.submit(BOOK)
        other = Queue(str(here.root), str(here.run), "node7")
        other.add(job_id)
        here.backend._queue.here.move(job_id, WAITING, "")
        job = await here.job(job_id)
        assert (job.state, job.reason) == (State.QUEUED, "waits on node7")
        (tmp_path / "go").touch()
        assert (await here.end(await here.submit("true"))).exit_code == 0, "it is not before us"
        with pytest.raises(WrongState, match="waits on node7: change it from there"):
            await here.backend.change(job_id, {"time": 5})
        await here.backend.hold(job_id)
        assert (await here.job(job_id)).held
        await here.backend.cancel(job_id)
        assert (await here.job(job_id)).state is State.STOPPED
        assert not booked(tmp_path)


async def test_a_full_disk(tmp_path: Path, run_dir: Path, small_disk: Path) -> None:
    async with local(small_disk, run_dir, slots=1) as here:
        folder = {"folder": str(tmp_path)}
        first = await here.submit(f"{WAIT.format('')}; exit 3", **folder)
        second, third = [await here.submit("true", **folder) for _ in range(2)]
        await here.reach(first, State.RUNNING)
        fill(small_disk / "fill")
        with pytest.raises(StorageError, match="No space left"):
            await here.submit("true", **folder)
        await here.backend.cancel(third)
        assert (await here.job(third)).state is State.STOPPED
        assert not (here.root / third / "state.json").exists()
        (tmp_path / "go").touch()
        assert (await here.end(first)).exit_code == 3
        assert (await here.job(second)).state is State.QUEUED
        (small_disk / "fill").unlink()
        assert (await here.end(second)).exit_code == 0
        assert (await here.end(third)).reason == "cancelled before it started"
        assert len(await here.backend.jobs()) == 3


async def test_an_answer_is_lost(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = LocalQueue.submit

    def slow(*args: Any) -> str:
        job_id = submit(*args)
        time.sleep(1)
        return job_id

    monkeypatch.setattr(LocalQueue, "submit", slow)
    async with local(tmp_path, run_dir, slots=1, io_timeout=0.9) as here:
        with pytest.raises(BackendTimeout):
            await here.submit(BOOK, tag="mine")
        here.backend.io_timeout = 60.0
        (job,) = [job for job in await here.backend.jobs() if job.tag == "mine"]
        assert (await here.end(job.job_id)).exit_code == 0
        assert booked(tmp_path) == [job.job_id]


async def test_folders_that_vanish_and_files_that_are_damaged(
    tmp_path: Path, run_dir: Path
) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        first = await here.submit(WAIT.format(""))
        folder = tmp_path / "gone"
        folder.mkdir()
        vanished = await here.submit(BOOK, folder=str(folder))
        damaged, removed, last = [await here.submit(BOOK) for _ in range(3)]
        folder.rmdir()
        (here.root / damaged / "spec.json").write_text("{")
        shutil.rmtree(here.root / removed)
        assert (await here.job(damaged)).state is State.LOST
        (tmp_path / "go").touch()
        assert (await here.end(last)).exit_code == 0
        assert (await here.end(first)).exit_code == 0
        end = await here.end(vanished)
        assert (end.state, end.reason) == (State.FAILED, f"folder not found: {folder}")
        assert booked(tmp_path) == [last]
        await here.backend.forget(damaged)


async def test_agents_that_cannot_start(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1, python="no-such-python") as here:
        job_id = await here.submit(BOOK)
        job = await here.job(job_id)
        words = "cannot start: cannot start no-such-python: No such file or directory"
        assert (job.state, job.reason) == (State.QUEUED, words)
        here.backend.python = "false"
        for one in (job_id, await here.submit(BOOK)):
            end = await here.end(one)
            assert (end.state, end.reason) == (State.FAILED, "its agent ended with status 1")
        assert not booked(tmp_path)


async def test_who_is_killed_in_between(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        await here.submit(WAIT.format(""))
        cancelled, submitted = await here.submit(BOOK), await here.submit(BOOK)
        queue = here.backend._queue.here
        queue.move(cancelled, WAITING, CANCELLED)
        assert (await here.job(cancelled)).reason == "cancelled before it started"
        assert queue.names(CANCELLED) == []
        queue.move(submitted, WAITING, "")
        assert (await here.job(submitted)).state is State.SUBMITTING
        os.utime(here.root / submitted / "spec.json", (0, 0))
        end = await here.job(submitted)
        assert end.reason == "it was not submitted to the end: submit it again"
        assert await here.job(submitted) == end
