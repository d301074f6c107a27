"""What Lab knows of applications, and of jobs that are gone; through a real Jupyter server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.everest import looks
from jupyter_remote.backends.everest.apps import described
from jupyter_remote.everest import AppInfo, AsyncEverest

from .conftest import until
from .everest_fixtures import *  # noqa: F403
from .everest_lab import Lab, lab
from .everest_rig import Everest
from .test_api import Client, check


def lines(folder: Path) -> list[dict[str, Any]]:
    """All that is written of jobs."""
    texts = "".join(path.read_text() for path in folder.rglob("*.jsonl"))
    return [json.loads(line) for line in texts.splitlines() if line]


def home(folder: Path) -> Path:
    """Where accounts and records are."""
    return next(path.parent for path in folder.rglob("accounts.json"))


async def missing(mine: Lab, job_id: str) -> bool:
    return job_id not in await mine.listed()


def test_a_form_has_all_that_a_description_says() -> None:
    port = {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "minLength": 1}
    number = {"type": "number", "minimum": 0, "maximum": 5, "default": 0, "enum": "odd"}
    raw = {
        "id": "x",
        "inputs": {"list": port, "number": number, "odd": 7},
        "resources": ["r1", {"id": "r2", "name": "the big one"}, 5, {"name": "no id"}, "r1"],
        "config": {"resourceRequirements": {"nodes": {"defaultValue": 2, "allowOverride": True}}},
    }
    found = described(AppInfo.from_json(raw), {"r3", "r1"})
    check(found, "EverestApp")
    ports = {each["name"]: each for each in found["inputs"]}
    assert (ports["list"]["items"], ports["list"]["items_enum"]) == ("string", ["a", "b"])
    assert ports["number"]["limits"] == {"minimum": 0, "maximum": 5}
    assert (ports["number"]["default"], ports["number"]["enum"]) == (0, None)
    assert found["resources"] == [
        {"id": "r1", "name": "r1"},
        {"id": "r2", "name": "the big one"},
        {"id": "r3", "name": "r3"},
    ]
    assert found["requirements"] == [{"name": "nodes", "default": 2, "changeable": True}]
    odd = {"id": "x", "config": [], "resources": "all", "inputs": []}
    check(described(AppInfo.from_json(odd)), "EverestApp")


async def test_a_vanished_job_stays_listed_comes_back_and_is_forgotten(
    client: Client, server: Everest, jp_data_dir: Path
) -> None:
    mine = await lab(client, server)
    job_id = await mine.submit("demo/sleep", duration=1000)
    other = await mine.submit("demo/hostname")
    await mine.reach(job_id, "running")
    await mine.reach(other, "stopped")
    server.control.fault("jobs.get", "status", status=404, times=0)
    server.control.options(list_limit=1)  # the newest only: the other one
    assert "deleted" in (await mine.reach(job_id, "lost"))["reason"]
    assert (await mine.listed())[job_id]["state"] == "lost"  # not only for one look
    full = await client("GET", "jobs", mine.backend, job_id)
    assert "deleted" in full["job"]["reason"]
    server.control.options(list_limit=0)
    back = await mine.reach(job_id, "running")
    assert (back["ended"], back["word"]) == (None, "RUNNING")
    full = await client("GET", "jobs", mine.backend, job_id)  # one answer "unknown" is no end
    assert full["details"]["rows"]["state"] == "RUNNING"
    server.control.clear_faults()
    for each in (job_id, other):
        server.control.vanish(each)
    await mine.reach(job_id, "lost")
    await client("POST", "jobs", mine.backend, job_id, "delete")
    await until(lambda: missing(mine, job_id), "it to leave the list")
    noted = lines(jp_data_dir)
    said = [line["state"] for line in noted if line.get("id") == job_id and "state" in line]
    assert ("VANISHED" in said, "RUNNING" in said) == (True, True)
    assert [line for line in noted if line.get("forgotten")]
    ends = [line for line in noted if line.get("id") == other and line.get("state") == "DONE"]
    assert ends  # so that its record can be forgotten in time


async def test_jobs_of_notebooks_are_known_in_time(
    client: Client, server: Everest, jp_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another program wrote down is read while the server runs: when it was submitted."""
    mine = await lab(client, server)
    await mine.reach(await mine.submit("demo/hostname"), "stopped")
    monkeypatch.setattr(looks, "RECORDS", 0.0)
    async with AsyncEverest(account="mine", folder=home(jp_data_dir)) as notebook:
        job = await notebook.submit("demo/hostname", key="from a notebook")
        listed = await mine.reach(job.id, "stopped")

    async def told() -> bool:
        one = (await mine.listed())[listed["job_id"]]
        return bool(one["submitted"] and one["tag"] == "from a notebook")

    await until(told, "its record to be read")
