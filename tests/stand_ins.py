"""Stand-ins for what a test must be able to break: named as such, faithful in their faults."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_remote.apps.base import AppInfo, Upstream
from jupyter_remote.contract import LogChunk, Offers
from jupyter_remote.errors import NotFound, RemoteError
from jupyter_remote.model import Job, JobSpec, Session, State


class MemoryBackend:
    """A backend whose jobs are a dict: refuses, hangs, loses answers and falls silent on demand."""

    name = "memory"

    def __init__(self) -> None:
        self.known: dict[str, Job] = {}
        self.submits = self.queries = 0
        self.refuse: RemoteError | None = None
        self.broken: RemoteError | None = None
        self.hold: asyncio.Event | None = None
        self.cancelled: list[str] = []
        self.news = asyncio.Event()

    async def submit(self, spec: JobSpec) -> str:
        if self.refuse:
            raise self.refuse
        self.submits += 1
        job_id = f"m{self.submits}"
        self.known[job_id] = Job(
            backend=self.name, job_id=job_id, name=spec.name, state=State.QUEUED
        )
        if self.hold:
            await self.hold.wait()
        return job_id

    async def jobs(self) -> list[Job]:
        self.queries += 1
        if self.broken:
            raise self.broken
        return list(self.known.values())

    async def changed(self) -> None:
        await self.news.wait()
        self.news.clear()

    def set(self, job_id: str, state: State, **changes: Any) -> None:
        """What the scheduler does by itself."""
        self.known[job_id] = dataclasses.replace(self.known[job_id], state=state, **changes)
        self.news.set()

    async def cancel(self, job_id: str) -> None:
        if self.broken:
            raise self.broken
        self.cancelled.append(job_id)
        if job_id in self.known:
            self.set(job_id, State.FAILED, signal="SIGTERM", reason="cancelled")

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        return LogChunk(data=b"hello"[:limit], offset=0, size=5)

    async def forget(self, job_id: str) -> None:
        if job_id not in self.known:
            raise NotFound("no such job")
        del self.known[job_id]

    async def offers(self) -> Offers:
        return Offers(available=True)

    def socket(self, job_id: str) -> Path:
        return Path("/nonexistent") / job_id

    async def close(self) -> None:
        return


class PlainApp:
    """An app that is only a name."""

    def info(self) -> AppInfo:
        return AppInfo(name="plain", title="Plain", options={"type": "object"})

    def job(self, session: Session, prefix: str) -> JobSpec:
        return JobSpec(name="", argv=("true",))

    def title(self, options: Mapping[str, Any]) -> str:
        return "Plain"

    def upstream(self, session: Session, prefix: str) -> Upstream:
        return Upstream()

    def page(self, session: Session, prefix: str) -> str | None:
        return None
