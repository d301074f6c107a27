"""The REST API on a real Jupyter server, against its own OpenAPI description."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tornado.httpclient import HTTPClientError

from jupyter_remote.columns import records
from jupyter_remote.contract import Pace
from jupyter_remote.handlers import base, routes

from .conftest import until

API = base.api()
PYTHON = sys.executable
Fetch = Callable[..., Any]


def check(data: Any, schema: str) -> None:
    """``data`` is what the description says."""
    components = {"$ref": f"#/components/schemas/{schema}", "components": API["components"]}
    jsonschema.validate(data, components)


class Client:
    """The API as a program uses it."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    async def __call__(self, method: str, *path: str, body: Any = None, **query: Any) -> Any:
        content = None if body is None else json.dumps(body)
        allow = method in ("POST", "PATCH")
        answer = await self._fetch(
            "jupyter-remote",
            *path,
            method=method,
            body=content if content is not None else ("" if allow else None),
            params=query,
        )
        return json.loads(answer.body) if answer.body else None

    async def start(self, command: str, **fields: Any) -> Any:
        body = {"app": "command", "options": {"command": command}, **fields}
        return await self("POST", "sessions", body=body)

    async def state(self, session: dict[str, Any], *states: str) -> Any:
        """Wait until the session is in one of these states; answers the record."""

        async def reached() -> Any:
            record = await self("GET", "sessions", session["id"])
            return record if record["state"] in states else None

        return await until(reached, f"{states}")

    async def refusal(self, method: str, *path: str, **kwargs: Any) -> tuple[int, Any]:
        with pytest.raises(HTTPClientError) as caught:
            await self(method, *path, **kwargs)
        assert caught.value.response is not None
        error = json.loads(caught.value.response.body)
        check(error, "Error")
        return caught.value.code, error


@pytest.fixture
def client(jp_fetch: Fetch, jp_serverapp: Any, jp_asyncio_loop: Any) -> Any:
    yield Client(jp_fetch)
    remote = jp_serverapp.extension_manager.extension_apps["jupyter_remote"]

    async def sweep() -> None:
        for app in remote:
            await app.sessions.stop_all()
            await until(lambda app=app: app.sessions.pace("local") < Pace.BUSY, "sessions to stop")

    jp_asyncio_loop.run_until_complete(sweep())


async def test_a_command_from_start_to_end(client: Client) -> None:
    session = await client.start("sh -c 'echo hello; exit 3'", name="Greeting")
    check(session, "Session")
    assert (session["name"], session["state"]) == ("Greeting", "submitting")
    ended = await client.state(session, "failed")
    assert (ended["exit_code"], ended["reason"]) == (3, "ended with exit code 3")
    listing = await client("GET", "sessions")
    check(listing, "Sessions")
    assert ended in listing["sessions"]
    assert await client("DELETE", "sessions", session["id"], purge=1) is None
    status, error = await client.refusal("GET", "sessions", session["id"])
    assert (status, error["reason"]) == (404, "not-found")


async def test_the_log_in_parts(client: Client, jp_fetch: Fetch) -> None:
    session = await client.start("""sh -c 'printf "abc<b>ä\\033[31m"'""")
    await client.state(session, "stopped")

    async def part(**query: Any) -> tuple[bytes, str]:
        answer = await jp_fetch("jupyter-remote", "sessions", session["id"], "log", params=query)
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        return answer.body, answer.headers["Content-Range"]

    text = "abc<b>ä\033[31m".encode()
    assert await part() == (text, f"bytes 0-{len(text) - 1}/{len(text)}")
    assert (await part(offset=-3))[0] == text[-3:]
    assert (await part(offset=1, limit=2)) == (b"bc", f"bytes 1-2/{len(text)}")
    status, error = await client.refusal("GET", "sessions", session["id"], "log", offset="x")
    assert (status, error["reason"]) == (400, "invalid-spec")


async def test_rename_stop_and_stop_again(client: Client) -> None:
    session = await client.start("sleep 100")
    await client.state(session, "running")
    renamed = await client("PATCH", "sessions", session["id"], body={"name": "Long"})
    assert renamed["name"] == "Long"
    stopping = await client("DELETE", "sessions", session["id"])
    check(stopping, "Session")
    stopped = await client.state(session, "stopped")
    assert stopped["reason"] == "stopped on request"
    assert (await client("DELETE", "sessions", session["id"]))["state"] == "stopped"


async def test_a_program_that_dies_at_once_shows_its_words(client: Client) -> None:
    session = await client.start("sh -c 'echo cannot open display >&2; exit 1'")
    await client.state(session, "failed")
    answer = await client._fetch("jupyter-remote", "sessions", session["id"], "log")
    assert answer.body == b"cannot open display\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"app": "dektop"}, "dektop"),
        ({}, "'app' is a required property"),
        ({"app": "command", "colour": "red"}, "colour"),
        ({"app": "command"}, "command"),
        ({"app": "command", "options": {"command": "no-such-program-x"}}, "no-such-program-x"),
        ({"app": "command", "options": {"command": "echo 'x"}}, "quot"),
        ({"app": "command", "options": {"command": "true", "colour": 1}}, "colour"),
        ({"app": "command", "options": {"command": "true"}, "backend": "moon"}, "moon"),
        ({"app": "command", "options": {"command": "true"}, "name": ""}, "name"),
        ([], "object"),
    ],
)
async def test_bad_requests_name_what_is_wrong(client: Client, body: Any, words: str) -> None:
    status, error = await client.refusal("POST", "sessions", body=body)
    assert status in (400, 404)
    assert words in error["message"]
    assert (await client("GET", "sessions"))["sessions"] == []


