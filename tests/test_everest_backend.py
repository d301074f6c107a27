"""Everest in the list of all jobs: through a real Jupyter server, against the stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.columns import records

from .conftest import until
from .everest_rig import PASSWORD, USER, Everest
from .test_api import Client, check

Factory = Callable[..., Everest]
ENDED = ("stopped", "failed", "lost")


@pytest.fixture
def client(jp_fetch: Any, jp_serverapp: Any) -> Client:
    return Client(jp_fetch)


@pytest.fixture
def server(everest: Factory) -> Everest:
    return everest()


@pytest.fixture
def remote_config() -> dict[str, Any]:
    fast = {"fast_interval": 0.05, "busy_interval": 0.05, "load_share": 0.0}
    return {"RemoteWatch": fast, "RemoteEverest": {"patience": 1.0, "timeout": 5.0}}


class Lab:
    """What a person does in JupyterLab with one account."""

    def __init__(self, client: Client, account: str = "mine") -> None:
        self.client, self.account, self.backend = client, account, f"everest:{account}"

    async def listed(self) -> dict[str, Any]:
        await self.client("POST", "jobs", "look", body={})
        answer = await self.client("GET", "jobs")
        found = [job for job in records(answer["jobs"]) if job["backend"] == self.backend]
        return {job["job_id"]: job for job in found}

    async def about(self) -> Any:
        return (await self.client("POST", "jobs", "look", body={}))["backends"].get(self.backend)

    async def submit(self, app: str, name: str = "", **inputs: Any) -> str:
        script = json.dumps({"app": app, "inputs": inputs})
        body = {"backend": self.backend, "script": script, "name": name}
        answer = await self.client("POST", "jobs", body=body)
        check(answer, "SubmittedJob")
        job_id: str = answer["job_id"]
        return job_id

    async def reach(self, job_id: str, *states: str) -> Any:
        async def there() -> Any:
            job = (await self.listed()).get(job_id)
            return job if job and job["state"] in (states or ENDED) else None

        return await until(there, f"{job_id} to be {states or ENDED}")

    async def transfer(self, begun: Any) -> Any:
        check(begun, "Transfer")

        async def ended() -> Any:
            now = await self.client("GET", "everest", "transfers", begun["id"])
            return now if now["state"] != "running" else None

        return await until(ended, "the transfer to end")

    async def ask(self, method: str, *path: str, **more: Any) -> Any:
        return await self.client(method, "everest", "servers", self.account, *path, **more)


async def lab(client: Client, server: Everest, account: str = "mine") -> Lab:
    """A Lab with an account on a stand-in."""
    body = {"url": server.url, "name": account, "token": server.token}
    check(await client("POST", "everest", "servers", body=body), "EverestServer")
    return Lab(client, account)


# -- accounts


async def test_an_account_from_a_password(
    client: Client, server: Everest, jp_data_dir: Path
) -> None:
    body = {"url": server.url, "username": USER, "password": PASSWORD, "lifetime": 3600}
    made = await client("POST", "everest", "servers", body=body)
    check(made, "EverestServer")
    assert made["username"] == USER
    assert "expires in" in made["warning"]  # within half a day
    listed = await client("GET", "everest", "servers")
    check(listed, "EverestServers")
    assert listed == {"servers": [made]}
    assert PASSWORD not in json.dumps(listed)
    assert await Lab(client, made["name"]).about()
    checked = await client("GET", "everest", "servers", made["name"])
    assert checked == {**made, "wrong": ""}
    assert_private(jp_data_dir)


def assert_private(folder: Path) -> None:
    """No password is kept, and what is kept of Everest is the user's only."""
    found = list(folder.rglob("*"))
    assert any("everest" in path.parts for path in found)
    for path in found:
        assert path.stat().st_mode & 0o077 == 0 or "everest" not in path.parts, path
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"username": USER, "password": "wrong"}, 403, "password"),
        ({"token": "x" * 64}, 403, "token"),
        ({"token": "x", "password": "y"}, 400, "either"),
        ({}, 400, "either"),
        ({"name": "a/b", "token": ""}, 400, "either"),
        ({"url": "http://127.0.0.1:1", "token": "x"}, 502, "127.0.0.1"),
        ({"url": "nonsense", "token": "x"}, 502, "nonsense"),
    ],
)
async def test_wrong_accounts_are_refused(
    client: Client, server: Everest, fields: Any, status: int, word: str
) -> None:
    body = {"url": server.url, **fields}
    code, error = await client.refusal("POST", "everest", "servers", body=body)
    assert (code, word in error["message"]) == (status, True), error
    assert await client("GET", "everest", "servers") == {"servers": []}


