"""The app's own socket or port: when it can be used, and who may."""

from __future__ import annotations

import _thread
import os
import socket
import sys

from .proc import LINUX, quiet, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOOPBACK = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"
ANSWER = 5.0
"""Seconds that one question to a starting app may take."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def listener_trouble(port: int) -> str:
    """Why the listener on this port of 127.0.0.1 is not to be trusted, or empty."""
    owners = set()
    for table in ("tcp", "tcp6") if LINUX else ():
        with quiet:
            for fields in [line.split() for line in read(f"/proc/net/{table}").splitlines()[1:]]:
                host, _, number = fields[1].partition(":")
                ours = host.endswith(LOOPBACK) or not host.strip("0")
                if ours and fields[3] == "0A" and int(number, 16) == port:
                    owners.add(int(fields[7]))
    if owners - {os.getuid()}:
        return "another user's program listens on its port"
    return "" if owners or not LINUX else "nothing listens on its port"


def pump(source: socket.socket, target: socket.socket, done: list[int]) -> None:
    """Copy bytes, pass the end on; the later of the two ways closes the sockets."""
    try:
        for data in iter(lambda: source.recv(1 << 16), b""):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            with quiet:
                end.shutdown(socket.SHUT_RDWR)
    done.append(1)
    if len(done) == 2:
        source.close()
        target.close()


def relay(client: socket.socket, port: int) -> None:
    """Join a client to the app's port, unless another user's program sits there by now."""
    app = socket.socket()
    try:
        if listener_trouble(port):
            raise ConnectionRefusedError
        app.connect(("127.0.0.1", port))
        app.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        client.close()
        app.close()
        return
    done: list[int] = []
    _thread.start_new_thread(pump, (app, client, done))
    pump(client, app, done)


def trouble(spec: dict[str, Any], path: str, port: int) -> str:
    """Why the app cannot be used yet, or empty; raises OSError when nothing answers."""
    on_port = spec["listen"] == "port"
    words = listener_trouble(port) if on_port else ""
    if words:
        return words
    with socket.socket(socket.AF_INET if on_port else socket.AF_UNIX) as client:
        client.settimeout(ANSWER)
        client.connect(("127.0.0.1", port) if on_port else path)
        if spec["ready"]["kind"] != "http":
            return ""
        ask = (
            f"GET {spec['ready']['path']} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        client.sendall(ask.encode())
        status = client.recv(12, socket.MSG_WAITALL)[9:]
        good = status.isdigit() and int(status) < 500
        return "" if good else f"its page answered {status.decode('latin-1') or 'nothing'}"
