"""Where the proxy finds a session's app: always in the session table, never in the URL."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ..apps.base import App, Upstream
from ..apps.registry import RemoteApps
from ..errors import Expired
from ..model import Session
from ..sessions import RemoteSessions
from .contract import Target


class SessionTargets:
    """Answers the proxy's question ``target(session_id)``."""

    def __init__(
        self, sessions: RemoteSessions, apps: RemoteApps, prefix: Callable[[str], str]
    ) -> None:
        self._sessions, self._apps, self._prefix = sessions, apps, prefix
        self._credentials: dict[str, dict[str, str]] = {}

    def target(self, session_id: str) -> Target:
        """The socket and rules of a session; raises NotFound, or Expired when it has ended."""
        session = self._sessions.table.get(session_id)
        if session.state.ended:
            raise Expired(f"{session.name} has ended: {session.reason or session.state}")
        app, prefix = self._apps.get(session.app), self._prefix(session_id)
        backend = self._sessions.backend_of(session)
        return Target(
            socket=backend.socket(session.job_id or session_id),
            upstream=self._upstream(app, session, prefix),
            prefix=prefix,
            page=lambda: app.page(session, prefix),
            alive=lambda: self._alive(session),
        )

    def reports(self, session: Session) -> bool:
        """Whether the page of this session's app tells of real input itself."""
        app = self._apps.get(session.app)
        return app.upstream(session, self._prefix(session.id)).reports

    def _upstream(self, app: App, session: Session, prefix: str) -> Upstream:
        """An app may make its credentials anew at each start of the server: keep the first."""
        upstream = app.upstream(session, prefix)
        if not upstream.request_headers:
            return upstream
        if session.id not in self._credentials:
            alive = {s.id for s in self._sessions.table.all() if not s.state.ended}
            kept = {name: value for name, value in self._credentials.items() if name in alive}
            self._credentials = {**kept, session.id: self._sessions.table.store.kept(session.id)}
        return dataclasses.replace(upstream, request_headers=self._credentials[session.id])

    def _alive(self, session: Session) -> bool:
        table = self._sessions.table
        return session.id in table and not table.get(session.id).state.ended
