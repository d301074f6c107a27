"""What all benchmarks share: processes of their own, medians of interleaved rounds, tables."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
HERE = Path(__file__).parent


@contextlib.contextmanager
def process(*argv: str, python: str = sys.executable) -> Iterator[tuple[int, str]]:
    """Run a script of this folder; gives its process id and the first line that it prints."""
    command = [python, str(HERE / argv[0]), *argv[1:]]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    try:
        assert child.stdout
        line = child.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{argv[0]} did not start")
        yield child.pid, line
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of a process, to the nanosecond (Linux)."""
    total = 0
    for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            total += int(stat.read_text().split()[0])
    return total / 1e9


def resident(pid: int) -> int:
    """Resident memory of a process in bytes (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def interleaved(
    kinds: Sequence[str], rounds: int, measure: Callable[[str], T]
) -> dict[str, list[T]]:
    """``rounds`` times each kind, in turn, so that a busy moment hits all of them."""
    results: dict[str, list[T]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in kinds:
            results[kind].append(measure(kind))
    return results


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
