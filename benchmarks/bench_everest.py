"""Everest: what waiting for many jobs costs, and how fast files travel, against the stand-in.

The stand-in is a process of its own. ``--jobs`` one-item jobs, each with ``--cost`` seconds of the
platform's own work (0.2 s was measured on the real one), are submitted and waited for: by us, and
as existing clients do (one GET for each unfinished job, one after the other, then a pause of 1 s).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import psutil
from _common import interleaved, median, ratio, table

sys.path.insert(0, str(Path(__file__).parent.parent))

from jupyter_remote.everest import AsyncEverest
from tests.everest_rig import EverestProcess

MB = 1024 * 1024
FINAL = ("DONE", "FAILED", "CANCELLED")
PAUSE = 1.0
"""Seconds between two rounds of the usual scheme."""


def plain(server: EverestProcess) -> httpx.AsyncClient:
    """httpx as it is."""
    headers = {"Authorization": f"Bearer {server.token}"}
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120)


# -- a run of many jobs -------------------------------------------------------------------------


async def ours(server: EverestProcess, count: int, folder: Path) -> None:
    async with AsyncEverest(server.url, server.token, folder=folder) as client:
        jobs = await client.map("demo/echo", [{"text": str(n)} for n in range(count)])
        results = await jobs.results()
        assert all(isinstance(each, dict) for each in results)


async def usual(server: EverestProcess, count: int, folder: Path) -> None:
    async with plain(server) as http:
        pending = []
        for number in range(count):
            body = {"name": f"job {number}", "inputs": {"text": str(number)}}
            answer = await http.post("/api/apps/demo/echo", json=body)
            pending.append(answer.json()["id"])
        await rounds_of(http, pending)


async def rounds_of(http: httpx.AsyncClient, pending: list[str]) -> None:
    """One GET for each unfinished job, then a pause, until none is left."""
    while pending:
        left = []
        for job_id in pending:
            state = (await http.get(f"/api/jobs/{job_id}")).json()["state"]
            if state not in FINAL:
                left.append(job_id)
        pending = left
        if pending:
            await asyncio.sleep(PAUSE)


Way = Callable[[EverestProcess, int, Path], Awaitable[None]]
WAYS: dict[str, Way] = {"usual": usual, "ours": ours}


def run_of_jobs(count: int, cost: float) -> list[list[str]]:
    """Wall time, requests and processor time of each way."""
    found: dict[str, tuple[float, int, float]] = {}
    for kind, way in WAYS.items():
        print(f"  {count} jobs, {kind}", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            server = EverestProcess(Path(folder) / "server", "--cost", str(cost)).start()
            try:
                began, used = time.monotonic(), time.process_time()
                asyncio.run(way(server, count, Path(folder) / "client"))  # type: ignore[arg-type]
                took = time.monotonic() - began
                asked = sum(server.control("counts").values())
                found[kind] = (took, asked, time.process_time() - used)
            finally:
                server.close()
    names = ("wall time: s", "requests in all", "requests for each job", "processor time: s")
    values = {
        kind: (took, asked, asked / count, used) for kind, (took, asked, used) in found.items()
    }
    return [
        [name, *(f"{values[kind][at]:.1f}" for kind in WAYS),
         f"{values['ours'][at] / values['usual'][at]:.3f}"]
        for at, name in enumerate(names)
    ]  # fmt: skip


# -- watching ----------------------------------------------------------------------------------


async def watch_ours(server: EverestProcess, ids: list[str], seconds: float, folder: Path) -> None:
    async with AsyncEverest(server.url, server.token, folder=folder) as client:
        jobs = await client.jobs()
        assert len(jobs) == len(ids)
        with_limit = asyncio.wait_for(jobs.wait(), seconds)
        await asyncio.gather(with_limit, return_exceptions=True)


async def watch_usual(server: EverestProcess, ids: list[str], seconds: float, folder: Path) -> None:
    async with plain(server) as http:
        limited = asyncio.wait_for(rounds_of(http, list(ids)), seconds)
        await asyncio.gather(limited, return_exceptions=True)


def watching(count: int, seconds: float) -> list[list[str]]:
    """Jobs that do not move, watched for a while: processor time, memory, requests."""
    rows: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        server = EverestProcess(Path(folder) / "server").start()
        try:
            ids = server.control("make_jobs", count=count, state="RUNNING")
            for kind, way in (("usual", watch_usual), ("ours", watch_ours)):
                print(f"  watching {count} jobs, {kind}", file=sys.stderr)
                server.control("reset_counts")
                before, used = psutil.Process().memory_info().rss, time.process_time()
                asyncio.run(way(server, ids, seconds, Path(folder) / "client"))
                grown = psutil.Process().memory_info().rss - before
                asked = sum(server.control("counts").values())
                share = (time.process_time() - used) / seconds * 100
                rows[kind] = [share, grown / MB, asked / seconds * 60]
        finally:
            server.close()
    names = ("processor: % of a core", "memory, more than before: MB", "requests a minute")
    return [
        [name, f"{rows['usual'][at]:.1f}", f"{rows['ours'][at]:.1f}"]
        for at, name in enumerate(names)
    ]


# -- files -------------------------------------------------------------------------------------


class Files:
    """One file up and down, by us and by plain httpx."""

    def __init__(self, server: EverestProcess, folder: Path, size: int) -> None:
        self.server, self.folder, self.size = server, folder, size
        self.path = folder / "data"
        with open(self.path, "wb") as file:
            for _ in range(size // MB):
                file.write(os.urandom(MB))
        self.uri = server.control("make_file", name="zeros", size=size)

    def __call__(self, kind: str) -> float:
        """MB/s."""
        way, direction = kind.split()
        began = time.monotonic()
        asyncio.run(getattr(self, f"{way}_{direction}")())
        return self.size / MB / (time.monotonic() - began)

    async def ours_up(self) -> None:
        async with AsyncEverest(self.server.url, self.server.token, folder=self.folder) as client:
            await client.upload(self.path)

    async def ours_down(self) -> None:
        async with AsyncEverest(self.server.url, self.server.token, folder=self.folder) as client:
            await client.file(self.uri).download(self.folder / "got")

    async def httpx_up(self) -> None:
        async with plain(self.server) as http:
            with open(self.path, "rb") as file:  # noqa: ASYNC230 (httpx reads it so too)
                await http.post("/api/files/temp", files={"file": ("data", file)})

    async def httpx_down(self) -> None:
        async with plain(self.server) as http, http.stream("GET", self.uri) as answer:
            with open(self.folder / "got", "wb") as file:  # noqa: ASYNC230
                async for part in answer.aiter_bytes():
                    file.write(part)


def files(rounds: int, size: int) -> list[list[str]]:
    """Medians of interleaved rounds."""
    with tempfile.TemporaryDirectory() as folder:
        server = EverestProcess(Path(folder) / "server").start()
        try:
            server.control("options", discard_over=MB)
            kinds = ["httpx up", "ours up", "httpx down", "ours down"]
            seen = interleaved(kinds, rounds, Files(server, Path(folder), size))
        finally:
            server.close()
    return [
        [words, f"{median(seen[f'httpx {way}']):.0f}", f"{median(seen[f'ours {way}']):.0f}",
         f"{ratio(seen[f'ours {way}'], seen[f'httpx {way}']):.2f}"]
        for way, words in (("up", "upload: MB/s"), ("down", "download: MB/s"))
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small numbers: does it work?")
    parser.add_argument("--jobs", type=int, default=1500, help="jobs of the run (1500)")
    parser.add_argument("--cost", type=float, default=0.2, help="platform's seconds per job (0.2)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of files (7)")
    options = parser.parse_args()
    if options.quick:
        options.jobs, options.cost, options.rounds = 40, 0.02, 1
    print("## Files\n")
    size = (16 if options.quick else 256) * MB
    head = ["", "httpx", "ours", "ours / httpx"]
    print(table(head, files(options.rounds, size)) + "\n")
    print("## Watching jobs that do not move\n")
    count, seconds = (500, 3.0) if options.quick else (5000, 60.0)
    print(table([f"{count} jobs", "usual", "ours"], watching(count, seconds)) + "\n")
    print("## A run of many jobs\n")
    head = [f"{options.jobs} jobs, {options.cost:g} s each", *WAYS, "ours / usual"]
    print(table(head, run_of_jobs(options.jobs, options.cost)))


if __name__ == "__main__":
    main()