async def test_ids_that_do_not_exist(client: Client) -> None:
    for method, tail in (("GET", []), ("DELETE", []), ("GET", ["log"]), ("POST", ["activity"])):
        status, error = await client.refusal(method, "sessions", "a" * 20, *tail)
        assert (status, error["reason"]) == (404, "not-found")
    for odd in ("A" * 20, "a" * 19, "..", "a" * 20 + "x"):
        with pytest.raises(HTTPClientError) as caught:
            await client._fetch("jupyter-remote", "sessions", odd)
        assert caught.value.code in (403, 404)


async def test_nobody_without_credentials(
    jp_base_url: str, jp_http_port: int, client: Client, http_server_client: Any
) -> None:
    session = await client.start("sleep 100")
    for method, tail in PATHS:
        url = f"{jp_base_url}jupyter-remote/{tail.format(session=session['id'])}"
        body = "{}" if method in ("POST", "PATCH", "PUT") else None
        with pytest.raises(HTTPClientError) as caught:
            await http_server_client.fetch(url, method=method, body=body, follow_redirects=False)
        assert caught.value.code in (302, 403), (method, tail)
    assert (await client("GET", "sessions", session["id"]))["state"] != "stopping"


PATHS = [
    ("GET", "sessions"),
    ("POST", "sessions"),
    ("GET", "sessions/{session}"),
    ("PATCH", "sessions/{session}"),
    ("DELETE", "sessions/{session}"),
    ("GET", "sessions/{session}/log"),
    ("POST", "sessions/{session}/activity"),
    ("GET", "s/{session}/"),
    ("POST", "s/{session}/"),
    ("GET", "apps"),
    ("GET", "programs"),
    ("GET", "backends"),
    ("GET", "desktop"),
    ("GET", "desktop-client/x/js/Client.js"),
    ("GET", "desktop-client/parked"),
    ("GET", "jobs"),
    ("POST", "jobs/look"),
    ("GET", "jobs/local/x/log"),
    ("GET", "api.yaml"),
]


async def test_what_can_run_and_where(client: Client, jp_fetch: Fetch) -> None:
    apps = await client("GET", "apps")
    check(apps, "Apps")
    assert {"desktop", "program", "command"} <= {app["name"] for app in apps["apps"]}
    for app in apps["apps"]:
        jsonschema.Draft202012Validator.check_schema(app["options"])
    check(await client("GET", "programs"), "Programs")
    backends = await client("GET", "backends")
    check(backends, "Backends")
    assert [b["name"] for b in backends["backends"]] == ["local"]
    served = await jp_fetch("jupyter-remote", "api.yaml")
    assert yaml.safe_load(served.body) == API


async def test_jobs(client: Client) -> None:
    session = await client.start("sh -c 'echo output; exec sleep 100'")
    await client.state(session, "running")
    check(await client("POST", "jobs", "look"), "Freshness")

    async def listed() -> Any:
        jobs = await client("GET", "jobs")
        check(jobs, "Jobs")
        return next((j for j in records(jobs["jobs"]) if j["session"] == session["id"]), None)

    job = await until(listed, "its job in the list")
    assert (job["backend"], job["state"]) == ("local", "running")
    answer = await client._fetch("jupyter-remote", "jobs", "local", job["job_id"], "log")
    assert answer.body == b"output\n"
    await client("DELETE", "jobs", "local", job["job_id"])
    await client.state(session, "stopped")
    assert (await client.refusal("DELETE", "jobs", "local", "no-such-job"))[0] == 404
    assert (await client.refusal("POST", "jobs", "local", job["job_id"], "hold"))[0] == 409


async def test_the_badges_link_opens_lab(jp_fetch: Fetch, jp_base_url: str) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("jupyter-remote", "desktop", follow_redirects=False)
    assert caught.value.code == 302
    assert caught.value.response is not None
    target = caught.value.response.headers["Location"]
    assert target == f"{jp_base_url}lab?jupyter-remote=desktop"


def test_the_description_knows_every_route_and_method() -> None:
    parts = ["sessions", "apps", "targets", "streams", "note", "client", "jobs", "desk", "sharing"]
    parts += ["everest", "expect"]
    table: Any = routes(**dict.fromkeys(parts))  # type: ignore[arg-type]
    served = {}
    for path, handler, _ in table:
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)\)?", r"{\1}", path.removeprefix("/jupyter-remote"))
        served[plain] = {m.lower() for m in handler.SUPPORTED_METHODS if m.lower() in vars(handler)}
    for path, described in API["paths"].items():
        assert {m for m in described if m != "parameters"} == served.pop(path), path
    hidden = ("/s/", "/desktop-client/", "/shared/{rest}")
    assert all(p.startswith(hidden) for p in served), "undescribed routes"


async def test_activity_reaches_the_record_and_the_culler(
    client: Client, jp_serverapp: Any
) -> None:
    session = await client.start("sleep 100")
    await client.state(session, "running")
    times = jp_serverapp.web_app.settings["last_activity_times"]
    assert "jupyter_remote" not in times
    await client("POST", "sessions", session["id"], "activity")
    assert (await client("GET", "sessions", session["id"]))["activity"] > session["created"]
    assert times["jupyter_remote"].tzinfo is not None


async def test_the_environment_of_a_job_has_no_secret(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(os.environ, "JUPYTERHUB_API_TOKEN", "sesame")
    monkeypatch.setitem(os.environ, "JUPYTER_TOKEN", "sesame")
    monkeypatch.setitem(os.environ, "HARMLESS", "value")
    session = await client.start("env")
    await client.state(session, "stopped")
    answer = await client._fetch("jupyter-remote", "sessions", session["id"], "log")
    assert b"sesame" not in answer.body
    assert b"HARMLESS=value" in answer.body
