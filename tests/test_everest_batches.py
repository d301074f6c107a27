"""Several files of Everest at once: where they are stored, and what one that fails does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_remote.everest import AsyncEverest, NoSuchThing, Refused
from jupyter_remote.everest.downloads import names_of
from jupyter_remote.everest.together import together

from . import everest_rig
from .everest_notebook import *  # noqa: F403

Factory = Callable[..., everest_rig.Everest]


def ended(server: everest_rig.Everest, **result: object) -> str:
    """A job with these outputs; answers its id."""
    (job_id,) = server.control.make_jobs(1, result=result)
    return job_id


def below(folder: Path) -> dict[str, int]:
    """All files below a folder, with their sizes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_size for path in found}


# -- names


@pytest.mark.parametrize("odd", ["../../escaped", "/escaped", "..\\..\\escaped", "sub/escaped"])
async def test_a_name_of_an_output_leads_nowhere(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path, odd: str
) -> None:
    files = {name: server.control.make_file("r.txt", size) for name, size in ((odd, 1), ("y", 2))}
    job = await client.job(ended(server, **files))
    (out := tmp_path / "a" / "b" / "out").mkdir(parents=True)
    stored = await job.download(out)
    assert below(tmp_path / "a") == {"b/out/escaped-r.txt": 1, "b/out/y-r.txt": 2}
    assert [path.stat().st_size for path in stored] == [1, 2]


async def test_no_file_is_lost_to_another(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    names = {"x": "r.txt", "y": "r.txt", "z": "x-r.txt", "up/x": "r.txt"}
    sizes = {output: 10 + number for number, output in enumerate(names)}
    files = {each: server.control.make_file(names[each], sizes[each]) for each in names}
    job = await client.job(ended(server, **files))
    stored = await job.download(tmp_path / "out")
    assert [path.stat().st_size for path in stored] == list(sizes.values())
    assert below(tmp_path / "out") == {
        "x-r.txt": 10,
        "y-r.txt": 11,
        "x-r-1.txt": 12,
        "x-r-2.txt": 13,
    }


def test_names_in_one_folder() -> None:
    cases: list[tuple[dict[str, str], list[str]]] = [
        ({"a": "one", "b": "two"}, ["one", "two"]),
        ({"a": "one", "b": "one"}, ["a-one", "b-one"]),
        ({"..": ".", "/": "."}, ["..-.", "-."]),
        ({"\ud800": "r", "?": "r"}, ["?-r", "?-r-1"]),
    ]
    for files, names in cases:
        assert list(names_of(files)) == names
    long = list(names_of({"x" * 300: "r" * 250, "y" * 300: "r" * 250}))
    assert len(set(long)) == 2
    assert max(map(len, long)) < 255


# -- memory


def peak(anew: bool = False) -> int:
    """Most bytes of memory that this process had, since this was last asked ``anew``."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    (line,) = (x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return int(line.split()[1]) * 1024


async def test_three_hundred_megabytes_are_stored_in_little_memory(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    """2 GB take 20 s: as many are streamed in ``test_two_gigabytes_both_ways``."""
    uri, told = server.control.make_file("zeros", 300_000_000), list[int]()
    before = peak(anew=True)
    stored = await client.file(uri).download(tmp_path, lambda done, total: told.append(done))
    assert peak() - before < 60_000_000
    assert (told[-1], stored.stat().st_size) == (300_000_000, 300_000_000)
    assert len(told) > 100
    stored.unlink()


# -- one that fails


async def test_one_that_fails_ends_the_others() -> None:
    begun, ends = asyncio.Event(), list[str]()

    async def slow() -> str:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)  # it takes its time to end
            ends.append("slow")
        return "never"

    async def fails() -> str:
        await begun.wait()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await together([slow(), fails()])
    assert ends == ["slow"]
    begun.clear()
    task = asyncio.ensure_future(together([slow()]))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ends == ["slow", "slow"]


async def test_a_download_that_fails_ends_the_others(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    slow = server.control.make_file("slow", 5_000_000)
    job = await client.job(ended(server, slow=slow, bad="/api/files/none/bad"))
    server.control.fault("files.get", "slow", times=0)
    before = asyncio.all_tasks()
    with pytest.raises(NoSuchThing):
        await job.download(tmp_path / "out")
    assert asyncio.all_tasks() <= before  # nothing that was begun here goes on
    assert below(tmp_path / "out") == {}


async def test_an_upload_that_fails_ends_the_others(
    client: AsyncEverest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    paths = []
    for number in range(2):
        paths.append(tmp_path / f"{number}")
        paths[-1].write_text(str(number))
    server.control.fault("files.upload", "status", status=400, when="after")
    server.control.fault("files.upload", "hang", nth=2, times=0)
    before = asyncio.all_tasks()
    with pytest.raises(Refused):
        await client.submit("demo/kinds", {"title": "t", "count": 3, "files": paths})
    assert asyncio.all_tasks() <= before  # nothing that was begun here goes on
    assert server.control.jobs() == []
