"""Whether anything happened to this user's jobs, found out without a list of them.

A list makes the controller go through the jobs of all users, so it is asked first whether any job
changed at all (``SlurmDiag``). On a cluster where others' jobs come and go that is always so: then
this user's few jobs are asked for by their numbers, which the controller finds at once. That says
nothing of new ones; but who submits sends a message, and the controller counts those of each user.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from ...model import Job
from .commands import Ran, SlurmCommands
from .diag import Acts, SlurmDiag

FEW = 4
"""Jobs that are asked for one by one: 2 messages and 0.5 to 2 ms of the controller each, where a
list is 3 messages and, with 10,000 jobs of others, 10 to 130 ms (docs/benchmarks.md)."""

LEARNT = 2
"""So often the same commands were run when the least messages of theirs is believed."""

RECENT = 50
"""Of so many times the least counts."""

KINDS = 100
"""Sets of commands whose messages are remembered."""

RUNNING_ON = re.compile(r"\b(?:RunTime|LastSchedEval|Scheduler|SecsPreSuspend)=\S*")
"""What ``scontrol show job`` prints that changes by itself."""


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
        self._acts: Acts | None = None
        self._shown: dict[str, str] = {}
        self._sent: tuple[int, Ran] | None = None
        self._usual: dict[frozenset[tuple[str, int]], deque[int]] = {}

    async def stirred(self, thorough: bool) -> bool | None:
        """See ``Abilities.stirred``."""
        ran, alone = self._commands.so_far(), not self._commands.under_way
        counts = await self._diag.counts()
        if counts is None:
            self._acts = self._sent = None
            return None
        alone = alone and sum((self._commands.so_far() - ran).values()) == 1
        acted = self._acted(counts.messages.get(self._user()) if alone else None, ran)
        moved, self._acts = counts.acts != self._acts, counts.acts
        if not moved and not thorough:
            return False
        few = few_of(self._known.jobs.values())
        if few is None or (moved and acted):
            return moved or None
        return await self._differ(few)

    def _user(self) -> str:
        """The user's name, as Slurm has it."""
        jobs = self._known.jobs.values()
        return next((job.user for job in jobs if job.user), self._settings.user)

    def _acted(self, sent: int | None, ran: Ran) -> bool:
        """Whether the user may have sent more than our own commands did since the last time, of
        which is known how many messages they need: the least of late. None: it is not known."""
        before, self._sent = self._sent, None if sent is None else (sent, ran)
        if before is None or sent is None or sent < before[0]:
            return True
        commands, messages = frozenset((ran - before[1]).items()), sent - before[0]
        if len(self._usual) > KINDS:
            self._usual.clear()
        usual = self._usual.setdefault(commands, deque(maxlen=RECENT))
        more = len(usual) < LEARNT or messages > min(usual)
        usual.append(messages)
        return more

    async def _differ(self, ids: Sequence[str]) -> bool:
        """Whether the controller shows one of these jobs otherwise than the last time."""
        if not ids:
            return False
        asked = "".join(f"show job {number}\n" for number in ids)
        answer = await self._commands.run("scontrol", "--oneliner", input=asked)
        said = RUNNING_ON.sub("", answer.stdout).split("scontrol: ")[1:]
        before, self._shown = self._shown, dict(zip(ids, said, strict=False))
        return any(before.get(number) != self._shown.get(number) for number in ids)


def few_of(jobs: Iterable[Job]) -> list[str] | None:
    """The numbers of the jobs that have not ended; None where they are more than a few."""
    ids: list[str] = []
    for count, job in enumerate((job for job in jobs if not job.state.ended), 1):
        if count > FEW:
            return None
        ids.append(job.array or job.job_id.partition("+")[0])
    return list(dict.fromkeys(ids))
