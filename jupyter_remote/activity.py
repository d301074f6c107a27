"""Who is at work: from the open streams to the records, and to the hub's idle culler."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime, timezone
from typing import Any, Final

from .model import State, as_time, now
from .proxy import Streams
from .proxy.targets import SessionTargets
from .sessions import RemoteSessions

LOOK: Final = 30.0
"""Seconds between two calls of ``Activity.look``."""


class Activity:
    """Keeps ``clients`` and ``activity`` of records true, and ``last_activity`` of the server.

    Bytes from a browser are activity, except where the app's page reports real input itself:
    an attached Xpra client sends pings all day. Opening and closing always counts.
    """

    def __init__(
        self,
        sessions: RemoteSessions,
        targets: SessionTargets,
        settings: MutableMapping[str, Any],
    ) -> None:
        self.streams = Streams(changed=self._changed)
        self._sessions, self._targets, self._settings = sessions, targets, settings

    async def look(self) -> None:
        """Called now and then: carry the streams' own times into the records."""
        for session in self._sessions.table.all():
            seen = self.streams.activity(session.id)
            if session.state is not State.RUNNING or seen is None:
                continue
            news = as_time(seen)
            if not self._targets.reports(session) and news > (session.activity or ""):
                self._sessions.used(session.id, session.clients, news)
                self._tell_culler()

    def note(self, session_id: str) -> None:
        """A page reports real input."""
        clients = self._sessions.table.get(session_id).clients
        self._sessions.used(session_id, clients, now())
        self._tell_culler()

    def ended(self, session_id: str) -> None:
        """Nothing of an ended session stays open."""
        self.streams.forget(session_id)

    def _changed(self, session_id: str) -> None:
        self._sessions.used(session_id, self.streams.count(session_id), now())
        self._tell_culler()

    def _tell_culler(self) -> None:
        times = self._settings.setdefault("last_activity_times", {})
        times["jupyter_remote"] = datetime.now(timezone.utc)
