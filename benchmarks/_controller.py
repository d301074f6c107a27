"""How much the controller of a Slurm works for tabs of both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import _slurm
from _common import median
from _desktop import say
from _tabs import Server, Tab

from tests import slurm_rig

TABS = (1, 5, 20)
FEW = 3
"""Jobs of one's own where it is not said otherwise."""
WATCHED = 60.0
"""Seconds for which tabs stay open: time for a list while nothing happens, too."""

PAUSE = 10.0
"""Seconds before each list of jupyterlab-slurm: its own are 60, one after another is quicker."""


class Rows(list[list[str]]):
    """Rows of the table; each is said at once, as a run takes ten minutes."""

    def append(self, row: list[str]) -> None:
        say("  |", " | ".join(row))
        super().append(row)


async def with_tabs(server: Server, count: int, work: Callable[[list[Tab]], Awaitable[Any]]) -> Any:
    tabs = [await Tab(server).__aenter__() for _ in range(count)]
    try:
        return await work(tabs)
    finally:
        for tab in tabs:
            await tab.__aexit__()


async def refreshed(slurm: slurm_rig.Slurm, server: Server, tabs: int) -> float:
    """Milliseconds of the controller for one refresh of all tabs of theirs, after a pause."""
    await asyncio.sleep(PAUSE)
    before = _slurm.so_far(slurm)
    await asyncio.gather(*(server.list() for _ in range(tabs)))
    return _slurm.served(slurm, before)[0]


async def controller(
    slurm: slurm_rig.Slurm, server: Server, tabs: int, seconds: float
) -> tuple[float, float]:
    """Milliseconds of the controller for a refresh of all tabs of ours (whether anything is new,
    and if so a list), and the part of its time that it works for them meanwhile."""

    async def watched(_: list[Tab]) -> tuple[float, float]:
        before, began = _slurm.so_far(slurm), time.monotonic()
        end = began + seconds
        while time.monotonic() < end:
            await asyncio.gather(*(server.look() for _ in range(tabs)))
            await asyncio.sleep(min(20, max(0, end - time.monotonic())))
        total, lists, asked = _slurm.served(slurm, before)
        say(f"  {tabs} tabs: {lists} lists, {asked} questions whether anything is new")
        return total / max(1, lists, asked), total / 1000 / (time.monotonic() - began)

    result: tuple[float, float] = await with_tabs(server, tabs, watched)
    return result


async def compared(
    slurm: slurm_rig.Slurm, pair: tuple[Server, Server], seconds: float, tabs: int, what: str
) -> Rows:
    """What the controller works for so many tabs of both."""
    one, share = await controller(slurm, pair[0], tabs, seconds)
    other = median([await refreshed(slurm, pair[1], tabs) for _ in range(3)])
    what, rows = f"{tabs} tab{'s' * (tabs > 1)}{what}", Rows()
    rows.append([f"controller for a refresh, {what}: ms", *cells(one, other)])
    each_minute = f"{other / 60_000:.3f} (every 60 s)"
    rows.append([f"part of the controller, {what}", f"{share:.4f}", each_minute, ""])
    return rows


async def still(slurm: slurm_rig.Slurm, pair: tuple[Server, Server], seconds: float) -> Rows:
    """While nothing happens, and what was just submitted has settled."""
    await controller(slurm, pair[0], 1, seconds)
    rows = Rows()
    for tabs in TABS:
        rows += await compared(slurm, pair, seconds, tabs, "")
    return rows


async def restless(
    slurm: slurm_rig.Slurm, pair: tuple[Server, Server], seconds: float, own: int
) -> Rows:
    """While a job of somebody else comes or goes each second; the first minute is said only."""
    with _slurm.restless(slurm):
        one, share = await controller(slurm, pair[0], 1, seconds)
        say(f"  first, with {own} jobs: {one:.2f} ms, {share:.4f} of the controller")
        what = f", {own} jobs of one's own, others' come and go"
        return await compared(slurm, pair, seconds, 1, what)


def against(one: float, other: float) -> list[str]:
    return [f"{one:.0f}", f"{other:.0f}", ratio(one, other)]


def cells(one: float, other: float) -> list[str]:
    return [f"{one:.2f}", f"{other:.1f}", ratio(one, other)]


def ratio(one: float, other: float) -> str:
    return f"{one / other:.4f}" if other else ""
