"""Share links of a user's own server against a plain copy by Jupyter's contents API.

For notebooks of 1 kB, 1 MB and 50 MB: create a link, fetch what it gives, import it; each as a
ratio to ``POST /api/contents {copy_from}`` of the same notebook, in the same round. Then the hub's
share service with 1,000 shares of 100 kB, 50 fetched at once: against a static file server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.simple_httpclient import SimpleAsyncHTTPClient

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._common import interleaved, median, process, ratio, resident, table
from tests.servers import Server

SIZES = {"1 kB": (1_000, 30), "1 MB": (1_000_000, 15), "50 MB": (50_000_000, 5)}
KINDS = ("copy", "create", "fetch", "import")


def notebook(size: int) -> str:
    """A notebook of about so many bytes: cells with text and outputs, as people have them."""
    dice = random.Random(4)
    cells: list[dict[str, Any]] = []
    left = size - 300
    while left > 0:
        length = min(left, 20_000)
        text = "".join(f"{dice.random():.15f} line of output\n" for _ in range(length // 34 + 1))
        out = {"output_type": "stream", "name": "stdout", "text": text[:length].splitlines(True)}
        cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["x = 1"]}
        cells.append({**cell, "outputs": [out]})
        left -= length + 120
    head = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": head, "nbformat": 4, "nbformat_minor": 4})


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


class Bench:
    """One server and one notebook in it."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.link = ""

    def clear(self) -> None:
        """What one round left is no burden to the next."""
        for path in self.server.home.glob("*.ipynb"):
            if path.name != self.name:
                path.unlink()

    def measure(self, kind: str) -> float:
        """Seconds of one request."""
        seconds, result = timed(getattr(self, "import_" if kind == "import" else kind))
        if kind == "create":
            self.link = result["link"].lstrip("/")
        if kind == "import":
            self.clear()
        return seconds

    def copy(self) -> Any:
        return self.server("POST", "api/contents", {"copy_from": self.name})

    def create(self) -> Any:
        body = {"path": self.name, "expires_in": 3600}
        return self.server("POST", "jupyter-remote/shares", body)

    def fetch(self) -> Any:
        return self.server("GET", f"{self.link}/notebook")

    def import_(self) -> Any:
        return self.server("POST", "jupyter-remote/imports", {"link": "/" + self.link})


async def fetched(urls: list[str], total: int, at_once: int) -> list[float]:
    """Seconds of each of so many fetches, as many at once."""
    client = SimpleAsyncHTTPClient(force_instance=True, max_clients=at_once)
    waiting = iter(range(total))
    seconds: list[float] = []

    async def one() -> None:
        for number in waiting:
            start = time.perf_counter()
            url = urls[number % len(urls)]
            await client.fetch(url, headers={"Authorization": "token bob"}, request_timeout=120)
            seconds.append(time.perf_counter() - start)

    await asyncio.gather(*[one() for _ in range(at_once)])
    client.close()
    return seconds


def service(shares: int, at_once: int, rounds: int) -> None:
    """p95 and memory of the service and of static files, in turn."""
    kinds, slowest = ("service", "static"), {}
    with contextlib.ExitStack() as stack:
        started = {
            kind: stack.enter_context(process("_shares_service.py", kind, str(shares)))
            for kind in kinds
        }

        def measure(kind: str) -> list[float]:
            return asyncio.run(fetched(json.loads(started[kind][1]), 20 * at_once, at_once))

        times = interleaved(kinds, rounds, measure)
        memory = {kind: resident(started[kind][0]) / 1e6 for kind in kinds}
    for kind in kinds:
        slowest[kind] = [statistics.quantiles(one, n=20)[-1] for one in times[kind]]
    rows = [
        [kind, f"{median(slowest[kind]) * 1000:.0f} ms", f"{memory[kind]:.0f} MB"] for kind in kinds
    ]
    head = [f"{shares} notebooks of 100 kB, {at_once} at once", "p95", "memory"]
    print(table(head, rows))
    print(f"\np95, service / static: {ratio(slowest['service'], slowest['static']):.2f}\n")


def main() -> None:
    quick = "--quick" in sys.argv
    service(*((50, 10, 1) if quick else (1000, 50, 5)))
    copies(quick)


def copies(quick: bool) -> None:
    """Create, fetch and import on a user's own server."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        options = ("--RemoteShares.requests_per_minute=0", "--RemoteShares.max_bytes=200000000")
        server = Server(home, Path(folder) / "r", *options).start()
        try:
            for size, (count, rounds) in SIZES.items():
                rounds = 1 if quick else rounds  # noqa: PLW2901
                name = f"source-{count}.ipynb"
                (home / name).write_text(notebook(count))
                bench = Bench(server, name)
                for kind in KINDS:
                    bench.measure(kind)
                times = interleaved(KINDS, rounds, bench.measure)
                (home / name).unlink()
                shown = [f"{median(times[kind]) * 1000:.0f} ms" for kind in KINDS]
                ratios = [f"{ratio(times[kind], times['copy']):.2f}" for kind in KINDS[1:]]
                rows.append([size, *shown, *ratios])
            assert server.process
            memory = resident(server.process.pid)
        finally:
            server.close()
    head = ["notebook", *KINDS, *(f"{kind} / copy" for kind in KINDS[1:])]
    print(table(head, rows))
    print(f"\nMemory of the server afterwards: {memory / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
