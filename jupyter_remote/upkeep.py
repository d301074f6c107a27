"""RemoteUpkeep: what is done for sessions unasked: spare desktops, forgetting old ends."""

from __future__ import annotations

from traitlets import Float, Int
from traitlets.config import LoggingConfigurable

from .errors import RemoteError
from .model import Session, elapsed, now
from .sessions import RemoteSessions


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
    interval = Float(5.0, config=True, help="Seconds between two looks at what is to be done.")

    def __init__(self, *, sessions: RemoteSessions, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._sessions = sessions

    async def tidy(self) -> None:
        """One look: forget what is old, start the spare desktops that are missing."""
        for session in self._mine():
            if session.state.ended and (session.spare or self._old(session)):
                await self._sessions.purge(session.id)
        ready = [s for s in self._spares() if not s.state.ended]
        for _ in range(self.spare_desktops - len(ready)):
            try:
                await self._sessions.start("desktop", "local", spare=True)
            except RemoteError as error:
                self.log.warning("no spare desktop: %s", error)
                break

    async def close(self) -> None:
        """End the spare desktops: nobody knows of them."""
        for session in self._spares():
            await self._sessions.stop(session.id)

    def _mine(self) -> list[Session]:
        table = self._sessions.table
        return [s for s in table.all() if table.mine(s)]

    def _spares(self) -> list[Session]:
        return [s for s in self._mine() if s.spare]

    def _old(self, session: Session) -> bool:
        return elapsed(session.ended or session.time, now()) > self.forget_after * 86400
