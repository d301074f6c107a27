"""How websockets through the proxy end: cut, reset, stalled, under TLS; nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading

import psutil
import pytest
from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.websocket import websocket_connect

from jupyter_remote.proxy import Limits
from jupyter_remote.proxy import join as joining

from .conftest import until
from .proxy_apps.fixtures import *  # noqa: F403
from .proxy_apps.fixtures import SESSION
from .proxy_apps.frames import FLAT, MB, SWITCH, close, echoes, frame, read_frame, rss


@pytest.fixture
def leaks():
    """Descriptors and threads at the end are those of the beginning."""
    process = psutil.Process()

    def state():
        names = [t.name for t in threading.enumerate() if t.name.startswith("jupyter-remote")]
        return process.num_fds(), len(names)

    return state


async def test_nothing_is_left_behind(proxy, web_app, leaks):
    async def one(number):
        ws = await proxy.websocket("plain")
        await ws.write_message(str(number))
        assert await ws.read_message() == str(number)
        await close(ws)

    await one(0)
    await until(lambda: proxy.streams.count(SESSION) == 0)
    fds, threads = leaks()
    for start in range(0, 50, 10):
        await asyncio.gather(*(one(start + i) for i in range(10)))
    await until(lambda: leaks()[1] == threads == 0, "threads")
    await until(lambda: leaks()[0] <= fds, "descriptors")
    assert proxy.streams.count(SESSION) == 0
    assert len(proxy.changes) == 102


@pytest.mark.parametrize("who", ["browser", "app"])
async def test_reset(proxy, scripted, leaks, who):
    gone = threading.Event()

    def resets(app, conn):
        app.read_head(conn)
        conn.sendall(SWITCH)
        if who == "app":
            conn.recv(1)
            return
        with contextlib.suppress(ConnectionError):
            while conn.recv(MB):
                pass
        gone.set()

    scripted(resets)
    reader, writer = await proxy.raw(proxy.handshake())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"x" * MB)
    if who == "browser":
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        await until(gone.is_set)
    else:
        with contextlib.suppress(ConnectionError):
            await reader.read()
    await until(lambda: proxy.streams.count(SESSION) == 0 and leaks()[1] == 0)


async def test_stop_cuts(proxy, scripted, leaks):
    scripted(echoes)
    streams = [await proxy.raw(proxy.handshake()) for _ in range(5)]
    for reader, _ in streams:
        await reader.readuntil(b"\r\n\r\n")
    assert proxy.streams.count(SESSION) == 5
    assert proxy.changes == [SESSION] * 5
    streams[0][1].write(b"x")
    assert await streams[0][0].readexactly(1) == b"x"
    assert proxy.streams.activity(SESSION) is not None
    proxy.streams.close(SESSION)
    for reader, _ in streams:
        assert await reader.read() == b""
    await until(lambda: proxy.streams.count(SESSION) == 0)
    await until(lambda: leaks()[1] == 0)
    assert proxy.changes == [SESSION] * 10
    proxy.streams.forget(SESSION)
    assert proxy.streams.activity(SESSION) is None


async def test_stop_cuts_handshakes(proxy, scripted):
    heard = threading.Event()

    def silent(app, conn):
        app.read_head(conn)
        heard.set()
        conn.recv(1)

    scripted(silent)
    reader, _ = await proxy.raw(proxy.handshake())
    await until(heard.is_set)
    proxy.streams.close(SESSION)
    assert b" 502 " in await reader.readline()


class TestLinger:
    @pytest.fixture
    def proxy_limits(self):
        return Limits(linger=0.2)

    async def test_silent_rest_is_cut(self, proxy, scripted):
        left = threading.Event()

        def deaf(app, conn):
            app.read_head(conn)
            conn.sendall(SWITCH)
            while conn.recv(100):
                pass
            left.wait(60)

        scripted(deaf)
        reader, writer = await proxy.raw(proxy.handshake())
        await reader.readuntil(b"\r\n\r\n")
        writer.write_eof()
        assert await reader.read() == b""
        left.set()


async def test_slow_browser_stops_the_app(proxy, scripted):
    sent = [0]

    def flood(app, conn):
        app.read_head(conn)
        conn.sendall(SWITCH)
        while True:
            sent[0] += conn.send(b"x" * MB)

    before = rss()
    scripted(flood)
    _, writer = await proxy.raw(proxy.handshake())
    writer.transport.pause_reading()
    seen = -1
    while seen != sent[0] or not seen:
        seen = sent[0]
        await asyncio.sleep(0.3)
    assert sent[0] < FLAT
    assert rss() - before < FLAT
    writer.transport.abort()
    await until(lambda: proxy.streams.count(SESSION) == 0)


async def test_a_busy_event_loop_does_not_matter(proxy, scripted):
    """Bytes travel while the loop of Jupyter does not."""
    scripted(echoes)
    client = socket.create_connection(("127.0.0.1", proxy.port))
    client.settimeout(60)
    client.sendall(proxy.handshake())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += await asyncio.to_thread(client.recv, 1)
    client.sendall(b"ping")
    assert client.recv(4) == b"ping"  # blocks the loop
    assert client.getpeername()[1] == proxy.port
    client.close()
    await until(lambda: proxy.streams.count(SESSION) == 0)


async def test_no_delay(proxy, scripted):
    scripted(echoes)
    reader, _ = await proxy.raw(proxy.handshake())
    await reader.readuntil(b"\r\n\r\n")
    (stream,) = proxy.streams._open[SESSION]
    browser = stream._sockets[0]
    assert browser.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert browser.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


@pytest.mark.parametrize("why", ["another tornado", "no descriptors"])
async def test_socket_that_cannot_be_taken(proxy, scripted, monkeypatch, why):
    """Where the buffer of tornado is not what is expected, its own stream is pumped."""

    def no_more(sock):
        raise OSError(errno.EMFILE, "Too many open files")

    if why == "no descriptors":
        monkeypatch.setattr(socket.socket, "dup", no_more)
    else:
        monkeypatch.setattr(joining, "_early", lambda stream: None)
    scripted(echoes)
    reader, writer = await proxy.raw(proxy.handshake() + b"early")
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(5) == b"early"
    writer.write(b"x" * 10 * MB)
    assert await reader.readexactly(10 * MB) == b"x" * 10 * MB
    assert proxy.streams.count(SESSION) == 1
    proxy.streams.close(SESSION)
    assert await reader.read() == b""
    await until(lambda: proxy.streams.count(SESSION) == 0)


# TLS


@pytest.fixture
def tls(proxy, jp_web_app, jp_asyncio_loop, tmp_path):
    """The same server, speaking TLS; its port and a client's context."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    async def start():
        server = HTTPServer(jp_web_app, ssl_options=context)
        (sock,) = bind_sockets(0, "127.0.0.1")
        server.add_socket(sock)
        return server, sock.getsockname()[1]

    server, port = jp_asyncio_loop.run_until_complete(start())
    yield port, ssl.create_default_context(cafile=cert)
    server.stop()
    jp_asyncio_loop.run_until_complete(server.close_all_connections())


