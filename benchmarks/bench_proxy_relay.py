"""The least possible relay, for bench_proxy.py: from a TCP port to the app's unix socket.

It copies both ways and does nothing else: no Jupyter, no authentication, no look at a byte. What it
reaches is what one process more between client and app costs. Prints its port.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading


def copy(source: socket.socket, target: socket.socket) -> None:
    view = memoryview(bytearray(256 * 1024))
    with contextlib.suppress(OSError):
        while count := source.recv_into(view):
            target.sendall(view[:count])
    for sock in (source, target):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def main(path: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = socket.socket(socket.AF_UNIX)
        app.connect(path)
        for pair in ((client, app), (app, client)):
            threading.Thread(target=copy, args=pair, daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