async def test_a_name_is_given_once(client: Client, server: Everest) -> None:
    await lab(client, server)
    body = {"url": server.url, "name": "mine", "token": server.token}
    status, error = await client.refusal("POST", "everest", "servers", body=body)
    assert (status, "already" in error["message"]) == (400, True)
    status, _ = await client.refusal("GET", "everest", "servers", "nobody")
    assert status == 404


async def test_an_expired_token_is_renewed(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    job_id = await mine.submit("demo/sleep", duration=1000)
    await mine.reach(job_id, "running")
    server.control.revoke()
    await until(lambda: silent(mine), "the list to say that the token is refused")
    assert (await mine.listed())[job_id]["state"] == "running"  # silence is no end
    assert (await mine.ask("GET"))["wrong"]
    status, _ = await client.refusal(
        "PATCH", "everest", "servers", "mine", body={"token": "x" * 64}
    )
    assert status == 403
    await mine.ask("PATCH", body={"token": server.control.token(USER)})
    assert (await mine.ask("GET"))["wrong"] == ""
    assert (await mine.reach(job_id, "running"))["job_id"] == job_id


async def silent(mine: Lab) -> Any:
    return (await mine.about() or {}).get("silent")


async def test_a_forgotten_account_is_revoked_and_gone(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    await mine.reach(await mine.submit("demo/hostname"))
    assert await mine.ask("DELETE") is None
    assert await client("GET", "everest", "servers") == {"servers": []}
    assert await mine.listed() == {}
    assert await mine.about() is None
    assert server.control.revoke() == 0  # there was no token left
    status, _ = await client.refusal("POST", "jobs", body={"backend": mine.backend, "script": "x"})
    assert status == 404


async def test_two_servers_side_by_side(client: Client, everest: Factory) -> None:
    one, two = await lab(client, everest(), "one"), await lab(client, everest(), "two")
    first, second = await one.submit("demo/hostname"), await two.submit("demo/hostname")
    await one.reach(first)
    await two.reach(second)
    assert set(await one.listed()) == {first}
    assert set(await two.listed()) == {second}


async def test_one_silent_server_does_not_silence_the_other(
    client: Client, everest: Factory
) -> None:
    broken = everest()
    one, two = await lab(client, broken, "one"), await lab(client, everest(), "two")
    job_id = await one.submit("demo/sleep", duration=1000)
    await one.reach(job_id, "running")
    broken.stop()
    await until(lambda: silent(one), "the list to say that it is silent")
    assert (await one.listed())[job_id]["state"] == "running"
    await two.reach(await two.submit("demo/hostname"), "stopped")
    broken.start()
    await one.reach(job_id, "running", "queued")
    await until(lambda: not_silent(one), "it to speak again")


async def not_silent(mine: Lab) -> bool:
    return not await silent(mine)


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
    assert (sent["state"], sent["done"]) == ("done", 4)
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
        assert (stored["state"], stored["result"]) == ("done", [path]), stored
        assert (jp_root_dir / path).read_text() == "one\ntwo\n"
    chained = await mine.submit("demo/append", file=output["uri"], message="three")
    await mine.reach(chained, "stopped")
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
