"""Outputs as Lab shows them: sizes that are asked for once, and values that browsers can read."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.everest import outputs
from jupyter_remote.everest import AsyncEverest, JobInfo
from jupyter_remote.exact import dumped, exact, valid

from .conftest import until
from .everest_fixtures import *  # noqa: F403
from .everest_lab import Lab, lab
from .everest_rig import Everest
from .test_api import Client

ODD = {"x": math.nan, "y": [1.5, math.inf], "z": {"deep": -math.inf}, "n": 2**60, "ok": True}


async def test_sizes_of_a_job_that_has_ended_are_asked_for_once(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    (jp_root_dir / "in.txt").write_text("one two")
    job_id = await mine.submit("demo/wordcount", file="in.txt")
    await mine.reach(job_id, "stopped")
    first = await mine.ask("GET", "jobs", job_id, "outputs")
    opened = server.control.counts()["files.get"]
    assert await mine.ask("GET", "jobs", job_id, "outputs") == first
    assert server.control.counts()["files.get"] == opened > 0
    (size,) = (each["size"] for each in first["outputs"] if "size" in each)
    assert size > 0


async def test_only_so_many_sizes_are_remembered(
    server: Everest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "KEPT", 2)
    sizes = outputs.Sizes()
    ended = JobInfo.from_json({"id": "a", "state": "DONE"})
    running = JobInfo.from_json({"id": "a", "state": "RUNNING"})
    async with AsyncEverest(server.url, server.token, folder=tmp_path) as client:
        files = [server.control.make_file(f"{n}", n) for n in range(3)]

        async def asked(info: JobInfo, number: int) -> int:
            before = server.control.counts().get("files.get", 0)
            assert await sizes.of(client, info, files[number]) == number
            return server.control.counts()["files.get"] - before

        assert [await asked(ended, n) for n in (0, 1, 2, 1, 2, 0)] == [1, 1, 1, 0, 0, 1]
        assert [await asked(running, n) for n in (0, 0)] == [1, 1]  # it may still be written
        assert await asked(ended, 0) == 1
        sizes.forget("a")
        assert await asked(ended, 0) == 1


async def a_file_on_its_way(mine: Lab, server: Everest, folder: Path) -> tuple[Any, Path]:
    """A download that never comes to its end, and where its file will be."""
    uri = server.control.make_file("data", 3_000_000)
    (job_id,) = server.control.make_jobs(1, result={"file": uri})
    (folder / "data").write_text("an older one")
    server.control.fault("files.get", "hang", times=0)
    path = ("jobs", job_id, "outputs")
    return await mine.ask("POST", *path, body={"folder": ""}), folder / "data-1"


async def test_a_download_that_is_ended_leaves_no_place(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    begun, place = await a_file_on_its_way(mine, server, jp_root_dir)
    await until(place.exists, "its place to be taken")
    await until(lambda: len(names(jp_root_dir)) == 3, "its file to be begun")
    for _ in range(2):
        await client("DELETE", "everest", "transfers", begun["id"])
    assert (await mine.transfer(begun))["state"] == "cancelled"
    assert names(jp_root_dir) == ["data"]


async def test_a_download_that_fails_leaves_no_place(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    begun, place = await a_file_on_its_way(mine, server, jp_root_dir)
    await until(place.exists, "its place to be taken")
    server.stop()
    ended = await mine.transfer(begun)
    assert (ended["state"], ended["reason"]) == ("failed", "backend-unreachable")
    assert names(jp_root_dir) == ["data"]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


async def test_numbers_that_json_does_not_know_are_texts(
    client: Client, server: Everest, jp_fetch: Any
) -> None:
    server.control.life(end={"state": "DONE", "result": ODD})
    mine = await lab(client, server)
    job_id = await mine.submit("demo/hostname")
    await mine.reach(job_id, "stopped")
    path = ("everest", "servers", "mine", "jobs", job_id, "outputs")
    answer = await jp_fetch("jupyter-remote", *path)
    found = json.loads(answer.body, parse_constant=refuse)
    assert {each["name"]: each["value"] for each in found["outputs"]} == {
        "x": "NaN",
        "y": [1.5, "Infinity"],
        "z": {"deep": "-Infinity"},
        "n": str(2**60),
        "ok": True,
    }
    full = await jp_fetch("jupyter-remote", "jobs", mine.backend, job_id)
    rows = json.loads(full.body, parse_constant=refuse)["details"]["rows"]
    assert (rows["output x"], rows["output y"]) == ("NaN", '[1.5, "Infinity"]')


def test_inputs_with_such_numbers_can_be_read() -> None:
    assert valid({"a": (math.inf, 2**60)}) == {"a": ["Infinity", 2**60]}
    assert exact(2**53) == 2**53
    assert json.loads(dumped(ODD), parse_constant=refuse)["x"] == "NaN"


async def test_a_request_with_such_numbers_is_json(client: Client, server: Everest) -> None:
    (job_id,) = server.control.make_jobs(1, inputs={"r": math.nan}, app="demo/lorenz")
    mine = await lab(client, server)
    await mine.reach(job_id, "stopped")
    details = (await client("GET", "jobs", mine.backend, job_id))["details"]
    assert json.loads(details["script"], parse_constant=refuse)["inputs"] == {"r": "NaN"}
    assert details["request"]["inputs"] == {"r": "NaN"}
