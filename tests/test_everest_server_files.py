"""The stand-in for Everest: files, sweeps, faults, restarts, and what it counts."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
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


# -- files


@pytest.mark.parametrize("part", ["file", "sendfile", "whatever"])
@pytest.mark.parametrize("path", ["/api/files/temp", "/api/files/temp/", "/api/files/"])
def test_the_first_file_of_a_form_is_taken(client: Client, part: str, path: str) -> None:
    form: Any = [
        ("filename", (None, b"a text")),
        (part, ("my file.txt", b"one")),
        ("file", ("two", b"two")),
    ]
    stored = client.post(path, files=form).json()
    assert (stored["filename"], stored["length"]) == ("my file.txt", 3)
    assert stored["uri"].startswith("/api/files/")
    assert client.get(stored["uri"]).content == b"one"


def test_a_body_without_a_form_is_a_file(client: Client) -> None:
    stored = client.post("/api/files/temp", content=b"\0\1\2").json()
    assert stored["length"] == 3
    assert client.get(stored["uri"]).content == b"\0\1\2"


def test_a_form_without_a_file_is_refused(client: Client) -> None:
    form: Any = {"filename": (None, b"text")}
    assert client.post("/api/files/temp", files=form).status_code == 400


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("with blanks.txt", "with blanks.txt"),
        ("Жук.txt", "Жук.txt"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("C:\\data\\x.txt", "x.txt"),
        ('quo"te%20.txt', 'quo"te%20.txt'),
    ],
)
def test_names_survive_and_folders_do_not(client: Client, given: str, kept: str) -> None:
    stored = client.upload(given, b"x")
    assert stored["filename"] == kept
    assert client.get(stored["uri"]).content == b"x"
    assert ".." not in stored["uri"]


def test_empty_and_large_files(server: Everest, client: Client) -> None:
    assert client.get(client.upload("empty", b"")["uri"]).content == b""
    large = server.control.make_file("large", 2 << 30)
    with client.stream("GET", large) as answer:
        assert answer.headers["Content-Length"] == str(2 << 30)
        assert next(answer.iter_bytes(1000)) == bytes(1000)
    server.control.options(discard_over=1000)
    stored = client.post("/api/files/temp", content=(bytes(1 << 20) for _ in range(100))).json()
    assert stored["length"] == 100 << 20
    (path,) = [f.path for f in server.server.server.platform.books.files.values()][-1:]
    assert os.stat(path).st_blocks * 512 < 1 << 20


def test_a_job_owns_copies_of_its_files(server: Everest, client: Client) -> None:
    uri = client.upload("in put.txt", b"one\n")["uri"]
    jobs = [client.submit("demo/append", file=uri, message=f"m{n}") for n in range(2)]
    assert client.delete("/api/user/tmp_files").status_code == 200
    assert client.get(uri).status_code == 404
    for n, job_id in enumerate(jobs):
        job = client.reach(job_id)
        assert client.get(job["result"]["file"]).text == f"one\nm{n}\n"
        assert client.get(f"/api/files/jobs/{job_id}/in%20put.txt").text == "one\n"
        client.delete(f"/api/jobs/{job_id}")
        assert client.get(job["result"]["file"]).status_code == 404
    body = {"name": "late", "inputs": {"file": uri, "message": "m"}}
    assert client.post("/api/apps/demo/append", json=body).status_code == 400
    assert not os.listdir(server.server.folder / "files")


def test_several_files_keep_their_names(client: Client) -> None:
    uris = [client.upload(name, b"x")["uri"] for name in ("a b.txt", "ж.txt")]
    job = client.reach(client.submit("demo/kinds", title="t", count=2, files=uris))
    assert {"a b.txt", "ж.txt"} <= set(job["result"]["listing"].splitlines())


def test_results_elsewhere_need_no_token_and_leaks_are_seen(
    server: Everest, client: Client
) -> None:
    server.control.options(absolute_outputs=True)
    uri = client.upload("t", b"a\n")["uri"]
    url = client.reach(client.submit("demo/append", file=uri, message="b"))["result"]["file"]
    assert url.startswith("http://127.0.0.1:")
    assert not url.startswith(server.url)
    assert httpx.get(url).text == "a\nb\n"
    assert server.control.leaks() == []
    client.get(url)
    assert len(server.control.leaks()) == 1
    job = client.reach(client.submit("demo/append", file=url, message="c"))
    assert httpx.get(job["result"]["file"]).text == "a\nb\nc\n"  # staged in from elsewhere


# -- sweeps

PLAN = """
parameter X from 1 to 3 step 1
parameter WORD a "b c"
input_files ${WORD}.txt
command sh -c 'cat "$1" > out-$2.txt; test $2 -ne 3' - ${WORD}.txt ${X}
output_files out-${X}.txt stdout
"""


def zipped(**files: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", " ") + ".txt", text)
    return memory.getvalue()


def test_a_sweep_runs_every_combination(client: Client) -> None:
    plan = client.upload("plan.txt", PLAN.replace(" -ne 3", "").encode())["uri"]
    files = client.upload("files.zip", zipped(a="A", b_c="BC"))["uri"]
    job = client.reach(client.submit("sol/psweep", plan=plan, files=files))
    assert job["state"] == "DONE", job
    assert job["tasks"] == {"total": 6, "done": 6, "failed": 0}
    with zipfile.ZipFile(io.BytesIO(client.get(job["result"]["results"]).content)) as results:
        assert results.read("3/parameters") == b"X = 2\nWORD = b c\n"
        assert results.read("3/out-2.txt") == b"BC"
        assert len(results.namelist()) == 18


def test_a_failed_sweep_has_results(client: Client) -> None:
    plan = client.upload("plan.txt", PLAN.encode())["uri"]
    files = client.upload("files.zip", zipped(a="A", b_c="BC"))["uri"]
    job = client.reach(client.submit("sol/psweep", plan=plan, files=files))
    assert job["state"] == "FAILED"
    assert job["info"] == "2 of 6 tasks failed"
    assert client.get(job["result"]["results"]).content[:2] == b"PK"


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ("parameter X 1 2", "no command"),
        ("parameter X from 1 to 2\ncommand true", "line 1"),
        ("parameter X from 2 to 1 step 1\ncommand true", "line 1"),
        ("nonsense\ncommand true", "nonsense"),
        ("input_files x\ncommand true", "x"),
    ],
)
def test_a_wrong_plan_says_where(client: Client, plan: str, word: str) -> None:
    job = client.reach(client.submit("sol/psweep", plan=client.upload("p", plan.encode())["uri"]))
    assert job["state"] == "FAILED"
    assert word in job["info"]


# -- faults


def test_a_lost_answer_is_a_job_all_the_same(server: Everest, client: Client) -> None:
    server.control.lose_answer()
    with pytest.raises(httpx.TransportError):
        client.submit("demo/hostname", "once")
    assert [job["name"] for job in client.get("/api/jobs").json()] == ["once"]
    client.submit("demo/hostname", "twice")
    assert len(client.get("/api/jobs").json()) == 2


def test_a_refused_submit_is_no_job(server: Everest, client: Client) -> None:
    server.control.fault("submit", "status", status=503, headers={"Retry-After": "7"})
    server.control.fault("submit", "reset", nth=2)
    answer = client.post("/api/apps/demo/hostname", json={"name": "x", "inputs": {}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    with pytest.raises(httpx.TransportError):
        client.submit("demo/hostname")
    assert client.get("/api/jobs").json() == []
    client.submit("demo/hostname")
    server.control.fault("submit", "status", status=502, when="after", body="html")
    answer = client.post("/api/apps/demo/hostname", json={"name": "x", "inputs": {}})
    assert answer.status_code == 502
    assert len(client.get("/api/jobs").json()) == 2


@pytest.mark.parametrize(("body", "text"), [("html", "<h1>"), ("empty", ""), ("broken", '{"err')])
def test_wrong_bodies(server: Everest, client: Client, body: str, text: str) -> None:
    server.control.fault("jobs.list", "status", status=200, body=body)
    answer = client.get("/api/jobs")
    assert answer.status_code == 200
    assert text in answer.text
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert client.get("/api/jobs").json() == []


def test_redirects_delays_hangs_and_slow_bodies(server: Everest, client: Client) -> None:
    server.control.fault("jobs.*", "redirect", location="/elsewhere")
    assert client.get("/api/jobs").headers["Location"] == "/elsewhere"
    server.control.fault("jobs.*", "delay", seconds=0.2, jitter=0.01)
    began = time.monotonic()
    client.get("/api/jobs")
    assert time.monotonic() - began >= 0.2
    uri = client.upload("slow", bytes(300))["uri"]
    server.control.fault("files.get", "slow", rate=1000)
    began = time.monotonic()
    assert client.get(uri).content == bytes(300)
    assert time.monotonic() - began >= 0.3
    server.control.fault("jobs.list", "hang")
    with pytest.raises(httpx.ReadTimeout):
        client.get("/api/jobs", timeout=0.2)
    server.control.fault("files.upload", "hang")
    with pytest.raises(httpx.ReadTimeout):
        client.post("/api/files/temp", content=b"x", timeout=0.2)


def gather(answer: httpx.Response, into: bytearray) -> None:
    for block in answer.iter_raw():
        into += block


@pytest.mark.parametrize("size", [300, 3 << 20])
def test_truncated_downloads(server: Everest, client: Client, size: int) -> None:
    uri = client.upload("whole", bytes(size))["uri"]
    server.control.fault("files.get", "truncate", part=0.4)
    got = bytearray()
    with client.stream("GET", uri) as answer:
        assert answer.headers["Content-Length"] == str(size)
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            gather(answer, got)
    assert len(got) == int(size * 0.4)
    assert len(client.get(uri).content) == size


def test_chance_is_repeatable(server: Everest, client: Client) -> None:
    def histories() -> list[int]:
        server.control.clear_faults()
        server.control.seed(7)
        server.control.fault("jobs.list", "status", status=500, chance=0.5, times=0)
        return [client.get("/api/jobs").status_code for _ in range(30)]

    first = histories()
    assert set(first) == {200, 500}
    assert histories() == first
