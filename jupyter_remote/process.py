"""Processes: run a command within a time, know a process again, end what is left of one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

from .agent import proc
from .errors import BackendError, BackendTimeout
from .model import Json

A = TypeVar("A")
B = TypeVar("B")

POLL = 0.02
"""Seconds between two looks at processes that shall end."""

CLOCK = 5.0
"""Seconds that a start time may be off where there is no /proc (see Identity)."""


@dataclasses.dataclass(frozen=True)
class Result:
    """How a command ended; ``returncode`` is ``-N`` when signal N ended it."""

    returncode: int
    stdout: str
    stderr: str


async def run(
    argv: Sequence[str],
    timeout: float,
    input: str | None = None,  # noqa: A002
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Result:
    """Run a command in its own process group, which is killed after ``timeout`` seconds and
    when the caller is cancelled. ``cwd``: the folder it runs in. Raises BackendError when it
    cannot be started and BackendTimeout when it takes too long; any exit status is a result."""
    data = None if input is None else input.encode(errors="surrogateescape")
    process = await _start(argv, input is not None, env, cwd)
    try:
        out, err = await asyncio.wait_for(process.communicate(data), timeout)
    except BaseException as error:
        await _give_up(process)
        if isinstance(error, asyncio.TimeoutError):
            raise BackendTimeout(f"{argv[0]} did not answer within {timeout:g} s") from None
        raise
    assert process.returncode is not None
    return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


async def pair(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both answers, asked for at the same time. When one fails the other is ended first."""
    one, other = asyncio.create_task(first), asyncio.create_task(second)
    try:
        answers = await asyncio.gather(one, other)
    except BaseException:
        one.cancel()
        other.cancel()
        await asyncio.gather(one, other, return_exceptions=True)
        raise
    return answers[0], answers[1]


async def _start(
    argv: Sequence[str], reads: bool, env: Mapping[str, str] | None, cwd: str | None
) -> asyncio.subprocess.Process:
    """In a session of its own; what it may read is a pipe or nothing."""
    pipe = asyncio.subprocess.PIPE
    making = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=pipe if reads else asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:  # half made it would never be heard to end (Python 3.11)
        with contextlib.suppress(OSError, ValueError):
            await _give_up(await making)
        raise
    except (OSError, ValueError) as error:
        if proc.is_missing(argv[0], env or os.environ):
            raise BackendError(f"command not found: {argv[0]}") from None
        why = getattr(error, "strerror", None) or error
        raise BackendError(f"cannot start {argv[0]}: {why}") from error


async def _give_up(process: asyncio.subprocess.Process) -> None:
    """Kill the command's group (its number stays taken while there are members)."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    for _ in range(100):  # not by wait_for, whose task may be cancelled before its first step
        if process.returncode is not None:
            break
        await asyncio.sleep(0.01)
    transport = getattr(process, "_transport", None)
    if transport is not None:  # a process outside the group may still hold the pipes
        transport.close()
        await asyncio.sleep(0)  # its pipes close in the loop's next turn


@dataclasses.dataclass(frozen=True)
class Identity:
    """A process that cannot be taken for a later one with the same number.

    ``boot_id`` names the boot and the space of process ids (containers have their own);
    ``start_time`` is in clock ticks since the boot (proc(5)), or in seconds since the epoch
    where there is no /proc. The agent stores the same three in ``state.json``.
    """

    boot_id: str
    pid: int
    start_time: float

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The living process with this number now, or None. A zombie is dead."""
        if proc.LINUX:
            fields = proc.proc_stat(pid)
            start = float(fields[19]) if fields and fields[0] not in "ZX" else None
        else:
            try:
                process = psutil.Process(pid)
                dead = process.status() == psutil.STATUS_ZOMBIE
                start = None if dead else process.create_time()
            except psutil.Error:
                start = None
        return None if start is None else cls(proc.boot_id(), pid, start)

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Identity:
        """Raises KeyError, TypeError or ValueError when it is not one."""
        return cls(str(data["boot_id"]), int(data["pid"]), float(data["start_time"]))

    def to_json(self) -> dict[str, Json]:
        """As it is stored."""
        return dataclasses.asdict(self)

    def alive(self) -> bool:
        """This very process still runs. False for a process of another boot or container."""
        there = Identity.of(self.pid) if self.pid > 0 else None
        slack = 0.0 if proc.LINUX else CLOCK
        return (
            there is not None
            and there.boot_id == self.boot_id
            and abs(there.start_time - self.start_time) <= slack
        )

    def send(self, number: int) -> bool:
        """Send a signal to this very process; false when it is gone. Where there are pidfds,
        no other process can get the signal."""
        try:
            handle = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            handle = -1
        try:
            if not self.alive():
                return False
            if handle >= 0:
                signal.pidfd_send_signal(handle, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        finally:
            if handle >= 0:
                os.close(handle)
        return True


def related(leader: Identity | None, mark: str = "") -> list[Identity]:
    """Living processes of this user that belong together: those in the group or the session
    that ``leader`` leads, while it lives, and those whose first environment contains the
    entry ``mark`` (``NAME=value``; empty: none)."""
    first = leader.pid if leader is not None and leader.alive() else 0
    return [
        identity
        for pid in psutil.pids()
        if pid > 1 and pid != os.getpid() and _belongs(pid, first, mark)
        if (identity := Identity.of(pid)) is not None
    ]


def _belongs(pid: int, leader: int, mark: str) -> bool:
    try:
        if leader and leader in (os.getpgid(pid), os.getsid(pid)):
            return True
        entries = Path(f"/proc/{pid}/environ").read_bytes() if mark and proc.LINUX else b""
        return mark.encode() in entries.split(b"\0") if entries else False
    except OSError:
        return False


async def end(find: Callable[[], Iterable[Identity]], grace: float) -> bool:
    """SIGTERM to the processes that ``find`` finds, SIGKILL after ``grace`` seconds to those
    it finds then; false when some are left 2 s later. ``find`` runs in a thread."""
    told: set[Identity] = set()
    begin = time.monotonic()
    while left := set(await asyncio.to_thread(find)):
        waited = time.monotonic() - begin
        if waited > grace + 2:
            return False
        for identity in left if waited > grace else left - told:
            identity.send(signal.SIGKILL if waited > grace else signal.SIGTERM)
        told |= left
        await asyncio.sleep(POLL)
    return True
