"""Files of Everest: streamed both ways, whole or not at all, and never with the token elsewhere."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_remote.everest import (
    AsyncEverest,
    Damaged,
    InvalidInput,
    JobFailed,
    NoSuchThing,
    Settings,
    Unreachable,
)
from jupyter_remote.everest.downloads import file_name
from jupyter_remote.everest.handles import AsyncRemoteFile

from . import everest_rig
from .everest_notebook import *  # noqa: F403
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]
GB = 1024**3


NAMES = [
    "plain.txt",
    "two words.txt",
    "отчёт №1.txt",
    'quo"te.txt',
    "per%20cent.txt",
    "..dots.txt",
    "a;b=c.txt",
]


@pytest.mark.parametrize("name", NAMES)
async def test_names_travel(client: AsyncEverest, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"content\n")
    file = await client.upload(path)
    assert await file.read() == b"content\n"
    folder = tmp_path / "out"
    folder.mkdir()
    stored = await file.download(folder)
    assert stored.parent == folder
    assert stored.read_bytes() == b"content\n"
    assert stored.suffix == ".txt"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("/api/files/1/a.txt", "a.txt"),
        ("/api/files/1/..", "file"),
        ("/api/files/1/%2e%2e", "file"),
        ("/api/files/1/..%2f..%2fetc%2fpasswd", "passwd"),
        ("/api/files/1/..%5c..%5cboot.ini", "boot.ini"),
        ("/api/files/1/%00%0a", "__"),
        ("/api/files/1/", "1"),
        ("https://else.where/x/y.dat?token=1#z", "y.dat"),
        ("/api/files/1/" + "%D1%8F" * 200 + ".txt", "я" * 118 + ".txt"),
    ],
)
def test_a_name_stays_in_its_folder(uri: str, name: str) -> None:
    assert file_name(uri) == name


async def test_empty_files(client: AsyncEverest, tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    file = await client.upload(path)
    assert await file.read() == b""
    assert (await file.download(tmp_path / "copy")).stat().st_size == 0


async def test_the_same_content_is_sent_once(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    one, other = tmp_path / "data", tmp_path / "sub" / "data"
    other.parent.mkdir()
    one.write_bytes(b"x" * 100_000)
    other.write_bytes(b"x" * 100_000)
    files = await asyncio.gather(*(client.upload(path) for path in (one, other, one)))
    assert len(set(files)) == 1
    assert server.control.counts()["files.upload"] == 1
    other.write_bytes(b"y" * 100_000)
    assert await (await client.upload(other)).read() == b"y" * 100_000
    assert server.control.counts()["files.upload"] == 2


async def test_an_upload_that_the_server_dropped(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * 1000)
    stale = Settings(upload_fresh=0, patience=5)
    async with AsyncEverest(server.url, server.token, settings=stale, folder=tmp_path) as client:
        first = await client.upload(path)
        assert await client.upload(path) == first
        await client.transport.call("DELETE", "/api/user/tmp_files")
        second = await client.upload(path)
        assert second != first
        assert await second.read() == b"x" * 1000
        await client.clear_uploads()
        with pytest.raises(NoSuchThing):
            await second.read()


async def test_a_file_that_changes_while_it_is_sent(client: AsyncEverest, tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 5_000_000)

    def grow(done: int, total: int) -> None:
        with open(path, "ab") as file:
            file.write(b"more")

    with pytest.raises(InvalidInput, match="changed while it was sent"):
        await client.upload(path, grow)


async def test_a_file_that_cannot_be_read(client: AsyncEverest, tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, Path("nul\0byte")):
        with pytest.raises(InvalidInput):
            await client.upload(path)
    broken = Path("/proc/self/mem")  # it can be opened, and reading fails as on a broken disk
    for _ in range(2):  # the second time it is hashed before
        with pytest.raises(InvalidInput, match=f"cannot read {broken}: {os.strerror(errno.EIO)}"):
            await client.upload(broken)
        (tmp_path / "empty").touch()
        await client.upload(tmp_path / "empty")


@pytest.mark.parametrize(
    "fault", [{"kind": "truncate"}, {"kind": "reset"}, {"kind": "status", "status": 503}]
)
async def test_broken_downloads_are_made_whole(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path, fault: dict[str, object]
) -> None:
    path = tmp_path / "data"
    path.write_bytes(os.urandom(3_000_000))
    file = await client.upload(path)
    server.control.fault("files.get", times=2, **fault)  # type: ignore[arg-type]
    stored = await file.download(tmp_path / "copy")
    assert stored.read_bytes() == path.read_bytes()


async def test_a_download_that_never_succeeds_leaves_nothing(
    server: everest_rig.Everest, tmp_path: Path
) -> None:
    impatient = Settings(patience=0.3, first_pause=0.02)
    async with AsyncEverest(
        server.url, server.token, settings=impatient, folder=tmp_path
    ) as client:
        (tmp_path / "data").write_bytes(b"x" * 1_000_000)
        file = await client.upload(tmp_path / "data")
        folder = tmp_path / "out"
        folder.mkdir()
        (folder / "data").write_text("the old one")
        server.control.fault("files.get", "truncate", times=0)
        with pytest.raises(Unreachable):
            await file.download(folder)
    assert [path.name for path in folder.iterdir()] == ["data"]
    assert (folder / "data").read_text() == "the old one"


async def test_no_space_for_a_download(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    """A limit on the size of files stands for a full disk: the same error of the same call."""
    (tmp_path / "data").write_bytes(b"x" * 3_000_000)
    file = await client.upload(tmp_path / "data")
    folder = tmp_path / "out"
    folder.mkdir()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, usual[1]))
    try:
        with pytest.raises(Damaged, match=f"cannot store .*{os.strerror(errno.EFBIG)}"):
            await file.download(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert list(folder.iterdir()) == []
    with pytest.raises(Damaged, match="cannot store"):
        await file.download(tmp_path / "no such folder" / "data")


async def test_files_on_another_server_never_see_the_token(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    server.control.options(absolute_outputs=True)
    (tmp_path / "text").write_text("one\n")
    job = await client.submit("demo/append", {"message": "two", "file": tmp_path / "text"})
    out = (await job.result(timeout=30))["file"]
    assert isinstance(out, AsyncRemoteFile)
    assert out.uri.startswith("http://")
    assert not out.uri.startswith(server.url)
    assert await out.text() == "one\ntwo\n"
    assert server.control.leaks() == []


async def test_files_of_another_client(
    client: AsyncEverest, everest: Factory, tmp_path: Path
) -> None:
    other = everest()
    (tmp_path / "text").write_text("one\n")
    async with AsyncEverest(other.url, other.token, folder=tmp_path, settings=QUICK) as second:
        file = await second.upload(tmp_path / "text")
        with pytest.raises(InvalidInput, match="on another server"):
            await client.submit("demo/append", {"message": "two", "file": file})


async def test_all_outputs_of_a_job(client: AsyncEverest, tmp_path: Path) -> None:
    for name, words in (("left", "b 1\nd 2\n"), ("right", "a 1\nb 4\n")):
        (tmp_path / name).write_text(words)
    inputs = {"left": tmp_path / "left", "right": tmp_path / "right"}
    job = await client.submit("demo/pair-merge", inputs)
    await job.wait(timeout=30)
    stored = await job.download(tmp_path / "out")
    assert len(stored) == len(await job.files()) == 2
    assert all(path.stat().st_size for path in stored)


async def test_lists_of_files(client: AsyncEverest, tmp_path: Path) -> None:
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"part {number}")
        paths[-1].write_text(str(number))
    inputs = {"title": "t", "count": 3, "files": paths}
    job = await client.submit("demo/kinds", inputs)
    assert await job.result(timeout=30)
    assert [uri.startswith("/api/files/") for uri in job.inputs["files"]] == [True] * 3


async def test_partial_results_of_a_failure(
    client: AsyncEverest, server: everest_rig.Everest
) -> None:
    server.control.life(end={"state": "FAILED", "info": "half way", "result": {"text": "some"}})
    job = await client.submit("demo/echo", {"text": "all"})
    with pytest.raises(JobFailed, match="half way"):
        await job.result(timeout=30)
    assert await job.outputs() == {"text": "some"}


def sparse(path: Path, size: int) -> None:
    """A file of zeros that takes no space."""
    with open(path, "wb") as file:
        file.truncate(size)


@pytest.mark.slow
@pytest.mark.timeout(600)  # a minute and more where others work too
async def test_two_gigabytes_both_ways(server: everest_rig.Everest, tmp_path: Path) -> None:
    """Streamed: the memory of this process grows by less than a tenth of the file."""
    server.control.options(discard_over=1_000_000)
    big = tmp_path / "big"
    sparse(big, 2 * GB + 1)
    uri = server.control.make_file("zeros", 2 * GB + 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        told: list[int] = []
        await client.upload(big, lambda done, total: told.append(done))
        assert told[-1] == 2 * GB + 1
        size = 0
        async for part in client.file(uri).stream():
            size += len(part)
        assert size == 2 * GB + 1
        with pytest.raises(Damaged, match="has more than"):
            await client.file(uri).read()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < 0.5 * GB
