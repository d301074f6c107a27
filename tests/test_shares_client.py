"""The client of the hub's share service, and services that answer oddly or not at all."""

from __future__ import annotations

import asyncio

import pytest
from tornado import web
from tornado.httpserver import HTTPServer

from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    Forbidden,
    LimitReached,
    NotFound,
    RemoteError,
    TooLarge,
)
from jupyter_remote.shares.hub import HubPublisher

from .servers import free_port


class Odd(web.RequestHandler):
    """A service that answers whatever its path says."""

    async def get(self, code: str, body: str) -> None:
        if code == "wait":
            await asyncio.sleep(60)
        self.set_status(int(code))
        if code == "302":
            self.set_header("Location", "/200/followed")
        self.finish(body.replace("long", "x" * 5000))


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ('413/{"message": "at most 1 MB"}', TooLarge, "at most 1 MB"),
        ('429/{"message": "slowly"}', LimitReached, "slowly"),
        ("404/", NotFound, "404"),
        ("403/<html>", Forbidden, "403"),
        ("500/[1]", BackendError, "500"),
        ("302/", BackendError, "302"),
        ("200/long", TooLarge, "at most 1000 bytes"),
        ("wait/", BackendTimeout, "did not answer within 0.5 s"),
    ],
)
async def test_odd_answers(path: str, error: type[RemoteError], words: str) -> None:
    server = HTTPServer(web.Application([(r"/(\w+)/(.*)", Odd)]))
    port = free_port()
    server.listen(port, "127.0.0.1")
    client = HubPublisher(f"http://127.0.0.1:{port}", "t", 0.5, 1000)
    with pytest.raises(error, match=words):
        await client._ask("GET", path.replace(" ", "%20").replace('"', "%22"), most=1000)
    server.stop()
    await server.close_all_connections()


async def test_a_service_that_is_not_there() -> None:
    client = HubPublisher(f"http://127.0.0.1:{free_port()}/services/share", "t", 5, 1000)
    with pytest.raises(BackendUnreachable, match="does not answer"):
        await client.limits()
    assert client.prefix == "/services/share/s/"
