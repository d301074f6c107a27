"""The local backend to itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyter_remote.agent import proc
from jupyter_remote.backends.local import RemoteLocalBackend
from jupyter_remote.contract import JobRequest
from jupyter_remote.model import Job, JobSpec, Json, Ready, State

WAIT = "while [ ! -e go{0} ]; do sleep 0.02; done"
"""Shell: until there is a file ``go<n>`` in the job's folder."""

SERVER = """
import asyncio, json, sys
from jupyter_remote.backends.local import RemoteLocalBackend
from jupyter_remote.contract import JobRequest
async def main():
    backend = RemoteLocalBackend(**json.loads(sys.argv[1]))
    for request in json.loads(sys.argv[2]):
        await backend.submit_request(JobRequest(**request))
    print("done", flush=True)
    while True:
        await backend.jobs()
        await backend.changed()
asyncio.run(main())
"""


class Server:
    """Another server on the same folders, in a process of its own: it submits, then looks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, here: Local, requests: list[dict[str, Any]], **traits: Any) -> Server:
        where = {"data_dir": str(here.root.parent), "run_dir": str(here.run)}
        argv = [sys.executable, "-c", SERVER, json.dumps({**where, **traits}), json.dumps(requests)]
        pipe = asyncio.subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*argv, stdout=pipe))

    async def done(self) -> None:
        """It has submitted everything."""
        assert self.process.stdout
        assert await asyncio.wait_for(self.process.stdout.readline(), 60) == b"done\n"

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()
        self.process._transport.close()  # type: ignore[attr-defined]
        await asyncio.sleep(0)


class Local:
    """A backend and shorter words for what the tests do with it."""

    def __init__(self, data: Path, run: Path, **traits: Any) -> None:
        self.root, self.run, self.host = data / "local", run, os.uname()[1]
        self.backend = RemoteLocalBackend(data_dir=str(data), run_dir=str(run), **traits)

    async def start(self, *argv: str, **fields: Any) -> str:
        fields.setdefault("name", "jr-" + uuid.uuid4().hex[:12])
        return await self.backend.submit(JobSpec(argv=argv, cwd="/", **fields))

    async def submit(self, script: str, **fields: Any) -> str:
        """A person's job: lines of a shell script."""
        options: dict[str, Any] = {k: fields.pop(k) for k in ("cpus", "time") if k in fields}
        fields.setdefault("tag", uuid.uuid4().hex)
        fields.setdefault("folder", str(self.root.parent.parent))
        script = script if script.startswith("#!") else f"#!/bin/sh\n{script}\n"
        return await self.backend.submit_request(
            JobRequest(script=script, options=options, **fields)
        )

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
        """End the jobs that a test left running, those that wait first."""
        for job in sorted(await self.backend.jobs(), key=lambda j: j.state is not State.QUEUED):
            if not job.state.ended and not self._forged(job.job_id):
                await self.backend.cancel(job.job_id)
                await self.end(job.job_id)

    def _forged(self, job_id: str) -> bool:
        stored = (self.root / job_id / "state.json").exists()
        return stored and bool(self.state(job_id)["agent"]["pid"] == os.getpid())


@contextlib.asynccontextmanager
async def local(tmp_path: Path, run_dir: Path, **traits: Any) -> AsyncIterator[Local]:
    one = Local(tmp_path / "data", run_dir / "run", **traits)
    try:
        yield one
        await one.clean()
    finally:
        await one.backend.close()


LISTENING: dict[str, Any] = {"listen": "socket", "ready": Ready(kind="connect", timeout=60)}
