"""The Jupyter server is killed while jobs of Everest are submitted and run."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.columns import records

from .everest_rig import Everest
from .servers import Server

BACKEND = "everest:mine"


@pytest.fixture
def jupyter(tmp_path: Path, run_dir: Path, everest: Callable[..., Everest]) -> Iterator[Server]:
    server = Server(tmp_path / "home", run_dir, "--RemoteEverest.patience=2").start()
    yield server
    server.close()


def add(jupyter: Server, everest: Everest) -> None:
    account = {"url": everest.url, "name": "mine", "token": everest.token}
    jupyter("POST", "jupyter-remote/everest/servers", account)


def submit(jupyter: Server, name: str) -> str | None:
    """The job's id; None when no answer came."""
    script = json.dumps({"app": "demo/sleep", "inputs": {"duration": 0.3}})
    body = {"backend": BACKEND, "script": script, "name": name}
    with contextlib.suppress(OSError, urllib.error.HTTPError):
        job_id: str = jupyter("POST", "jupyter-remote/jobs", body)["job_id"]
        return job_id
    return None


def listed(jupyter: Server) -> dict[str, Any]:
    jupyter("POST", "jupyter-remote/jobs/look", {})
    found = records(jupyter("GET", "jupyter-remote/jobs")["jobs"])
    return {job["job_id"]: job for job in found if job["backend"] == BACKEND}


def test_no_job_is_lost_and_none_is_there_twice(
    jupyter: Server, everest: Callable[..., Everest]
) -> None:
    """Killed twice: in the middle of one submit, and of many of which some fail."""
    platform = everest()
    add(jupyter, platform)
    platform.control.fault("submit", "hang", when="after")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(submit, jupyter, "the only one")
        jupyter.wait(platform.control.jobs, "the job to be taken")
        jupyter.kill()
        assert answer.result() is None
    jupyter.start()
    (job,) = jupyter.wait(lambda: listed(jupyter).values(), "the job to be listed")
    assert job["name"] == "the only one"
    assert job["tag"].startswith("jr-")
    assert job["submitted"]
    platform.control.fault("submit", "reset", when="after", chance=0.2, times=0)
    platform.control.fault("submit", "status", status=502, chance=0.2, times=0)
    names = [f"job {n}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(submit, jupyter, name) for name in names]
        jupyter.wait(lambda: len(platform.control.jobs()) >= 11, "ten more jobs to be taken")
        jupyter.kill()
        known = {answer.result() for answer in answers} - {None}
    platform.control.clear_faults()
    there = platform.control.jobs()
    assert known <= {job["id"] for job in there}
    titles = [job["name"].rsplit(" jr-", 1)[0] for job in there]
    assert len(set(titles)) == len(titles)  # each at most once
    jupyter.start()
    jupyter.wait(lambda: len(listed(jupyter)) == len(there), "all jobs to be listed")
    jupyter.wait(lambda: all_ended(jupyter), "all jobs to end")
    assert set(platform.control.runs().values()) == {1}


def all_ended(jupyter: Server) -> bool:
    time.sleep(0.2)
    return all(job["state"] == "stopped" for job in listed(jupyter).values())
