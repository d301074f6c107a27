"""Parameter sweeps from a form, through a real Jupyter server, against the stand-in."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from jupyter_remote.backends.everest.sweeps import CELL
from jupyter_remote.everest import AsyncEverest, Plan

from .conftest import until
from .everest_fixtures import *  # noqa: F403
from .everest_lab import QUICK, Lab, lab
from .everest_rig import Everest
from .test_api import Client, check

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
    job_id = await mine.sweep(fields)
    job = await mine.reach(job_id, "stopped")
    assert job["name"] == "times"
    assert job["tag"].startswith("jr-")
    path = ("jobs", job_id, "tasks")
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
    assert result["listed"] == 6
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
    job_id = await mine.sweep(fields)
    await mine.reach(job_id, "failed")
    unpacked = await mine.transfer(await mine.ask("POST", "jobs", job_id, "tasks", body={}))
    # What no browser reads as a number is a text.
    found = {row["X"]: row["stdout"] for row in unpacked["result"]["rows"]}
    assert found == {1: 1, 2: 2, 3: "NaN", 4: "12345678901234567890"}


async def test_tasks_without_files_are_counted(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    fields = {
        "command": "cp /etc/hostname ${X}",
        "parameters": {"X": ["kept", "also", "/nowhere/else"]},
        "output_files": ["kept", "also"],
    }
    job_id = await mine.sweep(fields)
    await mine.reach(job_id, "failed")
    unpacked = await mine.transfer(await mine.ask("POST", "jobs", job_id, "tasks", body={}))
    result = unpacked["result"]
    assert (result["tasks"], result["empty"], result["missing"]) == (3, 1, 0)
    assert [row["stdout"] for row in result["rows"]] == [None] * 3  # it was not asked for
    again = await mine.ask("POST", "jobs", job_id, "tasks", body={"output": "kept"})
    rows = (await mine.transfer(again))["result"]["rows"]
    assert [row["kept"] is None for row in rows] == [False, True, True]
    assert rows[2]["X"] == "/nowhere/else"
    for odd in ("x" * 300, "../0/kept"):  # no output of a task has such a name
        asked = await mine.ask("POST", "jobs", job_id, "tasks", body={"output": odd})
        unpacked = await mine.transfer(asked)
        assert unpacked["state"] == "done", unpacked
        assert [row[odd] for row in unpacked["result"]["rows"]] == [None] * 3


async def test_long_outputs_are_cut_in_the_answer_and_not_in_the_table(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    fields = {"command": "head -c 100000 /dev/zero", "parameters": {"X": [1, 2]}}
    job_id = await mine.sweep(fields)
    await mine.reach(job_id, "stopped")
    result = (await mine.transfer(await mine.ask("POST", "jobs", job_id, "tasks", body={})))[
        "result"
    ]
    assert [len(row["stdout"]) for row in result["rows"]] == [CELL + 1] * 2
    table = jp_root_dir / result["folder"] / result["table"]
    assert table.stat().st_size > 200_000


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
    job_id = await mine.sweep(SWEEP)
    await mine.reach(job_id, "stopped")
    # The plan is read first, then the results come.
    server.control.fault("files.get", "hang", nth=2)
    begun = await mine.ask("POST", "jobs", job_id, "tasks", body={})
    await until(lambda: folders(jp_root_dir), "the folder")
    await client("DELETE", "everest", "transfers", begun["id"])
    assert (await mine.transfer(begun))["state"] == "cancelled"
    assert folders(jp_root_dir) == []


async def test_the_files_of_a_sweep_are_sent_with_progress(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    (jp_root_dir / "data").write_bytes(os.urandom(300_000))
    fields = {**SWEEP, "files": ["data"], "input_files": ["data"]}
    server.control.fault("submit", "delay", seconds=1.0)
    begun = await mine.ask("POST", "sweeps", body=fields)
    check(begun, "Transfer")

    async def submitting() -> Any:
        now = await client("GET", "everest", "transfers", begun["id"])
        assert now["state"] in ("running", "done")
        return now["step"] == "submitting"

    await until(submitting, "the submit")
    await client("DELETE", "everest", "transfers", begun["id"])  # too late: there is a job
    ended = await mine.transfer(begun)
    assert (ended["state"], len(server.control.jobs())) == ("done", 1)
    (job,) = server.control.jobs()
    assert ended["result"]["job_id"] == job["id"]


async def test_what_is_told_of_a_sweep_on_its_way(server: Everest, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(os.urandom(3_000_000))
    told: list[tuple[str, int, int]] = []
    plan = Plan("echo ${X}", {"X": [1]}, ["data"])
    async with AsyncEverest(server.url, server.token, folder=tmp_path) as client:
        await client.sweep(
            plan,
            [tmp_path / "data"],
            step=lambda step: told.append((step, 0, 0)),
            progress=lambda done, total: told.append(("", done, total)),
        )
    steps = [step for step, _, _ in told if step]
    assert steps == ["packing", "sending", "submitting"]
    sending = told.index(("sending", 0, 0))
    assert told[sending - 1] == ("", 3_000_000, 3_000_000)
    assert told[0] == ("packing", 0, 0)
    *_, (_, done, total), last = told
    assert (last[0], done) == ("submitting", total)
    assert total > 3_000_000  # the plan, too
    assert len([each for each in told[sending:] if each[1] < total]) > 2


async def test_a_sweep_is_ended_while_its_files_are_sent(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    (jp_root_dir / "data").write_bytes(b"x")
    server.control.fault("files.upload", "hang", times=0)
    begun = await mine.ask("POST", "sweeps", body={**SWEEP, "files": ["data"]})
    await until(lambda: server.control.counts().get("files.upload"), "the upload")
    await client("DELETE", "everest", "transfers", begun["id"])
    assert (await mine.transfer(begun))["state"] == "cancelled"
    assert server.control.jobs() == []


async def test_a_sweep_that_the_server_refuses_says_so(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    for app, word, reason in (
        ("demo/hostname", "has no such input", "invalid-spec"),
        ("demo/none", "demo/none", "not-found"),
    ):
        ended = await mine.transfer(await mine.ask("POST", "sweeps", body={**SWEEP, "app": app}))
        assert (ended["state"], word in ended["error"]) == ("failed", True), ended
        assert ended["reason"] == reason
    assert server.control.jobs() == []
    assert "files.upload" not in server.control.counts()


@pytest.mark.parametrize("remote_config", [{**QUICK, "RemoteJobDesk": {"find_for": 0.1}}])
async def test_a_submit_in_doubt_says_so_in_the_words_of_lab(
    client: Client, server: Everest
) -> None:
    """Nobody calls functions there."""
    mine = await lab(client, server)
    await mine.ask("GET", "apps", "demo/hostname")
    server.control.lose_answer(times=0)
    server.control.fault("jobs.list", "status", status=502, times=0)
    ended = await mine.transfer(await mine.ask("POST", "sweeps", body=SWEEP))
    assert (ended["state"], ended["reason"]) == ("failed", "ambiguous-submit")
    script = json.dumps({"app": "demo/hostname"})
    body = {"backend": mine.backend, "script": script, "name": "my job"}
    status, error = await client.refusal("POST", "jobs", body=body)
    assert status == 504
    for name, words in (("sweep", ended["error"]), ("my job", error["message"])):
        assert f"Everest did not tell whether it took the job '{name}': http" in words
        assert "recall" not in words
        assert re.search("[Ll]ook .*list.* before", words)


async def test_tasks_that_are_missing_are_marked(client: Client, server: Everest) -> None:
    """A sweep that ended early: the tasks without a folder have a row, and no result."""
    mine = await lab(client, server)
    job_id = await mine.sweep(SWEEP)
    await mine.reach(job_id, "stopped")
    results, tasks = archive({0: {"X": "1", "Y": "10"}, 3: {"X": "2", "Y": "20"}}), "tasks"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {server.token}"}) as person:
        form = {"file": ("results.zip", results)}
        sent = await person.post(f"{server.url}/api/files/temp", files=form)
    server.control.move(job_id, "CANCELLED", result={"results": sent.json()["uri"]})
    await until(lambda: word(mine, job_id, "CANCELLED"), "its end")
    done = await mine.transfer(await mine.ask("POST", "jobs", job_id, tasks, body={}))
    found = done["result"]
    assert (found["tasks"], found["missing"], found["listed"]) == (2, 4, 6)
    none = [(row["X"], row["Y"]) for row in found["rows"] if row["stdout"] is None]
    assert none == [(1, 20), (2, 10), (3, 10), (3, 20)]
    assert [row["task"] for row in found["rows"]] == [0, 3, None, None, None, None]


async def word(mine: Lab, job_id: str, state: str) -> bool:
    return bool((await mine.listed())[job_id]["word"] == state)


def archive(tasks: dict[int, dict[str, str]]) -> bytes:
    """Results of these tasks, as the platform packs them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for number, values in tasks.items():
            lines = "".join(f"{name} = {value}\n" for name, value in values.items())
            opened.writestr(f"{number}/parameters", lines)
            opened.writestr(f"{number}/stdout", "7\n")
    return packed.getvalue()
