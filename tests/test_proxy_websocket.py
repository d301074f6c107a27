"""Websockets: the handshake, what passes, how they end, what they leave behind."""

from __future__ import annotations

import asyncio
import json
import os
import struct

import pytest
from tornado.httpclient import HTTPClientError

from .conftest import until
from .proxy_apps.fixtures import *  # noqa: F403
from .proxy_apps.frames import MB, SWITCH, close, frame, read_frame
from .proxy_apps.upstreams import WebApp, running


async def test_messages(proxy, web_app):
    ws = await proxy.websocket()
    await ws.read_message()
    for message in ("text ü", b"\x00\xff binary", "", "x" * 70_000):
        await ws.write_message(message, binary=isinstance(message, bytes))
        assert await ws.read_message() == message
    await close(ws)
    assert (ws.close_code, ws.close_reason) == (None, None) or ws.close_code == 1000


async def test_message_of_100_mb(proxy, web_app):
    ws = await proxy.websocket("plain")
    message = os.urandom(MB) * 100
    await ws.write_message(message, binary=True)
    assert await ws.read_message() == message
    await close(ws)


async def test_fragments_pings_and_early_bytes(proxy, web_app):
    early = frame(1, b"he", final=False) + frame(9, b"ping") + frame(0, b"llo")
    reader, _ = await proxy.raw(proxy.handshake("plain") + early)
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    assert await read_frame(reader) == (0x8A, b"ping")
    assert await read_frame(reader) == (0x81, b"hello")


async def test_many_early_bytes_while_the_app_starts(proxy):
    path = proxy.folder / "late.sock"
    proxy.serve(path, upstream={"waits": 60.0})
    early = b"".join(frame(2, os.urandom(60_000)) for _ in range(20))
    reader, writer = await proxy.raw(proxy.handshake("plain"))
    await asyncio.sleep(0.1)
    writer.write(early)
    with running(WebApp(path)):
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        back = [await read_frame(reader) for _ in range(20)]
        assert b"".join(payload for _, payload in back) == b"".join(
            early[i * 60_008 + 8 : (i + 1) * 60_008] for i in range(20)
        )
        writer.transport.abort()


async def test_close_code_of_the_app(proxy, web_app):
    ws = await proxy.websocket()
    await ws.read_message()
    await ws.write_message("close")
    assert await ws.read_message() is None
    assert (ws.close_code, ws.close_reason) == (4321, "because")
    ws.close()


async def test_close_code_of_the_browser(proxy, scripted):
    got = []

    def remembers(app, conn):
        app.read_head(conn)
        conn.sendall(SWITCH)
        while data := conn.recv(100):
            got.append(data)

    scripted(remembers)
    reader, writer = await proxy.raw(proxy.handshake())
    await reader.readuntil(b"\r\n\r\n")
    goodbye = frame(8, struct.pack("!H", 4001) + b"bye")
    writer.write(goodbye)
    writer.write_eof()
    assert await reader.read() == b""
    assert b"".join(got) == goodbye


async def test_subprotocol_is_the_apps_choice(proxy, web_app):
    ws = await proxy.websocket(subprotocols=["first", "second"])
    assert ws.selected_subprotocol == "second"
    seen = dict(json.loads(await ws.read_message()))
    assert seen["Sec-Websocket-Protocol"] == "first,second"
    await close(ws)


async def test_compression_end_to_end(proxy, web_app):
    ws = await proxy.websocket(compression_options={})
    await ws.read_message()
    await ws.write_message("deflated?")
    assert await ws.read_message() == "_PerMessageDeflateDecompressor"
    await close(ws)
    ws = await proxy.websocket()
    assert "Sec-Websocket-Extensions" not in dict(json.loads(await ws.read_message()))
    await close(ws)


async def test_half_close(proxy, scripted):
    def afterwards(app, conn):
        app.read_head(conn)
        conn.sendall(SWITCH)
        data = b""
        while part := conn.recv(MB):
            data += part
        conn.sendall(data[::-1])

    scripted(afterwards)
    reader, writer = await proxy.raw(proxy.handshake())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"abc" * MB)
    writer.write_eof()
    assert await reader.read() == b"cba" * MB


# Handshakes


async def test_refusal_of_the_app_is_seen(proxy, scripted):
    def refuses(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 4\r\n\r\nwhy?")

    scripted(refuses)
    with pytest.raises(HTTPClientError) as caught:
        await proxy.websocket()
    assert caught.value.code == 302
    assert caught.value.response.headers["Location"] == proxy.prefix + "login"
    assert proxy.changes == []


async def test_no_app(proxy):
    proxy.serve(proxy.folder / "none.sock")
    reader, _ = await proxy.raw(proxy.handshake())
    assert b" 502 " in await reader.readline()


async def test_session_ends_while_waiting(proxy):
    alive = [True]
    proxy.serve(proxy.folder / "none.sock", upstream={"waits": 60.0}, alive=lambda: alive[0])
    reader, _ = await proxy.raw(proxy.handshake())
    await asyncio.sleep(0.1)
    alive[0] = False
    assert b" 502 " in await reader.readline()


async def test_browser_leaves_while_waiting(proxy):
    asked = []

    def alive():
        asked.append(1)
        return True

    proxy.serve(proxy.folder / "none.sock", upstream={"waits": 60.0}, alive=alive)
    _, writer = await proxy.raw(proxy.handshake())
    await until(lambda: asked)
    writer.transport.abort()
    seen = -1
    while seen != len(asked):
        seen = len(asked)
        await asyncio.sleep(0.3)


async def test_handshake_with_hostile_head(proxy, scripted):
    def hostile(app, conn):
        app.read_head(conn)
        conn.sendall(SWITCH[:-2] + b"Set-Cookie: _xsrf=evil\r\nClear-Site-Data: *\r\n\r\n")
        conn.recv(1)

    scripted(hostile)
    reader, _ = await proxy.raw(proxy.handshake())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head
    assert b"evil" not in head
    assert b"Clear-Site-Data" not in head


@pytest.mark.parametrize("upgrade", ["h2c", "TLS/1.0", "websocket, h2c"])
async def test_other_upgrades_are_plain_requests(proxy, scripted, upgrade):
    def answers(app, conn):
        app.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    app = scripted(answers)
    data = proxy.handshake().replace(b"Upgrade: websocket", b"Upgrade: " + upgrade.encode())
    reader, _ = await proxy.raw(data)
    assert b" 200 " in await reader.readline()
    assert b"upgrade" not in app.heads[0].lower()


# Ends
