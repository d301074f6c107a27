"""Everest in the list of all jobs: through a real Jupyter server, against the stand-in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.everest.transfers import UNSURE, Progress, Report, Transfers

from .conftest import until
from .everest_fixtures import *  # noqa: F403
from .everest_lab import Lab, lab
from .everest_rig import Everest
from .test_api import Client, check

# -- applications


async def test_applications_are_found_and_described(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    found = await mine.ask("GET", "apps", search="sleep")
    check(found, "EverestApps")
    (sleep,) = found["apps"]
    assert sleep["alias"] == "demo/sleep"
    for name in (sleep["id"], "demo/sleep", "demo/kinds"):
        check(await mine.ask("GET", "apps", name), "EverestApp")
    kinds = await mine.ask("GET", "apps", "demo/kinds")
    inputs = {port["name"]: port for port in kinds["inputs"]}
    assert list(inputs)[:2] == ["title", "count"]
    assert inputs["colour"]["enum"] == ["red", "green", "blue"]
    assert (inputs["files"]["type"], inputs["files"]["file"]) == ("array", True)
    assert inputs["switch"]["default"] is False
    assert (inputs["labels"]["items"], inputs["numbers"]["items"]) == ("string", "number")
    assert [each["name"] for each in kinds["requirements"]][:2] == ["nodes", "coresPerNode"]
    assert kinds["resources"] == []
    status, _ = await client.refusal("GET", "everest", "servers", "mine", "apps", "demo/none")
    assert status == 404


# -- jobs


async def test_a_job_from_the_form_to_its_outputs(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    (jp_root_dir / "my data").mkdir()
    (jp_root_dir / "my data" / "Жук.txt").write_text("one\n")
    begun = await mine.ask("POST", "files", body={"path": "my data/Жук.txt"})
    sent = await mine.transfer(begun)
    assert (sent["state"], sent["done"], sent["total"]) == ("done", 4, 4)
    sent = await mine.transfer(await mine.ask("POST", "files", body={"path": "my data/Жук.txt"}))
    assert (sent["done"], sent["total"]) == (4, 4)  # known, and not sent again
    job_id = await mine.submit("demo/append", "my job", file=sent["result"], message="two")
    job = await mine.reach(job_id)
    assert (job["state"], job["word"], job["name"]) == ("stopped", "DONE", "my job")
    assert job["submitted"]
    outputs = await mine.ask("GET", "jobs", job_id, "outputs")
    check(outputs, "EverestOutputs")
    (output,) = outputs["outputs"]
    assert (output["name"], output["file"], output["size"]) == ("file", "output.txt", 8)
    for path in ("my data/output.txt", "my data/output-1.txt"):  # nothing is replaced
        begun = await mine.ask("POST", "jobs", job_id, "outputs", body={"folder": "my data"})
        stored = await mine.transfer(begun)
        assert stored["done"] == stored["total"] > 0
        assert (stored["state"], stored["result"]) == ("done", [path]), stored
        assert (stored["done"], stored["total"]) == (8, 8)
        assert (jp_root_dir / path).read_text() == "one\ntwo\n"
    chained = await mine.submit("demo/append", file=output["uri"], message="three")
    await mine.reach(chained, "stopped")
    request = (await client("GET", "jobs", mine.backend, job_id))["details"]["request"]
    assert request["inputs"]["message"] == "two"
    assert request["inputs"]["file"]["name"] == "Жук.txt"
    again = await mine.submit(request["appAlias"], request["name"], **request["inputs"])
    await mine.reach(again, "stopped")  # as the details have it, it can be asked for
    assert server.control.counts()["files.upload"] == 1


async def test_files_named_in_a_request_are_sent(
    client: Client, server: Everest, jp_root_dir: Path
) -> None:
    mine = await lab(client, server)
    (jp_root_dir / "in.txt").write_text("a b a")
    body = {"backend": mine.backend, "script": "app: demo/wordcount\ninputs: {file: in.txt}\n"}
    assert (await client("POST", "jobs", "test", body=body))["words"]
    job_id = (await client("POST", "jobs", body=body))["job_id"]
    await mine.reach(job_id, "stopped")
    outputs = (await mine.ask("GET", "jobs", job_id, "outputs"))["outputs"]
    assert {"name": "words", "value": 3.0} in outputs


async def test_a_job_in_full_can_be_submitted_again(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    job_id = await mine.submit("demo/sleep", duration=-1)
    job = await mine.reach(job_id, "failed")
    assert "exit code 1" in job["reason"]
    full = await client("GET", "jobs", mine.backend, job_id)
    check(full, "JobInFull")
    assert "exit code 1" in full["details"]["ending"]
    request = full["details"]["request"]
    assert (request["appAlias"], request["inputs"]) == ("demo/sleep", {"duration": -1})
    script = full["details"]["script"].replace("-1", "0")
    body = {"backend": mine.backend, "script": script}
    again = (await client("POST", "jobs", body=body))["job_id"]
    assert (await mine.reach(again))["state"] == "stopped"


async def test_the_log_follows_the_job(client: Client, server: Everest, jp_fetch: Any) -> None:
    mine = await lab(client, server)
    job_id = await mine.submit("demo/hostname")
    await mine.reach(job_id)
    path = ("jupyter-remote", "jobs", mine.backend, job_id, "log")
    whole = (await jp_fetch(*path)).body
    assert b"TASK_STATE" in whole
    answer = await jp_fetch(*path, params={"offset": -10, "limit": 4})
    assert answer.body == whole[-10:-6]
    assert (await jp_fetch(*path, params={"stream": "stderr"})).body == b""


async def test_cancel_is_honest_and_delete_waits(client: Client, server: Everest) -> None:
    server.control.life(cancel_delay=1.5)
    mine = await lab(client, server)
    job_id = await mine.submit("demo/sleep", duration=1000)
    await mine.reach(job_id, "running")
    status, error = await client.refusal("POST", "jobs", mine.backend, job_id, "delete")
    assert (status, "cancel it" in error["message"]) == (409, True)
    await client("DELETE", "jobs", mine.backend, job_id)
    assert "agent" in (await mine.reach(job_id, "stopping"))["reason"]
    job = await mine.reach(job_id)
    assert (job["state"], job["word"]) == ("stopped", "CANCELLED")
    await client("DELETE", "jobs", mine.backend, job_id)  # it has ended: no error
    await client("POST", "jobs", mine.backend, job_id, "delete")
    await until(lambda: missing(mine, job_id), "it to leave the list")
    assert server.control.jobs() == []


async def missing(mine: Lab, job_id: str) -> bool:
    return job_id not in await mine.listed()


@pytest.mark.parametrize(
    ("script", "status", "word"),
    [
        ("#!/bin/sh\nid\n", 400, "app"),
        ("{", 400, "YAML"),
        ("app: demo/sleep\nwalltime: 3", 400, "walltime"),
        ("app: demo/sleep", 400, "duration"),
        ("app: demo/sleep\ninputs: {duration: soon}", 400, "duration"),
        ("app: demo/wordcount\ninputs: {file: none.txt}", 400, "none.txt"),
        ("app: demo/none", 404, "none"),
        ("app: other/private", 403, "private"),
    ],
)
async def test_wrong_requests_are_refused_before_anything_is_sent(
    client: Client, server: Everest, script: str, status: int, word: str
) -> None:
    mine = await lab(client, server)
    body = {"backend": mine.backend, "script": script}
    code, error = await client.refusal("POST", "jobs", body=body)
    assert (code, word in error["message"]) == (status, True), error
    assert server.control.jobs() == []


async def test_a_lost_answer_is_one_job(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    server.control.lose_answer()
    job_id = await mine.submit("demo/hostname")
    await mine.reach(job_id, "stopped")
    assert [job["id"] for job in server.control.jobs()] == [job_id]


async def test_words_nobody_knows_and_jobs_that_vanish(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    one, two = server.control.make_jobs(2, state="RUNNING")
    await mine.reach(one, "running")
    server.control.move(one, "PONDERING")
    await until(lambda: worded(mine, one, "PONDERING"), "the word to be shown")
    assert (await mine.listed())[one]["state"] == "running"
    server.control.vanish(two)
    job = await mine.reach(two, "lost")
    assert "deleted" in job["reason"]


async def worded(mine: Lab, job_id: str, word: str) -> bool:
    return bool((await mine.listed())[job_id]["word"] == word)


async def test_a_job_that_may_not_be_asked_for_hides_no_other(
    client: Client, server: Everest
) -> None:
    mine = await lab(client, server)
    one, two = server.control.make_jobs(2, state="RUNNING")
    await mine.reach(one, "running")
    server.control.move(one, "RUNNING", owner="somebody else")
    server.control.move(two, "DONE")
    await mine.reach(two, "stopped")
    assert (await mine.listed())[one]["state"] == "running"
    assert not (await mine.about()).get("silent")


async def test_a_list_that_shows_only_the_newest_loses_no_job(
    client: Client, server: Everest
) -> None:
    mine = await lab(client, server)
    (old,) = server.control.make_jobs(1, state="RUNNING")
    await mine.reach(old, "running")
    server.control.options(list_limit=1)
    (new,) = server.control.make_jobs(1, state="RUNNING")
    await mine.reach(new, "running")
    assert (await mine.listed())[old]["state"] == "running"
    server.control.move(old, "DONE")
    await mine.reach(old, "stopped")


async def test_watching_five_thousand_jobs_is_one_request_a_look(
    client: Client, server: Everest
) -> None:
    made = server.control.make_jobs(5000)
    mine = await lab(client, server)
    await mine.reach(made[0])
    assert len(await mine.listed()) == 5000
    asked = {route: n for route, n in server.control.counts().items() if route.startswith("jobs.")}
    assert set(asked) == {"jobs.list"}


async def test_paths_stay_below_the_file_browser(client: Client, server: Everest) -> None:
    await lab(client, server)
    for path in ("../secret", "/../../etc/passwd", "a/../../b"):
        body = {"path": path}
        status, _ = await client.refusal("POST", "everest", "servers", "mine", "files", body=body)
        assert status == 400


async def test_a_transfer_can_be_ended(client: Client, server: Everest, jp_root_dir: Path) -> None:
    mine = await lab(client, server)
    (jp_root_dir / "big").write_bytes(b"x")
    server.control.fault("files.upload", "hang", times=0)
    begun = await mine.ask("POST", "files", body={"path": "big"})
    await client("DELETE", "everest", "transfers", begun["id"])
    assert (await mine.transfer(begun))["state"] == "cancelled"
    failed = await mine.transfer(await mine.ask("POST", "files", body={"path": "not there"}))
    assert (failed["state"], "not there" in failed["error"]) == ("failed", True)
    status, _ = await client.refusal("GET", "everest", "transfers", "abc")
    assert status == 404


async def test_a_transfer_that_breaks_is_not_called_cancelled() -> None:
    async def breaks(progress: Progress) -> None:
        raise ValueError("what nobody expected")

    transfers = Transfers()
    begun = transfers.begin("results", breaks)
    await until(lambda: begun.state != "running", "its end")
    assert (begun.state, begun.error) == ("failed", "ValueError: what nobody expected")
    await transfers.close()


async def test_a_submit_that_the_server_s_end_cuts_off_is_doubtful() -> None:
    async def submits(report: Report) -> None:
        report.step("submitting")
        await asyncio.sleep(3600)

    transfers = Transfers()
    begun = transfers.begin("sweep", submits)
    await until(lambda: begun.step == "submitting", "its last step")
    transfers.cancel(begun.id)
    await asyncio.sleep(0)
    assert begun.state == "running"
    await transfers.close()
    assert (begun.state, begun.error) == ("failed", UNSURE)
