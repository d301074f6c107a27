"""An event loop in a thread of its own, for code that waits in the plain way.

Notebooks have a running loop already, in which nothing can be waited for synchronously. The
thread is a daemon: a program that forgets ``close`` still ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Prompt = Callable[[str], str]
"""Is told why a new token is needed, and answers with one, or with an empty text."""
CLOSED = "this client is closed"
LOOK = 1.0
"""Seconds after which a waiting caller looks whether the thread still lives."""
_END = object()
_Question = tuple[str, "asyncio.Future[str]"]
_Questions = queue.SimpleQueue["_Question | None"]


class LoopThread:
    """Runs coroutines for callers that wait. ``prompt`` is called in a waiting caller's thread,
    because a notebook's kernel can ask a person only from there.

    Nobody waits for a thread that will not answer: where it has ended, is not there (in a forked
    process), or is the caller's own, ``run`` raises RuntimeError."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self.at_end: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._callers: list[_Questions] = []
        self._answering: set[int] = set()
        self._process = os.getpid()
        self._why = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="everest", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads
            self._loop.close()
            raise

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine gives; an interrupt (Ctrl+C, the kernel's stop) ends it."""
        news: _Questions = queue.SimpleQueue()
        self._callers.append(news)
        try:
            self._check()
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            self._callers.remove(news)
            work.close()
            raise
        future.add_done_callback(lambda _: news.put(None))
        try:
            self._attend(news)
            if not future.done() or (future.cancelled() and self._why):
                raise RuntimeError(self._why)
            return future.result()
        except BaseException:
            future.cancel()
            raise
        finally:
            self._callers.remove(news)
            self._pass_on(news)

    def _check(self) -> None:
        """Raises RuntimeError where waiting would never end."""
        if self._process != os.getpid():
            raise RuntimeError("this client was made before a fork: make one in this process")
        if threading.get_ident() in (self._thread.ident, *self._answering):
            raise RuntimeError(
                "a function that this client calls (progress, ask) cannot wait for the client"
            )
        if self._why or not self._thread.is_alive():
            raise RuntimeError(self._why or "the thread of this client has ended")

    def _attend(self, news: _Questions) -> None:
        """Answer questions until the work has ended, or the thread that does it."""
        while True:
            try:
                question = news.get(timeout=LOOK)
            except queue.Empty:
                if self._thread.is_alive():
                    continue
                self._why = self._why or "the thread of this client has ended"
                return
            if question is None:
                return
            self._reply(question)

    def _pass_on(self, news: _Questions) -> None:
        """Questions that came too late for this caller go to another, or are not answered."""
        with contextlib.suppress(queue.Empty):
            while True:
                question = news.get_nowait()
                if question is not None and self._callers:
                    self._callers[0].put(question)
                elif question is not None:
                    self._tell(question[1], "")

    def iterate(self, source: AsyncGenerator[T, None]) -> Iterator[T]:
        """What an asynchronous generator gives, one by one."""

        async def step() -> Any:
            return await anext(source, _END)

        try:
            while (item := self.run(step())) is not _END:
                yield item
        finally:
            with contextlib.suppress(RuntimeError):  # then it is closed already
                self.run(source.aclose())

    async def ask(self, sentence: str) -> str:
        """Put a question to whoever waits; called in the loop. Empty when nobody does."""
        callers = list(self._callers)
        if not callers:
            return ""
        answer = self._loop.create_future()
        callers[0].put((sentence, answer))
        if callers[0] not in self._callers:  # it has just gone, and may not have seen this
            self._pass_on(callers[0])
        return str(await answer)

    def close(self) -> None:
        """End the thread, and what still runs in it."""
        if self._process != os.getpid():
            return
        self._why = self._why or CLOSED
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:  # garbage is collected anywhere
            self._thread.join(timeout=10)

    def _reply(self, question: _Question) -> None:
        sentence, answer = question
        words, me = "", threading.get_ident()
        self._answering.add(me)
        try:
            words = self._prompt(sentence)
        finally:
            self._answering.discard(me)
            self._tell(answer, words)

    def _tell(self, answer: asyncio.Future[str], words: str) -> None:
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            self._loop.call_soon_threadsafe(_answer, answer, words)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            if self.at_end is not None:
                self._loop.run_until_complete(self.at_end())
        except BaseException as error:  # also what a function of the caller's raised, SystemExit
            self._why = f"the thread of this client has ended: {error!r}"
        finally:
            self._end()

    def _end(self) -> None:
        try:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()
            for news in list(self._callers):
                news.put(None)


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
