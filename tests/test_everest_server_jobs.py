"""The stand-in for Everest: how jobs live, end, are cancelled and forgotten."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from .everest_rig import Everest
from .test_everest_server import Client

Factory = Callable[..., Everest]


@pytest.fixture
def server(everest: Factory) -> Everest:
    return everest()


@pytest.fixture
def client(server: Everest) -> Any:
    with Client(server) as client:
        yield client


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
    job_id = client.submit("demo/stuck")
    client.reach(job_id, "RUNNING")
    client.post(f"/api/jobs/{job_id}/cancel")
    job = client.reach(job_id)
    assert job["state"] == "CANCELLED"
    assert job["result"]["said"] in ("", "half")  # whatever was written until then
    assert "cancelled" in job["info"]


def test_other_users_see_nothing(server: Everest, client: Client) -> None:
    job_id = client.submit("demo/hostname")
    uri = client.upload("mine", b"x")["uri"]
    token = server.control.token("other")
    with Client(server, headers={"Authorization": f"Bearer {token}"}) as other:
        assert other.get("/api/jobs").json() == []
        assert other.get(f"/api/jobs/{job_id}").status_code == 403
        assert other.get(uri).status_code == 403


def test_a_cancelled_sweep_leaves_no_command(server: Everest, client: Client) -> None:
    plan = client.upload("plan", b"parameter N from 1 to 20 step 1\ncommand sleep 8642")["uri"]
    job_id = client.submit("sol/psweep", plan=plan)
    client.reach(job_id, "RUNNING")
    assert commands("8642")
    client.post(f"/api/jobs/{job_id}/cancel")
    assert client.reach(job_id)["state"] == "CANCELLED"
    assert not commands("8642")


def commands(word: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if word in (p.info["cmdline"] or [])]
