"""What the client of Everest does on disk: never in the event loop, with the user's umask; and how
long it is patient."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from jupyter_remote.everest import (
    Account,
    Accounts,
    AsyncEverest,
    Damaged,
    Plan,
    Settings,
    Unreachable,
    add_token,
    disk,
)
from jupyter_remote.everest.retry import Pauses, Trouble
from jupyter_remote.everest.secret import Secret
from jupyter_remote.everest.uploads import _Body

from . import everest_rig
from .conftest import until
from .test_everest_accounts import MemoryKeyring
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


# -- nothing blocks the loop


@pytest.fixture
def touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this thread, which is the event loop's, asks of files below ``tmp_path``."""
    me, found = threading.get_ident(), list[str]()

    def watch(owner: Any, name: str) -> None:
        usual = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == me and (
                name == "fsync" or any(str(tmp_path) in str(each) for each in args[:2])
            ):
                found.append(f"{name} {args[:1]}")
            return usual(*args, **kwargs)

        monkeypatch.setattr(owner, name, watched)

    names = ("open", "stat", "lstat", "mkdir", "rename", "replace", "unlink", "rmdir", "scandir")
    for name in (*names, "listdir", "utime", "chmod"):
        watch(os, name)
    watch(os, "fsync")
    watch(io, "open")
    watch(builtins, "open")
    return found


class WatchedKeyring(MemoryKeyring):
    """Says which threads ask it."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def get_password(self, service: str, username: str) -> str | None:
        self.threads.add(threading.get_ident())
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.threads.add(threading.get_ident())
        super().set_password(service, username, password)


@pytest.fixture
def ring() -> Iterator[WatchedKeyring]:
    before = keyring.get_keyring()
    keyring.set_keyring(ring := WatchedKeyring())
    yield ring
    keyring.set_keyring(before)


async def test_the_loop_touches_no_disk_and_no_keyring(
    server: everest_rig.Everest, tmp_path: Path, ring: WatchedKeyring, touched: list[str]
) -> None:
    """From a token to the outputs of a job and of a sweep, and the job's end."""
    home, data, out = tmp_path / "home", tmp_path / "data.txt", tmp_path / "out"

    def prepare() -> None:
        data.write_text("one\n")
        out.mkdir()

    await asyncio.to_thread(prepare)
    await add_token(server.url, server.token, name="mine", folder=home)
    client = await asyncio.to_thread(AsyncEverest, account="mine", settings=QUICK, folder=home)
    assert touched == []
    async with client:
        job = await client.submit("demo/append", {"message": "two", "file": data}, key="k")
        await (await job.result(30))["file"].download(out)
        await client.upload(data)
        plan = Plan("cat data.txt ${x}", {"x": ["data.txt"]}, ["data.txt"])
        sweep = await client.sweep(plan, [data])
        assert len(await sweep.results(tmp_path / "swept", 60)) == 1
        await client.recall()
        await job.delete()
    assert touched == []
    assert ring.threads
    assert threading.get_ident() not in ring.threads
    await asyncio.to_thread(Accounts(home).remove, "mine")


async def test_a_disk_that_is_away_is_said_to_be(
    server: everest_rig.Everest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "WAIT", 0.1)
    back = threading.Event()
    with pytest.raises(Damaged, match="the disk of /far/away did not answer"):
        await disk.on_disk("/far/away", back.wait, 30)
    back.set()


# -- modes of files


async def test_downloads_have_the_mode_of_any_new_file(
    server: everest_rig.Everest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody changes the umask meanwhile, as it is that of all threads."""
    uri = server.control.make_file("zeros", 1000)
    usual = os.umask(0o027)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", lambda mask: pytest.fail("the umask is changed"))
            async with AsyncEverest(server.url, server.token, folder=tmp_path / "home") as client:
                stored = await client.file(uri).download(tmp_path / "copy")
    finally:
        os.umask(usual)
    assert stored.stat().st_mode & 0o777 == 0o640
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".everest-")]


def test_a_file_that_is_abandoned_before_it_is_there(tmp_path: Path) -> None:
    """As when a download is ended while a slow disk still makes its file."""
    late = disk.Arriving(tmp_path / "late")
    late.abandon()
    late.begin()
    usual = disk.Arriving(tmp_path / "usual")
    usual.begin()
    usual.abandon()
    assert os.listdir(tmp_path) == []


# -- patience


TROUBLE = Trouble(Unreachable("not there"), maybe=False)


async def test_patience_begins_with_the_first_failure() -> None:
    pauses = Pauses(patience=0.2, first=0.01)
    await asyncio.sleep(0.3)  # it goes well, and takes longer than patience
    assert await pauses.over(TROUBLE) is None
    await asyncio.sleep(0.3)
    assert await pauses.over(TROUBLE) is TROUBLE.error


async def test_who_gets_further_has_all_patience_again() -> None:
    pauses = Pauses(patience=0.2, first=0.01)
    for done, over in ((10, False), (20, False), (20, True)):
        pauses.reached(5)
        pauses.reached(done)
        assert (await pauses.over(TROUBLE) is not None) == over
        await asyncio.sleep(0.3)


async def test_a_long_transfer_that_breaks_is_begun_again(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    """Up and down: what is sent takes longer than patience, and its answer is lost."""
    settings = Settings(patience=0.3, first_pause=0.02)
    (tmp_path / "data").write_bytes(b"x" * 3_000_000)
    async with AsyncEverest(
        server.url, server.token, folder=tmp_path / "home", settings=settings
    ) as client:
        server.control.fault("files.upload", "reset", when="after")

        def slowly(done: int, total: int) -> None:
            time.sleep(0.15)  # in the client's loop, which has nothing else to do

        file = await client.upload(tmp_path / "data", slowly)
        server.control.fault("files.get", "truncate")
        assert len(await file.read()) == 3_000_000
        server.control.fault("files.get", "truncate")
        stored = await file.download(tmp_path / "copy", slowly)
        assert stored.stat().st_size == 3_000_000


def test_where_a_token_is_kept(tmp_path: Path, ring: WatchedKeyring) -> None:
    accounts = Accounts(tmp_path)
    account = accounts.save(Account(name="a", url="https://one.org"), Secret("t"))
    assert accounts.where(account) == "the system's keyring"


def test_a_former_token_does_not_stay_in_its_file(tmp_path: Path, ring: WatchedKeyring) -> None:
    """There was no keyring at first, or it was locked."""
    accounts, account = Accounts(tmp_path), Account(name="lab", url="https://one.org")
    ring.priority = 0
    assert accounts.save(account, Secret("the former")).kept == "file"
    (file,) = (tmp_path / "tokens").iterdir()
    ring.priority = 1
    renewed = accounts.save(account, Secret("the new"))
    assert (renewed.kept, file.exists()) == ("keyring", False)
    kept = accounts.token(renewed)
    assert kept
    assert kept.reveal() == "the new"


def open_files() -> set[str]:
    """The paths that this process has open."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(os.readlink(each))
    return found


async def test_an_upload_ended_while_its_file_is_opened_leaves_it_closed(tmp_path: Path) -> None:
    """A disk that does not answer: a FIFO cannot be opened until somebody writes to it."""
    path = tmp_path / "slow"
    os.mkfifo(path)
    parts = _Body(path, 10, lambda done, total: None).parts()
    await anext(parts)
    waiting = asyncio.ensure_future(anext(parts))
    for _ in range(2):  # also while it waits for the end of what it has begun
        await asyncio.sleep(0.05)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    os.close(os.open(path, os.O_RDWR))
    await until(lambda: str(path) not in open_files(), "its end")
