"""HTTP through the proxy when a side is slow, odd, broken or not there yet."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading

import pytest

from jupyter_remote.errors import WrongState
from jupyter_remote.proxy import Limits

from .proxy_apps.fixtures import *  # noqa: F403
from .proxy_apps.fixtures import SESSION
from .proxy_apps.requests import FLAT, MB, answer, read_head, request, rss
from .proxy_apps.upstreams import WebApp, running


async def test_slow_reader_stops_the_app(proxy, scripted):
    sent = [0]

    def flood(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sent[0] += conn.send(b"x" * MB)

    before = rss()
    scripted(flood)
    _, writer = await proxy.raw(request(proxy, "x"))
    seen = -1
    while seen != sent[0] or not seen:
        seen = sent[0]
        await asyncio.sleep(0.3)
    assert sent[0] < FLAT
    assert rss() - before < FLAT
    writer.close()


# Apps that fail


async def test_no_app(proxy):
    proxy.serve(proxy.folder / "none.sock")
    for method in ("GET", "POST"):
        response = await proxy.fetch("x", method)
        assert response.code == 502
        assert json.loads(response.body)["reason"] == "backend-unreachable"


GARBAGE = [
    b"",
    b"\x00\x01\x02\x03 not http at all\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
]


@pytest.mark.parametrize("data", GARBAGE, ids=range(len(GARBAGE)))
async def test_nonsense(proxy, scripted, data):
    scripted(answer(data))
    for method, body in (("GET", None), ("POST", b"body")):
        response = await proxy.fetch("x", method, body=body)
        assert response.code == 502
        assert json.loads(response.body)["reason"] == "backend-error"
    page = await proxy.fetch("x", headers={"Accept": "text/html"})
    assert page.code == 502
    assert page.headers["Content-Type"].startswith("text/html")


BROKEN = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nzz",
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
async def test_a_part_is_not_taken_for_the_whole(proxy, scripted, data):
    scripted(answer(data))
    for method in ("GET", "POST"):
        reader, writer = await proxy.raw(request(proxy, "x", method, "Content-Length: 0"))
        status, fields = await read_head(reader)
        assert status == "HTTP/1.1 200 OK"
        rest = await reader.read()
        assert b"part" in rest
        assert not rest.endswith(b"0\r\n\r\n")
        assert len(rest) < int(fields.get("content-length", "1000"))
        writer.close()


async def test_reset(proxy, scripted):
    def reset(app, conn):
        conn.recv(1)  # the rest stays unread: closing is a reset

    scripted(reset)
    assert (await proxy.fetch("x")).code == 502
    assert (await proxy.fetch("x", "POST", body=b"x" * MB)).code == 502


class TestImpatient:
    @pytest.fixture
    def proxy_limits(self):
        return Limits(head=0.2)

    async def test_stall(self, proxy, scripted):
        def stall(app, conn):
            while conn.recv(65536):
                pass

        scripted(stall)
        for method, body in (("GET", None), ("POST", b"body")):
            response = await proxy.fetch("x", method, body=body)
            assert response.code == 504
            assert json.loads(response.body)["reason"] == "backend-timeout"

    async def test_no_limit_after_the_head(self, proxy, scripted):
        def slow(app, conn):
            app.read_head(conn)
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
            for byte in b"abc":
                threading.Event().wait(0.3)
                conn.sendall(bytes([byte]))

        scripted(slow)
        assert (await proxy.fetch("x")).body == b"abc"


# Apps that start


async def test_page_opened_early(proxy):
    path = proxy.folder / "late.sock"
    proxy.serve(path, upstream={"waits": 60.0})
    waiting = asyncio.ensure_future(proxy.fetch("x"))
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as refusing:
        refusing.bind(str(path))  # exists, and refuses
        await asyncio.sleep(0.1)
        assert not waiting.done()
    path.unlink()
    with running(WebApp(path)):
        assert (await waiting).code == 200


async def test_waiting_has_an_end(proxy):
    proxy.serve(proxy.folder / "never.sock", upstream={"waits": 0.1})
    response = await proxy.fetch("x")
    assert response.code == 504
    assert "0.1 seconds" in json.loads(response.body)["message"]


async def test_session_ends_while_waiting(proxy):
    alive = [True]
    proxy.serve(proxy.folder / "never.sock", upstream={"waits": 60.0}, alive=lambda: alive[0])
    waiting = asyncio.ensure_future(proxy.fetch("x"))
    await asyncio.sleep(0.1)
    alive[0] = False
    assert (await waiting).code == 502

    def ended(session):
        if not alive[0]:
            raise WrongState("It ended: out of memory.")
        return target

    target = proxy.serve(
        proxy.folder / "never.sock", upstream={"waits": 60.0}, alive=lambda: alive[0]
    )
    alive[0] = True
    proxy.table.target = ended
    waiting = asyncio.ensure_future(proxy.fetch("x"))
    await asyncio.sleep(0.1)
    alive[0] = False
    response = await waiting
    assert (response.code, json.loads(response.body)["message"]) == (
        409,
        "It ended: out of memory.",
    )


async def test_stop_cuts_requests(proxy, scripted):
    def endless(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n0")
        conn.recv(1)

    scripted(endless)
    reader, writer = await proxy.raw(request(proxy, "x"))
    await read_head(reader)
    proxy.streams.close(SESSION)
    assert not (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()


async def test_activity(proxy, web_app):
    assert proxy.streams.activity(SESSION) is None
    await proxy.fetch("x")
    assert proxy.streams.activity(SESSION) > 0
    assert proxy.streams.count(SESSION) == 0
    assert proxy.changes == []
