"""How often strangers may knock: a bucket of tries for each address."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ..errors import LimitReached

MISS: Final = 10.0
"""Tries that one unknown link costs."""
_MOST: Final = 10_000


class RateLimit:
    """``per_minute`` tries for each address, saved up to as many; 0: no limit. Memory is
    bounded: of more than 10,000 addresses at once the fullest buckets are forgotten."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = per_minute, clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, address: str, cost: float = 1.0) -> None:
        """Count a try; raises LimitReached when there is none left."""
        if not self._rate:
            return
        left = self._left(address)
        if left < 1:
            raise LimitReached("too many requests from your address: try again in a minute")
        self._buckets[address] = (max(0.0, left - cost), self._clock())
        if len(self._buckets) > _MOST:
            self._forget()

    def _left(self, address: str) -> float:
        left, at = self._buckets.get(address, (self._rate, self._clock()))
        return min(self._rate, left + (self._clock() - at) * self._rate / 60)

    def _forget(self) -> None:
        """Full buckets say nothing; then those go that are nearly full."""
        by_need = sorted(self._buckets, key=self._left)
        kept = [address for address in by_need[: _MOST // 2] if self._left(address) < self._rate]
        self._buckets = {address: self._buckets[address] for address in kept}
