"""Several processes with one home: keys, accounts, locks of the dead and of other machines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.errors import InvalidSpec, StorageError
from jupyter_remote.everest import Account, Accounts, AsyncEverest
from jupyter_remote.everest.locks import BREAKING, LEASE, FileLock, held, locked
from jupyter_remote.everest.secret import Secret
from jupyter_remote.process import Identity

from . import everest_rig
from .conftest import until
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]

SCRIPT = """
import sys
from pathlib import Path
from jupyter_remote.everest import Account, Accounts, Everest, Settings
from jupyter_remote.everest.secret import Secret
url, token, folder, me = sys.argv[1:]
settings = Settings(timeout=20, first_pause=0.02, settle=0.3, fastest=0.02)
with Everest(url, token, settings=settings, folder=folder) as client:
    client.app("demo/hostname")
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(20):
        Accounts(Path(folder)).save(Account(name=f"{me}-{number}", url=url), Secret("t"))
    job = client.submit("demo/hostname", key="the one")
    print(job.id, flush=True)
"""


class Other:
    """Another program of the same user."""

    def __init__(self, server: everest_rig.Everest, folder: Path, me: str) -> None:
        argv = [sys.executable, "-c", SCRIPT, server.url, server.token, str(folder), me]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True)

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def others(everest: Factory, tmp_path: Path) -> Iterator[Callable[[str], Other]]:
    server, started = everest(), list[Other]()

    def start(me: str) -> Other:
        started.append(Other(server, tmp_path / "home", me))
        return started[-1]

    start.server = server  # type: ignore[attr-defined]
    yield start
    for each in started:
        each.end()


async def test_two_programs_at_once(others: Callable[[str], Other], tmp_path: Path) -> None:
    """One job for one key, and no account lost; then one is killed in the middle of a submit."""
    server: everest_rig.Everest = others.server  # type: ignore[attr-defined]
    control = server.control
    control.fault("submit", "delay", times=0, seconds=0.5)  # as long as both need to ask
    two = [others("a"), others("b")]
    assert [each.line() for each in two] == ["ready", "ready"]
    for each in two:
        each.go()
    ids = {each.line() for each in two}
    assert [job["id"] for job in control.jobs()] == list(ids)
    names = {each.name for each in Accounts(tmp_path / "home").all()}
    assert names == {f"{me}-{number}" for me in "ab" for number in range(20)}
    assert not list((tmp_path / "home").rglob("*.lock*"))
    async with AsyncEverest(
        server.url, server.token, settings=QUICK, folder=tmp_path / "home"
    ) as client:
        (job,) = await client.recall()
        await (await job.wait(30)).delete()
        control.clear_faults()
        control.fault("submit", "hang", when="after")
        killed = others("c")
        killed.line()
        killed.go()
        await until(control.jobs, "the job to be taken")
        killed.end()
        assert list((tmp_path / "home").rglob("*.lock"))
        found = await client.submit("demo/hostname", key="the one")
        assert [job["id"] for job in control.jobs()] == [found.id]


# -- locks


def owner(path: Path, **fields: object) -> None:
    """A lock that somebody has."""
    path.write_text(
        json.dumps({"host": "elsewhere", "boot_id": "x", "pid": 1, "start_time": 1, **fields})
    )


def test_who_is_dead_has_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        gone = process.pid
    here = Identity.of(os.getpid())
    assert here
    owner(path, host=os.uname().nodename, boot_id="of another container", pid=gone)
    assert not FileLock(path).attempt()  # its processes cannot be seen from here
    owner(path, host=os.uname().nodename, boot_id=here.boot_id, pid=gone)
    with locked(path):  # a process of this machine that is no more
        assert not FileLock(path).attempt()  # one that is there: this one
        assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"host": 1}'])
def test_another_machine_is_believed_until_it_is_silent(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "lock"
    owner(path)
    if text is not None:
        path.write_text(text)
    with pytest.raises(StorageError, match="another program has held"), locked(path, 0.05):
        pass
    os.utime(path, (time.time() - LEASE - 5,) * 2)
    with locked(path, 0.05):
        pass


def test_one_who_died_while_breaking_stops_nobody(tmp_path: Path) -> None:
    path, breaker = tmp_path / "lock", tmp_path / "lock-breaking"
    owner(path)
    breaker.touch()
    os.utime(path, (0, 0))
    assert not FileLock(path).attempt()
    os.utime(breaker, (time.time() - BREAKING - 5,) * 2)
    with locked(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_broken_is_not_given_back_twice(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    slow, quick = FileLock(path), FileLock(path)
    assert slow.attempt()
    path.unlink()  # another machine held the first one for dead
    assert quick.attempt()
    slow.release()
    assert path.exists()
    quick.release()
    assert not path.exists()


def test_dead_locks_are_broken_by_one(tmp_path: Path) -> None:
    """Many find the lock of a dead one at once: never do two of them have it."""
    path, inside, most = tmp_path / "lock", [0], [0]
    owner(path)
    os.utime(path, (0, 0))

    def work() -> None:
        for _ in range(20):
            with locked(path):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == [1]
    assert list(tmp_path.iterdir()) == []


async def test_a_wait_for_a_lock_can_be_ended(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    order = []

    async def work(name: str) -> None:
        async with held(path):
            order.append(name)
            await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(work(name)) for name in "abc"]
    await until(lambda: order, "one to have it")
    waiting = tasks.pop("abc".index(order[0]) - 1)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    await asyncio.gather(*tasks)
    assert (len(order), os.listdir(tmp_path)) == (2, [])


def test_an_account_is_added_once(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.save(Account(name="a", url="https://one.org"), Secret("t"))
    with pytest.raises(InvalidSpec, match="already"):
        accounts.save(Account(name="a", url="https://two.org"), Secret("t"), replace=False)
    (only,) = accounts.all()
    assert only.url == "https://one.org"
