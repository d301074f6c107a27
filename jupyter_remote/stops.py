"""Carries stops to the backends: each until it is heard, none twice at a time."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from .contract import Backend
from .errors import RemoteError


class Stops:
    """What was cancelled so far, by session id."""

    def __init__(self, log: logging.Logger | Any) -> None:
        self._log = log
        self._heard: set[str] = set()
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def ask(self, session_id: str, backend: Backend, job_id: str) -> None:
        """Cancel a job; raises what the backend says."""
        await backend.cancel(job_id)
        self._heard.add(session_id)

    def repeat(self, session_id: str, backend: Backend, job_id: str) -> None:
        """Cancel a job whose stop did not reach the backend: there was no job id yet, an error,
        a server that died."""
        if session_id not in self._heard and session_id not in self._asking:
            task = asyncio.create_task(self._quietly(session_id, backend, job_id))
            self._asking[session_id] = task
            task.add_done_callback(lambda _: self._asking.pop(session_id, None))

    def forget(self, session_id: str) -> None:
        """The session has ended."""
        self._heard.discard(session_id)

    async def close(self) -> None:
        """Leave nothing running."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _quietly(self, session_id: str, backend: Backend, job_id: str) -> None:
        try:
            await self.ask(session_id, backend, job_id)
        except RemoteError as error:
            self._log.info("the stop of %s is tried again: %s", session_id, error)
        except Exception:
            self._log.exception("the stop of %s failed", session_id)
