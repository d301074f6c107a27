"""The list of jobs against jupyterlab-slurm 4.1, on the same Slurm with 10,000 jobs in its queue.

Time of the controller for each refresh with 1, 5 and 20 tabs, bytes of a first list, of a change
and of doing nothing, how long the event loop stands still meanwhile, and how long a change takes
to the browser and its screen. A tab is what its page asks for: ours an event websocket, a list,
and ``look`` every 20 s; theirs a list every minute.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import time
from typing import Any

import _slurm
from _common import HERE, median, table
from _controller import FEW, WATCHED, Rows, against, cells, restless, still, with_tabs
from _desktop import RIVALS, Lab, leave_cleanly, load, rival_packages, say
from _tabs import OURS, THEIRS, Server, Tab, size

from tests import slurm_rig

USER = "nobody"
"""Whose jobs the servers show: squeue treats root otherwise."""


async def change(slurm: slurm_rig.Slurm, server: Server, count: int) -> tuple[float, int]:
    """Seconds until a tab of ours has heard that so many jobs ended, and the bytes for it."""
    jobs = _slurm.ids(slurm, USER, count)

    async def heard(tabs: list[Tab]) -> tuple[float, int]:
        await asyncio.sleep(3)
        tabs[0].heard.clear()
        began = time.monotonic()
        await asyncio.to_thread(_slurm.cancel, slurm, jobs)
        while True:
            told = sum(data["changed"]["count"] for _, _, data in tabs[0].heard)
            if told >= count:
                last = tabs[0].heard[-1][0]
                return last - began, sum(size for _, size, _ in tabs[0].heard)
            await asyncio.sleep(0.01)

    result: tuple[float, int] = await asyncio.wait_for(with_tabs(server, 1, heard), 60)
    return result


async def idle(server: Server, seconds: float) -> int:
    """Bytes that a visible tab receives while nothing changes: events of any kind, the answers
    to its ``look`` every 20 s with their headers, and the list where one says that it is old."""

    async def quiet(tabs: list[Tab]) -> int:
        await asyncio.sleep(5)
        known = json.loads(await server.look())["sequence"]
        before, end = tabs[0].bytes, time.monotonic() + seconds
        asked = 0
        while time.monotonic() < end:
            answer = await server.fetch("jupyter-remote/jobs/look", "POST", {})
            asked += size(answer)
            if json.loads(answer.body)["sequence"] != known:
                raise RuntimeError("something changed")
            await asyncio.sleep(min(20, max(0, end - time.monotonic())))
        return asked + tabs[0].bytes - before

    result: int = await with_tabs(server, 1, quiet)
    return result


async def measure(
    slurm: slurm_rig.Slurm, ours: Server, theirs: Server, options: Any
) -> list[list[str]]:
    rows = Rows()
    seconds = 6.0 if options.quick else WATCHED
    say(f"  {options.jobs} jobs of somebody else ({load()})")
    _slurm.fill(slurm, options.jobs)
    _slurm.fill(slurm, FEW, user=USER)
    await check_lists(ours, theirs)
    rows += await still(slurm, (ours, theirs), seconds)
    rows += await restless(slurm, (ours, theirs), seconds, FEW)
    _slurm.fill(slurm, 60, user=USER)
    rows += await restless(slurm, (ours, theirs), seconds, FEW + 60)
    one, other = (_slurm.repeated(slurm, USER, *what) for what in (["--me", "--states=all"], []))
    rows.append(["controller for one list, 20 in a row: ms", *cells(one, other)])
    seen = [(await change(slurm, ours, 1))[0] for _ in range(2 if options.quick else 10)]
    rows.append(["change to event, median: s", f"{median(seen):.2f}", "60 (its interval)", ""])
    rows.append(["change to event, longest: s", f"{max(seen):.2f}", "60 (its interval)", ""])
    listed, many = len(await theirs.list()), await change(slurm, ours, 50)
    rows.append(["50 changes: bytes", *against(many[1], listed)])
    quiet = await idle(ours, 6.0 if options.quick else 60.0)
    rows.append(["no change, a minute: bytes", *against(quiet, listed)])
    return rows


async def check_lists(ours: Server, theirs: Server) -> None:
    """Both show jobs: one that fails costs nothing either."""
    await ours.look()
    await asyncio.sleep(5)
    count = json.loads(await ours.ask("jupyter-remote/jobs", compressed=False))["jobs"]["count"]
    if not count or b"waiting" not in await theirs.list():
        raise RuntimeError("one of the two shows no jobs")


async def own(
    slurm: slurm_rig.Slurm, ours: Server, theirs: Server, options: Any
) -> list[list[str]]:
    """All jobs are the user's own."""
    say(f"  {options.jobs} jobs of one's own ({load()})")
    slurm.run("scancel", "--user", "root")
    _slurm.fill(slurm, options.jobs, user=USER)
    await ours.look()
    await asyncio.sleep(15)
    rows = Rows()
    rows.append(["first list: bytes", *against(len(await ours.list()), len(await theirs.list()))])
    return rows + await waits(ours, theirs, 1 if options.quick else 5)


