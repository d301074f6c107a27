"""Asks a real Everest server what no public source says. Opt-in: see docs/developers/everest.md.

Submits only ``hostname`` and ``sleep``, deletes what it made, and writes down shapes, no values.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .everest_rig import Everest

URL, TOKEN = os.environ.get("EVEREST_SMOKE_URL"), os.environ.get("EVEREST_SMOKE_TOKEN")
real = pytest.mark.skipif(not (URL and TOKEN), reason="no real server: EVEREST_SMOKE_URL, _TOKEN")


def shape(value: Any) -> Any:
    """Names and types, no values."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def ask(client: httpx.Client, method: str, path: str, **options: Any) -> tuple[Any, Any]:
    """The answer and its shape: status, type, headers that may tell of limits, body."""
    answer = client.request(method, path, **options)
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    telling = ("retry-after", "etag", "link", "x-total-count", "accept-ranges")
    headers = [n for n in answer.headers if n in telling or "ratelimit" in n]
    kind = answer.headers.get("Content-Type", "")
    about = {"status": answer.status_code, "type": kind, "headers": headers, "body": shape(body)}
    return body, about


def run(
    client: httpx.Client, app: str, inputs: dict[str, Any], pause: float = 3.0
) -> Iterator[tuple[str, Any]]:
    """The shapes of a job's life; the job is deleted at its end."""
    name = f"jupyter-remote smoke test {time.time_ns()}"
    body = {"name": name, "inputs": inputs}
    job, about = ask(client, "POST", f"/api/apps/{app}", json=body)
    yield "submit", about
    path = f"/api/jobs/{job['id']}"
    yield "delete of a job that runs", ask(client, "DELETE", path)[1]
    deadline, states = time.monotonic() + 600, []
    while job.get("state") not in ("DONE", "FAILED", "CANCELLED") and time.monotonic() < deadline:
        time.sleep(pause)
        job, about = ask(client, "GET", path)
        if about["status"] == 404:  # it had ended already when it was to be deleted while it runs
            break
        states.append(job.get("state"))
    yield "job", about
    yield "states", states
    yield "log", ask(client, "GET", f"{path}/log")[1]
    yield "cancel of a job that has ended", ask(client, "POST", f"{path}/cancel")[1]
    yield "delete", ask(client, "DELETE", path)[1]
    yield "job that was deleted", ask(client, "GET", path)[1]


def questions(
    client: httpx.Client, hostname: str, sleep: str, pause: float = 3.0
) -> dict[str, Any]:
    """All shapes."""
    found: dict[str, Any] = {}
    asked = {
        "token": "/api/auth/access_token",
        "search": "/api/apps/search?name=sleep",
        "search by page": "/api/apps/search?pagenum=1&pagesize=2&sortBy=jobs",
        "jobs": "/api/jobs",
        "unknown job": f"/api/jobs/{'0' * 24}",
        "unknown app": f"/api/apps/{'0' * 24}",
        "unknown path": "/api/nothing",
    }
    for name, path in asked.items():
        found[name] = ask(client, "GET", path)[1]
    stored, found["upload"] = ask(client, "POST", "/api/files/temp", files={"file": ("a b", b"x")})
    found["download"] = ask(client, "GET", stored["uri"])[1]
    found["delete of a file"] = ask(client, "DELETE", stored["uri"])[1]
    if hostname:
        found["hostname"] = dict(run(client, hostname, {}, pause))
    if sleep:
        found["wrong input"] = ask(
            client, "POST", f"/api/apps/{sleep}", json={"name": "wrong", "inputs": {}}
        )[1]
        found["sleep"] = dict(run(client, sleep, {"duration": 1}, pause))
        found["sleep that fails"] = dict(run(client, sleep, {"duration": -1}, pause))
    no_token = {"Authorization": "Bearer none"}
    found["wrong token"] = ask(client, "GET", "/api/jobs", headers=no_token)[1]
    return found


@real
@pytest.mark.timeout(2400)
def test_a_real_server_tells_its_shapes() -> None:
    env = os.environ.get
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    with httpx.Client(base_url=str(URL), headers=headers, timeout=60) as client:
        found = questions(client, env("EVEREST_SMOKE_HOSTNAME", ""), env("EVEREST_SMOKE_SLEEP", ""))
    path = Path(env("EVEREST_SMOKE_SHAPES", "everest-shapes.json"))
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False))
    assert found["jobs"]["status"] == 200
    assert found["upload"]["status"] in (200, 201)


def test_the_smoke_test_itself_against_the_stand_in(everest: Callable[..., Everest]) -> None:
    server = everest()
    # On a busy machine the first job has ended before it is to be deleted while it runs.
    server.control.fault("jobs.delete", "status", status=409, times=1)
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        found = questions(client, "demo/hostname", "demo/sleep", 0.05)
        assert client.get("/api/jobs").json() == []
    assert found["hostname"]["submit"]["status"] == 201
    assert found["hostname"]["job"]["body"]["result"] == {"hostname": "str"}
    assert found["wrong token"] == {
        "status": 401,
        "type": "application/json; charset=utf-8",
        "headers": [],
        "body": {"error": "str"},
    }
    assert server.token not in json.dumps(found)
