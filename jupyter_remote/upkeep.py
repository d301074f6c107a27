"""RemoteUpkeep: what is done for sessions unasked: spare desktops, forgetting old ends."""

from __future__ import annotations

import asyncio
import time

from traitlets import Float, Int
from traitlets.config import LoggingConfigurable

from .errors import RemoteError
from .model import Json, Session, as_time
from .sessions import RemoteSessions

SETTLE = 15.0  # seconds before a spare desktop that was taken is replaced: its user comes first


class RemoteUpkeep(LoggingConfigurable):
    """Keeps spare desktops warm and forgets sessions that ended long ago."""

    spare_desktops = Int(
        0,
        config=True,
        help="How many desktops to keep running and unused, so that the next one opens at once. "
        "Each costs about 200 MB of memory.",
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

    async def tidy(self) -> None:
        """One look: forget what is old, start the spare desktops that are missing."""
        for session in self._too_old():
            await self._forget(session)
        ready = [s for s in self._spares() if not s.state.ended]
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
        stops = (self._sessions.stop(session.id) for session in self._spares())
        await asyncio.gather(*stops, return_exceptions=True)

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

    def _spares(self) -> list[Session]:
        table = self._sessions.table
        return [s for s in table.all() if s.spare and table.mine(s)]


def _end(session: Session) -> str:
    return session.ended or session.time