async def waits(ours: Server, theirs: Server, rounds: int) -> list[list[str]]:
    """The longest waits of a small request, at rest, during a refresh, while tabs open: of each
    the median of some rounds, in turn."""

    async def looked() -> None:
        await ours.look()
        await asyncio.sleep(6)

    found: dict[str, tuple[list[float], list[float]]] = {}
    for _ in range(rounds):
        for what, works in {
            "at rest": (asyncio.sleep(1), asyncio.sleep(1)),
            "during a refresh": (looked(), theirs.list()),
            "while 20 tabs open at once": (ours.opened(20), theirs.opened(20)),
        }.items():
            some = found.setdefault(what, ([], []))
            for server, work, waited in zip((ours, theirs), works, some, strict=True):
                waited.append(await server.stall(work))
    return [
        [f"longest wait of a small request {what}: ms", *against(median(one), median(other))]
        for what, (one, other) in found.items()
    ]


def on_screen(slurm: slurm_rig.Slurm, lab: Lab, options: Any) -> list[list[str]]:
    """How soon the page shows the end of a job, and a job that was submitted from it."""
    rounds = 2 if options.quick else 10
    say(f"  in the browser ({load()})")
    _slurm.fill(slurm, rounds, user=USER)
    changes, told = in_browser(slurm, lab, rounds)
    own = [milliseconds / 1000 for milliseconds in told["submitted"]]
    rows = Rows()
    for what, some in {"change to screen": changes, "submitted here, to screen": own}.items():
        most = f"{max(some):.2f}"
        rows.append([f"{what}, median: s", f"{median(some):.2f}", "60 (its interval)", ""])
        rows.append([f"{what}, longest of {rounds}: s", most, "60 (its interval)", ""])
    return rows


def scrolled(slurm: slurm_rig.Slurm, lab: Lab, count: int) -> list[list[str]]:
    """Frames while the list of jobs and Lab's own list of as many files scroll, in turn."""
    say(f"  scrolling ({load()})")
    for number in range(count):
        (lab.home / f"file-{number}.txt").touch()
    _, told = in_browser(slurm, lab, 0)
    say(f"  {told['shown']} ms from the command until rows are there")
    both = cells(told["jobs"], told["files"])
    return [["a frame while it scrolls, 95 %, against Lab's files: ms", *both]]


def in_browser(slurm: slurm_rig.Slurm, lab: Lab, rounds: int) -> tuple[list[float], dict[str, Any]]:
    """Seconds from scancel to the row that shows it, and what the page measured itself."""
    argv = ["node", str(HERE / "jobs_browser.mjs"), lab.base, str(rounds)]
    began: dict[str, float] = {}
    seconds: list[float] = []
    last: dict[str, Any] = {}
    with subprocess.Popen(argv, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            last = json.loads(line)
            if "cancel" in last:
                began[last["cancel"]] = time.time()
                _slurm.cancel(slurm, [last["cancel"]])
            elif "changed" in last:
                seconds.append(last["at"] / 1000 - began[last["changed"]])
    if process.returncode:
        raise RuntimeError("the browser failed")
    return seconds, last


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="short and few: does it work?")
    parser.add_argument("--jobs", type=int, help="how many jobs (10,000)")
    options = parser.parse_args()
    options.jobs = options.jobs or (300 if options.quick else 10_000)
    leave_cleanly()
    if why := slurm_rig.missing() or rival_packages():
        raise SystemExit(f"It needs: {why}")
    with slurm_rig.slurm() as slurm:
        env = {"SLURM_CONF": str(slurm.conf), "PATH": f"{slurm.bin_dir(USER)}:{os.environ['PATH']}"}
        with Lab(env=env) as ours, Lab(python=str(RIVALS / "bin" / "python"), env=env) as theirs:
            pair = Server(OURS, ours), Server(THEIRS, theirs)
            rows = asyncio.run(both(slurm, ours, pair, options))
            rows += scrolled(slurm, ours, options.jobs)
    print("## Jobs\n")
    print(table(["", OURS, THEIRS, "ratio"], rows))
    say(f"Machine: {load()} at the end, {os.cpu_count()} processors.")


async def both(
    slurm: slurm_rig.Slurm, lab: Lab, pair: tuple[Server, Server], options: Any
) -> list[list[str]]:
    rows = await measure(slurm, *pair, options)
    rows += await asyncio.to_thread(on_screen, slurm, lab, options)
    return [*rows, *await own(slurm, *pair, options)]


if __name__ == "__main__":
    main()
