"""An event loop in a thread of its own, for code that waits in the plain way.

Notebooks have a running loop already, in which nothing can be waited for synchronously. The
thread is a daemon: a program that forgets ``close`` still ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Prompt = Callable[[str], str]
"""Is told why a new token is needed, and answers with one, or with an empty text."""
_END = object()
_Question = tuple[str, "asyncio.Future[str]"]


class LoopThread:
    """Runs coroutines for callers that wait. ``prompt`` is called in a waiting caller's thread,
    because a notebook's kernel can ask a person only from there."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self.at_end: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._callers: list[queue.SimpleQueue[_Question | None]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="everest", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine gives; an interrupt (Ctrl+C, the kernel's stop) ends it."""
        if self._loop.is_closed():
            work.close()
            raise RuntimeError("this client is closed")
        news: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._callers.append(news)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.add_done_callback(lambda _: news.put(None))
        try:
            while (question := news.get()) is not None:
                self._reply(question)
            return future.result()
        except BaseException:
            future.cancel()
            raise
        finally:
            self._callers.remove(news)

    def iterate(self, source: AsyncGenerator[T, None]) -> Iterator[T]:
        """What an asynchronous generator gives, one by one."""

        async def step() -> Any:
            return await anext(source, _END)

        try:
            while (item := self.run(step())) is not _END:
                yield item
        finally:
            if not self._loop.is_closed():
                self.run(source.aclose())

    async def ask(self, sentence: str) -> str:
        """Put a question to whoever waits; called in the loop. Empty when nobody does."""
        if not self._callers:
            return ""
        answer = self._loop.create_future()
        self._callers[0].put((sentence, answer))
        return str(await answer)

    def close(self) -> None:
        """End the thread, and what still runs in it."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:  # garbage is collected anywhere
            self._thread.join(timeout=10)

    def _reply(self, question: _Question) -> None:
        sentence, answer = question
        words = ""
        try:
            words = self._prompt(sentence)
        finally:
            self._loop.call_soon_threadsafe(_answer, answer, words)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            if self.at_end is not None:
                self._loop.run_until_complete(self.at_end())
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()


class Runner:
    """What a client, its jobs and its files hold: the thread ends when all of them are gone."""

    def __init__(self, prompt: Prompt) -> None:
        thread = LoopThread(prompt)
        self.thread = thread
        self.close = weakref.finalize(self, thread.close)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """See LoopThread."""
        return self.thread.run(work)

    def iterate(self, source: AsyncGenerator[T, None]) -> Iterator[T]:
        """See LoopThread."""
        yield from self.thread.iterate(source)


def _answer(future: asyncio.Future[str], words: str) -> None:
    if not future.done():
        future.set_result(words)
