"""The text of the list, and work in threads that lets others in."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import threading
import time
import zlib
from typing import Any

import pytest

from jupyter_remote import jobtable
from jupyter_remote.breath import MANY, Turns, aside, slices
from jupyter_remote.columns import records, written
from jupyter_remote.jobtable import JobTable, JobText
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


def read(text: JobText, **known: Any) -> Any:
    """The answer; plain and compressed it is the same."""
    plain = json.loads(text.answer(known, packed=False))
    assert json.loads(gzip.decompress(text.answer(known, packed=True))) == plain
    return plain


async def test_the_text_is_made_once_for_each_state_of_the_list():
    jobs = Jobs()
    table = JobTable(jobs)
    answers = await asyncio.gather(*(table.text() for _ in range(20)))
    assert len(set(answers)) == jobs.asked == 1
    for roots in (["/a"], ["/b"]):  # what stands behind the table may differ
        answer = read(answers[0], roots=roots)
        assert (answer["sequence"], answer["roots"]) == (1, roots)
    listed = records(answer["jobs"])
    assert [one["name"] for one in listed] == ['a "b"', "c\n<d>"]
    assert listed[0]["state"] == "running"
    jobs.sequence = 2
    answer = read(await table.text())
    assert (answer["sequence"], answer["jobs"]["count"], jobs.asked) == (2, 4, 2)


async def test_what_is_put_behind_the_table_is_one_stream_for_browsers():
    """They read one member of a gzip file and leave out what follows."""
    reader = zlib.decompressobj(wbits=31)
    packed = (await JobTable(Jobs()).text()).answer({"roots": ["/a"]}, packed=True)
    assert json.loads(reader.decompress(packed))["roots"] == ["/a"]
    assert reader.eof
    assert not reader.unused_data


async def test_a_page_that_goes_away_ends_nothing_for_the_others():
    jobs = Jobs()
    table = JobTable(jobs)
    gone = asyncio.create_task(table.text())
    await asyncio.sleep(0)
    stays = asyncio.create_task(table.text())
    await asyncio.sleep(0)
    gone.cancel()
    assert read(await stays)["jobs"]["count"] == 2
    assert jobs.asked == 1


async def test_a_text_that_could_not_be_made_is_made_again(monkeypatch):
    jobs = Jobs()
    table = JobTable(jobs)
    with monkeypatch.context() as patched:
        patched.setattr(jobtable, "columns", None)
        with pytest.raises(TypeError):
            await table.text()
    assert read(await table.text())["jobs"]["count"] == 2


async def test_between_two_turns_others_are_let_in():
    """Twenty at once: what comes meanwhile waits for one of them, not for all."""
    turns, seen = Turns(), []

    async def answer(number: int) -> None:
        async with turns.one():
            seen.append(number)

    def other() -> None:
        seen.append(-1)
        if len(waiting) > sum(number >= 0 for number in seen):
            asyncio.get_running_loop().call_soon(other)

    waiting = [asyncio.create_task(answer(number)) for number in range(20)]
    asyncio.get_running_loop().call_soon(other)
    await asyncio.gather(*waiting)
    assert [number for number in seen if number >= 0] == list(range(20))
    places = [place for place, number in enumerate(seen) if number >= 0]
    assert all(second - first > 1 for first, second in itertools.pairwise(places))


async def test_who_leaves_the_queue_or_fails_stops_nobody():
    turns, seen = Turns(), []

    async def answer(number: int) -> None:
        async with turns.one():
            if number == 1:
                raise ValueError
            seen.append(number)

    waiting = [asyncio.create_task(answer(number)) for number in range(5)]
    await asyncio.sleep(0)
    waiting[2].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert seen == [0, 3, 4]


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


@pytest.mark.parametrize("depth", range(5))
def test_what_is_written_in_pieces_is_the_same(depth: int) -> None:
    data = {
        "jobs": {"count": 1, "columns": {'a"\n': {"all": None}, "é": {}}},
        "x": [{"y": 1}],
        "": {},
    }
    assert json.loads(written(data, depth)) == data
    assert written(data, depth) == json.dumps(data, separators=(",", ":"))
