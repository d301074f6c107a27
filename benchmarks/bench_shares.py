"""Share links of a user's own server against a plain copy by Jupyter's contents API.

For notebooks of 1 kB, 1 MB and 50 MB: create a link, fetch what it gives, import it; each as a
ratio to ``POST /api/contents {copy_from}`` of the same notebook, in the same round.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._common import interleaved, median, ratio, resident, table
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


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        options = ("--RemoteShares.requests_per_minute=0", "--RemoteShares.max_bytes=200000000")
        server = Server(home, Path(folder) / "r", *options).start()
        try:
            for size, (count, rounds) in SIZES.items():
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
