"""Short jobs on HTCondor, one after another: how late the list shows that they start and end.

Once as it is: what HTCondor writes into the jobs' logs of events is shown without a question. Once
with a backend that only asks the queue, woken by the same logs. The budget (``load_share``) is the
default in both. Also how long the queue's process (condor_schedd) and its children worked, for the
jobs themselves too: what that is when nobody looks is the last row. ``--busy 4``: on a machine that
others keep busy.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from _common import median, table

from jupyter_remote.backends.htcondor import RemoteHTCondorBackend
from jupyter_remote.contract import JobRequest, Pace
from jupyter_remote.model import Job, State
from jupyter_remote.watch import RemoteWatch
from tests import condor_rig

EVENTS = {State.RUNNING: "001", State.STOPPED: "005"}
WAIT = 180.0


class Asking(RemoteHTCondorBackend):
    """Woken by the logs, it asks."""

    async def told(self) -> list[Job] | None:
        return None


KINDS = {"by the logs": RemoteHTCondorBackend, "by asking": Asking}


@dataclasses.dataclass
class Round:
    """Seconds that starts and ends were shown late, how many were never shown, how often the queue
    was asked and how many seconds it worked."""

    late: list[float]
    never: int
    questions: int
    worked: float


def logged(log: Path, number: str) -> float:
    """When an event was written down; to half a second."""
    (said,) = re.findall(rf"^{number} \(\S+\) (\S+ \S+) ", log.read_text(), re.M)
    return datetime.datetime.fromisoformat(said).timestamp() + 0.5


def worked(condor: condor_rig.Condor) -> float:
    times = condor.schedd().cpu_times()
    return sum(times[:4])


class Watched:
    """A backend that is watched, and when each job was first shown in each state."""

    def __init__(self, backend: RemoteHTCondorBackend, tags: list[str]) -> None:
        self.first: dict[tuple[str, State], float] = {}
        self.questions, self.all_ended = 0, asyncio.Event()
        self._tags, self._look = tags, backend._queue.look
        backend._queue.look = self._count  # type: ignore[method-assign]
        self.watch = RemoteWatch(
            backends={"htcondor": backend},
            seen=lambda name, jobs: self._seen(jobs),
            silent=lambda name, error: print(error, file=sys.stderr),
            pace=lambda name: Pace.BUSY,
        )

    async def _count(self, remember: float, whole_every: float) -> list[Job]:
        self.questions += 1
        return await self._look(remember, whole_every)

    def _seen(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self.first.setdefault((job.tag, job.state), time.time())
        if all((tag, State.STOPPED) in self.first for tag in self._tags):
            self.all_ended.set()


async def burst(
    condor: condor_rig.Condor, backend: RemoteHTCondorBackend, tags: list[str]
) -> Round:
    """Submit a job for each tag, a new one every 2 s, and watch them all to their end."""
    one, before = Watched(backend, tags), worked(condor)
    one.watch.start()
    for tag in tags:
        request = JobRequest(script="#!/bin/sh\nsleep 3\n", tag=tag, folder=str(condor.home()))
        await backend.submit_request(request)
        one.watch.kick("htcondor")
        await asyncio.sleep(2)
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(one.all_ended.wait(), WAIT)
    await one.watch.stop()
    took = worked(condor) - before
    logs = condor.data_dir() / "htcondor"
    wanted = [(tag, state) for tag in tags for state in EVENTS]
    late = [
        one.first[each] - logged(logs / each[0] / "events", EVENTS[each[1]])
        for each in wanted
        if each in one.first
    ]
    return Round(late, len(wanted) - len(late), one.questions, took)


def unwatched(condor: condor_rig.Condor, count: int) -> float:
    """What the queue works for such jobs when nobody looks."""
    before = worked(condor)
    for _ in range(count):
        condor.submit("sleep 3")
        time.sleep(2)
    time.sleep(6)
    return worked(condor) - before


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Processes that only take time."""
    with ExitStack() as stack:
        for _ in range(count):
            process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=24)
    parser.add_argument("--busy", type=int, default=0, help="processes that keep the machine busy")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    count = 3 if args.quick else args.jobs
    rounds: dict[str, Round] = {}
    with condor_rig.condor(Path(condor_rig.tree())) as condor, busy(args.busy):
        alone = unwatched(condor, count)
        for number, (name, kind) in enumerate(KINDS.items()):
            folders = {"bin_dir": str(condor.bin_dir()), "data_dir": str(condor.data_dir())}
            backend = kind(user="alice", **folders)
            tags = [f"r{number}.{each}" for each in range(count)]
            rounds[name] = asyncio.run(burst(condor, backend, tags))
    head = ["", "late, median", "late, at most", "never shown", "questions", "schedd, ms per job"]
    rows = [row(name, one, count) for name, one in rounds.items()]
    rows.append(["nobody looks", "", "", "", "0", f"{1000 * alone / count:.0f}"])
    print(table(head, rows))
    ours, asking = rounds.values()
    print(f"late at most, of asking: {max(ours.late) / max(asking.late):.2f}")


def row(name: str, one: Round, count: int) -> list[str]:
    return [
        name,
        f"{median(one.late):.1f} s",
        f"{max(one.late):.1f} s",
        f"{one.never} of {2 * count}",
        str(one.questions),
        f"{1000 * one.worked / count:.0f}",
    ]


if __name__ == "__main__":
    main()
