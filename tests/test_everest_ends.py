"""Work with Everest that is given up, once or twice, while a thread is in the middle of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.everest import outputs, sweeps
from jupyter_remote.backends.everest.backend import EverestBackend
from jupyter_remote.backends.everest.transfers import Report, Transfers
from jupyter_remote.breath import in_time
from jupyter_remote.everest import AsyncEverest, Plan, locks
from jupyter_remote.everest import sweeps as client_sweeps
from jupyter_remote.everest.disk import Arriving
from jupyter_remote.everest.locks import held

from . import everest_rig
from .conftest import until
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


class Gate:
    """A function that waits in its thread before it does what it does otherwise."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self._usual = getattr(owner, name)
        self._begun, self._open, self._over = (threading.Event() for _ in range(3))
        patch.setattr(owner, name, self._wait)

    def _wait(self, *args: Any, **kwargs: Any) -> Any:
        self._begun.set()
        assert self._open.wait(60)
        try:
            return self._usual(*args, **kwargs)
        finally:
            self._over.set()

    async def given_up(self, task: asyncio.Future[Any], cancels: int) -> None:
        """Cancel the task while the thread waits, then let that go on to its end."""
        await until(self._begun.is_set, "the thread")
        for _ in range(cancels):
            task.cancel()
            await asyncio.wait([task], timeout=0.1)
        self._open.set()
        await until(self._over.is_set, "the thread's end")
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


@pytest.fixture
def backend(
    server: everest_rig.Everest, tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[EverestBackend]:
    def connect() -> AsyncEverest:
        return AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path / "home")

    backend = EverestBackend("everest:mine", connect)
    yield backend
    jp_asyncio_loop.run_until_complete(backend.close())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (out := tmp_path / "out").mkdir()
    return out


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def empty(folder: Path) -> None:
    await until(lambda: not left(folder), "the folder to be empty", 20)


def unheard(done: int, total: int) -> None:
    """Of this progress nobody wants to hear."""


@pytest.mark.parametrize("cancels", [1, 2])
async def test_a_download_is_given_up_while_its_place_is_taken(
    server: everest_rig.Everest,
    backend: EverestBackend,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    cancels: int,
) -> None:
    uri = server.control.make_file("data", 1000)
    (job_id,) = server.control.make_jobs(1, result={"file": uri})
    gate = Gate(monkeypatch, outputs, "free_path")
    loading = asyncio.ensure_future(backend.download(job_id, [], out, unheard))
    await gate.given_up(loading, cancels)
    await empty(out)


async def swept(backend: EverestBackend) -> str:
    """A sweep that has ended; answers its job's id."""
    client = await backend.client()
    sweep = await client.sweep(Plan("echo ${X}", {"X": [1, 2]}))
    return (await sweep.job.wait(60)).id


PLACES = [(sweeps, "_new_folder"), (client_sweeps, "unpack"), (sweeps, "_told")]


@pytest.mark.parametrize("cancels", [1, 2])
@pytest.mark.parametrize("place", PLACES, ids=[name for _, name in PLACES])
async def test_an_unpacking_is_given_up_in_the_middle(
    backend: EverestBackend,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    cancels: int,
) -> None:
    job_id = await swept(backend)
    gate = Gate(monkeypatch, *place)
    unpacking = asyncio.ensure_future(sweeps.unpacked(backend, job_id, out, "stdout", unheard))
    await gate.given_up(unpacking, cancels)
    await empty(out)


@pytest.mark.parametrize("name", ["unpack", "_told"])
async def test_what_is_given_up_ends_with_its_thread(
    backend: EverestBackend, out: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Else the thread could write into a folder that is being removed."""
    job_id = await swept(backend)
    gate = Gate(monkeypatch, client_sweeps if name == "unpack" else sweeps, name)
    unpacking = asyncio.ensure_future(sweeps.unpacked(backend, job_id, out, "stdout", unheard))
    await until(gate._begun.is_set, "the thread")
    for _ in range(3):
        unpacking.cancel()
        await asyncio.wait([unpacking], timeout=0.2)
        assert not unpacking.done()
    assert left(out)
    await gate.given_up(unpacking, 0)
    assert left(out) == []


async def test_packing_that_is_given_up_ends_with_its_thread(
    backend: EverestBackend, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await backend.client()
    monkeypatch.setattr(tempfile, "tempdir", str(out))
    gate = Gate(monkeypatch, client_sweeps, "packable")
    sweeping = asyncio.ensure_future(client.sweep(Plan("true", {"X": [1]})))
    await until(gate._begun.is_set, "the thread")
    for _ in range(2):
        sweeping.cancel()
        await asyncio.wait([sweeping], timeout=0.2)
        assert not sweeping.done()
    await gate.given_up(sweeping, 0)
    await empty(out)


@pytest.mark.parametrize("cancels", [1, 2])
async def test_a_lock_is_given_up_while_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cancels: int
) -> None:
    path = tmp_path / "key.lock"

    async def hold() -> None:
        async with held(path):
            pytest.fail("nobody wants it any more")

    gate = Gate(monkeypatch, locks, "_create")
    await gate.given_up(asyncio.ensure_future(hold()), cancels)
    await until(lambda: not path.exists(), "the lock to be given back", 20)
    async with held(path):
        assert path.exists()


async def test_a_transfer_is_cancelled_once() -> None:
    """It may have to wait for what it has begun."""
    begun, go, ends = asyncio.Event(), asyncio.Event(), list[str]()

    async def work(report: Report) -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await go.wait()
            ends.append("cleaned")

    transfers = Transfers()
    begun_transfer = transfers.begin("data", work)
    await begun.wait()
    for _ in range(3):
        transfers.cancel(begun_transfer.id)
        await asyncio.sleep(0)
    closing = asyncio.ensure_future(transfers.close())
    await asyncio.sleep(0)
    go.set()
    await closing
    assert (begun_transfer.state, ends) == ("cancelled", ["cleaned"])


def test_a_file_is_abandoned_while_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there whole, and nothing else is; and not at all where it comes too late."""
    arriving = Arriving(tmp_path / "data")
    arriving.begin()
    gate = Gate(monkeypatch, os, "replace")
    threads = [threading.Thread(target=each) for each in (arriving.finish, arriving.abandon)]
    for each in threads:
        each.start()
        gate._begun.wait()
    gate._open.set()
    for each in threads:
        each.join()
    assert left(tmp_path) == ["data"]
    late = Arriving(tmp_path / "late")
    late.begin()
    late.abandon()
    late.finish()
    assert left(tmp_path) == ["data"]


async def test_no_cancel_is_lost_to_an_answer() -> None:
    """Both at once: ``asyncio.wait_for`` keeps the answer, before Python 3.12."""
    answer = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(in_time(answer, 60))
    await asyncio.sleep(0)
    answer.set_result(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_takes_too_long_is_ended() -> None:
    ends: list[float] = []

    async def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        ends.append(time.monotonic())

    with pytest.raises(asyncio.TimeoutError):
        await in_time(work(), 0.01)
    assert ends
    with pytest.raises(ValueError, match="no"):
        await in_time(fails(), 60)


async def fails() -> None:
    raise ValueError("no")
