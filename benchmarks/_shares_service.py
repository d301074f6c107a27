"""The hub's share service with many shares, or the same files by tornado's static file handler.

``service`` (who asks is told by a stand-in: no hub is asked) or ``static``; prints one line: the
addresses of the notebooks, as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import tempfile
from pathlib import Path

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.hub_desk_rig import running

LIMITS = {"user_shares": 10**6, "user_bytes": 10**12, "total_bytes": 10**12}


def content() -> bytes:
    """A notebook of 100 kB."""
    out = {"output_type": "stream", "name": "stdout", "text": "a line of output\n" * 5_800}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "x"}
    cells = [{**cell, "outputs": [out]}]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole).encode()


async def service(count: int, folder: Path) -> None:
    async with running(folder, limits=LIMITS) as rig:
        tokens = [(await rig.share("alice", content()))[1] for _ in range(count)]
        await told([f"{rig.url}api/links/{token}/notebook" for token in tokens])


async def static(count: int, folder: Path) -> None:
    for number in range(count):
        (folder / f"{number}.ipynb").write_bytes(content())
    server = HTTPServer(web.Application([("/(.*)", web.StaticFileHandler, {"path": folder})]))
    (socket,) = bind_sockets(0, "127.0.0.1")
    server.add_socket(socket)
    port = socket.getsockname()[1]
    await told([f"http://127.0.0.1:{port}/{number}.ipynb" for number in range(count)])


async def told(urls: list[str]) -> None:
    print(json.dumps(urls), flush=True)
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


def main() -> None:
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    logging.getLogger("jupyter_remote").setLevel(logging.ERROR)
    kind, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run({"service": service, "static": static}[kind](count, Path(folder)))


if __name__ == "__main__":
    main()
