"""The data path against a direct connection and against jupyter-server-proxy, in one run.

Websockets: MB/s and processor time of the server at three message sizes (there through a bare relay
as well, which shows what one process more costs), MB/s that a page in Chromium receives, time until
two small replies have come, lateness of a desktop's frames while handlers block the event loop,
memory of the server while a browser does not read. Client, app and servers are processes of their
own. jupyter-server-proxy comes from ``--jsp-python`` (a Python that has it), or else from a
throw-away environment made with pip; ``--no-jsp`` leaves it out.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

from _common import cpu_seconds, interleaved, median, process, ratio, resident, table
from bench_proxy_server import SESSION, TOKEN

HERE = Path(__file__).parent
MB = 1024 * 1024
SIZES = (1024, 16 * 1024, 64 * 1024)
PATHS = {"direct": "/", "ours": f"/jupyter-remote/s/{SESSION}/", "jsp": "/bench/", "relay": "/"}
OTHERS = ("direct", "jsp", "relay")


class Bench:
    """The servers, by kind: process id and port."""

    def __init__(
        self, servers: dict[str, tuple[int, int]], browser: subprocess.Popen[str], quick: bool
    ) -> None:
        self.servers, self.browser, self.quick = servers, browser, quick
        self.kinds = [kind for kind in servers if kind != "relay"]
        self.rounds = 1 if quick else 7

    @contextlib.contextmanager
    def websocket(self, kind: str, path: str) -> Iterator[socket.socket]:
        """A socket just after the handshake."""
        port = self.servers[kind][1]
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(
                f"GET {PATHS[kind]}{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Authorization: token {TOKEN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += exactly(sock, 1)
            if b" 101 " not in head:
                raise RuntimeError(head.decode())
            yield sock

    def throughput(self, kind: str, size: int) -> tuple[float, float]:
        """MB/s, and milliseconds of the server's processor time for each MB."""
        seconds = 0.1 if self.quick else 0.6
        view = memoryview(bytearray(MB))
        with self.websocket(kind, f"flood?{size}") as sock:
            warm = time.perf_counter() + seconds / 4
            while time.perf_counter() < warm:
                sock.recv_into(view)
            pid, count = self.servers[kind][0], 0
            cpu, start = cpu_seconds(pid), time.perf_counter()
            while (now := time.perf_counter()) < start + seconds:
                count += sock.recv_into(view)
            used = cpu_seconds(pid) - cpu
        return count / MB / (now - start), 1000 * used / (count / MB)

    def in_browser(self, kind: str, size: int) -> float:
        """MB/s that a page in Chromium receives."""
        origin = self.servers["ours" if kind == "direct" else kind][1]
        address = f"127.0.0.1:{self.servers[kind][1]}{PATHS[kind]}flood?{size}"
        ask = {
            "page": f"http://127.0.0.1:{origin}/login?token={TOKEN}",
            "url": f"ws://{address}",
            "ms": 300 if self.quick else 1000,
        }
        assert self.browser.stdin
        assert self.browser.stdout
        self.browser.stdin.write(json.dumps(ask) + "\n")
        self.browser.stdin.flush()
        return float(json.loads(self.browser.stdout.readline())["mbs"])

    def two_replies(self, kind: str, work: int) -> float:
        """Milliseconds until two small replies have come, ``work`` of them the app's own."""
        ask = b"\x82\x82\0\0\0\0hi"
        times = []
        with self.websocket(kind, f"pair?{work}") as sock:
            for _ in range(5 if self.quick else 30):
                time.sleep(0.002)  # as between the strokes of a key: no answer is under way
                start = time.perf_counter()
                sock.sendall(ask)
                exactly(sock, 7 + 8)
                times.append(time.perf_counter() - start)
        return 1000 * median(times)

    def lateness(self, kind: str) -> tuple[float, float]:
        """Milliseconds by which a frame comes late: median and worst."""
        size, late = 100_000, []
        with self.websocket(kind, f"frames?{size}&30") as sock:
            if kind != "direct":
                url = f"http://127.0.0.1:{self.servers[kind][1]}/block"
                urllib.request.urlopen(url).read()
            for _ in range(15 if self.quick else 135):
                payload = exactly(sock, 10 + size)[10:]
                late.append(time.monotonic() - struct.unpack("!d", payload[:8])[0])
        return 1000 * median(late), 1000 * max(late)

    def growth(self, kind: str) -> float:
        """MB by which the server grows while the browser does not read."""
        pid, most = self.servers[kind][0], 0
        before = resident(pid)
        with self.websocket(kind, f"flood?{64 * 1024}"):
            for _ in range(5 if self.quick else 30):
                time.sleep(0.1)
                most = max(most, resident(pid) - before)
        return most / MB


def exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        count = sock.recv_into(view[got:])
        if not count:
            raise EOFError
        got += count
    return bytes(data)


def report(bench: Bench) -> str:
    """All measurements, as a markdown table."""
    rows, kinds = [], bench.kinds

    def row(name: str, values: dict[str, str], *ratios: str) -> None:
        rows.append([name, *(values.get(kind, "") for kind in bench.servers), *ratios])

    def against(values: dict[str, list[float]], form: str = ".2f") -> list[str]:
        others = [kind for kind in OTHERS if kind in values]
        return [f"{ratio(values['ours'], values[o]):{form}}" for o in others]

    for size in SIZES:
        both = interleaved(
            list(bench.servers), bench.rounds, lambda k, size=size: bench.throughput(k, size)
        )
        speed = {kind: [mbs for mbs, _ in both[kind]] for kind in both}
        cpu = {kind: [ms for _, ms in both[kind]] for kind in both if kind != "direct"}
        name = f"{size // 1024} KB messages"
        row(f"{name}: MB/s", {k: f"{median(v):.0f}" for k, v in speed.items()}, *against(speed))
        row(f"{name}: server's CPU ms/MB", {k: f"{median(v):.2f}" for k, v in cpu.items()},
            "", *against(cpu, ".3f"))  # fmt: skip
    for size in SIZES:
        seen = interleaved(kinds, bench.rounds, lambda k, size=size: bench.in_browser(k, size))
        row(f"{size // 1024} KB messages in Chromium: MB/s",
            {k: f"{median(v):.0f}" for k, v in seen.items()}, *against(seen))  # fmt: skip
    for work in (2, 0):
        pairs = interleaved(kinds, bench.rounds, lambda k, work=work: bench.two_replies(k, work))
        name = f"two small replies, the app works {work} ms: ms"
        row(name, {k: f"{median(v):.2f}" for k, v in pairs.items()}, *against(pairs))
    late = interleaved(kinds, 1 if bench.quick else 2, bench.lateness)
    for place, what in enumerate(("median", "worst")):
        values = {k: f"{max(pair[place] for pair in v):.1f}" for k, v in late.items()}
        row(f"frame late, loop blocked 300 ms/s: {what} ms", values)
    proxies = [kind for kind in kinds if kind != "direct"]
    grown = interleaved(proxies, 1, bench.growth)
    row("memory, browser does not read: MB", {k: f"{v[0]:+.0f}" for k, v in grown.items()})
    head = ["", *bench.servers, *(f"ours / {k}" for k in OTHERS if k in bench.servers)]
    return table(head, [[*line, *[""] * (len(head) - len(line))] for line in rows])


def jsp_python(folder: Path) -> str:
    """A Python that has jupyter-server-proxy."""
    if importlib.util.find_spec("jupyter_server_proxy"):
        return sys.executable
    print("Installing jupyter-server-proxy into a throw-away environment ...", file=sys.stderr)
    venv.create(folder / "jsp", with_pip=True)
    python = str(folder / "jsp" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", "jupyter-server-proxy"], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round: does it work?")
    parser.add_argument("--no-jsp", action="store_true", help="leave jupyter-server-proxy out")
    parser.add_argument("--jsp-python", help="a Python that has jupyter-server-proxy")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jr-bench-")))
        path = str(folder / "app.sock")
        pid, port = stack.enter_context(process("bench_proxy_app.py", path))
        servers = {"direct": (pid, int(port))}
        pid, port = stack.enter_context(process("bench_proxy_server.py", "ours", path))
        servers["ours"] = (pid, int(port))
        if not options.no_jsp:
            python = options.jsp_python or jsp_python(folder)
            run = process("bench_proxy_server.py", "jsp", path, python=python)
            pid, port = stack.enter_context(run)
            servers["jsp"] = (pid, int(port))
        pid, port = stack.enter_context(process("bench_proxy_relay.py", path))
        servers["relay"] = (pid, int(port))
        browser = stack.enter_context(
            subprocess.Popen(
                ["node", str(HERE / "proxy_browser.mjs")],
                cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        print(report(Bench(servers, browser, options.quick)))


if __name__ == "__main__":
    main()
