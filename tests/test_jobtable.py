"""The text of the list, and work in threads that lets others in."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest

from jupyter_remote import jobtable
from jupyter_remote.breath import MANY, aside, slices
from jupyter_remote.columns import records
from jupyter_remote.jobtable import JobTable
from jupyter_remote.model import Job, State


class Jobs:
    """What the table needs of RemoteJobs."""

    def __init__(self) -> None:
        self.sequence, self.asked = 1, 0

    def pairs(self) -> list[tuple[Job, str]]:
        self.asked += 1
        names = ['a "b"', "c\n<d>"]
        return [
            (Job(backend="local", job_id=name, name=name, state=State.RUNNING), "")
            for name in names * self.sequence
        ]


async def test_the_text_is_made_once_for_each_state_of_the_list():
    jobs = Jobs()
    table = JobTable(jobs)
    answers = await asyncio.gather(*(table.text() for _ in range(20)))
    assert len(set(answers)) == jobs.asked == 1
    text, sequence = answers[0]
    assert sequence == 1
    listed = records(json.loads(text))
    assert [one["name"] for one in listed] == ['a "b"', "c\n<d>"]
    assert listed[0]["state"] == "running"
    jobs.sequence = 2
    text, sequence = await table.text()
    assert (sequence, json.loads(text)["count"], jobs.asked) == (2, 4, 2)


async def test_a_page_that_goes_away_ends_nothing_for_the_others():
    jobs = Jobs()
    table = JobTable(jobs)
    gone = asyncio.create_task(table.text())
    await asyncio.sleep(0)
    stays = asyncio.create_task(table.text())
    await asyncio.sleep(0)
    gone.cancel()
    assert json.loads((await stays)[0])["count"] == 2
    assert jobs.asked == 1


async def test_a_text_that_could_not_be_made_is_made_again(monkeypatch):
    jobs = Jobs()
    table = JobTable(jobs)
    with monkeypatch.context() as patched:
        patched.setattr(jobtable, "columns", None)
        with pytest.raises(TypeError):
            await table.text()
    assert json.loads((await table.text())[0])["count"] == 2


async def test_few_items_are_done_at_once_and_many_in_a_thread():
    here = threading.current_thread()
    assert await aside(MANY, threading.current_thread) is here
    assert await aside(MANY + 1, threading.current_thread) is not here


async def test_a_thread_rests_after_each_slice(monkeypatch):
    rests: list[float] = []
    monkeypatch.setattr(time, "sleep", rests.append)
    assert list(slices(range(10), 3)) == list(range(10))
    assert rests == []
    assert await asyncio.to_thread(lambda: list(slices(range(10), 3))) == list(range(10))
    assert len(rests) == 3
