"""Commands within a time, identities that survive the reuse of numbers, ends that leave nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_remote import process
from jupyter_remote.agent import proc
from jupyter_remote.errors import BackendError, BackendTimeout
from jupyter_remote.process import Identity, end, pair, related, run

from .conftest import until


def living(mark: str) -> list[int]:
    """Processes with ``mark`` in their arguments, zombies left out."""
    found = []
    for one in psutil.process_iter(["cmdline", "status"]):
        dead = one.info["status"] == psutil.STATUS_ZOMBIE
        if not dead and any(mark in word for word in one.info["cmdline"] or ()):
            found.append(one.pid)
    return found


def start(*argv: str, **options: Any) -> tuple[subprocess.Popen[bytes], Identity]:
    """A process of ours and who it is."""
    child = subprocess.Popen(argv, **options)
    who = Identity.of(child.pid)
    assert who is not None
    return child, who


async def test_run_says_how_a_command_ended() -> None:
    code = "import sys; print(sys.stdin.read()); print('oh', file=sys.stderr); sys.exit(3)"
    result = await run([sys.executable, "-c", code], 60, input="päng")
    assert result == process.Result(3, "päng\n", "oh\n")
    result = await run(["sh", "-c", "echo $A$HOME; kill -9 $$"], 60, env={"A": "a"})
    assert result == process.Result(-signal.SIGKILL, "a\n", "")


async def test_run_without_input_reads_nothing() -> None:
    assert (await run(["cat"], 60)).stdout == ""


async def test_run_says_what_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="command not found: no-such-command"):
        await run(["no-such-command"], 60)
    plain = tmp_path / "plain"
    plain.write_text("text")
    with pytest.raises(BackendError, match=r"cannot start .*plain"):
        await run([str(plain)], 60)


async def test_run_kills_the_whole_group_in_time() -> None:
    mark = uuid.uuid4().hex
    script = f"sh -c 'sleep 1000; : {mark}' & sh -c 'sleep 1000; : {mark}'"
    with pytest.raises(BackendTimeout, match=r"sh did not answer within 0\.5 s"):
        await run(["sh", "-c", script], 0.5)
    await until(lambda: not living(mark))


async def test_run_does_not_wait_for_a_stranger_that_holds_its_output() -> None:
    mark = uuid.uuid4().hex
    script = f"setsid sh -c 'sleep 1000; : {mark}' & exit 0"
    with pytest.raises(BackendTimeout):
        await run(["sh", "-c", script], 0.5)
    for pid in living(mark):
        os.killpg(pid, signal.SIGKILL)
    await until(lambda: not living(mark))


async def test_run_ends_the_command_of_a_cancelled_caller() -> None:
    mark = uuid.uuid4().hex
    task = asyncio.create_task(run(["sh", "-c", f"sleep 1000; : {mark}"], 600))
    await until(lambda: living(mark))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not living(mark)


async def test_a_caller_that_is_cancelled_during_the_start_waits_for_nothing() -> None:
    mark = uuid.uuid4().hex
    for turns in range(6):
        task = asyncio.create_task(run(["sh", "-c", f"sleep 1000; : {mark}"], 600))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 30)
    assert not living(mark)


def test_identity_is_of_one_process_only() -> None:
    own = Identity.of(os.getpid())
    assert own is not None
    assert own.alive()
    assert Identity.from_json(own.to_json()) == own
    assert not dataclasses.replace(own, start_time=own.start_time - 100).alive()
    assert not dataclasses.replace(own, boot_id="another boot").alive()
    assert not dataclasses.replace(own, pid=-1).alive()
    assert Identity.of(4194305) is None
    for bad in ({}, {"boot_id": "", "pid": None, "start_time": 1}, {"pid": "x"}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            Identity.from_json(bad)


async def test_a_zombie_is_dead() -> None:
    child, who = start("sleep", "1000")
    assert who.alive()
    child.kill()
    await until(lambda: not who.alive())
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert not who.send(signal.SIGTERM)
    child.wait()
    assert not who.alive()


def test_a_signal_reaches_nobody_else() -> None:
    child, who = start("sleep", "1000")
    assert not dataclasses.replace(who, start_time=who.start_time - 100).send(signal.SIGKILL)
    assert child.poll() is None
    assert who.send(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL


def test_identity_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc, "LINUX", False)
    own = Identity.of(os.getpid())
    assert own is not None
    assert own.start_time == psutil.Process().create_time()
    assert own.alive()
    assert dataclasses.replace(own, start_time=own.start_time + 1).alive()
    assert not dataclasses.replace(own, start_time=own.start_time + 60).alive()
    assert Identity.of(4194305) is None


async def test_end_leaves_nothing_of_a_family() -> None:
    mark = f"JUPYTER_REMOTE_JOB={uuid.uuid4().hex}"
    name, _, value = mark.partition("=")
    stubborn = "trap '' TERM; sleep 1000 & wait; sleep 1000"
    script = f"sh -c \"{stubborn}\" & setsid sh -c 'setsid sleep 1000' & sleep 1000"
    env = {**os.environ, name: value}
    child, leader = start("sh", "-c", script, start_new_session=True, env=env)
    await until(lambda: len(related(leader, mark)) >= 5)
    assert len(related(leader)) >= 3
    assert leader in related(leader)
    assert await end(lambda: related(leader, mark), 0.3)
    assert not related(leader, mark)
    child.wait()


async def test_end_says_when_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Identity.of(os.getpid())
    assert own is not None
    monkeypatch.setattr(Identity, "send", lambda *_: True)
    assert not await end(lambda: [own], 0.0)


async def test_of_a_pair_nothing_goes_on_when_one_fails() -> None:
    ended = []

    async def fails() -> None:
        await asyncio.sleep(0)
        raise BackendError("no")

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    for works in ((fails(), hangs()), (hangs(), fails())):
        with pytest.raises(BackendError):
            await asyncio.wait_for(pair(*works), 5)
    assert ended == [True, True]
