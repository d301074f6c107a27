"""What is remembered of one backend's observations, and what they count of its budget."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final

from .model import Job

SERVED: Final = 0.2
"""Part of the time of a query in which the scheduler itself works, as long as it is not known: with
squeue on Slurm 22.05 0.1 to 0.2, for 10,000 jobs up to 0.6."""

LEAST: Final = 0.05
"""The same where the backend says how long (``Abilities.served``), lest it is suddenly longer."""

MOST: Final = 0.02
"""Seconds of what it says that count at most for an observation that is made because something
happened: more is mostly waiting, for locks of the scheduler or for its memory. On a virtual machine
a list of 10,000 jobs cost Slurm's controller 3 ms at once after another, 15 ms after 2 s, and 60 to
300 ms after 10 s, as what it has to look through rests meanwhile: to ask less often saves little
there, and changes come late. While nothing happens, all of it counts."""

AHEAD: Final = 60.0
"""Seconds of the budget that what a user waits for may take in advance; it is given back by the
looks after it. So in any time of T seconds no more is taken than the share of T + 60 s."""

CREDIT: Final = 120.0
"""Seconds more that all looks may take in advance at a backend that can say that nothing happened:
they come when something did, which may be often for a while."""

CALM: Final = 15
CALMEST: Final = 60.0
"""So many times its pace, and so many seconds, a backend that says that nothing happens is not
asked thoroughly, at most; longer where the budget asks for it."""

LONGEST: Final = 300.0
"""But no longer: what it says may have been so once."""

CERTAIN: Final = 2
"""So many times longer it is not observed."""


@dataclasses.dataclass
class Ledger:
    """Of one backend: what it showed last, how long it worked for that (seconds) and how much of it
    counts, when that began, and since when all observations so far are within the budget; how many
    failed since one did not; whether it can say that nothing happened, how long that took
    (seconds), when it last said that something did, whether that was not observed yet, and when it
    last said thoroughly that nothing did."""

    jobs: Sequence[Job] = ()
    worked: float = 0.0
    cost: float = 0.0
    asked: float = -math.inf
    due: float = -math.inf
    failed: int = 0
    tells: bool = False
    question: float = 0.0
    stirred: float = -math.inf
    unseen: bool = False
    calmed: float = -math.inf

    def answered(self, took: float, said: float) -> None:
        """An observation took so long, for which it worked so long as it says (0: it does not)."""
        self.failed = 0
        self.cost = max(took * LEAST, min(MOST, said)) if said else took * SERVED
        self.worked = max(self.cost, said)

    def note(self, began: float, pause: float) -> None:
        """An observation was made, after which the budget wants a pause."""
        self.asked, self.due = began, max(self.due, began) + pause

    def rest(self, now: float, least: float, ahead: float) -> float:
        """Seconds until somebody who waits may be answered."""
        return max(self.asked + least, self.due - ahead) - now

    def calm(self, pause: float, share: float) -> float:
        """When to ask thoroughly: ever later, as that settles what happened."""
        last = max(self.asked, self.calmed)
        return last + min(self._longest(pause, share), max(pause, last - self.stirred))

    def certain(self, pause: float, share: float) -> float:
        """When to observe it whatever it says."""
        return self.asked + CERTAIN * self._longest(pause, share)

    def _longest(self, pause: float, share: float) -> float:
        budget = self.worked / share if share else 0.0
        return max(min(CALM * pause, CALMEST), min(budget, LONGEST))
