"""Websocket frames and what tests of websockets need, by hand."""

from __future__ import annotations

import struct

import psutil

MB = 1024 * 1024
FLAT = 64 * MB
SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


def rss() -> int:
    return psutil.Process().memory_info().rss


def frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    """A masked frame with a mask of zeros."""
    head = bytes([opcode | (0x80 if final else 0)])
    if len(payload) < 126:
        return head + bytes([0x80 | len(payload)]) + bytes(4) + payload
    return head + b"\xfe" + struct.pack("!H", len(payload)) + bytes(4) + payload


async def read_frame(reader):
    """Opcode with the final bit, and payload."""
    first, size = await reader.readexactly(2)
    if size == 126:
        (size,) = struct.unpack("!H", await reader.readexactly(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", await reader.readexactly(8))
    return first, await reader.readexactly(size)


async def close(ws):
    ws.close()
    while await ws.read_message() is not None:
        pass


def echoes(app, conn):
    """After the handshake every byte comes back."""
    app.read_head(conn)
    conn.sendall(SWITCH)
    while data := conn.recv(MB):
        conn.sendall(data)


# What passes
