"""Exactly one job for each submit, whatever is lost on the way and whoever is killed."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_remote.errors import StorageError
from jupyter_remote.everest import (
    AmbiguousSubmit,
    AsyncEverest,
    InvalidInput,
    Refused,
    Settings,
)
from jupyter_remote.everest.lists import title_of

from . import everest_rig
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


def names(server: everest_rig.Everest) -> list[str]:
    return [title_of(job["name"]) for job in server.control.jobs()]


LOST = [
    {"kind": "reset", "when": "after"},
    {"kind": "reset"},
    {"kind": "status", "status": 502, "when": "after", "body": "html"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 200, "when": "after", "body": "empty"},
    {"kind": "status", "status": 201, "when": "after", "body": "broken"},
    {"kind": "status", "status": 507, "when": "after"},
    {"kind": "status", "status": 524, "when": "after", "body": "html"},
    {"kind": "status", "status": 599, "when": "after", "body": "empty"},
    {"kind": "truncate"},
    {"kind": "hang", "when": "after"},
    {"kind": "hang"},
]


@pytest.mark.parametrize("fault", LOST, ids=lambda f: "-".join(map(str, f.values()))[:40])
async def test_a_lost_answer(
    server: everest_rig.Everest, tmp_path: Path, fault: dict[str, object]
) -> None:
    settings = Settings(timeout=0.5, patience=20, first_pause=0.02, settle=0.3, fastest=0.02)
    async with AsyncEverest(server.url, server.token, settings=settings, folder=tmp_path) as client:
        await client.app("demo/echo")
        server.control.fault("submit", **fault)  # type: ignore[arg-type]
        job = await client.submit("demo/echo", {"text": "once"}, name="lost")
        assert (await job.result(timeout=30))["text"].strip() == "once"
    assert names(server) == ["lost"]


async def test_a_late_first_job_leaves_only_one(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    """The first request takes so long that it is sent again, and then both arrive."""
    settings = Settings(timeout=0.2, patience=20, first_pause=0.02, settle=0.1, fastest=0.02)
    async with AsyncEverest(server.url, server.token, settings=settings, folder=tmp_path) as client:
        await client.app("demo/sleep")
        sent = await client.submit("demo/sleep", {"duration": 30}, name="usual")
        path = "/api/apps/demo/sleep"
        server.control.fault("submit", "reset")
        job = await client.submit("demo/sleep", {"duration": 30}, name="twice")
        late = {"name": job.name, "inputs": {"duration": 30}}
        await client.transport.once("POST", path, json=late)  # what the network had kept
        assert names(server).count("twice") == 2
        deadline = time.monotonic() + 20
        while names(server).count("twice") > 1 and time.monotonic() < deadline:
            await client.jobs()
        assert names(server).count("twice") == 1
        assert [each for each in server.control.jobs() if each["id"] == job.id]
        await job.cancel()
        await sent.cancel()


async def test_a_second_submit_is_watched_by_lists(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    """Without anybody asking for all jobs, the first one is found when it comes late."""
    settings = Settings(patience=20, first_pause=0.02, settle=0.1, fastest=0.02, slowest=0.1)
    async with AsyncEverest(server.url, server.token, settings=settings, folder=tmp_path) as client:
        server.control.fault("submit", "reset")
        job = await client.submit("demo/sleep", {"duration": 1.5}, name="twice")
        late = {"name": job.name, "inputs": {"duration": 30}}
        await client.transport.once("POST", "/api/apps/demo/sleep", json=late)
        await job.result(timeout=60)
        assert [each["id"] for each in server.control.jobs()] == [job.id]


async def test_a_list_that_is_not_whole_decides_nothing(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        first = await client.submit("demo/sleep", {"duration": 30})
        server.control.options(list_limit=1)
        server.control.make_jobs(1)
        server.control.fault("submit", "reset")
        with pytest.raises(AmbiguousSubmit, match="may or may not") as found:
            await client.submit("demo/sleep", {"duration": 30})
        assert "jr-" in found.value.name
        await first.cancel()


async def test_a_server_that_falls_silent_in_mid_submit(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    settings = Settings(patience=0.3, first_pause=0.02, settle=0.1, fastest=0.02)
    folder = tmp_path / "mine"
    async with AsyncEverest(server.url, server.token, settings=settings, folder=folder) as client:
        await client.app("demo/echo")
        server.control.lose_answer()
        server.control.fault("jobs.list", "status", times=0, status=502)
        with pytest.raises(AmbiguousSubmit):
            await client.submit("demo/echo", {"text": "x"}, name="doubtful")
        server.control.clear_faults()
        (job,) = await client.recall()
        assert (job.title, (await job.wait(30)).state) == ("doubtful", "DONE")


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_after_a_lost_answer_leaves_the_doubt(
    server: everest_rig.Everest, tmp_path: Path, status: int
) -> None:
    """The first request may still be on its way when the second is refused."""
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        server.control.fault("submit", "reset")
        server.control.fault("submit", "status", nth=2, status=status)
        with pytest.raises(AmbiguousSubmit, match="may or may not"):
            await client.submit("demo/echo", {"text": "x"}, name="doubtful", key="one")
        (unsent,) = await client.recall()
        assert (unsent.title, unsent.state) == ("doubtful", "UNSENT")
        late = {"name": unsent.name, "inputs": {"text": "x"}}
        await client.transport.once("POST", "/api/apps/demo/echo", json=late)
        job = await client.submit("demo/echo", {"text": "x"}, key="one")
        assert job.name == unsent.name
    assert names(server) == ["doubtful"]


async def test_a_refusal_leaves_no_record(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        with pytest.raises(Refused):
            await client.submit("other/private")
        with pytest.raises(Refused):
            await client.submit("demo/hostname", resources=["nowhere"])
        assert len(await client.recall()) == 0
    assert names(server) == []


async def test_the_same_key_is_the_same_job(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        jobs = await asyncio.gather(
            *(client.submit("demo/hostname", key="the one") for _ in range(5))
        )
        assert len({job.id for job in jobs}) == 1
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        again = await client.submit("demo/hostname", key="the one")
        assert again.id == jobs[0].id
        await again.wait(30)
        await again.delete()
        fresh = await client.submit("demo/hostname", key="the one")
        assert fresh.id != again.id


async def test_no_record_no_job(server: everest_rig.Everest, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "jobs").write_text("a file where the folder should be")
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=blocked) as client:
        with pytest.raises(StorageError, match="jobs"):
            await client.submit("demo/hostname")
    assert names(server) == []


async def test_wrong_inputs_send_nothing(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        for app, inputs, field in (
            ("demo/sleep", {"duration": "long"}, "duration"),
            ("demo/sleep", {}, "duration"),
            ("demo/sleep", {"duration": 1, "colour": "red"}, "colour"),
            ("demo/append", {"message": "x", "file": tmp_path / "none"}, "file"),
            ("demo/append", {"message": "x", "file": tmp_path}, "file"),
        ):
            with pytest.raises(InvalidInput, match=field) as found:
                await client.submit(app, inputs)
            assert found.value.field == field
    counts = server.control.counts()
    assert "submit" not in counts
    assert "files.upload" not in counts


SCRIPT = """
import asyncio, sys
from jupyter_remote.everest import AsyncEverest, Settings
url, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

