"""What a look at the list of an account shows of jobs that the list does not have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_remote.backends.everest import looks
from jupyter_remote.backends.everest.looks import AT_ONCE, Looks
from jupyter_remote.everest import Account, Accounts, AsyncEverest
from jupyter_remote.everest.secret import Secret

from . import everest_rig
from .conftest import until
from .everest_notebook import *  # noqa: F403
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]
LONG = {"duration": 1000}


def only_the_newest(server: everest_rig.Everest) -> str:
    """From now on the list has one job; answers its id."""
    server.control.options(list_limit=1)
    (newest,) = server.control.make_jobs(1, state="RUNNING")
    return newest


async def test_a_job_that_only_records_know_is_there_after_a_restart(
    server: everest_rig.Everest, client: AsyncEverest, tmp_path: Path
) -> None:
    async with AsyncEverest(server.url, server.token, folder=tmp_path / "mine") as before:
        await (await before.submit("demo/hostname")).wait(30)
        mine = [await before.submit("demo/sleep", LONG) for _ in range(AT_ONCE + 2)]
    newest = only_the_newest(server)
    seen, ids = Looks(), {job.id for job in mine}
    first = await seen.look(client)
    assert first.keys() > {newest}
    assert len(first.keys() & ids) == AT_ONCE  # the newest ones
    assert first.keys() >= {job.id for job in mine[2:]}
    assert (await seen.look(client)).keys() == {newest, *ids}
    server.control.reset_counts()
    await seen.look(client)
    assert server.control.counts()["jobs.get"] == AT_ONCE


async def test_jobs_of_others_are_not_asked_for_again(
    server: everest_rig.Everest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their records may lie in the same home: with another account, or with none."""
    monkeypatch.setattr(looks, "RECORDS", -1.0)
    server.control.add_user("eve", everest_rig.PASSWORD)
    token = server.control.token("eve")
    for name, each in (("eves", token), ("mine", server.token)):
        Accounts(tmp_path).save(Account(name=name, url=server.url), Secret(each))
    for who in ({"url": server.url, "token": token}, {"account": "eves"}):
        async with AsyncEverest(**who, folder=tmp_path) as eve:  # type: ignore[arg-type]
            await eve.submit("demo/sleep", LONG)
    server.control.reset_counts()
    seen = Looks()
    async with AsyncEverest(account="mine", settings=QUICK, folder=tmp_path) as client:
        for _ in range(3):
            assert await seen.look(client) == {}
    assert server.control.counts()["jobs.get"] == 1  # that of no account


async def test_every_job_off_the_page_has_its_turn(
    server: everest_rig.Everest, client: AsyncEverest
) -> None:
    made = server.control.make_jobs(AT_ONCE + 2, state="RUNNING")
    seen = Looks()
    assert (await seen.look(client)).keys() == set(made)
    listed = list(seen.infos)
    only_the_newest(server)
    for each in listed[-2:]:
        server.control.move(each, "DONE")
    for _ in range(2):
        found = await seen.look(client)
    assert [found[each].state for each in listed[-2:]] == ["DONE", "DONE"]
    assert {found[each].state for each in listed[:-2]} == {"RUNNING"}


async def test_every_job_that_vanished_has_its_turn(
    server: everest_rig.Everest, client: AsyncEverest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "AGAIN", 0.0)
    made = server.control.make_jobs(AT_ONCE + 2, state="RUNNING")
    seen = Looks()
    await seen.look(client)
    only_the_newest(server)
    server.control.fault("jobs.get", "status", status=404, times=0)

    async def gone() -> bool:
        await seen.look(client)
        return all(seen.infos[each].state == "VANISHED" for each in made)

    await until(gone, "all to vanish")
    server.control.clear_faults()
    for _ in range(2):
        await seen.look(client)
    assert {seen.infos[each].state for each in made} == {"RUNNING"}
