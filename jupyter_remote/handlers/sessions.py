"""REST of sessions: ``sessions``, ``sessions/<id>``, its log and its activity."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..model import Json
from ..sessions import RemoteSessions
from .base import RemoteHandler


class SessionsBase(RemoteHandler):
    """A handler that knows the sessions."""

    def initialize(self, sessions: RemoteSessions) -> None:
        """Take the collaborator from the route table."""
        self.sessions = sessions


class SessionsHandler(SessionsBase):
    """``sessions``: list and start."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All sessions, the sequence of the list, records that cannot be read."""
        table = self.sessions.table
        records: list[Json] = [s.to_json() for s in table.all()]
        problems = [dataclasses.asdict(p) for p in table.unreadable]
        self.answer({"sessions": records, "sequence": table.sequence, "problems": problems})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start an app."""
        session = await self.sessions.start(**self.body("StartSession"))
        self.set_header("Location", f"{self.base_url}jupyter-remote/sessions/{session.id}")
        self.answer(session.to_json(), 201)


class SessionExpectedHandler(RemoteHandler):
    """``sessions/expected``: somebody seems about to start a desktop."""

    def initialize(self, expect: Callable[[Mapping[str, Json]], Awaitable[None]]) -> None:
        """Take the collaborator from the route table."""
        self.expect = expect

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Begin it, if it may be begun."""
        await self.expect(self.body("ExpectSession").get("options", {}))
        self.set_status(204)


class SessionHandler(SessionsBase):
    """``sessions/<id>``: get, rename, stop, forget."""

    @web.authenticated
    @authorized
    async def get(self, session: str) -> None:
        """One record."""
        self.answer(self.sessions.table.get(session).to_json())

    @web.authenticated
    @authorized
    async def patch(self, session: str) -> None:
        """Rename."""
        name = self.body("ChangeSession")["name"]
        self.answer(self.sessions.rename(session, name).to_json())

    @web.authenticated
    @authorized
    async def delete(self, session: str) -> None:
        """Stop; with ``purge=1`` forget an ended session."""
        if self.number("purge", 0, 0, 1):
            await self.sessions.purge(session)
            self.set_status(204)
        else:
            self.answer((await self.sessions.stop(session)).to_json())


class SessionLogHandler(SessionsBase):
    """``sessions/<id>/log``: bytes of the log."""

    @web.authenticated
    @authorized
    async def get(self, session: str) -> None:
        """At most ``limit`` bytes from ``offset``; a negative one counts from the end."""
        self.send_chunk(await self.sessions.log_of(session, *self.asked_bytes()))


class SessionActivityHandler(RemoteHandler):
    """``sessions/<id>/activity``: the desktop's page says that somebody is at work."""

    def initialize(self, note: Callable[[str], None]) -> None:
        """Take the collaborator from the route table."""
        self.note = note

    @web.authenticated
    @authorized
    async def post(self, session: str) -> None:
        """Note real input, for the list and for the hub's idle culler."""
        self.note(session)
        self.set_status(204)
