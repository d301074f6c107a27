"""List + events == fresh list, whatever happens: random histories of sessions and a backend."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_remote.errors import BackendError, BackendUnreachable, RemoteError, StorageError
from jupyter_remote.model import State

from .conftest import until
from .rig import Rig
from .stand_ins import MemoryBackend

STATES = st.sampled_from([s for s in State if s not in (State.SUBMITTING, State.STOPPING)])
WHICH = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("start"), st.booleans()),
    st.tuples(st.just("refused"), st.none()),
    st.tuples(st.sampled_from(["stop", "rename", "purge", "used", "vanish"]), WHICH),
    st.tuples(st.just("move"), st.tuples(WHICH, STATES)),
    st.tuples(st.sampled_from(["look", "silence", "settle", "full", "restart"]), st.none()),
)


class History:
    """One user, one backend, one server after another, and a browser that hears of all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.backend = folder, MemoryBackend()
        self.rig = Rig(folder, self.backend, lost_after=0.0, max_sessions=0)
        self.listed: dict[str, dict[str, Any]] = {}

    def pick(self, which: int) -> str:
        ids = [s.id for s in self.rig.table.all()]
        return ids[which % len(ids)] if ids else "a" * 20

    async def step(self, name: str, argument: Any) -> None:
        with contextlib.suppress(RemoteError):
            await getattr(self, name)(argument)

    async def start(self, spare: bool) -> None:
        await self.rig.sessions.start("plain", "memory", spare=spare)

    async def refused(self, _: None) -> None:
        self.backend.refuse = BackendError("no")
        await self.rig.sessions.start("plain", "memory")
        await self.settle(None)
        self.backend.refuse = None

    async def stop(self, which: int) -> None:
        await self.rig.sessions.stop(self.pick(which))

    async def rename(self, which: int) -> None:
        self.rig.sessions.rename(self.pick(which), f"name {which}")

    async def purge(self, which: int) -> None:
        await self.rig.sessions.purge(self.pick(which))

    async def used(self, which: int) -> None:
        self.rig.sessions.used(self.pick(which), which)

    async def vanish(self, which: int) -> None:
        self.backend.known.pop(f"m{which}", None)

    async def move(self, change: tuple[int, State]) -> None:
        if f"m{change[0]}" in self.backend.known:
            self.backend.set(f"m{change[0]}", change[1], memory=change[0] * 1000)

    async def look(self, _: None) -> None:
        self.rig.sessions.seen("memory", await self.backend.jobs())

    async def silence(self, _: None) -> None:
        self.rig.sessions.silent("memory", BackendUnreachable("no route"))

    async def settle(self, _: None) -> None:
        await until(lambda: not self.rig.sessions._submits, "submits")

    async def full(self, _: None) -> None:
        """One look while nothing can be written."""

        def refuse(record: object) -> None:
            raise StorageError("No space left on device")

        store = self.rig.table.store
        store.save = refuse  # type: ignore[method-assign]
        await self.look(None)
        del store.save  # type: ignore[method-assign]

    async def restart(self, _: None) -> None:
        """The next server: the browser reads the list anew, as it does after a reconnect."""
        await self.rig.sessions.close()
        self.rig.table.store.drop_lease()
        self.rig = Rig(self.folder, self.backend, lost_after=0.0, max_sessions=0)
        self.rig.table.load()
        self.rig.mirror.update(self.rig.fresh_list())

    async def check(self) -> None:
        await self.settle(None)
        await self.rig.sessions.close()
        await until(lambda: self.rig.mirror == self.rig.fresh_list(), "the events", 5)
        if self.rig.sequences:
            first = self.rig.sequences[0]
            assert self.rig.sequences == list(range(first, self.rig.table.sequence + 1))
        self.rig.table.refresh()
        stored = {s.id: s for s in self.rig.table.store.load()}
        assert stored == {s.id: s for s in self.rig.table.all()}, "the disk says the same"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_list_and_events_make_a_fresh_list(steps: list[tuple[str, Any]]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            history = History(Path(folder))
            for step in steps:
                await history.step(*step)
            await history.check()

    asyncio.run(play())
