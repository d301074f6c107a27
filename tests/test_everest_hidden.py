"""Passwords among the inputs of jobs: in no details, log or reason, and never sent hidden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.everest.apps import described
from jupyter_remote.backends.everest.listing import details_of
from jupyter_remote.everest import AppInfo, AsyncEverest, AsyncJob, InvalidInput, JobInfo
from jupyter_remote.everest.hidden import HIDDEN, hidden, is_secret, is_secret_kind, without
from jupyter_remote.everest.inputs import check
from jupyter_remote.everest.views import job_error

from .everest_fixtures import *  # noqa: F403
from .everest_lab import Lab, lab
from .everest_rig import Everest
from .test_api import Client

INPUTS = {
    "title": "a plain text",
    "password": "hunter two",
    "apiKeys": ["first key here", "second key here"],
    "options": {"user": "ada", "db_password": "deep inside", "max_tokens": 512},
    "max_tokens": 512,
}
SECRETS = ("hunter two", "first key here", "second key here", "deep inside")


NAMES = json.loads((Path(__file__).parent / "data/secret_names.json").read_text())
"""The tests of the front end read the same."""


@pytest.mark.parametrize("name", NAMES["secret"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", NAMES["open"])
def test_names_of_what_is_open(name: str) -> None:
    assert not is_secret(name)


def test_numbers_of_something_and_switches_are_no_secrets() -> None:
    assert not is_secret_kind("integer", "max_tokens")
    assert not is_secret_kind("boolean", "use_password")
    assert is_secret_kind("integer", "password")
    assert is_secret_kind("array", "tokens")
    assert is_secret_kind("string", "p", "Password of the database")


@pytest.mark.parametrize("name", NAMES["counts"])
def test_a_number_of_something_stays_and_a_text_does_not(name: str) -> None:
    assert hidden({name: 512}) == {name: 512}
    assert hidden({name: "512"}) == {name: HIDDEN}


def test_a_wrong_value_is_no_secret_in_a_message() -> None:
    ports = {
        "password": {"type": "string"},
        "pin": {"type": "integer", "title": "Secret number"},
        "apiKeys": {"type": "array", "items": {"type": "string"}},
        "token": {"type": "string", "enum": ["a", "b"]},
        "size": {"type": "integer"},
    }
    app = AppInfo.from_json({"id": "x", "inputs": ports})
    object_given = {"password": "deep inside"}
    for name, value in [
        ("password", {"password": "hunter two"}),
        ("pin", "hunter two"),
        ("apiKeys", ["first", {"key": "hunter two"}]),
        ("token", "hunter two"),
        ("size", object_given),
    ]:
        with pytest.raises(InvalidInput) as refused:
            check(app, {name: value}, "https://everest.example")
        assert name in str(refused.value)
        assert "hunter two" not in str(refused.value)
        assert "deep inside" not in str(refused.value)
    with pytest.raises(InvalidInput, match="not 'many'"):
        check(app, {"size": "many"}, "https://everest.example")


def test_secrets_are_found_however_they_are_written() -> None:
    secret = 'pa"ss\\word'
    raw = {"id": "1", "state": "FAILED", "info": f"refused: {secret}", "inputs": {"pwd": secret}}
    info = JobInfo.from_json({**raw, "tasks": [{"said": f"--pwd {secret}"}, {secret: 1}]})
    details = details_of(info)
    assert "pa" not in details.rows["tasks"]
    assert details.rows["tasks"].count(HIDDEN) == 2
    job = AsyncJob(info, client=None)  # type: ignore[arg-type]
    assert job.reason == f"refused: {HIDDEN}"
    assert secret not in job._repr_html_()
    assert str(job_error(job)).endswith(f": refused: {HIDDEN}")


def test_what_is_left_of_a_value() -> None:
    assert hidden(INPUTS["options"], "options") == {
        "user": "ada",
        "db_password": HIDDEN,
        "max_tokens": 512,
    }
    assert hidden(["a", "", None], "secret") == [HIDDEN, "", None]
    assert hidden("/api/files/temp/key.pem", "private_key") == "/api/files/temp/key.pem"
    assert without("run --p hunter two", {"hunter", "hunter two"}) == f"run --p {HIDDEN}"


def test_a_form_is_told_which_inputs_are_secret() -> None:
    text, file = {"type": "string"}, {"type": "string", "format": "uri"}
    inputs = {"password": text, "p": {**text, "title": "Passphrase"}, "name": text, "key": file}
    found = described(AppInfo.from_json({"id": "x", "inputs": inputs}))
    assert [port["secret"] for port in found["inputs"]] == [True, True, False, False]


async def submitted(client: Client, server: Everest) -> tuple[Lab, str]:
    """A job with secrets, whose log and reason repeat them."""
    text = {"type": "string", "title": "", "required": True}
    inputs: dict[str, Any] = {
        "title": text,
        "password": text,
        "apiKeys": {"type": "array", "items": text},
        "options": {"type": "object"},
        "max_tokens": {"type": "integer"},
    }
    server.control.add_app("demo/login", "sleep 600", inputs=inputs)
    said = {"state": "FAILED", "info": "ls --password hunter two: refused"}
    server.control.life(app="demo/login", end=said)
    mine = await lab(client, server)
    return mine, await mine.submit("demo/login", "log in", **INPUTS)


def write(folder: Path, job_id: str, line: str) -> None:
    """As if a command had printed it into the log of its job."""
    (log,) = folder.glob(f"everest-0/**/logs/{job_id}")
    with log.open("a") as file:
        file.write(line)


async def test_no_secret_is_shown(
    client: Client, server: Everest, jp_fetch: Any, tmp_path: Path
) -> None:
    mine, job_id = await submitted(client, server)
    job = await mine.reach(job_id, "failed")
    assert job["reason"] == f"ls --password {HIDDEN}: refused"
    full = await client("GET", "jobs", mine.backend, job_id)
    said = json.dumps([full, await mine.listed()])
    assert not [secret for secret in SECRETS if secret in said]
    request = full["details"]["request"]
    assert request["inputs"] == {
        "title": "a plain text",
        "options": {"user": "ada", "db_password": HIDDEN, "max_tokens": 512},
        "max_tokens": 512,
    }
    assert request["hidden"] == ["password", "apiKeys", "options"]
    assert json.loads(full["details"]["script"])["inputs"]["password"] == HIDDEN
    write(tmp_path, job_id, "ls --password hunter two --key first key here\n")
    log = await jp_fetch("jupyter-remote", "jobs", mine.backend, job_id, "log")
    *_, last = log.body.decode().splitlines()
    assert last == f"ls --password {HIDDEN} --key {HIDDEN}"
    async with AsyncEverest(server.url, server.token, folder=tmp_path / "person") as person:
        assert (await person.job(job_id)).inputs == INPUTS  # the job itself has them


async def test_what_is_hidden_is_not_sent_as_a_password(client: Client, server: Everest) -> None:
    mine, job_id = await submitted(client, server)
    full = await client("GET", "jobs", mine.backend, job_id)
    body = {"backend": mine.backend, "script": full["details"]["script"]}
    status, error = await client.refusal("POST", "jobs", body=body)
    assert (status, "password" in error["message"]) == (400, True)
    assert len(server.control.jobs()) == 1