async def test_tls(proxy, web_app, tls):
    port, context = tls
    request = HTTPRequest(
        f"wss://localhost:{port}{proxy.prefix}plain",
        headers={"Authorization": f"token {proxy.token}", "Origin": f"https://localhost:{port}"},
        ssl_options=context,
    )
    ws = await websocket_connect(request, max_message_size=2**30)
    message = os.urandom(MB) * 20
    for data in ("small", message):
        await ws.write_message(data, binary=isinstance(data, bytes))
        assert await ws.read_message() == data
    assert proxy.streams.count(SESSION) == 1
    assert type(proxy.streams._open[SESSION][0]) is joining.Pump
    await close(ws)
    await until(lambda: proxy.streams.count(SESSION) == 0)


async def test_tls_stop(proxy, web_app, tls):
    port, context = tls
    reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
    proxy.writers.append(writer)
    writer.write(proxy.handshake("plain") + frame(1, b"early"))
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    assert await read_frame(reader) == (0x81, b"early")
    proxy.streams.close(SESSION)
    assert await reader.read() == b""
    await until(lambda: proxy.streams.count(SESSION) == 0)


# The interpreter


def test_threads_do_not_keep_the_interpreter():
    program = """
import asyncio, socket
from jupyter_remote.proxy.join import Splice
async def main():
    pairs = socket.socketpair(), socket.socketpair()
    kept.extend(pairs)
    Splice(pairs[0][0], pairs[1][0], to_browser=b"", to_app=b"", linger=9, ended=print)
kept = []
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)
