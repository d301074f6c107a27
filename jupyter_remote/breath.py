"""Long work that leaves the event loop its breath.

A thread that computes gives way only when it is asked to, 5 ms later, and the event loop asks
again after each system call: a request of ten calls would wait 50 ms. See
``sys.setswitchinterval``.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import Any, Final, ParamSpec, TypeVar

REST: Final = 0.0005
"""Seconds: enough for a thread that waits to come in."""

MANY: Final = 200
"""So many items of work that takes some 10 microseconds each are done at a stretch."""

T = TypeVar("T")
P = ParamSpec("P")


def slices(items: Iterable[T], size: int = MANY) -> Iterator[T]:
    """The items; a thread that is not the main one rests after each ``size`` of them."""
    rests = threading.current_thread() is not threading.main_thread()
    for number, item in enumerate(items, 1):
        yield item
        if rests and number % size == 0:
            time.sleep(REST)


async def aside(many: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` answers: done at once, or in a thread when there are ``many`` items."""
    if many <= MANY:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


async def in_time(work: Awaitable[T], timeout: float) -> T:
    """What ``work`` answers; it is cancelled after ``timeout`` seconds, or with the caller. Raises
    TimeoutError. ``asyncio.wait_for`` does the same, but loses cancels before Python 3.12."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda each: each.cancelled() or each.exception())
    try:
        await asyncio.wait([task], timeout=timeout)
    except asyncio.CancelledError:
        await _ended(task)
        raise
    if not task.done():
        await _ended(task)
        raise asyncio.TimeoutError
    return task.result()


async def _ended(task: asyncio.Future[T]) -> None:
    task.cancel()
    await asyncio.wait([task])


class Turns:
    """Work of the event loop that many ask for at once, one after the other."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """One's own turn: whatever else waits for the event loop has been let in before."""
        async with self._lock:
            await asyncio.sleep(0)
            yield


async def first_of(
    waiting: Iterable[Coroutine[Any, Any, object]], seconds: float | None
) -> set[int]:
    """Which of these come to an end first, if any does in time; the others are ended. None: there
    is all the time. Raises what one of them raised."""
    tasks = [asyncio.create_task(one) for one in waiting]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    return {number for number, task in enumerate(tasks) if task in done}
