"""A real Slurm with a long queue, and how much its controller works (sdiag)."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.slurm_rig import Slurm

RPC = re.compile(r"^\t(\w+)\s*\(\s*\d+\) count:(\d+)\s+ave_time:\d+\s+total_time:(\d+)", re.M)
CLIENTS = 4


def fill(slurm: Slurm, count: int, user: str = "") -> None:
    """Submit so many held jobs, each on its own."""

    def some(number: int) -> None:
        for _ in range(number):
            slurm.sbatch("true", "--hold", "-J", "waiting", user=user)

    share = [count // CLIENTS + (k < count % CLIENTS) for k in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(some, share))


LISTS = ("REQUEST_JOB_INFO", "REQUEST_JOB_USER_INFO")

Kinds = dict[str, tuple[int, int]]
"""Messages to the controller by kind: how many, and the microseconds they took together."""


def so_far(slurm: Slurm) -> Kinds:
    """What the controller has counted. (To let it begin anew would be news for who asks it.)"""
    listing = slurm.run("sdiag").partition("by message type")[2].partition("by user")[0]
    return {name: (int(count), int(time)) for name, count, time in RPC.findall(listing)}


def served(slurm: Slurm, before: Kinds) -> tuple[float, int, int]:
    """Milliseconds that the controller took for questions since, how many lists of jobs it was
    asked for, and how often for its counts by others than us here."""
    kinds = {}
    for name, (count, took) in so_far(slurm).items():
        old = before.get(name, (0, 0))
        kinds[name] = (count - old[0], took - old[1])
    stats, took = kinds.pop("REQUEST_STATS_INFO")
    total = sum(time for name, (_, time) in kinds.items() if "INFO" in name)
    total += took * (stats - 1) // stats  # one is our own
    lists = sum(kinds.get(name, (0, 0))[0] for name in LISTS)
    return total / 1000, lists, stats - 1


@contextlib.contextmanager
def restless(slurm: Slurm) -> Iterator[None]:
    """Meanwhile a job of somebody else comes or goes each second."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(1.0):
            job = slurm.sbatch("true", "--hold")
            over.wait(1.0)
            slurm.run("scancel", job)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            over.set()
            working.result()


def repeated(slurm: Slurm, user: str, *options: str) -> float:
    """Milliseconds of the controller for one ``squeue``, of 20 in a row."""
    squeue = f"{slurm.bin_dir(user)}/squeue"
    before = so_far(slurm)
    for _ in range(20):
        subprocess.run([squeue, *options], env=slurm.env, check=True, stdout=subprocess.DEVNULL)
    return served(slurm, before)[0] / 20


def ids(slurm: Slurm, user: str, count: int) -> list[str]:
    """Ids of some jobs of a user."""
    return slurm.run("squeue", "-h", "-u", user, "-o", "%i").split()[:count]


def cancel(slurm: Slurm, jobs: list[str]) -> None:
    subprocess.run(["scancel", *jobs], env=slurm.env, check=True)
