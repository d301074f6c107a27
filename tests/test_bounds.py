"""What a thousand old sessions, odd records and odd file systems may cost: little."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_remote.errors import (
    BackendError,
)
from jupyter_remote.files import SecretKey
from jupyter_remote.model import Session, State
from jupyter_remote.store import SessionStore, Unreadable
from jupyter_remote.upkeep import RemoteUpkeep

from .conftest import until
from .rig import Rig, look, run, started


@run
async def test_spares_that_cannot_be_stopped_stop_no_shutdown(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    spare = await rig.sessions.start("plain", "memory", spare=True)
    await until(lambda: rig.table.get(spare.id).job_id)
    rig.backend.broken = BackendError("refused")
    await RemoteUpkeep(sessions=rig.sessions).close()


@run
async def test_ended_sessions_of_dead_servers_cost_nothing(tmp_path: Path) -> None:
    """A thousand ends must not mean a thousand writes at each start of the server."""
    first = Rig(tmp_path)
    session = await started(first)
    first.backend.set("m1", State.FAILED, exit_code=1)
    await look(first)
    first.table.store.drop_lease()
    second = Rig(tmp_path, first.backend)
    path = second.table.store.sessions / session.id / "session.json"
    before = path.stat().st_mtime_ns
    second.table.load()
    second.table.refresh()
    assert path.stat().st_mtime_ns == before
    assert second.mirror == {}
    assert second.sessions.rename(session.id, "mine now").owner == second.table.store.server
    await second.sessions.purge(session.id)


@run
async def test_the_oldest_ends_are_forgotten_first(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for number in range(4):
        await started(rig)
        rig.backend.set(
            f"m{number + 1}", State.FAILED, ended=f"2026-01-0{number + 1}T00:00:00.000Z"
        )
        await look(rig)
    upkeep = RemoteUpkeep(sessions=rig.sessions, keep_ended=3, forget_after=1e6)
    await upkeep.tidy()
    assert [s.name for s in rig.table.all()] == ["Plain 1"] * 3
    assert sorted(rig.backend.known) == ["m2", "m3", "m4"]
    upkeep.forget_after = 0.0
    await upkeep.tidy()
    assert rig.table.all() == []


@run
async def test_a_record_in_the_wrong_folder_deletes_nothing(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "data")
    (tmp_path / "precious").mkdir()
    session = Session.new(name="x", app="plain", backend="memory", owner=store.server)
    store.save(session)
    path = store.sessions / session.id / "session.json"
    data = json.loads(path.read_text())
    for wrong in ("../../precious", "b" * 20):
        path.write_text(json.dumps({**data, "id": wrong}))
        (found,) = store.load()
        assert isinstance(found, Unreadable)
        assert "another session" in found.message
    for field in ("created", "name", "time"):
        path.write_text(json.dumps({**data, field: None}))
        (found,) = store.load()
        assert isinstance(found, Unreadable), "one bad record never breaks the list"


@run
async def test_a_record_that_vanishes_while_it_is_taken_over(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    session = await started(first)
    first.table.store.drop_lease()
    second = SessionStore(tmp_path)
    (second.sessions / session.id / "session.json").unlink()
    assert second.take_over(session) is None


def test_a_key_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    secret = SecretKey(tmp_path / "key").secret("a")
    assert SecretKey(tmp_path / "key").secret("a") == secret
    assert [p.name for p in tmp_path.iterdir()] == ["key"]


def test_two_servers_make_one_key(tmp_path: Path) -> None:
    found: set[str] = set()
    threads = [
        threading.Thread(target=lambda: found.add(SecretKey(tmp_path / "key").secret("a")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


@run
async def test_a_spare_desktop_has_the_size_of_the_newest(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    upkeep = RemoteUpkeep(sessions=rig.sessions)
    assert upkeep._hints() == {}
    for number, size in enumerate(("800x600", "950x679")):
        session = dataclasses.replace(
            Session.new(
                name="D",
                app="desktop",
                backend="memory",
                options={"size": size},
                owner=rig.table.store.server,
                spare=False,
            ),
            created=f"2026-01-0{number + 1}T00:00:00.000Z",
        )
        rig.table.add(session, {})
    assert upkeep._hints() == {"size": "950x679"}


def test_a_spare_that_was_taken_is_not_replaced_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[int] = []
    spares = 1
    table = SimpleNamespace(spares=lambda: [ready] * spares)
    sessions: Any = SimpleNamespace(table=table)
    upkeep = RemoteUpkeep(sessions=sessions, spare_desktops=1)

    async def fill(count: int) -> None:
        started.append(count)

    ready = SimpleNamespace(state=State.RUNNING)
    monkeypatch.setattr(upkeep, "_too_old", list)
    monkeypatch.setattr(upkeep, "_fill", fill)
    asyncio.run(upkeep.tidy())
    spares = 0
    asyncio.run(upkeep.tidy())
    assert started == []
    monkeypatch.setattr("jupyter_remote.upkeep.SETTLE", 0.0)
    asyncio.run(upkeep.tidy())
    assert started == [1]
