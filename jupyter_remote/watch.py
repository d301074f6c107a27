"""The only loops: one task a backend observes it, one beats the heart of the owner lease.

An observation is made when the backend says that something changed, when somebody asks by
``kick``, and in any case at the pace that is asked for. A backend that others share is asked
within a budget (``ledger.py``): the longer it takes to answer, the later it is asked again,
whatever wakes us. Whoever looks, there is one query.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from traitlets import Float
from traitlets.config import LoggingConfigurable

from .breath import first_of
from .contract import Backend, Pace
from .errors import BackendTimeout, RemoteError
from .ledger import AHEAD, CREDIT, LEAST, Ledger
from .model import Job

Seen = Callable[[str, Sequence[Job]], Awaitable[None] | None]
Silent = Callable[[str, RemoteError], None]


class RemoteWatch(LoggingConfigurable):
    """Observes backends and hands what they see to ``seen``, their silence to ``silent``."""

    fast_interval = Float(
        0.7,
        config=True,
        help="Seconds between observations after a user submitted or changed, and while somebody "
        "looks at jobs that were submitted from here.",
    )
    busy_interval = Float(
        2.0,
        config=True,
        help="Seconds between observations while a session moves or somebody looks at jobs.",
    )
    idle_interval = Float(
        30.0, config=True, help="Seconds between observations while nothing moves."
    )
    load_share = Float(
        0.005,
        config=True,
        help="Part of one processor of a scheduler that its observation may take; 0: no bound.",
    )
    observe_timeout = Float(
        20.0, config=True, help="Seconds after which an unanswered observation is given up."
    )
    quiet = Float(
        0.05,
        config=True,
        help="Least seconds between two observations that changes cause, each of which may be of "
        "many changes.",
    )

    def __init__(
        self,
        *,
        backends: Mapping[str, Backend],
        seen: Seen,
        silent: Silent,
        pace: Callable[[str], Pace],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._backends = backends
        self._seen, self._silent, self._pace = seen, silent, pace
        self._ledgers: dict[str, Ledger] = {}
        self._kicks: dict[str, asyncio.Event] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        for name in backends:
            self._know(name)
        self._tasks: list[asyncio.Task[None]] = []
        self._watched: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Begin to observe; needs a running event loop."""
        for name in self._backends:
            self._begin(name)

    def add(self, backend: str) -> None:
        """One more backend is in ``backends``: observe it."""
        self._know(backend)
        self._begin(backend)

    def _know(self, name: str) -> None:
        self._ledgers[name] = Ledger(tells=hasattr(self._backends[name], "stirred"))
        self._kicks[name], self._wakes[name] = asyncio.Event(), asyncio.Event()

    def remove(self, backend: str) -> None:
        """Observe a backend no more."""
        task = self._watched.pop(backend)
        task.cancel()
        self._tasks.append(task)

    def _begin(self, name: str) -> None:
        self._watched[name] = asyncio.create_task(self._watch(name, self._backends[name]))

    def every(self, seconds: float, call: Callable[[], Awaitable[None]]) -> None:
        """Also call ``call`` every so many seconds; an error is logged and does not end it."""
        self._tasks.append(asyncio.create_task(self._repeat(seconds, call)))

    def kick(self, backend: str) -> None:
        """Observe this backend now."""
        if backend in self._kicks:
            self._kicks[backend].set()

    def wake(self, backend: str) -> None:
        """Its pace became quicker: take the next turn now, by which it is observed unless it says
        that nothing happened."""
        if backend in self._wakes:
            self._wakes[backend].set()

    async def stop(self) -> None:
        """End all loops."""
        tasks = {*self._tasks, *self._watched.values()}
        self._tasks.clear()
        self._watched.clear()
        while tasks:  # a cancel may be lost: before Python 3.12 wait_for swallows some
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=1.0)

    async def look(self, name: str) -> None:
        """One observation, and what it says handed on."""
        ledger, began, shared = self._ledgers[name], time.monotonic(), self._shared(name)
        ledger.failed += 1
        ledger.unseen = False
        try:
            waiting = self._backends[name].jobs()
            jobs = await asyncio.wait_for(waiting, self.observe_timeout)
        except asyncio.TimeoutError:
            words = f"{name} did not answer within {self.observe_timeout:g} s"
            self._silent(name, BackendTimeout(words))
        except RemoteError as error:
            self._silent(name, error)
        else:
            ledger.answered(time.monotonic() - began, self._said(name))
            ledger.jobs = jobs
            await self._hand_on(name, jobs)
        finally:
            ledger.note(began, ledger.cost / self.load_share if shared else 0.0)

    async def _hand_on(self, name: str, jobs: Sequence[Job]) -> None:
        taking = self._seen(name, jobs)
        if taking is not None:
            await taking

    async def turn(self, name: str) -> None:
        """What is done at the pace: an observation, or the word that nothing happened since."""
        ledger, credit, now = self._ledgers[name], self._credit(name), time.monotonic()
        when = self._pause_of(name), self.load_share
        calm, certain = (
            max(ledger.due - credit, at(*when)) for at in (ledger.calm, ledger.certain)
        )
        ask = None if ledger.failed else getattr(self._backends[name], "stirred", None)
        if ask is None or now >= certain:
            await self.look(name)
        elif not await self._stirred(ledger, ask, now >= calm):
            await self._hand_on(name, ledger.jobs)
        elif ledger.rest(time.monotonic(), self.fast_interval, credit) <= 0:
            await self.look(name)

    @staticmethod
    async def _stirred(
        ledger: Ledger, ask: Callable[[bool], Awaitable[bool | None]], thorough: bool
    ) -> bool:
        """Whether something may have happened that was not observed yet."""
        if ledger.unseen:
            return True
        began = time.monotonic()
        stirred = await ask(thorough)
        ledger.question = time.monotonic() - began
        if stirred:
            ledger.unseen, ledger.stirred = True, time.monotonic()
        elif thorough and stirred is not None:
            ledger.calmed = began
        ledger.tells = stirred is not None or (thorough and ledger.tells)
        return stirred is not False

    def _pause_of(self, name: str) -> float:
        """Seconds between two turns at the present pace."""
        pauses = {Pace.FAST: self.fast_interval, Pace.BUSY: self.busy_interval}
        return pauses.get(self._pace(name), self.idle_interval)

    def interval(self, name: str) -> float:
        """Seconds until the next turn at the present pace, and within the budget where it is
        certainly an observation; of a backend that does not answer, twice as long each time."""
        ledger, longer = self._ledgers[name], 2.0 ** min(8, self._ledgers[name].failed)
        pause = min(self._pause_of(name) * longer, self.idle_interval)
        if ledger.tells and not ledger.failed:
            tiring = ledger.question * LEAST / self.load_share if self.load_share else 0.0
            return max(pause, min(tiring, self.idle_interval))
        return max(pause, ledger.due - self._credit(name) - time.monotonic())

    def _credit(self, name: str) -> float:
        """Seconds of its budget that may be taken in advance at any time."""
        return CREDIT if hasattr(self._backends[name], "stirred") else 0.0

    def _said(self, name: str) -> float:
        """Seconds that a backend works for one observation, as it says; 0: it does not."""
        return float(getattr(self._backends[name], "served", 0.0))

    def _shared(self, name: str) -> bool:
        """Whether others share it, so that it is asked within the budget."""
        return getattr(self._backends[name], "shared", False) and self.load_share > 0

    def rest(self, name: str) -> float:
        """Seconds from a wake to the observation that it causes: many wakes are one question,
        and a budget that is used up delays it."""
        ledger, now = self._ledgers[name], time.monotonic()
        if not self._shared(name):
            return max(0.0, ledger.asked + self.quiet - now)
        return max(self.quiet, ledger.rest(now, self.fast_interval, self._credit(name) + AHEAD))

    async def _watch(self, name: str, backend: Backend) -> None:
        woken = True
        while self._watched.get(name) is asyncio.current_task():
            self._kicks[name].clear()
            self._wakes[name].clear()
            pause = self.idle_interval
            try:
                if self._pace(name) > Pace.NONE:
                    await (self.look(name) if woken else self.turn(name))
                pause = self.interval(name)
            except Exception:
                self.log.exception("observing %s failed", name)
            woken = await self._pause(name, backend, pause)

    async def _pause(self, name: str, backend: Backend, seconds: float) -> bool:
        """Wait for a change, a kick, a wake or the end of the interval; whether it was one of the
        first two. What the backend tells of a change is handed on meanwhile."""
        kick, wake = self._kicks[name], self._wakes[name]
        woken = await self._tell(name, backend, seconds, kick, wake)
        if woken or kick.is_set() or wake.is_set():
            end = time.monotonic() + self.rest(name)
            while hasattr(backend, "told") and (left := end - time.monotonic()) > 0:
                if kick.is_set():  # what it knows already of what somebody did
                    kick.clear()
                    woken = True
                    await self._told(name)
                woken |= await self._tell(name, backend, left, kick)
                await asyncio.sleep(min(self.quiet, left))
            await asyncio.sleep(max(0.0, end - time.monotonic()))
        return woken or kick.is_set()

    async def _tell(
        self, name: str, backend: Backend, seconds: float, *signals: asyncio.Event
    ) -> bool:
        """Hand on what the backend tells of changes until something else happens or the time is
        over; whether that was a change of which it does not tell enough."""
        end = time.monotonic() + seconds
        while not any(signal.is_set() for signal in signals):
            waiting = self._change(name, backend), *(signal.wait() for signal in signals)
            if 0 not in await first_of(waiting, max(0.0, end - time.monotonic())):
                return False
            if not await self._told(name):
                return True
            await asyncio.sleep(min(self.quiet, max(0.0, end - time.monotonic())))
        return False

    async def _told(self, name: str) -> bool:
        """Hand on what the backend tells of a change; false: it must be observed."""
        tell = getattr(self._backends[name], "told", None)
        watched = self._pace(name) > Pace.NONE and not self._ledgers[name].failed
        try:
            jobs, enough = (await tell() if tell and watched else None) or (None, False)
            if jobs is not None:
                self._ledgers[name].jobs = jobs
                await self._hand_on(name, jobs)
        except Exception:
            self.log.exception("%s cannot tell what changed", name)
            return False
        return enough

    async def _change(self, name: str, backend: Backend) -> None:
        """A backend that cannot say when something changed is asked at intervals."""
        try:
            await backend.changed()
        except Exception:
            self.log.exception("%s cannot say what changes", name)
            await asyncio.Event().wait()

    async def _repeat(self, seconds: float, call: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await call()
            except Exception:
                self.log.exception("a periodic task failed")
