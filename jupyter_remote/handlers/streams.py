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
    """The body of a request, kept in a file without a name; ``most`` bytes at most."""

    def __init__(self, handler: web.RequestHandler, most: int) -> None:
        self._most, self._size = most, 0
        connection = handler.request.connection
        connection.set_max_body_size(_NO_LIMIT)  # type: ignore[union-attr]
        self._check(int(handler.request.headers.get("Content-Length") or 0))
        self.file: BinaryIO = tempfile.TemporaryFile()  # type: ignore[assignment]

    async def take(self, chunk: bytes) -> None:
        """One part; raises TooLarge."""
        self._size += len(chunk)
        self._check(self._size)
        await asyncio.to_thread(self.file.write, chunk)

    def _check(self, size: int) -> None:
        if size > self._most:
            raise TooLarge.of("this file", self._most)

    def close(self) -> None:
        """Nothing is left."""
        self.file.close()
