"""Sending files: streamed, hashed on the way, and never the same content twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Final

from blake3 import blake3

from .addresses import is_ours, path_of
from .disk import Reading, on_disk
from .errors import Damaged, InvalidInput, NoSuchThing
from .model import Json, text
from .retry import Pauses, Trouble, patiently
from .settings import Settings
from .transport import Transport

CHUNK: Final = 4 * 1024 * 1024
"""Bytes that are read and hashed at a time, in a thread."""
PIECE: Final = 1024 * 1024
"""Bytes that are sent before progress is told."""
PATH: Final = "/api/files/temp"
Progress = Callable[[int, int], None]
"""Is told bytes so far and in all, from the client's own thread."""


class Uploads:
    """The files that one client has sent. A file with the same content and name as one before is
    not sent again; after ``upload_fresh`` seconds the server is asked whether it still has it."""

    def __init__(self, transport: Transport, settings: Settings) -> None:
        self._transport = transport
        self._settings = settings
        self._sent: dict[tuple[str, str], tuple[str, float]] = {}
        self._sizes: set[int] = set()
        self._locks: dict[object, asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(settings.parallel)

    async def send(self, path: Path, progress: Progress | None = None, field: str = "") -> str:
        """The uri of a file's content on the server. Raises InvalidInput when the file cannot be
        read or changes meanwhile, and EverestError."""
        size = await on_disk(path, _size, path, field)
        progress = progress or _unheard
        progress(0, size)
        lock = self._locks.setdefault((path.name, size), asyncio.Lock())
        async with lock, self._slots:  # two that may be equal come one after the other
            if size in self._sizes:
                digest = await asyncio.to_thread(_digest, path)
                uri = await self._known(digest, path.name)
                if uri:
                    progress(size, size)
                    return uri
            uri, digest = await self._send(path, size, progress)
            self._sizes.add(size)
            self._sent[digest, path.name] = (uri, time.monotonic())
            return uri

    def drop(self, uri: str) -> None:
        """The server has this file no more."""
        self._sent = {key: value for key, value in self._sent.items() if value[0] != uri}

    def forget(self) -> None:
        """The server has none of them any more."""
        self._sent.clear()

    async def still_there(self, uri: str) -> bool:
        """Whether the server still has a file: its beginning is asked for, and not read on. Of a
        file that is somewhere else nobody asks with our token: it counts as gone."""
        base = self._transport.url
        if not is_ours(base, uri):
            return False

        async def look() -> bool:
            try:
                async with self._transport.opened("GET", path_of(base, uri)):
                    return True
            except NoSuchThing:
                return False

        patience = self._transport.patience
        return await patiently(lambda: self._transport.with_login(look), patience)

    async def _known(self, digest: str, name: str) -> str:
        uri, when = self._sent.get((digest, name), ("", 0.0))
        if not uri or time.monotonic() - when < self._settings.upload_fresh:
            return uri
        if not await self.still_there(uri):
            self.drop(uri)
            return ""
        self._sent[digest, name] = (uri, time.monotonic())
        return uri

    async def _send(self, path: Path, size: int, progress: Progress) -> tuple[str, str]:
        transport = self._transport
        pauses = Pauses(transport.patience, transport.first_pause)

        def told(done: int, total: int) -> None:
            pauses.reached(done)
            progress(done, total)

        async def attempt() -> tuple[str, str]:
            body = _Body(path, size, told)
            async with (
                contextlib.aclosing(body.parts()) as parts,
                self._transport.opened("POST", PATH, content=parts, headers=body.headers) as answer,
            ):
                await answer.aread()
            uri = text(_dictionary(answer.content).get("uri"))
            if not uri:
                words = f"{self._transport.url} did not say where it put {path.name}"
                raise Trouble(Damaged(words), maybe=True)
            return uri, body.digest()

        while True:
            try:
                return await transport.with_login(attempt)
            except Trouble as trouble:
                await pauses.after(trouble)


def readable(path: Path, field: str = "") -> Path:
    """The path itself; raises InvalidInput with the field's name when it is no readable file."""
    where = f"{field}: " if field else ""
    try:
        if not path.exists():
            raise InvalidInput(f"{where}there is no file {path}", field)
        if not path.is_file():
            raise InvalidInput(f"{where}{path} is no plain file", field)
        with open(path, "rb"):
            pass
    except OSError as error:
        raise InvalidInput(f"{where}cannot read {path}: {error.strerror}", field) from None
    except ValueError as error:  # a NUL in the path
        raise InvalidInput(f"{where}{str(path)!r} is no path: {error}", field) from None
    return path


def _size(path: Path, field: str) -> int:
    return readable(path, field).stat().st_size


def _unheard(done: int, total: int) -> None:
    """Of this progress nobody wants to hear."""


def _dictionary(content: bytes) -> dict[str, Json]:
    with contextlib.suppress(ValueError):
        data = json.loads(content)
        if isinstance(data, dict):
            return data
    return {}


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What goes wrong with a disk after the file was looked at."""
    try:
        yield
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error


def _digest(path: Path) -> str:
    with _reading(path), open(path, "rb") as file:
        found = blake3()
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


class _Body:
    """A multipart form (RFC 7578) with one file, read and hashed in threads, one chunk ahead."""

    def __init__(self, path: Path, size: int, progress: Progress) -> None:
        self._path, self._size, self._progress = path, size, progress
        self._hash = blake3()
        mark = secrets.token_hex(16)
        name = path.name.encode("utf-8", "surrogateescape")
        for raw, written in ((b'"', b"%22"), (b"\r", b"%0D"), (b"\n", b"%0A")):
            name = name.replace(raw, written)
        self._head = (
            b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n" % (mark.encode(), name)
        )
        self._tail = f"\r\n--{mark}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "Content-Length": str(len(self._head) + size + len(self._tail)),
        }

    def digest(self) -> str:
        """BLAKE3 of what was sent: SHA-256 would take as long as all the rest."""
        return self._hash.hexdigest()

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """The body. Raises InvalidInput when the file's size changes meanwhile."""
        yield self._head
        sent = 0
        file = Reading(self._path)
        coming = self._coming(file)
        try:
            while (chunk := await coming) and sent <= self._size:
                coming = self._coming(file)
                if sent + len(chunk) > self._size:
                    sent += len(chunk)
                    continue
                for at in range(0, len(chunk), PIECE):
                    piece = chunk[at : at + PIECE]
                    yield piece
                    sent += len(piece)
                    self._progress(sent, self._size)
        finally:
            coming.cancel()
            closing = asyncio.ensure_future(on_disk(self._path, file.close))
            await asyncio.gather(coming, asyncio.shield(closing), return_exceptions=True)
        if sent != self._size or await on_disk(self._path, _size, self._path, "") != self._size:
            raise InvalidInput(f"{self._path} changed while it was sent")
        yield self._tail

    def _coming(self, file: Reading) -> asyncio.Future[bytes]:
        return asyncio.ensure_future(on_disk(self._path, self._read, file))

    def _read(self, file: Reading) -> bytes:
        with _reading(self._path):
            chunk = file.read(CHUNK)
        self._hash.update(chunk)
        return chunk
