"""When to try again: waiting times that grow, differ, and honour what the server asks for."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

from .errors import EverestError

T = TypeVar("T")
_RANDOM = random.SystemRandom()


class Trouble(Exception):
    """A request failed in a way that may pass.

    ``error`` is what people are told when it does not pass. ``maybe``: the server may have done
    what was asked all the same. ``wait``: seconds that the server asks us to wait (Retry-After).
    """

    def __init__(self, error: EverestError, *, maybe: bool, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.maybe = maybe
        self.wait = wait


class Pauses:
    """Pauses of one operation: ``first`` seconds doubled each time up to ``longest``, of which
    a random part between half and all is waited. Patience is ``patience`` seconds from the first
    failure: what goes well uses none of it up, however long it takes. Who gets further than ever
    before (``reached``) has all of it again."""

    def __init__(self, patience: float, first: float = 0.5, longest: float = 30.0) -> None:
        self._patience = patience
        self._deadline: float | None = None
        self._first = self._next = first
        self._longest = longest
        self._furthest = 0

    def reached(self, done: int) -> None:
        """So far the present try has come: bytes, or whatever is counted."""
        if done > self._furthest:
            self._furthest, self._deadline, self._next = done, None, self._first

    async def after(self, trouble: Trouble) -> None:
        """Wait before the next try; raises ``trouble.error`` when patience ends."""
        error = await self.over(trouble)
        if error is not None:
            raise error from trouble

    async def over(self, trouble: Trouble) -> EverestError | None:
        """Wait before the next try, or say at once what people are told: patience ends."""
        now = time.monotonic()
        if self._deadline is None:
            self._deadline = now + self._patience
        pause = min(self._next, self._longest) * _RANDOM.uniform(0.5, 1.0)
        if trouble.wait is not None:
            pause = trouble.wait + _RANDOM.uniform(0, min(1.0, self._next))
        self._next *= 2
        if now + pause > self._deadline:
            return trouble.error
        await asyncio.sleep(pause)
        return None


async def patiently(attempt: Callable[[], Awaitable[T]], patience: float, first: float = 0.5) -> T:
    """The answer of ``attempt``, tried again for ``patience`` seconds after the first Trouble.
    Only for what may be done twice. Raises the last error."""
    pauses = Pauses(patience, first)
    while True:
        try:
            return await attempt()
        except Trouble as trouble:
            await pauses.after(trouble)


class Rests:
    """What a server asked us to leave alone for a while (Retry-After), by whatever names a request.
    Not longer than ``MOST`` seconds: then it is asked again."""

    MOST = 900.0

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, Trouble]] = {}

    def note(self, what: str, trouble: Trouble) -> None:
        """Remember what the server asked for."""
        if trouble.wait:
            now = time.monotonic()
            self._until = {key: each for key, each in self._until.items() if each[0] > now}
            self._until[what] = (now + min(trouble.wait, self.MOST), trouble)

    def check(self, what: str) -> None:
        """Raises the same Trouble, with the seconds that are left, while it is too early."""
        until, trouble = self._until.get(what, (0.0, None))
        left = until - time.monotonic()
        if trouble is not None and left > 0:
            raise Trouble(trouble.error, maybe=False, wait=left)


def retry_after(header: str | None, date: str | None) -> float | None:
    """Seconds asked for by Retry-After (RFC 9110, 10.2.3), which may be a moment: by the
    server's own clock (``date``: its Date header), as ours may be wrong."""
    if not header:
        return None
    if header.isascii() and header.strip().isdigit():
        return float(header)
    try:
        start = parsedate_to_datetime(date) if date else None
        moment = parsedate_to_datetime(header)
        if start is None:
            return max(0.0, moment.timestamp() - time.time())
        return max(0.0, (moment - start).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
