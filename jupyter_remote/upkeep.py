"""RemoteUpkeep: what is done for sessions unasked: spare desktops, forgetting old ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping

from traitlets import Float, Int
from traitlets.config import LoggingConfigurable

from .errors import InvalidSpec, RemoteError
from .model import Json, Session, as_time
from .sessions import RemoteSessions

SETTLE = 15.0  # seconds before a spare desktop that was taken is replaced: its user comes first

AGAIN = 60.0  # seconds between two desktops that are begun before the click


class RemoteUpkeep(LoggingConfigurable):
    """Keeps spare desktops warm and forgets sessions that ended long ago."""

    spare_desktops = Int(
        0,
        config=True,
        help="How many desktops to keep running and unused, so that the next one opens at once. "
        "Each costs about 200 MB of memory.",
    )
    head_start = Float(
        15.0,
        config=True,
        help="Seconds for which a desktop waits for the click that was begun when a pointer came "
        "to rest on its launcher card; then it is ended. 0: none is begun before the click.",
    )
    forget_after = Float(
        14.0, config=True, help="Days after which an ended session and its log are forgotten."
    )
    keep_ended = Int(
        500, config=True, help="How many ended sessions are kept; the oldest are forgotten first."
    )
    interval = Float(5.0, config=True, help="Seconds between two looks at what is to be done.")

    def __init__(self, *, sessions: RemoteSessions, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._sessions = sessions
        self._complete = -SETTLE
        self._begun = -AGAIN

    async def expect(self, options: Mapping[str, Json]) -> None:
        """Somebody seems about to start a desktop: begin it, unless one waits already or was begun
        a moment ago. Raises InvalidSpec for options that a desktop has not."""
        now = time.monotonic()
        if self.head_start <= 0 or now - self._begun < AGAIN or self._sessions.table.spares():
            return
        self._begun = now
        try:
            await self._sessions.start("desktop", "local", options=options, spare=True)
        except InvalidSpec:
            self._begun = -AGAIN
            raise
        except RemoteError as error:  # the click will say it
            self.log.debug("no head start: %s", error)

    async def tidy(self) -> None:
        """One look: forget what is old, start the spare desktops that are missing."""
        for session in self._too_old():
            await self._forget(session)
        ready = self._sessions.table.spares()
        if time.monotonic() - self._begun >= self.head_start:
            await self._end(ready[self.spare_desktops :])
        if len(ready) >= self.spare_desktops:
            self._complete = time.monotonic()
        elif time.monotonic() - self._complete > SETTLE:
            await self._fill(self.spare_desktops - len(ready))

    async def _fill(self, count: int) -> None:
        for _ in range(count):
            try:
                await self._sessions.start("desktop", "local", options=self._hints(), spare=True)
            except RemoteError as error:
                self.log.warning("no spare desktop: %s", error)
                break

    async def close(self) -> None:
        """End the spare desktops: nobody knows of them."""
        await self._end(self._sessions.table.spares())

    async def _end(self, unwanted: Iterable[Session]) -> None:
        ends = (self._end_spare(session.id) for session in unwanted)
        await asyncio.gather(*ends, return_exceptions=True)

    async def _end_spare(self, session_id: str) -> None:
        if self._sessions.table.get(session_id).spare:  # nobody took it in the last moment
            await self._sessions.stop(session_id)

    async def _forget(self, session: Session) -> None:
        try:
            await self._sessions.purge(session.id)
        except RemoteError as error:
            self.log.debug("%s is not forgotten yet: %s", session.id, error)

    def _too_old(self) -> list[Session]:
        """Ended spare ones, those that ended long ago, and the first of too many."""
        ended = sorted((s for s in self._sessions.table.all() if s.state.ended), key=_end)
        many = len(ended) - self.keep_ended
        day = as_time(max(0.0, time.time() - self.forget_after * 86400))
        return [s for i, s in enumerate(ended) if i < many or _end(s) < day or s.spare]

    def _hints(self) -> dict[str, Json]:
        """The size of the newest desktop: Xpra takes half a second for a size that is new."""
        newest = max(
            (s for s in self._sessions.table.all() if s.app == "desktop" and not s.spare),
            key=lambda s: s.created,
            default=None,
        )
        size = newest.options.get("size") if newest else ""
        return {"size": size} if size else {}


def _end(session: Session) -> str:
    return session.ended or session.time
