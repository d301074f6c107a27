"""The stand-in for Everest: accounts, applications, jobs and files, over real sockets."""

from __future__ import annotations

import json
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
        token_info="empty", search_shape="object", list_results=False, submit_status=200
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


# -- jobs


def test_a_text_is_never_syntax(client: Client) -> None:
    text = "-n $(id) `id`; ${text} 'a' \"b\" && Жук\n\\x"
    assert client.reach(client.submit("demo/echo", text=text))["result"]["text"] == text


def test_a_job_shows_all_its_fields(client: Client) -> None:
    job = client.reach(client.submit("demo/hostname", "my job"))
    assert job["state"] == "DONE"
    assert job["name"] == "my job"
    assert job["appAlias"] == "demo/hostname"
    assert job["result"]["hostname"]
    assert client.get("/api/jobs").json() == [job]


def test_lyapunov_exponents_are_those_of_the_oracle(client: Client) -> None:
    job = client.reach(client.submit("demo/lorenz", r=28, s=10, b=2.66666, steps=5000))
    found = [job["result"][f"L{n}"] for n in (1, 2, 3)]
    assert sum(found) == pytest.approx(-(10 + 1 + 2.66666), abs=0.02)
    assert found[0] == pytest.approx(0.85, abs=0.2)
    assert found[1] == pytest.approx(0, abs=0.1)
    calm = client.reach(client.submit("demo/lorenz", r=10, s=10, b=2.66666))
    assert all(calm["result"][f"L{n}"] < 0 for n in (1, 2, 3))


def test_words_are_counted_and_merged_without_the_client(client: Client) -> None:
    texts = ["the cat and the dog", "the end of a cat"]
    counts = []
    for text in texts:
        job = client.reach(
            client.submit("demo/wordcount", file=client.upload("t", text.encode())["uri"])
        )
        assert job["result"]["words"] == 5
        counts.append(job["result"]["counts"])
    job = client.reach(client.submit("demo/pair-merge", left=counts[0], right=counts[1]))
    left, right = (client.get(job["result"][side]).text for side in ("left", "right"))
    words = [line.split() for line in (left + right).splitlines()]
    assert words == sorted(words)
    assert dict(words)["the"] == "3"
    assert len(left.splitlines()) == 4


def test_a_negative_sleep_fails_and_says_why(client: Client) -> None:
    job = client.reach(client.submit("demo/sleep", duration=-1))
    assert job["state"] == "FAILED"
    assert "exit code 1" in job["info"]
    assert "result" not in job


def test_the_log_has_the_lines_of_an_agent(client: Client) -> None:
    job_id = client.submit("demo/sleep", duration=-1)
    client.reach(job_id)
    answer = client.get(f"/api/jobs/{job_id}/log")
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert all(len(line.split(" ", 2)[1]) == len("12:34:56.789") for line in lines)
    told = [line.split("Received ")[1] for line in lines if "Received" in line]
    states = [json.loads(message)[2] for message in told]
    assert states == ["RUNNING", "FAILED"]
    assert f"Task {job_id}-0-0: RUNNING -> FAILED on resource " in answer.text


def test_cancel_is_acknowledged_later(server: Everest, client: Client) -> None:
    server.control.life(cancel_delay=0.3)
    job_id = client.submit("demo/sleep", duration=1000)
    client.reach(job_id, "RUNNING")
    assert client.delete(f"/api/jobs/{job_id}").status_code == 409
    assert client.post(f"/api/jobs/{job_id}/cancel").status_code == 200
    assert client.job(job_id)["state"] == "RUNNING"
    assert client.reach(job_id)["state"] == "CANCELLED"
    assert client.post(f"/api/jobs/{job_id}/cancel").status_code == 409
    assert client.delete(f"/api/jobs/{job_id}").status_code == 200
    assert client.get(f"/api/jobs/{job_id}").status_code == 404


def test_cancel_can_lose_the_race(server: Everest, client: Client) -> None:
    server.control.life(cancel_delay=30)
    job_id = client.submit("demo/sleep", duration=0.2)
    assert client.post(f"/api/jobs/{job_id}/cancel").status_code == 200
    assert client.reach(job_id)["state"] == "DONE"
    server.control.life(cancel="never")
    job_id = client.submit("demo/sleep", duration=0.2)
    assert client.post(f"/api/jobs/{job_id}/cancel").status_code == 200
    assert client.reach(job_id)["state"] == "DONE"


def test_jobs_of_one_name_are_deleted_together(client: Client) -> None:
    gone = [client.submit("demo/hostname", "twin") for _ in range(2)]
    stays = client.submit("demo/hostname", "other")
    for job_id in [*gone, stays]:
        client.reach(job_id)
    assert client.delete("/api/jobs", params={"name": "twin"}).status_code == 200
    assert [job["id"] for job in client.get("/api/jobs").json()] == [stays]


def test_a_job_may_vanish(server: Everest, client: Client) -> None:
    job_id = client.submit("demo/sleep", duration=1000)
    client.reach(job_id, "RUNNING")
    server.control.vanish(job_id)
    while (answer := client.get(f"/api/jobs/{job_id}")).status_code == 200:
        time.sleep(0.01)
    assert answer.status_code == 404


def test_lives_have_any_states_and_go_backwards(server: Everest, client: Client) -> None:
    before = [["SUBMITTED", 0], ["DEFERRED", 0], ["PONDERING", 0], ["READY", 0]]
    server.control.life(name="odd*", before=before, restarts=2)
    job_id = client.submit("demo/hostname", "odd one")
    client.reach(job_id)
    moves = [
        line.split(": ")[1]
        for line in client.get(f"/api/jobs/{job_id}/log").text.splitlines()
        if f"Job {job_id}: " in line
    ]
    again = ["RUNNING -> READY", "READY -> RUNNING"]
    begin = ["SUBMITTED -> DEFERRED", "DEFERRED -> PONDERING", "PONDERING -> READY"]
    assert moves == [*begin, "READY -> RUNNING", *again, *again, "RUNNING -> DONE"]
    assert server.control.runs()["odd one"] == 3
    assert f"{job_id}-0-2" in client.get(f"/api/jobs/{job_id}/log").text


def test_scripted_ends_run_nothing(server: Everest, client: Client) -> None:
    end = {"state": "FAILED", "info": "the grid is down", "result": {"text": "half"}}
    server.control.life(name="end", end=end)
    job = client.reach(client.submit("demo/echo", "end", text="x"))
    assert (job["state"], job["info"], job["result"]) == tuple(end.values())
    assert server.control.runs() == {}


def test_failed_and_cancelled_jobs_may_have_results(server: Everest, client: Client) -> None:
    out = {"said": {"type": "string", "format": "", "file": "stdout"}}
    server.control.add_app("demo/half", "sh -c 'echo half; exit 3'", outputs=out)
    server.control.add_app("demo/stuck", "sh -c 'echo half; sleep 1000'", outputs=out)
    assert "result" not in client.reach(client.submit("demo/half"))
    server.control.life(partial=True)
    job = client.reach(client.submit("demo/half"))
    assert (job["state"], job["result"]) == ("FAILED", {"said": "half"})


def test_other_users_see_nothing(server: Everest, client: Client) -> None:
    job_id = client.submit("demo/hostname")
    uri = client.upload("mine", b"x")["uri"]
    token = server.control.token("other")
    with Client(server, headers={"Authorization": f"Bearer {token}"}) as other:
        assert other.get("/api/jobs").json() == []
        assert other.get(f"/api/jobs/{job_id}").status_code == 403
        assert other.get(uri).status_code == 403
