"""Judging local jobs whose agent no longer speaks, and clearing away what they leave."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from pathlib import Path

import psutil

from ...agent import disk, proc
from ...errors import StorageError
from ...links.local import check_private
from ...model import State
from ...process import Identity, end, related
from .files import JobFolders, Record

KILLED = "its supervising agent was killed"
RESTARTED = "the machine restarted"
START_MARGIN = 60.0
"""Seconds beyond the time-out of a submit after which a job without an agent has failed."""

CARE_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL for what a killed agent left."""


def agent_of(record: Record) -> Identity | None:
    """None while there is no agent, or when the record does not say."""
    try:
        return Identity.from_json(record.data["agent"])
    except (KeyError, TypeError, ValueError):
        return None


def is_here(record: Record) -> bool:
    """The job's processes are, or were, in this boot and container: their ids mean something."""
    who = agent_of(record)
    same = record.data.get("host") == socket.gethostname()
    return who is not None and who.boot_id == proc.boot_id() and (same or bool(who.boot_id))


def judge(
    record: Record, folders: JobFolders, start_time: float, silence: float
) -> tuple[Record, bool]:
    """The job as it is, and whether it left something to clear away here.

    A job of another machine is believed until nothing touched its files for ``silence``
    seconds (0: always); one without an agent has failed after ``start_time`` and a margin.
    """
    age = time.time() - record.touched
    if record.state.ended or (is_here(record) and _alive(record)):
        return record, False
    if not record.revision:
        late = age > start_time + START_MARGIN
        return (record.changed(State.FAILED, "its agent did not start") if late else record), False
    if is_here(record):
        latest = folders.record(record.job_id)  # its last words came before its end
        ended = latest.state.ended
        return (latest if ended else record.changed(State.FAILED, KILLED)), not ended
    if record.data.get("host") == socket.gethostname():
        return record.changed(State.FAILED, RESTARTED), True
    if silence and age > silence:
        words = f"{record.data.get('host')} gave no sign of life for {age / 60:.0f} minutes"
        return record.changed(State.LOST, words), False
    return record, False


def _alive(record: Record) -> bool:
    who = agent_of(record)
    return who is not None and who.alive()


async def clear_away(record: Record, folders: JobFolders) -> None:
    """End the processes of a job whose agent is dead, remove its sockets, store its end."""
    leader = None
    with contextlib.suppress(KeyError, TypeError, ValueError):
        leader = Identity.from_json(record.data["app"])
    mark = f"JUPYTER_REMOTE_JOB={record.data['job']}" if "job" in record.data else ""
    if is_here(record):
        await end(lambda: related(leader, mark), CARE_GRACE)
    await asyncio.to_thread(_remove_files, record, folders)


def _remove_files(record: Record, folders: JobFolders) -> None:
    run = str(record.data.get("run", ""))
    try:
        check_private(Path(run).parent)
    except StorageError:  # gone, and others can put something in its place
        run = ""
    disk.remove_stale({**folders.spec(record.job_id), "run": run})
    if run:
        disk.remove_tree(run)
    with contextlib.suppress(StorageError):  # judged anew each time
        folders.save(record)


def reap(who: Identity) -> bool:
    """Whether an ended job's agent is gone; takes it in when it is a zombie of ours (a server
    that is process 1 of a container inherits them)."""
    fields = proc.proc_stat(who.pid) if proc.LINUX else []
    if fields and fields[0] == "Z" and float(fields[19]) == who.start_time:
        if int(fields[1]) == os.getpid():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(who.pid, os.WNOHANG)
        return True
    return not who.alive()


def memory(root: int) -> int | None:
    """Bytes of a process and all below it, pages that are shared counted once (PSS); where
    the system does not say that, resident bytes."""
    total = 0
    try:
        processes = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
    except psutil.Error:
        return None
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            info = process.memory_full_info()
            total += int(getattr(info, "pss", 0) or info.rss)
    return total or None
