"""Plain requests: streams both ways, framing, failures of apps."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import threading

import pytest

from jupyter_remote.proxy import rewrite

from .conftest import until
from .proxy_apps.fixtures import *  # noqa: F403
from .proxy_apps.fixtures import SESSION
from .proxy_apps.requests import FLAT, MB, answer, read_head, recv_exactly, request, rss
from .proxy_apps.upstreams import LARGE


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_methods(proxy, web_app, method):
    body = None if method in ("GET", "OPTIONS") else b"some \xff bytes"
    response = await proxy.fetch("a/b?c=d%20", method, body=body)
    seen = json.loads(response.body)
    assert (seen["method"], seen["uri"]) == (method, "/a/b?c=d%20")
    assert seen["body"].encode("latin-1") == (body or b"")


async def test_head(proxy, web_app):
    response = await proxy.fetch("x", "HEAD")
    assert (response.code, response.body) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0
    assert (await proxy.fetch("x")).code == 200


@pytest.mark.parametrize("status", [204, 304, 404, 418, 500])
async def test_statuses(proxy, web_app, status):
    response = await proxy.fetch(f"x?status={status}&set=Etag:%22e%22")
    assert response.code == status
    assert response.headers["Etag"] == '"e"'
    assert bool(response.body) == (status not in (204, 304))
    assert (await proxy.fetch("x")).code == 200


async def test_without_slash(proxy, web_app):
    response = await proxy.fetch(f"?a=1&token={proxy.token}", prefix=proxy.prefix[:-1])
    assert response.code == 302
    assert response.headers["Location"] == proxy.prefix + "?a=1"


async def test_unstripped_and_renamed(proxy, web_app):
    proxy.serve(web_app.path, upstream={"strip_prefix": False})
    seen = json.loads((await proxy.fetch("x")).body)
    assert seen["uri"] == proxy.prefix + "x"
    assert "X-Forwarded-Prefix" not in dict(seen["headers"])
    proxy.serve(web_app.path, upstream={"mappath": {"/": "/index.html"}})
    assert json.loads((await proxy.fetch()).body)["uri"] == "/index.html"
    assert json.loads((await proxy.fetch("x")).body)["uri"] == "/x"


async def test_an_answer_is_rewritten_as_a_whole(proxy, scripted):
    def shout(response, *, request, path):
        response.headers["X-Path"] = f"{request.method} {path}"
        response.headers["Set-Cookie"] = "a=b; Path=/"
        response.code, response.body = 203, response.body.upper()

    part = b"4\r\nwoof\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    scripted(answer(head + 2 * part + b"0\r\n\r\n"), upstream={"rewrite": shout})
    response = await proxy.fetch("dog")
    assert (response.code, response.body) == (203, b"WOOFWOOF")
    assert response.headers["X-Path"] == "GET /dog"
    confined = f"a=b; Path={proxy.prefix}"
    assert confined in response.headers.get_list("Set-Cookie")
    assert (await proxy.fetch("dog", "POST", body=b"x")).body == b"WOOFWOOF"


@pytest.mark.parametrize("fault", ["function", "app", "size"])
async def test_a_rewriting_that_fails_is_said(proxy, scripted, fault, monkeypatch):
    def broken(response, **_):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(rewrite, "MOST", 3 if fault == "size" else 100)
    length = b"40" if fault == "app" else b"4"
    data = b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\nwoof"
    scripted(answer(data), upstream={"rewrite": broken})
    response = await proxy.fetch("x")
    assert response.code == 502
    words = {"function": "ZeroDivisionError: oh", "app": "broke off", "size": "larger"}
    assert words[fault] in json.loads(response.body)["message"]


async def test_own_page(proxy, scripted):
    pages = ["<p>ours</p>", None]
    app = scripted(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\napps"), page=pages.pop)
    assert (await proxy.fetch()).body == b"apps"
    response = await proxy.fetch()
    assert response.body == b"<p>ours</p>"
    assert response.headers["Cache-Control"] == "no-store"
    assert app.connections == 1


async def test_connections_are_used_again(proxy, scripted):
    def forever(app, conn):
        while True:
            app.read_head(conn)
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    app = scripted(forever)
    for _ in range(5):
        assert (await proxy.fetch("x")).body == b"ok"
    assert (await proxy.fetch("x", "POST", body=b"")).body == b"ok"
    assert (app.connections, len(app.heads)) == (2, 6)
    together = await asyncio.gather(*(proxy.fetch("x") for _ in range(4)))
    assert [response.body for response in together] == [b"ok"] * 4


async def test_kept_connection_closed_by_the_app(proxy, scripted):
    def once_each(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def once_then_late(app, conn):
        once_each(app, conn)
        app.read_head(conn)  # takes the second request, and is gone

    app = scripted(once_each)
    for _ in range(3):
        assert (await proxy.fetch("x")).body == b"ok"
    assert app.connections == 3
    proxy.streams.close(SESSION)
    app = scripted(once_then_late)
    for _ in range(3):
        assert (await proxy.fetch("x")).body == b"ok"
    assert len(app.heads) == 5


async def test_http_1_0_app(proxy, scripted):
    scripted(answer(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end"))
    response = await proxy.fetch("x")
    assert (response.code, response.body) == (200, b"until the end")


async def test_http_1_0_browser(proxy, web_app):
    reader, writer = await proxy.raw(
        request(proxy, f"large?size={MB}").replace(b"HTTP/1.1", b"HTTP/1.0")
    )
    data = await reader.read()
    assert len(data.partition(b"\r\n\r\n")[2]) == MB
    writer.close()


# Streams


@pytest.mark.parametrize("length", ["", "1"], ids=["chunked", "length"])
async def test_large_answer(proxy, web_app, length):
    before = peak = rss()
    reader, _ = await proxy.raw(
        request(proxy, f"large?length={length}", "GET", "Connection: close")
    )
    status, fields = await read_head(reader)
    assert status == "HTTP/1.1 200 OK"
    assert ("content-length" in fields) == bool(length)
    size = 0
    while data := await reader.read(MB):
        size += len(data)
        peak = max(peak, rss())
    assert size == LARGE if length else size > LARGE
    assert peak - before < FLAT


@pytest.mark.parametrize("framing", [f"Content-Length: {LARGE}", "Transfer-Encoding: chunked"])
async def test_large_request(proxy, web_app, framing):
    reader, writer = await proxy.raw(request(proxy, "upload", "PUT", framing))
    block, before, peak, digest = os.urandom(MB), rss(), 0, hashlib.sha256()
    for _ in range(LARGE // MB):
        if "chunked" in framing:
            writer.write(b"%x\r\n%b\r\n" % (MB, block))
        else:
            writer.write(block)
        digest.update(block)
        await writer.drain()
        peak = max(peak, rss())
    if "chunked" in framing:
        writer.write(b"0\r\n\r\n")
    status, fields = await read_head(reader)
    assert status == "HTTP/1.1 200 OK"
    seen = json.loads(await reader.readexactly(int(fields["content-length"])))
    assert seen == {"size": LARGE, "sha256": digest.hexdigest()}
    assert peak - before < FLAT
    writer.close()


async def test_events_come_one_by_one(proxy, web_app):
    seen = []

    def got(chunk):
        seen.append(chunk)
        web_app.release.set()

    response = await proxy.fetch("events", streaming_callback=got)
    assert response.headers["Content-Type"] == "text/event-stream"
    assert seen == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]


async def test_expect_continue(proxy, web_app):
    data = request(proxy, "upload", "PUT", "Content-Length: 5", "Expect: 100-continue")
    reader, writer = await proxy.raw(data)
    assert (await read_head(reader))[0] == "HTTP/1.1 100 (Continue)"
    writer.write(b"12345")
    assert (await read_head(reader))[0] == "HTTP/1.1 200 OK"
    writer.close()


async def test_answer_before_the_end_of_the_request(proxy, scripted):
    scripted(answer(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"))
    reader, writer = await proxy.raw(request(proxy, "x", "POST", f"Content-Length: {MB}") + b"x")
    assert (await read_head(reader))[0] == "HTTP/1.1 413 Too Large"
    assert await reader.readexactly(2) == b"no"
    writer.close()


async def test_both_directions_at_once(proxy, scripted):
    def repeats(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for _ in range(2):
            conn.sendall(recv_exactly(conn, 3))

    scripted(repeats)
    reader, writer = await proxy.raw(request(proxy, "x", "POST", "Content-Length: 6") + b"abc")
    await read_head(reader)
    assert await reader.readexactly(3) == b"abc"
    writer.write(b"def")
    assert await reader.readexactly(3) == b"def"
    writer.close()


async def test_browser_leaves(proxy, scripted):
    left = threading.Event()

    def endless(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                conn.sendall(b"x" * MB)
        except OSError:
            left.set()

    scripted(endless)
    reader, writer = await proxy.raw(request(proxy, "x"))
    await read_head(reader)
    writer.close()
    await until(left.is_set)


async def test_browser_leaves_a_silent_app(proxy, scripted):
    heard, left = threading.Event(), threading.Event()

    def silent(app, conn):
        app.read_head(conn)
        heard.set()
        assert conn.recv(1) == b""
        left.set()

    scripted(silent)
    _, writer = await proxy.raw(request(proxy, "x"))
    await until(heard.is_set)
    writer.close()
    await until(left.is_set)
