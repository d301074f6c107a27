"""The stand-in for Everest: load, counters, restarts, TLS, and the program of its own."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from jupyter_remote.everest.testserver import StandIn

from .everest_rig import PASSWORD, USER, Everest, EverestProcess, certificate
from .test_everest_server import Client

Factory = Callable[..., Everest]


def test_a_thousand_jobs(everest: Factory) -> None:
    server = everest()
    server.control.life(before=[["SUBMITTED", 0]], end={"state": "DONE", "result": {}})
    with Client(server) as client, ThreadPoolExecutor(4) as pool:
        names = [f"job {n}" for n in range(1000)]
        ids = list(pool.map(lambda name: client.submit("demo/hostname", name), names))
        assert len(set(ids)) == 1000
        while server.control.unfinished():
            time.sleep(0.05)
        assert {job["state"] for job in client.get("/api/jobs").json()} == {"DONE"}
    assert sorted(job["name"] for job in server.control.jobs()) == sorted(names)
    assert server.control.counts()["submit"] == 1000
    assert 1 <= server.control.load()["most_connections"] <= 4


def test_every_job_runs_one_command(everest: Factory) -> None:
    server = everest()
    with Client(server) as client:
        names = [f"job {n}" for n in range(60)]
        for name in names:
            client.submit("demo/hostname", name)
        while server.control.unfinished():
            time.sleep(0.05)
    assert server.control.runs() == dict.fromkeys(names, 1)


def test_no_more_commands_than_slots(everest: Factory) -> None:
    server = everest(slots=2)
    with Client(server) as client:
        ids = [client.submit("demo/sleep", duration=0.05) for _ in range(6)]
        most = 0
        while server.control.unfinished():
            most = max(
                most, sum(job["state"] == "RUNNING" for job in client.get("/api/jobs").json())
            )
        assert most <= 2
        assert {client.job(job_id)["state"] for job_id in ids} == {"DONE"}


def test_thousands_of_still_jobs(everest: Factory) -> None:
    server = everest()
    made = server.control.make_jobs(5000, state="RUNNING", name="still {n}")
    with Client(server) as client:
        listed = client.get("/api/jobs").json()
        assert {job["id"] for job in listed} == set(made)
        assert listed[0]["name"] == "still 4999"
        server.control.move(made[0], "DONE", result={"text": "x"})
        assert client.job(made[0])["result"] == {"text": "x"}
        client.post(f"/api/jobs/{made[1]}/cancel")
        assert client.reach(made[1])["state"] == "CANCELLED"


def test_requests_are_counted_without_secrets(everest: Factory) -> None:
    server = everest()
    with Client(server) as client:
        client.submit("demo/echo", "counted", text="hi")
        client.get("/api/jobs", params={"a": "b"})
        client.post(
            "/api/auth/access_token",
            json={"username": USER, "password": PASSWORD, "label": ""},
        )
        assert server.control.load()["connections"] == 1
        told = server.control.requests()
        assert [request["route"] for request in told] == ["submit", "jobs.list", "auth.login"]
        assert json.loads(told[0]["body"])["inputs"] == {"text": "hi"}
        assert told[1]["uri"] == "/api/jobs?a=b"
        assert told[1]["status"] == 200
        assert PASSWORD not in str(told)
        assert server.token not in str(told)
    server.control.reset_counts()
    assert server.control.counts() == {}


def test_the_platforms_own_work_takes_its_time(everest: Factory) -> None:
    server = everest()
    server.control.options(cost=0.05)
    server.control.life(end={"state": "DONE", "result": {}})
    with Client(server) as client:
        began = time.monotonic()
        for job_id in [client.submit("demo/hostname") for _ in range(10)]:
            client.reach(job_id)
        assert time.monotonic() - began >= 0.5  # one after the other


# -- restarts


def test_a_server_that_is_stopped_goes_on(everest: Factory) -> None:
    server = everest()
    with Client(server) as client:
        uri = client.upload("kept", b"x")["uri"]
        done = client.submit("demo/hostname")
        client.reach(done)
        runs = client.submit("demo/sleep", "runs", duration=0.5)
        client.reach(runs, "RUNNING")
        server.restart()
        assert client.job(done)["state"] == "DONE"
        assert client.get(uri).content == b"x"
        assert client.reach(runs)["state"] == "DONE"
        assert f"{runs}-0-1" in client.get(f"/api/jobs/{runs}/log").text


def test_a_stopped_server_refuses_connections(everest: Factory) -> None:
    server = everest()
    server.stop()
    with Client(server) as client, pytest.raises(httpx.ConnectError):
        client.get("/api/jobs")
    server.start()
    with Client(server) as client:
        assert client.get("/api/jobs").json() == []


def test_a_killed_server_loses_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    process = EverestProcess(tmp_path).start()
    headers = {"Authorization": f"Bearer {process.token}"}
    try:
        with httpx.Client(base_url=process.url, headers=headers, timeout=30) as client:
            process.control("life", name="sweep", cancel_delay=0)
            body = {"name": "long", "inputs": {"duration": 4321}}
            job_id = client.post("/api/apps/demo/sleep", json=body).json()["id"]
            while client.get(f"/api/jobs/{job_id}").json()["state"] != "RUNNING":
                pass
            process.kill()
            gone = [
                p for p in psutil.process_iter(["cmdline"]) if "4321" in (p.info["cmdline"] or [])
            ]
            psutil.wait_procs(gone, timeout=30)
            assert not [p for p in gone if p.is_running()]
            process.start()
            job = client.get(f"/api/jobs/{job_id}").json()
            assert job["name"] == "long"
            assert client.post(f"/api/jobs/{job_id}/cancel").status_code == 200
            while client.get(f"/api/jobs/{job_id}").json()["state"] != "CANCELLED":
                pass
    finally:
        process.close()


def test_the_control_needs_its_key(tmp_path: Path) -> None:
    process = EverestProcess(tmp_path).start()
    try:
        process.control("advance", seconds=5)
        answer = httpx.post(f"{process.url}/_test/advance", json={"seconds": 5})
        assert answer.status_code == 403
        with pytest.raises(urllib.error.HTTPError, match="404"):
            process.control("no_such_thing")
    finally:
        process.close()


def test_there_is_no_control_without_a_key(everest: Factory) -> None:
    with Client(everest()) as client:
        assert client.post("/_test/jobs", json={}).status_code == 404


def test_it_says_what_it_is() -> None:
    argv = [sys.executable, "-m", "jupyter_remote.everest.testserver", "--help"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert "stand-in" in said
    assert "not Everest" in said


# -- TLS


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificates")
def test_tls_with_a_certificate_that_fits_and_one_that_does_not(
    everest: Factory, tmp_path: Path
) -> None:
    right, wrong = certificate(tmp_path), certificate(tmp_path, "elsewhere.example")
    server = everest(certificate=right)
    with Client(server, verify=ssl.create_default_context(cafile=str(right[0]))) as client:
        assert client.get("/api/jobs").json() == []
    with Client(server) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        client.get("/api/jobs")
    server = everest(certificate=wrong)
    context = ssl.create_default_context(cafile=str(wrong[0]))
    with Client(server, verify=context) as client, pytest.raises(httpx.ConnectError, match="IP"):
        client.get("/api/jobs")


def test_a_temporary_folder_is_removed() -> None:
    with StandIn() as server:
        folder = server.folder
        assert folder.exists()
    assert not folder.exists()
    assert not os.path.exists(folder)
