"""The client for plain code never waits for what does not come: each way ends in a clear error."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.everest import AsyncEverest, Everest, LoginNeeded
from jupyter_remote.everest.thread import LoopThread, Runner

from . import everest_rig
from .test_everest_road import QUICK

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread(lambda sentence: f"answer to {sentence}")
    yield thread
    thread.close()


async def forever() -> None:
    await asyncio.sleep(1000)


def in_thread(loop: LoopThread, work: Coroutine[Any, Any, object]) -> Callable[[], BaseException]:
    """Wait for work in another thread; the error that ends the wait."""
    ended: queue.SimpleQueue[BaseException] = queue.SimpleQueue()

    def wait() -> None:
        try:
            loop.run(work)
        except BaseException as error:
            ended.put(error)

    threading.Thread(target=wait, daemon=True).start()
    while not loop._callers:
        pass
    return lambda: ended.get(timeout=30)


def test_a_function_that_the_client_calls(
    everest: Callable[..., everest_rig.Everest], tmp_path: Path
) -> None:
    """Progress is told in the thread that would have to do the work."""
    server = everest()
    (tmp_path / "data").write_bytes(b"x")
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        with pytest.raises(RuntimeError, match="cannot wait for the client"):
            client.upload(tmp_path / "data", lambda done, total: str(client.jobs()) and None)
        assert len(client.jobs()) == 0


def test_a_question_that_asks_the_client(
    everest: Callable[..., everest_rig.Everest], tmp_path: Path
) -> None:
    """Who is asked for a token cannot use the client that waits for it."""
    server = everest()
    told: list[str] = []

    def ask(sentence: str) -> str:
        try:
            client.jobs()
        except RuntimeError as error:
            told.append(str(error))
        return server.token

    with Everest(server.url, "old", ask=ask, settings=QUICK, folder=tmp_path) as client:
        assert len(client.jobs()) == 0
    assert "cannot wait for the client" in told[0]


async def test_the_same_in_asynchronous_code(
    everest: Callable[..., everest_rig.Everest], tmp_path: Path
) -> None:
    server = everest()

    async def ask(sentence: str) -> str:
        with pytest.raises(LoginNeeded):
            await client.jobs()
        return server.token

    async with AsyncEverest(server.url, "old", ask=ask, settings=QUICK, folder=tmp_path) as client:
        assert len(await asyncio.wait_for(client.jobs(), 30)) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_after_a_fork(loop: LoopThread) -> None:
    assert loop.run(asyncio.sleep(0, "here")) == "here"
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            loop.run(asyncio.sleep(0))
        except RuntimeError as error:
            os.write(writes, str(error).encode())
        loop.close()
        os._exit(0)
    os.close(writes)
    with open(reads) as said:
        assert "before a fork" in said.read()
    os.waitpid(child, 0)
    assert loop.run(asyncio.sleep(0, "still here")) == "still here"


def test_closed_while_somebody_waits(loop: LoopThread) -> None:
    error = in_thread(loop, forever())
    loop.close()
    assert "closed" in str(error())
    with pytest.raises(RuntimeError, match="closed"):
        loop.run(asyncio.sleep(0))


def test_closed_in_the_middle_of_an_iteration() -> None:
    runner = Runner(lambda sentence: "")

    async def count() -> Any:
        for number in range(10):
            yield number

    numbers = runner.iterate(count())
    assert next(numbers) == 0
    runner.close()
    with pytest.raises(RuntimeError, match="closed"):
        next(numbers)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_a_thread_that_died(loop: LoopThread, kind: type[BaseException]) -> None:
    """What ends programs ends the thread too, wherever in it it is raised."""
    error = in_thread(loop, forever())

    def die() -> None:
        raise kind("of a callback")

    loop._loop.call_soon_threadsafe(die)
    assert "of a callback" in str(error())
    with pytest.raises(RuntimeError, match="has ended"):
        loop.run(asyncio.sleep(0))


def test_a_thread_that_died_without_a_word(
    loop: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_remote.everest.thread.LOOK", 0.05)
    error = in_thread(loop, forever())
    monkeypatch.setattr(loop._thread, "is_alive", lambda: False)  # as at the end of a program
    assert "has ended" in str(error())


def test_a_question_to_one_who_has_left(loop: LoopThread) -> None:
    """Whoever waited first is interrupted before it has seen the question: another answers."""
    gone: queue.SimpleQueue[Any] = queue.SimpleQueue()
    loop._callers.append(gone)

    async def ask_late() -> str:
        asking = asyncio.ensure_future(loop.ask("who?"))
        await asyncio.sleep(0)
        loop._callers.remove(gone)
        loop._pass_on(gone)
        return await asking

    assert loop.run(ask_late()) == "answer to who?"


def test_a_question_when_all_have_left(loop: LoopThread) -> None:
    async def ask() -> str:
        return await loop.ask("who?")

    future = asyncio.run_coroutine_threadsafe(ask(), loop._loop)
    assert future.result(timeout=30) == ""


def test_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError, match="start new thread"):
            LoopThread(lambda sentence: "")
