"""Connections to the agents of local jobs: they say at once what the files say a look later."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping

from ...links.local import listener_is_ours
from ...model import Json

STOPPED = frozenset({"stopping", "stopped", "failed"})


class AgentWatch:
    """Holds one connection to each active agent. What they say is a hint: ``heard`` has the
    last state of each, which counts only while it is newer than the file's."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.heard: dict[str, Mapping[str, Json]] = {}
        self._known: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._refused: set[str] = set()

    def follow(self, job_id: str, path: str, revision: int, timeout: float) -> None:
        """Stay connected to this agent; ``revision`` of its state is no news."""
        self._known[job_id] = revision
        if job_id not in self._tasks:
            self._tasks[job_id] = asyncio.create_task(self._follow(job_id, path, timeout))

    def keep(self, job_ids: set[str]) -> None:
        """Forget all other jobs."""
        for job_id in set(self._known) - job_ids:
            self._known.pop(job_id)
            self._refused.discard(job_id)
            self.heard.pop(job_id, None)
            if job_id in self._tasks:
                self._tasks[job_id].cancel()

    async def close(self) -> None:
        """Hang up everywhere."""
        self._known.clear()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, job_id: str, path: str, timeout: float) -> None:
        try:
            with contextlib.suppress(OSError, ValueError, asyncio.TimeoutError):
                reader, writer = await asyncio.wait_for(_open(path), timeout)
                self._refused.discard(job_id)
                try:  # wait_for may hide that we were cancelled
                    while job_id in self._known and (line := await reader.readline()):
                        self._hear(job_id, json.loads(line))
                finally:
                    writer.close()
        finally:
            self._tasks.pop(job_id, None)
            if job_id in self._known and job_id not in self._refused:  # news, but only once
                self._refused.add(job_id)
                self.news.set()

    def _hear(self, job_id: str, state: Mapping[str, Json]) -> None:
        self.heard[job_id] = state
        if int(state.get("revision", 0)) > self._known.get(job_id, -1):
            self.news.set()


async def _open(path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to an agent; raises OSError, also when somebody else sits in its place."""
    reader, writer = await asyncio.open_unix_connection(path)
    if not listener_is_ours(writer.get_extra_info("socket")):
        writer.close()
        raise PermissionError(f"another user's program listens at {path}")
    return reader, writer


async def answers(path: str, timeout: float) -> bool:
    """Whether an agent of ours listens there."""
    try:
        _, writer = await asyncio.wait_for(_open(path), timeout)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    return True


async def ask_to_stop(path: str, timeout: float) -> bool:
    """Ask an agent to end its job; true when it says that it does."""
    try:
        return await asyncio.wait_for(_ask_to_stop(path), timeout)
    except (OSError, ValueError, asyncio.TimeoutError):
        return False


async def _ask_to_stop(path: str) -> bool:
    reader, writer = await _open(path)
    try:
        await reader.readline()
        writer.write(b'{"op": "stop"}\n')
        await writer.drain()
        while line := await reader.readline():
            if json.loads(line)["state"] in STOPPED:
                return True
        return False
    finally:
        writer.close()
