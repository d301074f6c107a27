"""The stand-in for Everest: accounts, applications, jobs and files, over real sockets."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from .everest_rig import PASSWORD, USER, Everest

Factory = Callable[..., Everest]
FINAL = ("DONE", "FAILED", "CANCELLED")


class Client(httpx.Client):
    """httpx with the words of these tests."""

    def __init__(self, server: Everest, **options: Any) -> None:
        options.setdefault("headers", {"Authorization": f"Bearer {server.token}"})
        super().__init__(base_url=server.url, timeout=30, **options)

    def submit(self, app: str, name: str = "a job", **inputs: Any) -> str:
        answer = self.post(f"/api/apps/{app}", json={"name": name, "inputs": inputs})
        assert answer.status_code in (200, 201), answer.text
        job_id: str = answer.json()["id"]
        return job_id

    def upload(self, name: str, content: bytes, part: str = "file") -> dict[str, Any]:
        answer = self.post("/api/files/temp", files={part: (name, content)})
        assert answer.status_code == 200, answer.text
        stored: dict[str, Any] = answer.json()
        return stored

    def job(self, job_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.get(f"/api/jobs/{job_id}").json()
        return answer

    def reach(self, job_id: str, *states: str) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while (job := self.job(job_id))["state"] not in (states or FINAL):
            assert time.monotonic() < deadline, job
            time.sleep(0.01)
        return job


@pytest.fixture
def server(everest: Factory) -> Everest:
    return everest()


@pytest.fixture
def client(server: Everest) -> Any:
    with Client(server) as client:
        yield client


# -- accounts


@pytest.mark.parametrize("path", ["/api/auth/access_token", "/auth/access_token"])
def test_a_password_is_exchanged_for_a_token(server: Everest, path: str) -> None:
    fields = {"username": USER, "password": PASSWORD, "label": "mine", "lifetime": 60}
    with Client(server, headers={}) as client:
        answer = client.post(path, json=fields)
        token = answer.json()["access_token"]
        assert len(token) == 64
        assert token.isalnum()
        assert client.cookies["access_token"] == token
        assert client.get(path).json()["label"] == "mine"  # by the cookie
    with Client(server, headers={"Authorization": f"Bearer {token}"}) as client:
        assert client.get("/api/jobs").json() == []
        assert client.delete(path).status_code == 200
        assert client.get("/api/jobs").status_code == 401


def test_wrong_passwords_and_tokens_are_refused(server: Everest) -> None:
    with Client(server, headers={}) as client:
        fields = {"username": USER, "password": "wrong", "label": ""}
        assert client.post("/api/auth/access_token", json=fields).status_code == 401
        assert client.get("/api/apps").status_code == 401
        assert client.get("/api/apps", headers={"Authorization": "Bearer x"}).status_code == 401


def test_tokens_expire_by_the_servers_clock(server: Everest, client: Client) -> None:
    assert client.get("/api/jobs").status_code == 200
    server.control.advance(7 * 86400 + 1)
    assert client.get("/api/jobs").status_code == 401
    server.control.advance(-86400)
    assert client.get("/api/jobs").status_code == 200
    assert server.control.revoke() == 1
    assert client.get("/api/jobs").status_code == 401


def test_the_date_is_that_of_the_servers_clock(server: Everest, client: Client) -> None:
    server.control.advance(-10 * 365 * 86400)
    year = time.gmtime().tm_year
    assert f" {year - 10} " in client.get("/api/jobs").headers["Date"]


NESTED = """
import os, sys, urllib.request
token = os.environ["EVEREST_TASK_TOKEN"]
body = b'{"name": "nested", "inputs": {}}'
request = urllib.request.Request(sys.argv[1] + "/api/apps/demo/hostname", body)
request.add_header("Authorization", "Bearer " + token)
urllib.request.urlopen(request, timeout=30)
print(token)
"""


def test_a_task_submits_jobs_with_a_token_of_its_own(server: Everest, client: Client) -> None:
    out = {"token": {"type": "string", "format": "", "file": "stdout"}}
    command = shlex.join([sys.executable, "-c", NESTED, server.url])
    server.control.add_app("demo/nesting", command, outputs=out)
    job = client.reach(client.submit("demo/nesting"))
    assert [job["name"] for job in client.get("/api/jobs").json()] == ["nested", "a job"]
    with Client(server, headers={"Authorization": f"Bearer {job['result']['token']}"}) as nested:
        assert nested.get("/api/jobs").status_code == 401  # the task has ended


# -- applications


def test_applications_are_found_by_id_alias_and_name(client: Client) -> None:
    every = client.get("/api/apps").json()
    (found,) = client.get("/api/apps/search", params={"name": "LORENZ"}).json()
    assert found in every
    assert client.get(f"/api/apps/{found['id']}").json() == found
    assert client.get("/api/apps/demo/lorenz").json() == found
    assert set(found["inputs"]) == {"r", "s", "b", "steps"}
    assert found["inputs"]["r"]["required"] is True
    pages = [
        client.get("/api/apps/search", params={"pagenum": n, "pagesize": 4}).json() for n in (1, 2)
    ]
    assert [app["id"] for page in pages for app in page] == [app["id"] for app in every[:8]]
    assert client.get("/api/apps/demo/nothing").status_code == 404


@pytest.mark.parametrize(
    ("app", "inputs", "status", "word"),
    [
        ("demo/sleep", {}, 400, "duration"),
        ("demo/sleep", {"duration": "1"}, 400, "duration"),
        ("demo/sleep", {"duration": True}, 400, "duration"),
        ("demo/kinds", {"title": "t", "count": 1.5}, 400, "count"),
        ("demo/kinds", {"title": "t", "count": 1, "colour": "black"}, 400, "colour"),
        ("demo/kinds", {"title": "t", "count": 1, "labels": ["a", 2]}, 400, "labels"),
        ("demo/wordcount", {"file": "/api/files/0/none"}, 400, "file"),
        ("demo/wordcount", {"file": "/etc/passwd"}, 400, "file"),
        ("demo/nothing", {}, 404, "nothing"),
        ("other/private", {}, 403, "private"),
    ],
)
def test_wrong_requests_are_refused(
    client: Client, app: str, inputs: dict[str, Any], status: int, word: str
) -> None:
    answer = client.post(f"/api/apps/{app}", json={"name": "x", "inputs": inputs})
    assert answer.status_code == status
    assert word in answer.json()["error"]
    assert client.get("/api/jobs").json() == []


def test_unknown_resources_are_refused(client: Client) -> None:
    job = {"name": "x", "inputs": {}, "resources": ["b" * 24]}
    assert client.post("/api/apps/demo/hostname", json=job).status_code == 400


@pytest.mark.parametrize("kind", ["json", "message", "text", "html", "empty"])
def test_refusals_look_as_asked_for(server: Everest, client: Client, kind: str) -> None:
    server.control.options(error_body=kind)
    answer = client.get("/api/apps/demo/nothing")
    assert answer.status_code == 404
    if kind in ("json", "message"):
        assert "demo/nothing" in answer.text
        answer.json()
    assert ("<h1>" in answer.text) == (kind == "html")
    assert (answer.text == "") == (kind == "empty")


def test_shapes_that_nobody_knows_can_be_switched(server: Everest, client: Client) -> None:
    server.control.options(
        info_shape="empty", search_shape="object", list_results=False, submit_status=200
    )
    assert client.get("/api/auth/access_token").json() == {}
    assert client.get("/api/apps/search", params={"name": "echo"}).json()["total"] == 1
    answer = client.post("/api/apps/demo/echo", json={"name": "e", "inputs": {"text": "hi"}})
    assert answer.status_code == 200
    assert client.reach(answer.json()["id"])["result"] == {"text": "hi"}
    assert "result" not in client.get("/api/jobs").json()[0]
    server.control.make_jobs(20)
    server.control.options(list_limit=5)
    assert len(client.get("/api/jobs").json()) == 5
