"""The app of bench_proxy.py: websockets from bare sockets, on a unix socket and a TCP port.

``/flood?<size>``: messages of that size without end, 64 KB a call (an app that sends each
small message by itself is the bottleneck). ``/pair?<ms>``: two small messages for each that
comes, and so much work between them. ``/frames?<size>&<rate>``: as a desktop does; each
message begins with its time.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
import sys
import threading
import time

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def message(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([0x82, size]) + payload
    if size < 65536:
        return b"\x82\x7e" + struct.pack("!H", size) + payload
    return b"\x82\x7f" + struct.pack("!Q", size) + payload


def handshake(conn: socket.socket) -> tuple[str, list[int]]:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += conn.recv(65536)
    fields = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    accept = base64.b64encode(hashlib.sha1(fields[b"sec-websocket-key"] + GUID).digest())
    conn.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    path, _, query = head.split()[1].decode().rpartition("/")[2].partition("?")
    return path, [int(number) for number in query.split("&") if number]


def serve(conn: socket.socket) -> None:
    path, numbers = handshake(conn)
    if path == "flood":
        one = message(os.urandom(numbers[0]))
        block = one * max(1, 65536 // len(one))
        while True:
            conn.sendall(block)
    if path == "pair":
        while conn.recv(4096):
            conn.sendall(message(b"first"))
            if numbers[0]:
                time.sleep(numbers[0] / 1000)
            conn.sendall(message(b"second"))
    if path == "frames":
        size, rate = numbers
        rest, due = bytes(size - 8), time.monotonic()
        while True:
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))
            conn.sendall(message(struct.pack("!d", time.monotonic()) + rest))


def quietly(conn: socket.socket) -> None:
    try:
        serve(conn)
    except OSError:
        pass
    finally:
        conn.close()


def accept(listener: socket.socket) -> None:
    while True:
        conn, _ = listener.accept()
        if conn.family == socket.AF_INET:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=quietly, args=(conn,), daemon=True).start()


def main() -> None:
    unix, tcp = socket.socket(socket.AF_UNIX), socket.create_server(("127.0.0.1", 0))
    unix.bind(sys.argv[1])
    unix.listen(64)
    for listener in (unix, tcp):
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
    print(tcp.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
