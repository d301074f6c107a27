"""Jobs of a real Slurm as a page has them: one list, then events that come by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil

import pytest

from jupyter_remote.columns import records
from jupyter_remote.events import JOB

from .conftest import until
from .slurm_rig import COMMANDS

FIRST = "echo before; sleep 60"


@pytest.fixture
def lossy(slurm, tmp_path):
    """Slurm's commands, of which sbatch keeps its answer to itself while ``lose`` is there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COMMANDS:
        (folder / name).symlink_to(shutil.which(name))
    (folder / "sbatch").unlink()
    real, lose = shutil.which("sbatch"), folder / "lose"
    script = f'#!/bin/sh\n[ -e {lose} ] || exec {real} "$@"\n{real} "$@" > /dev/null\nkill -9 $$\n'
    (folder / "sbatch").write_text(script)
    (folder / "sbatch").chmod(0o755)
    return folder


@pytest.fixture
def remote_config(slurm, lossy, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", slurm.hasty())
    return {"RemoteSlurmBackend": {"bin_dir": str(lossy), "queue_interval": 0.0}}


class Page:
    """What an open page knows: the list that it asked for once, and what it is told."""

    def __init__(self, fetch):
        self._fetch = fetch
        self.jobs, self.silent = {}, None

    async def ask(self, method, *path, body=None):
        content = None if body is None else json.dumps(body)
        answer = await self._fetch("jupyter-remote", *path, method=method, body=content)
        return json.loads(answer.body) if answer.body else None

    async def listen(self, socket):
        while (message := await socket.read_message()) is not None:
            data = json.loads(message)
            if data.get("schema_id") == JOB and data["backend"] == "slurm":
                self.jobs |= {job["job_id"]: job for job in records(data["changed"])}
                self.silent = data["silent"]

    async def told(self, **wanted):
        """The job of which this was told."""

        def found():
            fits = lambda job: all(job[name] == value for name, value in wanted.items())  # noqa: E731
            return next((job for job in self.jobs.values() if fits(job)), None)

        return await until(found, f"news of {wanted}")


@pytest.fixture
def opened(jp_fetch, jp_ws_fetch, slurm):
    """Opens a page that looks at the list."""

    @contextlib.asynccontextmanager
    async def one():
        page, socket = Page(jp_fetch), await jp_ws_fetch("api", "events", "subscribe")
        listening = asyncio.create_task(page.listen(socket))
        await page.ask("POST", "jobs", "look", body={})
        yield page
        listening.cancel()
        socket.close()

    yield one
    slurm.clear()


async def test_what_happens_is_told_and_a_lost_answer_is_one_job(slurm, opened, lossy, tmp_path):
    async with opened() as page:
        outside = slurm.sbatch(FIRST, "--hold", "-J", "a b | <i>")
        job = await page.told(job_id=outside, state="queued")
        assert (job["name"], job["held"]) == ("a b | <i>", True)
        await page.ask("POST", "jobs", "slurm", outside, "release", body={})
        await page.told(job_id=outside, state="running")
        (lossy / "lose").touch()
        asked = {"backend": "slurm", "script": f"#!/bin/sh\n{FIRST}\n", "folder": str(tmp_path)}
        made = await page.ask("POST", "jobs", body={**asked, "name": "lost and found"})
        (lossy / "lose").unlink()
        assert (await page.told(name="lost and found"))["job_id"] == made["job_id"]
        ids = slurm.run("squeue", "-h", "-n", "lost and found", "-o", "%i").split()
        assert ids == [made["job_id"]]
        await page.ask("DELETE", "jobs", "slurm", made["job_id"])
        assert (await page.told(job_id=made["job_id"], state="stopped"))["word"] == "CANCELLED"


async def test_a_controller_that_is_away_greys_the_list_and_comes_back(slurm, opened):
    async with opened() as page:
        job_id = slurm.sbatch("true", "--hold")
        await page.told(job_id=job_id, state="queued")
        slurm.end("slurmctld")
        try:
            words = await until(lambda: page.silent, "that it is silent")
            assert "Unable to contact slurm controller" in words
            known = await page.ask("GET", "jobs")
            assert known["backends"]["slurm"]["silent"] == words
            assert known["backends"]["slurm"]["seen"]
            assert job_id in {job["job_id"] for job in records(known["jobs"])}
        finally:
            slurm.start_control()
        await page.ask("POST", "jobs", "look", body={})
        await until(lambda: page.silent == "", "that it answers again")
        assert page.jobs[job_id]["state"] == "queued"
