"""Whether anything happened to this user's jobs, found out without a list of them.

A list makes the controller go through the jobs of all users, so it is asked first whether any job
changed at all (``SlurmDiag``). On a cluster where others' jobs come and go that is always so: then
this user's few jobs are asked for by their numbers, which the controller finds at once. That says
nothing of new ones; but who submits sends a message, and the controller counts those of each user.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Protocol

from ...errors import RemoteError
from ...model import Job
from .commands import Ran, SlurmCommands
from .diag import Acts, SlurmDiag

FEW = 4
"""Jobs that are asked for by their numbers, ended tasks of arrays included: each is a message. A
list is 3, and with 10,000 jobs of others 10 to 130 ms of the controller (docs/benchmarks.md)."""

ONE = 0.001
"""Seconds that the controller works for one of them, about: where it needs less for a list, that is
asked for."""

PAUSE = 0.25
"""Seconds for each of them until they are asked for again."""

PATIENCE = 3.0
"""Seconds for the controller to show them."""

LEARNT = 2
"""So often the same commands were run when it is believed how many messages they need."""

RECENT, TENTH = 50, 10
"""Of so many times a tenth may have had fewer: the controller counts a message after it has
answered it, so that some are counted with the next ones."""

KINDS = 100
"""Sets of commands whose messages are remembered."""

SINCE = "Data since"
"""When the controller began to count, among its counts."""

RUNNING_ON = re.compile(r"\b(?:RunTime|LastSchedEval|Scheduler|SecsPreSuspend)=\S*")
"""What ``scontrol show job`` prints that changes by itself."""

PROMPT = "scontrol: "
"""What it prints before each job."""


class Settings(Protocol):
    """The backend, for the name of its user."""

    user: str


class Known(Protocol):
    """The list, as it was observed last."""

    jobs: dict[str, Job]


class SlurmPulse:
    """Compares what the controller counted, and what it shows of a few jobs, with the last time."""

    def __init__(
        self, settings: Settings, commands: SlurmCommands, diag: SlurmDiag, known: Known
    ) -> None:
        self._settings, self._commands, self._diag, self._known = settings, commands, diag, known
        self._acts: Acts = {}
        self._moved, self._next = False, 0.0
        self._shown: dict[str, str] = {}
        self._sent: int | None = None
        self._usual: dict[frozenset[tuple[str, int]], deque[int]] = {}

    async def stirred(self, thorough: bool) -> bool | None:
        """See ``Abilities.stirred``."""
        ran, alone = self._commands.take(), not self._commands.under_way
        counts = await self._diag.counts()
        if counts is None:
            self._acts, self._sent = {}, None
            return None
        if counts.acts.get(SINCE) != self._acts.get(SINCE):
            self._sent = None
        alone = alone and self._commands.begun == 1
        acted = self._acted(counts.messages.get(self._user()) if alone else None, ran)
        self._moved, self._acts = self._moved or counts.acts != self._acts, counts.acts
        if not self._moved and not thorough:
            return False
        return await self._news(acted)

    async def _news(self, acted: bool) -> bool | None:
        """Whether one's own jobs are others, as something moved or one wants to know thoroughly."""
        few, moved = few_of(self._known.jobs.values()), self._moved
        many = few is None or 0 < self._diag.served < ONE * len(few)
        if few is None or many or (moved and acted):
            self._moved = False
            return moved or None
        if time.monotonic() < self._next:
            return False  # the next question finds it
        self._moved, self._next = False, time.monotonic() + PAUSE * len(few)
        return await self._differ(few)

    def _user(self) -> str:
        """The user's name, as Slurm has it."""
        jobs = self._known.jobs.values()
        return next((job.user for job in jobs if job.user), self._settings.user)

    def _acted(self, sent: int | None, ran: Ran) -> bool:
        """Whether the user may have sent more than our own commands did since the last time, of
        which is known how many messages they need: of late, without others. ``sent``: all so far,
        where that is known."""
        before, self._sent = self._sent, sent
        if before is None or sent is None or sent < before:
            return True
        commands, messages = frozenset(ran.items()), sent - before
        if len(self._usual) > KINDS:
            self._usual.clear()
        usual = self._usual.setdefault(commands, deque(maxlen=RECENT))
        more = len(usual) < LEARNT or messages > sorted(usual)[len(usual) // TENTH]
        usual.append(messages)
        return more

    async def _differ(self, ids: Sequence[str]) -> bool:
        """Whether one of these jobs is shown otherwise than the last time, or not at all."""
        if not ids:
            return False
        asked = "".join(f"show job {number}\n" for number in ids)
        asking = self._commands.run("scontrol", "--oneliner", "--local", input=asked)
        try:
            answer = await asyncio.wait_for(asking, PATIENCE)
        except (RemoteError, asyncio.TimeoutError):
            return True
        said = RUNNING_ON.sub("", answer.stdout).split(PROMPT)[1:-1]
        before, self._shown = self._shown, dict(zip(ids, said, strict=False))
        if len(said) != len(ids) or not all("JobId=" in one for one in said):
            return True
        return any(before.get(number) != one for number, one in self._shown.items())


def few_of(jobs: Collection[Job]) -> list[str] | None:
    """The numbers of the jobs that have not ended; None where what is shown of them is more than a
    few: of an array also the tasks that ended."""
    alive = list(islice((job for job in jobs if not job.state.ended), FEW + 1))
    arrays = {job.array for job in alive if job.array}
    ended = (job for job in jobs if job.state.ended and job.array in arrays) if arrays else ()
    if len(alive) + len(list(islice(ended, FEW))) > FEW:
        return None
    return list(dict.fromkeys(job.array or job.job_id.partition("+")[0] for job in alive))