async def main():
    settings = Settings(timeout=2, patience=60, first_pause=0.02, settle=0.4, parallel=16)
    async with AsyncEverest(url, settings=settings, folder=folder) as client:
        print("ready", flush=True)
        jobs = await client.map("demo/echo", [{"text": str(n)} for n in range(count)], key="all")
        print(len({job.id for job in jobs}), flush=True)

asyncio.run(main())
"""
COUNT = 1000


@pytest.mark.slow
def test_a_thousand_submits_and_a_kill(server: everest_rig.Everest, tmp_path: Path) -> None:
    """Random faults on both sides of the effect, and the client is killed in the middle."""
    control = server.control
    control.seed(7)
    control.life(end={"state": "DONE", "result": {"text": "x"}})
    control.fault("submit", "reset", when="after", times=0, chance=0.04)
    control.fault("submit", "reset", times=0, chance=0.03)
    control.fault("submit", "status", status=502, when="after", times=0, chance=0.03)
    control.fault("submit", "status", status=429, times=0, chance=0.02)
    control.fault("jobs.*", "status", status=500, times=0, chance=0.1)
    script = tmp_path / "submit.py"
    script.write_text(SCRIPT)
    argv = [sys.executable, str(script), server.url, str(tmp_path / "mine"), str(COUNT)]
    env = {"PATH": "/usr/bin:/bin", "EVEREST_TOKEN": server.token, "HOME": str(tmp_path)}
    env["PYTHONPATH"] = str(Path(__file__).parent.parent)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=env) as first:
        while len(control.jobs()) < COUNT // 3:
            assert first.poll() is None
            time.sleep(0.05)
        first.kill()
    before = len(control.jobs())
    assert before < COUNT
    second = subprocess.run(argv, capture_output=True, env=env, timeout=100, check=False)
    assert second.stdout.split() == [b"ready", b"1000"], second.stderr.decode()
    counted = Counter(job["name"] for job in control.jobs())
    assert len(counted) == COUNT
    assert set(counted.values()) == {1}
    lines = [p.read_text() for p in (tmp_path / "mine").rglob("*.jsonl")]
    assert server.token not in "".join(lines)
    assert all(json.loads(line) for text in lines for line in text.splitlines()[:1] if line)
