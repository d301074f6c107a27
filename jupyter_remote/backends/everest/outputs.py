"""Outputs of a job: what there is, how long the files are, and how they come into a folder."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from ...errors import NotFound, StorageError
from ...everest import AsyncEverest, AsyncJob, AsyncRemoteFile, JobInfo
from ...everest.disk import Claim, on_disk
from ...exact import exact
from ...model import Json
from .transfers import Progress

KEPT: Final = 20_000
"""Sizes that are remembered, of the files that were asked for last."""


class Sizes:
    """Bytes of output files, in memory. What a job left that has ended does not change: the server
    is asked once."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def of(self, client: AsyncEverest, info: JobInfo, uri: str) -> int | None:
        """Bytes of an output of a job; None when the server does not say."""
        key = (info.id, uri)
        if info.ended and key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        size = await _asked(client, uri)
        self._known.pop(key, None)
        if info.ended and size is not None:
            self._known[key] = size
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return size

    def forget(self, job_id: str) -> None:
        """The job is deleted."""
        for key in [key for key in self._known if key[0] == job_id]:
            del self._known[key]


async def _asked(client: AsyncEverest, uri: str) -> int | None:
    try:
        async with client.downloads.stream(uri) as (size, _):
            return size if size >= 0 else None
    except Exception:  # a file that cannot be asked for has no size, the others have
        return None


async def listed(client: AsyncEverest, info: JobInfo, sizes: Sizes) -> list[dict[str, Json]]:
    """The outputs: ``name`` and ``value``, or ``uri``, ``file`` (its name) and ``size`` (bytes,
    None when the server does not say)."""
    files = await AsyncJob(info, client).files()
    known = await asyncio.gather(*(sizes.of(client, info, file.uri) for file in files.values()))
    values = {k: exact(v) for k, v in info.result.items() if not _is_file(k, files)}
    return [{"name": name, "value": value} for name, value in values.items()] + [
        {"name": name, "uri": file.uri, "file": file.name, "size": size}
        for (name, file), size in zip(files.items(), known, strict=True)
    ]


async def download(
    client: AsyncEverest,
    info: JobInfo,
    names: list[str],
    folder: Path,
    progress: Progress,
    sizes: Sizes,
) -> list[Path]:
    """Store output files of a job (all when none is named) in a folder, beside what is there; the
    size of all together is known as they come. Raises NotFound, Damaged."""
    files = await AsyncJob(info, client).files()
    if unknown := [name for name in names if name not in files]:
        raise NotFound(f"{info.id} has no output file {unknown[0]!r}")
    wanted = [file for name, file in files.items() if not names or name in names]
    total, before, stored = await _total(client, info, wanted, sizes), 0, list[Path]()
    for file in wanted:
        place = Claim(partial(free_path, folder, file.name))
        try:
            path = await on_disk(folder, place.begin)
            await file.download(path, partial(_further, progress, before, total))
        except BaseException:
            await place.give_up()
            raise
        before += (await on_disk(path, path.stat)).st_size
        stored.append(path)
    return stored


async def _total(
    client: AsyncEverest, info: JobInfo, files: list[AsyncRemoteFile], sizes: Sizes
) -> int | None:
    """Bytes of several files, -1 when that is not known; None of one, which says it itself."""
    if len(files) == 1:
        return None
    known = await asyncio.gather(*(sizes.of(client, info, file.uri) for file in files))
    return sum(size for size in known if size is not None) if None not in known else -1


def _further(progress: Progress, before: int, total: int | None, done: int, own: int) -> None:
    """One file's progress as that of all; ``total`` None: there is no other."""
    progress(before + done, own if total is None else total)


def free_path(folder: Path, name: str) -> Path:
    """A name in a folder that nothing has, taken at once by an empty file. Raises StorageError."""
    stem, suffix = os.path.splitext(name)
    for number in itertools.count():
        path = folder / (f"{stem}-{number}{suffix}" if number else name)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}") from error
        return path
    raise AssertionError


def _is_file(output: str, files: Mapping[str, object]) -> bool:
    return output in files or f"{output}.0" in files
