"""Limits that keep jobs waiting, with how much is allowed: a real Slurm with accounting."""

from __future__ import annotations

import asyncio

from jupyter_remote import model
from jupyter_remote.errors import BackendUnreachable
from jupyter_remote.model import State

from .conftest import until
from .slurm_ann import *  # noqa: F403


async def test_why_a_limit_keeps_a_job_waiting(slurm, backend):
    for _ in range(2):
        job_id = slurm.sbatch("sleep 60", "--qos=short", "-n8", user=slurm.ann)

    async def said():
        jobs = {job.job_id: job.reason for job in await backend.jobs()}
        return "QOSMaxCpuPerUserLimit" in jobs[job_id] and jobs[job_id]

    assert "use more than its quality of service (QOS) allows at once" in await until(said)


async def test_a_limit_is_said_with_its_figure_asked_for_once(slurm, backend, monkeypatch):
    asked = []
    rights = backend._offers._ask_rights

    async def ask_rights():
        asked.append(1)
        return await rights()

    monkeypatch.setattr(backend._offers, "_ask_rights", ask_rights)
    for _ in range(4):
        slurm.sbatch("sleep 60", "--qos=short", user=slurm.ann)
    for _ in range(3):
        await backend.jobs()
    assert not asked, "nothing waits for a limit"
    slurm.sbatch("sleep 60", "--qos=short", user=slurm.ann)

    async def said():
        jobs = await backend.jobs()
        return next((one.reason for one in jobs if "MaxJobs" in one.reason), None)

    async def told():
        return ": 4 (" in (await said() or "") and await said()

    assert "(QOS) allows (QOSMaxJobsPerUserLimit)" in await until(said)
    await asyncio.wait_for(backend.changed(), 30)
    assert "(QOS) allows: 4 (QOSMaxJobsPerUserLimit)" in await until(told)
    assert await backend.jobs()
    assert len(asked) == 1
    await backend.close()


async def test_a_figure_that_cannot_be_asked_for_is_left_out_for_a_time(backend, monkeypatch):
    asked = []

    async def fails():
        asked.append(1)
        raise BackendUnreachable("slurmdbd is down")

    monkeypatch.setattr(backend._offers, "_ask_rights", fails)
    reason = "as many jobs as its QOS allows (QOSMaxJobsPerUserLimit)"
    waits = model.Job(backend="slurm", job_id="1", name="x", state=State.QUEUED, reason=reason)
    for _ in range(3):
        backend._figures.look([waits])
        await asyncio.sleep(0)
        await asyncio.gather(*filter(None, [backend._figures._task]))
    assert len(asked) == 1
    backend._figures._next = 0.0
    backend._figures.look([waits])
    await until(lambda: len(asked) == 2)
    await backend.close()
