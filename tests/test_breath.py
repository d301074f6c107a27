"""Waiting for the first of several."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_remote.breath import first_of


async def never(ended):
    try:
        await asyncio.Event().wait()
    finally:
        ended.append(1)


async def soon():
    await asyncio.sleep(0.01)


async def fails():
    raise ValueError("why")


async def test_the_first_is_told_and_the_others_are_ended():
    ended = []
    assert await first_of([never(ended), soon(), never(ended)], None) == {1}
    assert len(ended) == 2


async def test_none_in_time():
    ended = []
    assert await first_of([never(ended)], 0.01) == set()
    assert ended


async def test_what_fails_is_not_taken_for_an_end():
    ended = []
    with pytest.raises(ValueError, match="why"):
        await first_of([never(ended), fails()], None)
    assert ended


async def test_who_no_longer_waits_ends_them_all():
    ended = []
    waiting = asyncio.create_task(first_of([never(ended), never(ended)], None))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(ended) == 2
