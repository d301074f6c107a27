"""Accounts on Everest: added, renewed, forgotten, side by side; through a real Jupyter server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import until
from .everest_fixtures import *  # noqa: F403
from .everest_fixtures import Factory
from .everest_lab import Lab, lab
from .everest_rig import PASSWORD, USER, Everest, certificate
from .test_api import Client, check


async def test_an_account_from_a_password(
    client: Client, server: Everest, jp_data_dir: Path
) -> None:
    body = {"url": server.url, "username": USER, "password": PASSWORD, "lifetime": 3600}
    made = await client("POST", "everest", "servers", body=body)
    check(made, "EverestServer")
    assert made["username"] == USER
    assert made["kept_in"].startswith("the file ")
    assert made["expires"]
    assert "expires in" in made["warning"]  # within half a day
    listed = await client("GET", "everest", "servers")
    check(listed, "EverestServers")
    left = made.pop("left")
    assert 3500 < left <= 3600
    assert listed["servers"][0].pop("left") <= left
    assert listed == {"servers": [made]}
    assert PASSWORD not in json.dumps(listed)
    assert await Lab(client, made["name"]).about()
    checked = await client("GET", "everest", "servers", made["name"])
    assert checked.pop("left") <= left
    assert checked == {**made, "wrong": "", "reason": ""}
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


async def test_servers_that_are_no_everest_or_not_trusted(
    client: Client, everest: Factory, tmp_path: Path, jp_http_port: int
) -> None:
    """What to do is in the words."""
    unsigned = everest(certificate=certificate(tmp_path))
    for url, words in (
        (unsigned.url, "RemoteEverest.certificates"),
        (f"http://127.0.0.1:{jp_http_port}", "give the address that it has now"),
        ("http://everest.example.org", "RemoteEverest.allow_http"),
    ):
        body = {"url": url, "token": unsigned.token}
        code, error = await client.refusal("POST", "everest", "servers", body=body)
        assert (code, words in error["message"]) == (502, True), error
        assert unsigned.token not in str(error)


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
    asked = await mine.ask("GET")
    assert asked["wrong"]
    assert asked["reason"] == "everest-login"
    (listed,) = (await client("GET", "everest", "servers"))["servers"]
    assert "does not accept the token" in listed["wrong"]
    status, _ = await client.refusal(
        "PATCH", "everest", "servers", "mine", body={"token": "x" * 64}
    )
    assert status == 403
    await mine.ask("PATCH", body={"token": server.control.token(USER)})
    assert (await mine.ask("GET"))["wrong"] == ""
    assert (await mine.reach(job_id, "running"))["job_id"] == job_id


async def test_a_renewed_account_keeps_all_that_is_known_of_its_jobs(
    client: Client, server: Everest
) -> None:
    mine = await lab(client, server)
    server.control.life(app="demo/sleep", cancel="never")
    job_id = await mine.submit("demo/sleep", duration=1000)
    running = await mine.reach(job_id, "running")
    await client("DELETE", "jobs", mine.backend, job_id)
    await mine.reach(job_id, "stopping")
    fresh = server.control.token(USER, "fresh")
    server.control.fault("auth.info", "delay", seconds=0.3)
    renewing = asyncio.ensure_future(mine.ask("PATCH", body={"token": fresh}))
    asked = 0
    while not renewing.done():  # no answer meanwhile is "there is no such account"
        await mine.ask("GET", "jobs", job_id, "outputs")
        assert (await client("GET", "jobs"))["jobs"]
        asked += 1
    assert asked
    renewed = await renewing
    assert (renewed["wrong"], renewed["expires"], renewed["left"]) == ("", None, None)
    for _ in range(3):
        job = (await mine.listed())[job_id]
        assert (job["state"], job["started"]) == ("stopping", running["started"])
    server.control.revoke(USER, "test")  # the one before
    await mine.submit("demo/hostname")
    assert (await mine.ask("GET"))["wrong"] == ""


async def test_a_token_of_somebody_else_is_another_account(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    job_id = await mine.submit("demo/sleep", duration=1000)
    await mine.reach(job_id, "running")
    server.control.add_user("eve", "another password")
    await mine.ask("PATCH", body={"token": server.control.token("eve")})
    await until(lambda: gone(mine, job_id), "the other one's job to leave the list")


async def test_an_account_keeps_its_user_where_the_server_tells_none(
    client: Client, server: Everest, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await lab(client, server)
    body = {"url": server.url, "name": "in", "username": USER, "password": PASSWORD}
    await client("POST", "everest", "servers", body=body)
    monkeypatch.setattr("jupyter_remote.everest.login.text", lambda value: "")
    token = {"token": server.control.token(USER, "another")}
    renewed = await client("PATCH", "everest", "servers", "in", body=token)
    assert renewed["username"] == USER
    assert (await mine.ask("GET"))["wrong"] == ""


async def gone(mine: Lab, job_id: str) -> bool:
    return job_id not in await mine.listed()


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


async def test_a_token_that_is_not_revoked_is_told(client: Client, server: Everest) -> None:
    mine = await lab(client, server)
    server.control.revoke()
    await until(lambda: silent(mine), "the refusal")
    (listed,) = (await client("GET", "everest", "servers"))["servers"]
    assert (listed["reason"], "revoked" in listed["wrong"]) == ("everest-login", True)
    assert "revoked" in (await mine.ask("DELETE"))["warning"]
    assert await client("GET", "everest", "servers") == {"servers": []}


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


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_credentials_nothing_is_told(
    client: Client, server: Everest, jp_http_port: int, jp_base_url: str, method: str
) -> None:
    await lab(client, server)
    url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}jupyter-remote/everest/servers"
    body = {"url": server.url, "token": server.token}
    async with httpx.AsyncClient() as stranger:
        answer = await stranger.request(method, url, json=body if method == "POST" else None)
    assert answer.status_code == 403
    assert "mine" not in answer.text
    assert len((await client("GET", "everest", "servers"))["servers"]) == 1


async def test_the_environment_makes_an_account(
    client: Client, server: Everest, monkeypatch: pytest.MonkeyPatch, jp_data_dir: Path
) -> None:
    monkeypatch.setenv("EVEREST_URL", f"{server.url}/api")
    monkeypatch.setenv("EVEREST_TOKEN", server.token)
    (found,) = (await client("GET", "everest", "servers"))["servers"]
    check(found, "EverestServer")
    assert (found["name"], found["kept"], found["url"]) == ("environment",) * 2 + (server.url,)
    theirs = Lab(client, "environment")
    await theirs.reach(await theirs.submit("demo/hostname"), "stopped")
    for method, body in (("DELETE", None), ("PATCH", {"token": "x"})):
        path = ("everest", "servers", "environment")
        status, error = await client.refusal(method, *path, **({"body": body} if body else {}))
        assert (status, "EVEREST_TOKEN" in error["message"]) == (400, True)
    await lab(client, server, "mine")  # what is written does not have the other one
    monkeypatch.delenv("EVEREST_TOKEN")
    (left,) = (await client("GET", "everest", "servers"))["servers"]
    assert left["name"] == "mine"
