"""A desktop that is begun before the click (``RemoteUpkeep.head_start``)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyter_remote import upkeep as module
from jupyter_remote.errors import BackendError
from jupyter_remote.machine import Claimed
from jupyter_remote.model import Session, State
from jupyter_remote.upkeep import RemoteUpkeep

from .conftest import until
from .rig import Rig, look, run


class Desktops:
    """The rig's sessions, whose desktops are its plain app."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    async def start(self, app: str, backend: str, **how: Any) -> Session:
        assert (app, backend) == ("desktop", "local")
        return await self._rig.sessions.start("plain", "memory", **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rig.sessions, name)


def upkeep(rig: Rig, **traits: Any) -> RemoteUpkeep:
    return RemoteUpkeep(sessions=Desktops(rig), **traits)


async def one_begun(rig: Rig) -> tuple[RemoteUpkeep, Session]:
    """A desktop that was begun before a click, and whoever attends to it."""
    kept = upkeep(rig)
    await kept.expect({})
    (begun,) = rig.table.all()
    return kept, begun


async def ended(rig: Rig, session: Session) -> bool:
    await look(rig)
    return rig.table.get(session.id).state.ended


@run
async def test_whoever_clicks_gets_the_one_that_was_begun(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    kept, begun = await one_begun(rig)
    assert (begun.spare, begun.state, begun.started) == (True, State.SUBMITTING, None)
    taken = await rig.sessions.start("plain", "memory")
    assert (taken.id, taken.spare, taken.name) == (begun.id, False, "Plain 1")
    assert taken.started is None
    await until(lambda: rig.table.get(begun.id).job_id)
    kept._begun -= 100
    await kept.tidy()
    assert not rig.table.get(begun.id).stop_asked
    assert len(rig.backend.known) == 1


@run
async def test_without_a_click_it_ends(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    kept, begun = await one_begun(rig)
    await until(lambda: rig.table.get(begun.id).job_id)
    await kept.tidy()
    assert not rig.table.get(begun.id).stop_asked
    kept._begun -= kept.head_start
    await kept.tidy()
    assert rig.table.get(begun.id).stop_asked
    other = await rig.sessions.start("plain", "memory")  # it comes too late
    assert other.id != begun.id
    await until(lambda: ended(rig, begun))
    await kept.tidy()
    assert [session.id for session in rig.table.all()] == [other.id]


@run
async def test_a_click_in_the_last_moment_keeps_it(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    kept, begun = await one_begun(rig)
    await until(lambda: rig.table.get(begun.id).job_id)
    kept._begun -= kept.head_start
    tidying = asyncio.create_task(kept._end(rig.table.spares()))
    await asyncio.sleep(0)  # it is about to stop it
    rig.sessions._apply(begun.id, Claimed("Plain 1"))
    await tidying
    assert not rig.table.get(begun.id).stop_asked


@run
async def test_one_a_minute_and_none_beside_another(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    kept = upkeep(rig)
    await kept.expect({})
    await kept.expect({})
    await rig.sessions.start("plain", "memory")
    await kept.expect({})
    assert len(rig.table.all()) == 1
    kept._begun -= module.AGAIN
    await kept.expect({})
    assert [session.spare for session in rig.table.all()].count(True) == 1
    kept._begun -= module.AGAIN
    await kept.expect({})
    assert len(rig.table.all()) == 2


@run
async def test_spare_desktops_stay_and_those_of_a_dead_server_go(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    one, two = [await rig.sessions.start("plain", "memory", spare=True) for _ in range(2)]
    await until(lambda: all(session.job_id for session in rig.table.all()))
    await upkeep(rig, spare_desktops=1).tidy()
    assert [rig.table.get(s.id).stop_asked for s in (one, two)].count(True) == 1


@run
async def test_switched_off_or_refused(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    await upkeep(rig, head_start=0.0).expect({})
    assert not rig.table.all()
    rig.backend.refuse = BackendError("no more room")
    kept, begun = await one_begun(rig)
    await until(lambda: rig.table.get(begun.id).state.ended)
    await kept.tidy()  # it is no news to anybody
    assert not rig.table.all()
