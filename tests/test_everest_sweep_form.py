"""Parameter sweeps from a form, through a real Jupyter server, against the stand-in."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import until
from .everest_lab import QUICK, lab
from .everest_rig import Everest
from .test_api import Client, check

Factory = Callable[..., Everest]


@pytest.fixture
def client(jp_fetch: Any, jp_serverapp: Any) -> Client:
    return Client(jp_fetch)


@pytest.fixture
def server(everest: Factory) -> Everest:
    return everest()


@pytest.fixture
def remote_config() -> dict[str, Any]:
    return QUICK


SWEEP: dict[str, Any] = {
    "command": "expr ${X} * ${Y}",
    "parameters": {"X": {"from": 1, "to": 3}, "Y": [10, 20]},
}


async def test_a_sweep_from_its_form_to_its_table(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    fields = {**SWEEP, "name": "times"}
    counted = await mine.ask("POST", "sweeps", body={**fields, "test": True})
    check(counted, "SweepTrial")
    assert counted["tasks"] == 6
    assert server.control.jobs() == []
    made = await mine.ask("POST", "sweeps", body=fields)
    check(made, "SubmittedJob")
    job = await mine.reach(made["job_id"], "stopped")
    assert job["name"] == "times"
    assert job["tag"].startswith("jr-")
    path = ("jobs", made["job_id"], "tasks")
    unpacked = await mine.transfer(await mine.ask("POST", *path, body={}))
    assert unpacked["state"] == "done", unpacked
    rows = unpacked["result"]["rows"]
    assert sorted(row["stdout"] for row in rows) == sorted(
        x * y for x in (1, 2, 3) for y in (10, 20)
    )
    assert all(row["stdout"] == row["X"] * row["Y"] for row in rows)
    result, folder = unpacked["result"], jp_root_dir / unpacked["result"]["folder"]
    assert len(list(folder.glob("*/stdout"))) == 6
    assert (result["tasks"], result["missing"], result["empty"]) == (6, 0, 0)
    table = list(csv.DictReader((folder / result["table"]).read_text().splitlines()))
    assert [{name: int(value) for name, value in row.items()} for row in table] == rows
    assert unpacked["done"] == unpacked["total"] > 0
    again = await mine.transfer(await mine.ask("POST", *path, body={}))
    assert again["result"]["folder"] != unpacked["result"]["folder"]


async def test_a_sweep_with_files_and_tasks_that_fail(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    odd = "case $1 in 3) echo NaN;; 4) echo 12345678901234567890;; *) echo $1;; esac"
    (jp_root_dir / "run.sh").write_text(f"{odd}; test $1 -ne 2\n")
    fields = {
        "command": "sh run.sh ${X}",
        "parameters": {"X": [1, 2, 3, 4]},
        "input_files": ["run.sh"],
        "files": ["run.sh"],
    }
    job_id = (await mine.ask("POST", "sweeps", body=fields))["job_id"]
    await mine.reach(job_id, "failed")
    unpacked = await mine.transfer(await mine.ask("POST", "jobs", job_id, "tasks", body={}))
    # What no browser reads as a number is a text.
    found = {row["X"]: row["stdout"] for row in unpacked["result"]["rows"]}
    assert found == {1: 1, 2: 2, 3: "nan", 4: "12345678901234567890"}


async def test_tasks_without_files_are_counted(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    fields = {
        "command": "cp /etc/hostname ${X}",
        "parameters": {"X": ["kept", "also", "/nowhere/else"]},
        "output_files": ["kept", "also"],
    }
    job_id = (await mine.ask("POST", "sweeps", body=fields))["job_id"]
    await mine.reach(job_id, "failed")
    unpacked = await mine.transfer(await mine.ask("POST", "jobs", job_id, "tasks", body={}))
    result = unpacked["result"]
    assert (result["tasks"], result["empty"], result["missing"]) == (3, 1, 0)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"command": "echo ${Z}"}, "Z"),
        ({"command": ""}, "command"),
        ({"parameters": {"X": []}}, "X"),
        ({"parameters": {"X": {"from": 1, "to": 3, "step": 0}}}, "step"),
        ({"parameters": {"X": ["a b"]}, "command": "echo ${X}"}, "X"),
        ({"files": ["none.txt"]}, "none.txt"),
        ({"files": ["../secret"]}, "secret"),
    ],
)
async def test_wrong_sweeps_are_refused(
    client: Client, server: Everest, change: Any, word: str
) -> None:
    await lab(client, server)
    path = ("everest", "servers", "mine", "sweeps")
    status, error = await client.refusal("POST", *path, body={**SWEEP, **change})
    assert (status, word in error["message"]) == (400, True), error
    assert server.control.jobs() == []


def folders(root: Path) -> list[Path]:
    return list(root.glob("sweep-*"))


async def test_an_unpacking_that_is_ended_leaves_no_folder(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    job_id = (await mine.ask("POST", "sweeps", body=SWEEP))["job_id"]
    await mine.reach(job_id, "stopped")
    # The plan is read first, then the results come.
    server.control.fault("files.get", "hang", nth=2)
    begun = await mine.ask("POST", "jobs", job_id, "tasks", body={})
    await until(lambda: folders(jp_root_dir), "the folder")
    await client("DELETE", "everest", "transfers", begun["id"])
    assert (await mine.transfer(begun))["state"] == "cancelled"
    assert folders(jp_root_dir) == []
