"""Fetching files: streamed, complete or not at all, under a name that is only a name."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, TypeVar
from urllib.parse import unquote, urlsplit

from .addresses import is_ours, path_of
from .disk import Arriving, on_disk
from .errors import Damaged, EverestError
from .retry import Pauses, Trouble
from .transport import Transport
from .uploads import Progress

T = TypeVar("T")
CHUNK: Final = 4 * 1024 * 1024
"""Bytes that are written at a time, in a thread."""
PIECE: Final = 1024 * 1024
"""Bytes that come before progress is told."""


def file_name(uri: str) -> str:
    """The last part of a uri as a safe name of a file in a folder."""
    return safe_name(unquote(urlsplit(uri).path.rstrip("/").rsplit("/", 1)[-1]))


def safe_name(text: str) -> str:
    """The last part of a path that somebody else wrote, as a name that leads nowhere else."""
    name = re.split(r"[/\\]", text.encode("utf-8", "replace").decode())[-1]
    name = re.sub(r"[\x00-\x1f\x7f]", "_", name).strip()
    while len(name.encode()) > 240:
        name = name[1:]
    return name if name.strip(". ") else "file"


def names_of(files: Mapping[str, str]) -> Iterator[str]:
    """What files are called in one folder, of which the names are known by output. Of several with
    one name, each has its output before it; where that is taken too, a number behind it."""
    often, taken = Counter(files.values()), set[str]()
    for output, name in files.items():
        stem, suffix = os.path.splitext(safe_name(f"{output}-{name}") if often[name] > 1 else name)
        numbers = itertools.count(1)
        fresh = stem + suffix
        while fresh in taken:
            fresh = f"{stem}-{next(numbers)}{suffix}"
        taken.add(fresh)
        yield fresh


def target(folder_or_file: Path, uri: str) -> Path:
    """Where a file is stored: below an existing folder by its own name, else at the path."""
    if folder_or_file.is_dir():
        return folder_or_file / file_name(uri)
    return folder_or_file


class Downloads:
    """Fetches files for one client."""

    def __init__(self, transport: Transport, parallel: int) -> None:
        self._transport = transport
        self._slots = asyncio.Semaphore(parallel)

    @contextlib.asynccontextmanager
    async def stream(self, uri: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """Size in bytes (-1: unknown) and content, in one try. Raises Trouble when it ends too
        early."""
        base = self._transport.url
        ours = is_ours(base, uri)
        where = path_of(base, uri) if ours else _foreign(uri)
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        async with self._transport.opened("GET", where, foreign=not ours, headers=headers) as got:
            size = got.headers.get("Content-Length", "")
            yield int(size) if size.isdigit() else -1, got.aiter_raw()

    async def read(self, uri: str, limit: int) -> bytes:
        """The whole content, if it has at most ``limit`` bytes. Raises EverestError."""

        async def attempt(reached: Callable[[int], None]) -> bytes:
            async with self.stream(uri) as (_, parts):
                data = bytearray()
                async for part in parts:
                    data += part
                    reached(len(data))
                    if len(data) > limit:
                        raise Damaged(f"{file_name(uri)} has more than {limit} bytes: download it")
                return bytes(data)

        return await self._patiently(attempt)

    async def store(self, uri: str, path: Path, progress: Progress | None = None) -> Path:
        """Put the content at ``path`` (in it, when it is a folder): all of it or nothing. A file
        that is there is replaced. Raises Damaged when it cannot be stored, and EverestError."""
        path = await on_disk(path, target, path, uri)

        async def attempt(reached: Callable[[int], None]) -> Path:
            def told(done: int, total: int) -> None:
                reached(done)
                if progress:
                    progress(done, total)

            return await self._store(uri, path, told)

        try:
            return await self._patiently(attempt)
        except OSError as error:
            raise Damaged(f"cannot store {path}: {error.strerror}") from error

    async def _patiently(self, attempt: Callable[[Callable[[int], None]], Awaitable[T]]) -> T:
        pauses = Pauses(self._transport.patience, self._transport.first_pause)
        while True:
            try:
                async with self._slots:
                    return await self._transport.with_login(lambda: attempt(pauses.reached))
            except Trouble as trouble:
                await pauses.after(trouble)

    async def _store(self, uri: str, path: Path, progress: Progress) -> Path:
        arriving = Arriving(path)
        try:
            await on_disk(path, arriving.begin)
            async with self.stream(uri) as (size, parts):
                await _pour(parts, arriving.file, path, size, progress)
            await on_disk(path, arriving.finish)
        except BaseException:
            await asyncio.shield(on_disk(path, arriving.abandon))
            raise
        return path


async def _pour(
    parts: AsyncIterator[bytes], file: BinaryIO, path: Path, size: int, progress: Progress
) -> None:
    """Write in a thread what has come, while more comes."""
    done, told, coming, held = 0, 0, list[bytes](), 0
    writing: asyncio.Future[None] | None = None
    try:
        async for part in parts:
            coming.append(part)
            held += len(part)
            if done + held - told >= PIECE:
                told = done + held
                progress(told, size)
            if held >= CHUNK:
                if writing:
                    await writing
                writing = asyncio.ensure_future(on_disk(path, file.writelines, coming))
                done, coming, held = done + held, [], 0
    finally:
        if writing:
            await asyncio.wait([writing])
    if writing:
        writing.result()
    await on_disk(path, file.writelines, coming)
    await on_disk(path, file.flush)
    progress(done + held, size)


def _foreign(uri: str) -> str:
    if urlsplit(uri).scheme not in ("http", "https"):
        raise EverestError(f"{uri!r} is no address of a file")
    return uri
