"""Requests by hand, and what tests of streams need."""

from __future__ import annotations

import psutil

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
MB = 1024 * 1024
FLAT = 64 * MB


def rss() -> int:
    return psutil.Process().memory_info().rss


async def read_head(reader):
    """Status line and headers (lower case) of an answer."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    return lines[0], {k.lower(): v for k, _, v in (x.partition(": ") for x in lines[1:])}


def request(proxy, path="", method="GET", *more):
    lines = [f"{method} {proxy.prefix}{path} HTTP/1.1", f"Host: {proxy.host}",
             f"Authorization: token {proxy.token}", *more, "", ""]  # fmt: skip
    return "\r\n".join(lines).encode()


def recv_exactly(conn, size):
    data = b""
    while len(data) < size:
        part = conn.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def answer(data):
    def script(app, conn):
        app.read_head(conn)
        conn.sendall(data)

    return script


def answers(app, conn):
    app.read_head(conn)
    conn.sendall(OK)
