"""Long bodies in parts: files that are sent, uploads that are kept on disk while they arrive."""

from __future__ import annotations

import asyncio
import os
import tempfile
from typing import BinaryIO, Final

from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import TooLarge

PART: Final = 1 << 18
_NO_LIMIT: Final = 2**62


async def send_file(handler: web.RequestHandler, file: BinaryIO, content_type: str) -> None:
    """Answer with a whole file; of what is not asked for any more no more is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    handler.set_header("Content-Type", content_type)
    handler.set_header("Content-Length", str(size))
    try:
        while chunk := await asyncio.to_thread(file.read, PART):
            handler.write(chunk)
            await handler.flush()
    except StreamClosedError:
        return
    handler.finish()


class Upload:
    """The body of a request, kept in a file without a name; ``most`` bytes at most. What is
    too large is read to its end all the same: a browser that is cut off shows no reason."""

    def __init__(self, handler: web.RequestHandler, most: int) -> None:
        self._most, self._size = most, 0
        handler.request.connection.set_max_body_size(_NO_LIMIT)  # type: ignore[union-attr]
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the request

    async def take(self, chunk: bytes) -> None:
        """One part."""
        self._size += len(chunk)
        if self._size <= self._most:
            await asyncio.to_thread(self._file.write, chunk)
        elif self._file.tell():
            await asyncio.to_thread(self._file.truncate, 0)
            self._file.seek(0)

    def whole(self) -> BinaryIO:
        """All of it, from its beginning; raises TooLarge."""
        if self._size > self._most:
            raise TooLarge.of("this file", self._most)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Nothing is left."""
        self._file.close()
