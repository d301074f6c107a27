"""Logs of events that are looked at, whatever stands in their place: nothing blocks, only plain
files are opened, and what says nothing of a job wakes nobody. What they say is in
``test_htcondor_lines.py``."""

from __future__ import annotations

import asyncio
import os
import threading
from types import SimpleNamespace

import pytest

from jupyter_remote.backends.htcondor import eventlogs
from jupyter_remote.backends.htcondor.eventlogs import HUNG, MOST, EventLogs, Page
from jupyter_remote.files import within
from jupyter_remote.model import Job, State

from .conftest import until


def ad(number, log, **fields):
    return {"ClusterId": number, "ProcId": 0, "JupyterRemoteTag": "t", "UserLog": str(log)} | fields


def job(number, state=State.RUNNING):
    return Job(backend="htcondor", job_id=f"{number}.0", name="", state=state)


async def watching(*paths):
    logs = EventLogs()
    logs.note(ad(number, path) for number, path in enumerate(paths))
    await logs.watch([job(number) for number in range(len(paths))])
    return logs


async def look(logs):
    return await logs._look(60.0) is not None


async def test_what_is_written_is_told_once(tmp_path):
    log = tmp_path / "log"
    log.write_text("submitted\n")
    logs = await watching(log)
    assert [await look(logs), await look(logs)] == [True, False]
    log.write_text("submitted\nstarted\n")
    assert [await look(logs), await look(logs)] == [True, False]
    telling = asyncio.create_task(logs.changed(0.01))
    log.write_text("submitted\nstarted\nended\n")
    await asyncio.wait_for(telling, 60)


async def test_a_log_that_comes_late_goes_is_cut_or_replaced(tmp_path):
    log, other = tmp_path / "log", tmp_path / "other"
    logs = await watching(log)
    assert await look(logs) is False
    log.write_text("submitted\n")
    assert [await look(logs), await look(logs)] == [True, False]
    os.truncate(log, 0)
    assert [await look(logs), await look(logs)] == [True, False]
    log.unlink()
    assert [await look(logs), await look(logs)] == [False, False]
    other.write_text("submitted\n")
    other.rename(log)
    assert [await look(logs), await look(logs)] == [True, False]


def fifo(path):
    os.mkfifo(path)


def folder(path):
    path.mkdir()
    (path / "one").touch()


def loop(path):
    path.symlink_to(path)


def below_a_file(path):
    path.parent.joinpath("file").touch()
    path.symlink_to(path.parent / "file" / "log")


@pytest.mark.parametrize("make", [fifo, folder, loop, below_a_file])
async def test_what_is_no_plain_file_tells_nothing(tmp_path, make):
    make(tmp_path / "odd")
    log = tmp_path / "log"
    log.touch()
    logs = await watching(tmp_path / "odd", "/dev/null", "nul\0", "x" * 5000, log)
    assert [await look(logs), await look(logs)] == [True, False]
    log.write_text("started\n")
    os.utime(tmp_path / "odd", (1, 1), follow_symlinks=False)
    assert list(logs._pages) == [str(log)]
    assert [await look(logs), await look(logs)] == [True, False]


async def test_one_that_may_not_be_seen_tells_nothing(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", path)

    logs = await watching(tmp_path / "log")
    monkeypatch.setattr(eventlogs, "os", SimpleNamespace(stat=refuse, path=os.path))
    assert await look(logs) is False


async def test_the_logs_are_those_of_our_jobs_that_have_not_ended():
    logs = EventLogs()
    ads = [ad(1, "/l/1"), ad(2, "two", Iwd="/home/ann"), ad(3, "/l/3"), ad(4, "/l/1")]
    logs.note([*ads, ad(5, "/l/5", JupyterRemoteTag=""), ad(6, ""), ad(7, "/l/7")])
    await logs.watch([job(1), job(2), job(3, State.FAILED), job(4), job(5), job(6)])
    assert logs._watched == ["/l/1", "/home/ann/two"]
    logs.note([ad(2, "/moved")])
    await logs.watch([job(1, State.STOPPED), job(2), job(4)])
    assert logs._watched == ["/moved", "/l/1"]
    await logs.watch([])
    assert (logs._watched, logs._paths) == ([], {})


async def test_of_many_logs_those_of_running_jobs_are_watched():
    logs = EventLogs()
    logs.note(ad(number, f"/l/{number}") for number in range(MOST + 10))
    last = MOST + 9
    states = {last: State.RUNNING}
    await logs.watch([job(number, states.get(number, State.QUEUED)) for number in range(MOST + 10)])
    assert len(logs._watched) == MOST
    assert logs._watched[:2] == [f"/l/{last}", "/l/0"]


@pytest.fixture
def away(monkeypatch):
    """A look below /away does not come back until the event is set."""
    back, asked, page = threading.Event(), [], eventlogs.page

    def hang(path, before):
        if not path.startswith("/away"):
            return page(path, before)
        asked.append(path)
        back.wait()
        return Page((1, 1, len(asked)))

    monkeypatch.setattr(eventlogs, "page", hang)
    back.asked = asked
    yield back
    back.set()


async def test_a_disk_that_is_away_keeps_one_thread_and_nothing_else(tmp_path, away):
    """Logs elsewhere are looked at all the same, files are read, and what hangs is not looked
    at again, nor what is beside it, until it came back; then it is."""
    log = tmp_path / "log"
    log.touch()
    logs = await watching("/away/1", "/away/2", log)
    await until(lambda: logs._look(0.05))
    for text in ("started", "ended"):
        log.write_text(text)
        await until(lambda: logs._look(0.05))
    assert away.asked == ["/away/1"]
    assert await within(60, "files", log.read_text) == "ended"
    hanging = [one for one in threading.enumerate() if one.name == "event-logs"]
    assert [one.daemon for one in hanging] == [True]  # it does not keep the server from ending
    away.set()
    await until(lambda: not hanging[0].is_alive())
    assert await look(logs)
    assert away.asked == ["/away/1", "/away/1", "/away/2"]


async def test_looks_that_hang_in_many_places_are_few(tmp_path, away):
    logs = await watching(*(f"/away/{number}/log" for number in range(HUNG + 3)))
    telling = asyncio.create_task(logs.changed(0.01))
    await until(lambda: len(away.asked) == HUNG)
    for _ in range(20):
        assert await logs._look(0.01) is None
    assert len(away.asked) == HUNG
    away.set()
    await asyncio.wait_for(telling, 60)


async def test_who_no_longer_waits_ends_the_look(away):
    """The watch gives up waiting with each observation: the look that hangs is still known."""
    logs = await watching("/away/1", "/away/2")
    for _ in range(5):
        telling = asyncio.create_task(logs.changed(0.01))
        await until(lambda: away.asked)
        telling.cancel()
        await asyncio.wait([telling])
    assert away.asked == ["/away/1"]
