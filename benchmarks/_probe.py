"""Requests to one server that arrive all at once, and how long a small one waits meanwhile.

As a program it asks for something small again and again, and does nothing else, until its input
ends; then it prints the longest time in milliseconds.

    python _probe.py 127.0.0.1:8888 /api/status
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import select
import subprocess
import sys
import time
from collections.abc import Awaitable
from typing import Any

PAUSE = 0.001
"""Seconds between two small requests, so that they are not the load that is measured."""


def at_once(host: str, path: str, count: int) -> int:
    """Ask so many times on connections that are open before, compressed; answers the bytes of
    all answers. Blocks."""
    connections = [http.client.HTTPConnection(host, timeout=120) for _ in range(count)]
    for connection in connections:
        connection.connect()
    for connection in connections:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answers = [connection.getresponse() for connection in connections]
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"{host}{path}: {answers[0].status}")
    return sum(len(answer.read()) for answer in answers)


def first_of_all(pid: int) -> None:
    """Let a process run before all others, not those that it starts, so that what else runs on
    this machine is not measured. Only root may."""
    how = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.sched_setscheduler(int(thread), how, os.sched_param(10))


async def stall(host: str, pid: int, work: Awaitable[Any]) -> float:
    """Longest time in ms that a small request to a server waited while the work was done; this
    process's own work does not count."""
    first_of_all(pid)
    argv = [sys.executable, __file__, host, "/api/status"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    probe = await asyncio.create_subprocess_exec(*argv, **pipes)
    assert probe.stdout
    await probe.stdout.readline()
    await work
    worst, _ = await probe.communicate(b"")
    return float(worst)


def main(host: str, path: str) -> None:
    first_of_all(os.getpid())
    connection = http.client.HTTPConnection(host, timeout=120)
    worst = 0.0
    for number in range(sys.maxsize):
        began = time.perf_counter()
        connection.request("GET", path)
        connection.getresponse().read()
        if not number:  # the first one connects
            print("begun", flush=True)
            continue
        worst = max(worst, time.perf_counter() - began)
        if select.select([sys.stdin], [], [], PAUSE)[0]:
            break
    print(1000 * worst, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
