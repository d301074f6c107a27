"""What HTCondor remembers of jobs that left the queue, read once and then only what is new."""

from __future__ import annotations

import asyncio
import re

from ...errors import BackendError
from ...model import Job, as_time
from .ads import ATTRIBUTES, read_jobs
from .commands import CondorCommands

KEPT = 20_000
"""Ended jobs that are remembered at most."""

MARGIN = 86400
"""Seconds that a job may need to leave the queue after its last change of state."""

BEGIN = 'EnteredCurrentStatus < {} && unparse(LeaveJobInQueue) == "false"'
"""Where reading backwards ends. A job that was told to stay after its end may be written down
long after it: it says nothing of those before it."""

NONE_KEPT = re.compile(r"HISTORY is unset|HISTORY is not defined", re.I)


class CondorHistory:
    """Ended jobs of one user. The history is a file that only grows at its end: a look reads
    backwards to the job that was the newest one at the look before."""

    def __init__(self, commands: CondorCommands, backend: str, own: str) -> None:
        self._commands, self._backend, self._own = commands, backend, own
        self.jobs: dict[str, Job] = {}
        self.kept = True
        self._begin = "9"
        self._last = ""
        self._lock = asyncio.Lock()

    async def refresh(self, moment: float) -> None:
        """Read all that ended after a time (seconds since 1970), and everything new; ``kept``
        is false where HTCondor keeps no history. Raises what its words mean."""
        begin = as_time(moment)
        async with self._lock:
            try:
                await self._read(int(moment), begin < self._begin)
            except BackendError as error:
                if not NONE_KEPT.search(str(error)):
                    raise
                self.kept = False
            else:
                self.kept, self._begin = True, min(begin, self._begin)

    def since(self, moment: float) -> dict[str, Job]:
        """Those that ended after a time, by id."""
        begin = as_time(moment)
        return {key: job for key, job in self.jobs.items() if (job.ended or "") >= begin}

    async def _read(self, moment: int, early: bool) -> None:
        """What is new; all from ``moment`` on when that is earlier than ever asked for."""
        found = await self._commands.ask(
            "condor_history", "-limit", "1", "-af", "ClusterId", "ProcId"
        )
        newest = ".".join(found.split()[:2])  # anybody's; who leaves now is read next time
        if newest == self._last and not early:
            return
        own = f"{self._own} && EnteredCurrentStatus >= {moment}" if early else self._own
        first = BEGIN.format(moment - MARGIN) if early else self._last
        until = ["-since", first] if first else []
        options = ["-constraint", own, *until, "-limit", str(KEPT), "-attributes", ATTRIBUTES]
        ads = await self._commands.ads("condor_history", *options)
        read = await asyncio.to_thread(read_jobs, ads, self._backend, left=True)
        kept = {**self.jobs, **dict(reversed(read.items()))}  # the newest came first
        self.jobs = dict(list(kept.items())[-KEPT:])
        self._last = newest
