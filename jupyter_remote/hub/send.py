"""A notebook on its way out, piece by piece: memory does not grow with its size."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import IO
from urllib.parse import quote

from tornado.iostream import StreamClosedError

from .base import Handler
from .records import Kept
from .snapshots import CHUNK


async def send_notebook(handler: Handler, user: str, key: str, *, bundle: bool = False) -> None:
    """Answer with the notebook that a key opens for this user; ``bundle``: with its options, as
    a zip. A one-time link whose notebook did not arrive whole may be tried again. HEAD sends
    nothing and counts nothing."""
    links = handler.service.links
    if handler.request.method == "HEAD":
        _headers(handler, await links.find(user, key), bundle)
        return
    with links.fetching(user, bundle):
        await _fetched(handler, user, key, bundle)


async def _fetched(handler: Handler, user: str, key: str, bundle: bool) -> None:
    links = handler.service.links
    kept, file, last = await links.fetch(user, key)
    whole = False
    try:
        with await links.packed(kept, file) if bundle else file as sent:
            _headers(handler, kept, bundle)
            handler.set_header("Content-Length", str(sent.seek(0, os.SEEK_END)))
            sent.seek(0)
            whole = await _send(handler, sent)
    finally:
        if last:
            await links.fetched(kept.id, whole)
    if whole:
        with contextlib.suppress(StreamClosedError):  # all of it left
            await handler.finish()


def _headers(handler: Handler, kept: Kept, bundle: bool) -> None:
    name, kind = kept.name, "application/x-ipynb+json"
    if bundle:
        name, kind = name.removesuffix(".ipynb") + ".zip", "application/zip"
    handler.set_header("Content-Type", kind)
    handler.set_header(
        "Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    )
    if not bundle:
        handler.set_header("Content-Length", str(kept.size))
    handler.set_header("ETag", f'"{kept.revision}"')
    handler.set_header("X-Revision", str(kept.revision))


async def _send(handler: Handler, file: IO[bytes]) -> bool:
    """Whether all of it left before the receiver went away, or stopped to read."""
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            handler.write(chunk)
            await asyncio.wait_for(handler.flush(), handler.service.stall)
    except StreamClosedError:
        return False
    except asyncio.TimeoutError:
        stream = handler.detach()
        stream.close()
        return False
    return True
