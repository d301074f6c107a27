"""The local backend to itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyter_remote.agent import proc
from jupyter_remote.backends.local import RemoteLocalBackend
from jupyter_remote.model import Job, JobSpec, Json, Ready, State


class Local:
    """A backend and shorter words for what the tests do with it."""

    def __init__(self, data: Path, run: Path, **traits: Any) -> None:
        self.root, self.run = data / "local", run
        self.backend = RemoteLocalBackend(data_dir=str(data), run_dir=str(run), **traits)

    async def start(self, *argv: str, **fields: Any) -> str:
        fields.setdefault("name", "jr-" + uuid.uuid4().hex[:12])
        return await self.backend.submit(JobSpec(argv=argv, cwd="/", **fields))

    async def job(self, job_id: str) -> Job:
        (job,) = [job for job in await self.backend.jobs() if job.job_id == job_id]
        return job

    async def reach(self, job_id: str, *states: State) -> Job:
        """Wait, as the server does, for news."""
        deadline = time.monotonic() + 60
        while (job := await self.job(job_id)).state not in states:
            assert time.monotonic() < deadline, job
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.backend.changed(), 5)
        return job

    async def end(self, job_id: str) -> Job:
        return await self.reach(job_id, State.STOPPED, State.FAILED, State.LOST)

    def state(self, job_id: str) -> dict[str, Json]:
        data: dict[str, Json] = json.loads((self.root / job_id / "state.json").read_text())
        return data

    def forge(self, job_id: str, **state: Json) -> None:
        """A job folder as somebody else left it."""
        folder = self.root / job_id
        folder.mkdir(mode=0o700, parents=True)
        own = proc.identity(os.getpid())
        data = {"state": "running", "revision": 2, "name": f"jr-{job_id}", "host": os.uname()[1]}
        data.update(agent=own, app=own, job=str(folder), run=str(self.run / job_id))
        (folder / "spec.json").write_text(json.dumps({"name": data["name"], "run": data["run"]}))
        (folder / "state.json").write_text(json.dumps({**data, **state}))

    async def clean(self) -> None:
        """End the jobs that a test left running."""
        for job in await self.backend.jobs():
            if not job.state.ended and self.state(job.job_id)["agent"]["pid"] != os.getpid():
                await self.backend.cancel(job.job_id)
                await self.end(job.job_id)


@contextlib.asynccontextmanager
async def local(tmp_path: Path, run_dir: Path, **traits: Any) -> AsyncIterator[Local]:
    one = Local(tmp_path / "data", run_dir / "run", **traits)
    try:
        yield one
        await one.clean()
    finally:
        await one.backend.close()


LISTENING: dict[str, Any] = {"listen": "socket", "ready": Ready(kind="connect", timeout=60)}
