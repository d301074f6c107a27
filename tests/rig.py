"""RemoteSessions without a server: a mirror of its events, and a backend to break."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jupyter_events import EventLogger

from jupyter_remote.apps.registry import RemoteApps
from jupyter_remote.events import SESSION, Events
from jupyter_remote.model import Session
from jupyter_remote.sessions import RemoteSessions
from jupyter_remote.store import SessionStore
from jupyter_remote.watch import RemoteWatch

from .conftest import until
from .stand_ins import MemoryBackend, PlainApp


class Rig:
    """Sessions, their backend and a mirror that knows only what events say."""

    def __init__(self, folder: Path, backend: MemoryBackend | None = None, **traits: Any) -> None:
        self.backend = backend or MemoryBackend()
        logger = EventLogger()
        events = Events(logger)
        logger.add_listener(schema_id=SESSION, listener=self._listen)
        self.mirror: dict[str, dict[str, Any]] = {}
        self.sequences: list[int] = []
        self.sessions = RemoteSessions(
            store=SessionStore(folder),
            backends={"memory": self.backend},
            apps=RemoteApps(None, [PlainApp()], enabled_proxied=False),
            events=events,
            prefix=lambda session_id: f"/jupyter-remote/s/{session_id}/",
            **traits,
        )
        self.table = self.sessions.table

    async def _listen(self, logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        record = {k: v for k, v in data.items() if k not in ("sequence", "purged")}
        record = {k: v for k, v in record.items() if not k.startswith("__")}
        self.sequences.append(data["sequence"])
        if data["purged"]:
            self.mirror.pop(record["id"], None)
        elif record["revision"] > self.mirror.get(record["id"], {"revision": 0})["revision"]:
            self.mirror[record["id"]] = record

    def fresh_list(self) -> dict[str, dict[str, Any]]:
        return {s.id: s.to_json() for s in self.table.all()}

    def watch(self, **traits: Any) -> RemoteWatch:
        watch = RemoteWatch(
            backends=self.sessions.backends,
            seen=self.sessions.seen,
            silent=self.sessions.silent,
            pace=self.sessions.pace,
            **traits,
        )
        self.sessions.kick = watch.kick
        return watch


def run(test: Callable[[Path], Awaitable[None]]) -> Callable[[Path], None]:
    """Run an async test on a loop of its own."""

    def wrapper(tmp_path: Path) -> None:
        asyncio.run(test(tmp_path))

    wrapper.__name__ = test.__name__
    return wrapper


async def started(rig: Rig) -> Session:
    """A session whose job is submitted."""
    session = await rig.sessions.start("plain", "memory")
    await until(lambda: rig.table.get(session.id).job_id)
    return rig.table.get(session.id)


async def look(rig: Rig) -> None:
    rig.sessions.seen("memory", await rig.backend.jobs())
