"""Waiting for jobs of Everest costs few requests; and what notebooks show of them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas
import pytest
from nbclient import NotebookClient

from jupyter_remote.everest import (
    AsyncEverest,
    Everest,
    JobError,
    JobFailed,
    Settings,
    StillRunning,
)
from jupyter_remote.everest.groups import AsyncJobs

from . import everest_rig
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


def numbers(results: Sequence[dict[str, Any] | JobError]) -> list[int]:
    """What jobs printed."""
    assert not [each for each in results if isinstance(each, JobError)]
    return [int(each["text"]) for each in results if isinstance(each, dict)]


async def watched(
    server: everest_rig.Everest, client: AsyncEverest, ids: list[str], cycles: int
) -> dict[str, int]:
    """Wait for jobs while ``cycles`` lists or rounds are asked for, then let them end."""
    jobs = AsyncJobs([await client.job(each) for each in ids[:3]])
    if len(ids) > 3:
        jobs = AsyncJobs([job for job in await client.jobs() if job.id in set(ids)])
    server.control.reset_counts()
    waiting = asyncio.ensure_future(jobs.wait(timeout=60))
    while sum(server.control.counts().values()) < cycles:
        assert not waiting.done()
        await asyncio.sleep(0.02)
    for each in ids:
        server.control.move(each, "DONE", result={"text": "x"})
    await waiting
    assert all(job.state == "DONE" for job in jobs)
    return server.control.counts()


async def test_many_jobs_cost_one_list_a_cycle(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        ids = server.control.make_jobs(200, state="RUNNING")
        counts = await watched(server, client, ids, cycles=5)
    assert counts.keys() == {"jobs.list"}
    assert counts["jobs.list"] >= 5


async def test_few_jobs_are_asked_for_one_by_one(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        server.control.make_jobs(100)
        counts = await watched(server, client, server.control.make_jobs(3, state="RUNNING"), 9)
    assert counts.keys() == {"jobs.get"}


async def test_lists_without_results(server: everest_rig.Everest, tmp_path: Path) -> None:
    server.control.options(list_results=False)
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        jobs = await client.map("demo/echo", [{"text": str(n)} for n in range(6)])
        results = await jobs.results(timeout=30)
    assert numbers(results) == list(range(6))


async def test_lists_that_are_pages(server: everest_rig.Everest, tmp_path: Path) -> None:
    server.control.options(list_limit=2)
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        jobs = await client.map("demo/echo", [{"text": str(n)} for n in range(8)])
        results = await jobs.results(timeout=60)
    assert numbers(results) == list(range(8))


async def test_five_thousand_jobs(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        server.control.make_jobs(4990)
        job = await client.submit("demo/hostname")
        counts = await watched(server, client, server.control.make_jobs(10, state="RUNNING"), 3)
        assert counts.keys() == {"jobs.list"}
        every = await client.jobs()
        assert len(every) == 5001
        assert await job.result(timeout=30)


async def test_nobody_waits_nobody_asks(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        (running,) = server.control.make_jobs(1, state="RUNNING")
        job = await client.job(running)
        with pytest.raises(StillRunning):
            await job.wait(timeout=0.2)
        await asyncio.sleep(0.3)  # the look that was under way
        server.control.reset_counts()
        await asyncio.sleep(0.3)
        assert server.control.counts() == {}
        waiting = asyncio.ensure_future(job.wait())
        await asyncio.sleep(0.1)
    with pytest.raises(Exception, match="is closed"):
        await waiting
    server.control.reset_counts()
    await asyncio.sleep(0.3)
    assert server.control.counts() == {}


def test_as_they_complete(
    server: everest_rig.Everest, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        jobs = client.map("demo/sleep", [{"duration": d} for d in (1.5, -1, 0)], name="nap")
        order = [job.title for job in jobs.as_completed(timeout=60, progress=True)]
        assert "3/3" in capfd.readouterr().err  # the bar
        assert order[-1] == "nap 0"
        assert sorted(order) == ["nap 0", "nap 1", "nap 2"]
        results = jobs.results()
        assert [isinstance(each, JobFailed) for each in results] == [False, True, False]
        frame = jobs.frame()
        assert isinstance(frame, pandas.DataFrame)
        assert list(frame["state"]) == ["DONE", "FAILED", "DONE"]
        assert list(frame["duration"]) == [1.5, -1, 0]
        assert repr(jobs) == "<Jobs: 2 DONE, 1 FAILED>"
        first = jobs[:2]
        assert [job.title for job in first] == ["nap 0", "nap 1"]


def test_what_notebooks_show_is_escaped(server: everest_rig.Everest, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        server.control.life(end={"state": "FAILED", "info": evil, "result": {}})
        job = client.submit("demo/echo", {"text": evil}, name=evil)
        job.wait(timeout=30)
        client.map("demo/echo", [{"text": evil}] * 40)
        shown: list[Any] = [
            job,
            client.jobs(),
            client.app("demo/echo"),
            client,
            client.file(f"/api/files/{evil}"),
        ]
        for each in shown:
            html = each._repr_html_()
            assert "<script" not in html
            assert html
        assert "and 11 more" in client.jobs()._repr_html_()


async def test_the_log_is_followed(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        job = await client.submit("demo/sleep", {"duration": 0.5})
        lines = [line async for line in job.follow_log(every=0.05)]
        assert job.ended
        assert "\n".join(lines) == (await job.log()).rstrip("\n")
        assert len(lines) > 2


def test_come_back_tomorrow(server: everest_rig.Everest, tmp_path: Path) -> None:
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        made = client.map("demo/echo", [{"text": "1"}, {"text": "2"}], group="paper", name="run")
        client.submit("demo/hostname", group="other").wait(30)
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        jobs = client.recall(group="paper")
        assert [job.id for job in jobs] == [job.id for job in made]
        assert numbers(jobs.results(timeout=30)) == [1, 2]
        again = jobs[0].rerun(text="3")
        assert again.result(timeout=30)["text"].strip() == "3"
        jobs[1].delete()
        assert [job.title for job in client.recall(group="paper")] == ["run 0", "run 0"]
        server.control.vanish(again.id)
        assert [job.state for job in client.recall(group="paper")] == ["DONE", "VANISHED"]


CELLS = [
    "from jupyter_remote.everest import Everest, AsyncEverest",
    "client = Everest(URL, TOKEN, folder=FOLDER)",
    "job = client.submit('demo/echo', {'text': 'from a notebook'})\njob.result(timeout=60)",
    "job",
    (
        "async with AsyncEverest(URL, TOKEN, folder=FOLDER) as there:\n"
        "    other = await there.submit('demo/hostname')\n    await other.wait(60)\nother.state"
    ),
    "client.map('demo/sleep', [{'duration': 0}] * 3).wait(60, progress=True)",
    "expired = Everest(URL, 'wrong', folder=FOLDER)\nexpired.jobs()",
]


def test_in_a_notebook(server: everest_rig.Everest, tmp_path: Path) -> None:
    """A real kernel, whose event loop runs already; the last cell has nobody to ask."""
    about = f"URL, TOKEN, FOLDER = {server.url!r}, {server.token!r}, {str(tmp_path)!r}"
    new: Any = nbformat.v4
    cells = [new.new_code_cell(each) for each in (about, *CELLS)]
    notebook = new.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    outputs = ["".join(map(str, cell.outputs)) for cell in notebook.cells]
    assert "'text': 'from a notebook\\\\n'" in outputs[3] or "from a notebook" in outputs[3]
    assert "<table>" in outputs[4]
    assert "DONE" in outputs[5]
    assert "3 DONE" in outputs[6]
    assert "LoginNeeded" in outputs[7]
    assert not any("Error" in text for text in outputs[:7]), outputs
    assert server.token not in "".join(outputs[1:])


def test_a_program_that_forgets_to_close_ends(server: everest_rig.Everest, tmp_path: Path) -> None:
    script = (
        "import atexit, sys; from jupyter_remote.everest import Everest\n"
        "def late():\n"
        "    try:\n        e.submit('demo/hostname')\n"
        "    except Exception as error:\n        print(type(error).__name__)\n"
        "atexit.register(late)\n"
        "e = Everest(sys.argv[1], sys.argv[2], folder=sys.argv[3])\n"
        "print(e.submit('demo/sleep', {'duration': 60}).state)"
    )
    began = time.monotonic()
    argv = [sys.executable, "-W", "error", "-c", script, server.url, server.token, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    state, late = done.stdout.split()  # what is asked for at the very end is refused, at once
    assert state
    assert late in ("RuntimeError", "EverestError")
    assert done.stderr == ""
    assert time.monotonic() - began < 50
    ids = [job["id"] for job in server.control.jobs()]
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        client.job(ids[0]).cancel()


def test_an_interrupt_ends_the_wait_not_the_job(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    with Everest(server.url, server.token, settings=Settings(), folder=tmp_path) as client:
        job = client.submit("demo/sleep", {"duration": 30})
        main = threading.main_thread().ident
        assert main
        timer = threading.Timer(0.5, signal.pthread_kill, (main, signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            job.wait(timeout=60)
        timer.join()
        assert not job.refresh().ended
        job.cancel()
