"""What users may do with the share service, and how often: all set by the administrator."""

from __future__ import annotations

import time
from collections.abc import Callable

from traitlets import Float, Int, List, Unicode
from traitlets.config import Configurable

from ..errors import InvalidSpec, LimitReached, TooLarge
from ..model import Json
from ..shares.names import as_size

HOUR, DAY = 3600, 86400


class RemoteShareLimits(Configurable):
    """Quotas and rates of the share service."""

    max_bytes = Int(104857600, min=1, config=True, help="Largest notebook, in bytes.")
    user_bytes = Int(
        1 << 30, min=1, config=True, help="Bytes that all shared notebooks of one user may have."
    )
    total_bytes = Int(
        20 << 30, min=1, config=True, help="Bytes that all shared notebooks of all may have."
    )
    user_shares = Int(200, min=1, config=True, help="Active shares that one user may have.")
    max_expiry = Int(30 * DAY, min=60, config=True, help="Longest life of a link, in seconds.")
    max_named = Int(100, min=1, config=True, help="Users that one share may name.")
    options = List(
        Unicode(),
        config=True,
        help="Spawn options (keys of ``user_options``) that a link may carry; [] for none.",
    )
    user_rate = Int(240, min=1, config=True, help="Requests of one user a minute.")
    address_rate = Int(
        600, min=1, config=True, help="Requests a minute of one address that is not signed in."
    )
    misses = Int(
        60, min=1, config=True, help="Links that do not open, which one user may try an hour."
    )
    uploads = Int(
        4,
        min=1,
        config=True,
        help="Notebooks that one user may send, and bundles that one may fetch, at once.",
    )
    fetches = Int(100, min=1, config=True, help="Notebooks that one user may fetch at once.")
    preview_bytes = Int(5_000_000, min=0, config=True, help="Largest notebook with a preview.")
    keep_ended = Float(
        30 * DAY,
        min=0,
        config=True,
        help="Seconds that an ended share, without its notebook, "
        "stays in its owner's list, and its link says why it does not open.",
    )

    def to_json(self, used: int) -> dict[str, Json]:
        """What users are told; ``used``: bytes that this user has."""
        return {
            "expires_in": self.max_expiry,
            "bytes": self.max_bytes,
            "total": self.user_bytes,
            "used": used,
            "shares": self.user_shares,
            "users": True,
            "named": self.max_named,
            "options": list(self.options),
        }

    def check_expiry(self, seconds: float) -> None:
        """Raises InvalidSpec for a life that is too long."""
        if seconds > self.max_expiry:
            raise InvalidSpec(f"a link may live for at most {_span(self.max_expiry)} here")

    def check_size(self, size: int) -> None:
        """Raises TooLarge."""
        if size > self.max_bytes:
            raise TooLarge.of("the notebook", self.max_bytes)

    def check_room(self, mine: int, everybody: int, size: int) -> None:
        """Raises LimitReached when a notebook of this size does not fit beside the others."""
        if mine + size > self.user_bytes:
            raise LimitReached(
                f"your shared notebooks may have {as_size(self.user_bytes)} in all; "
                "revoke shares to make room"
            )
        if everybody + size > self.total_bytes:
            raise LimitReached("the share service of this hub is full; tell its administrator")

    def carried(self, options: dict[str, Json]) -> dict[str, Json]:
        """The options that a link takes along: a kernel, and spawn options with allowed keys
        and short plain values. Raises InvalidSpec for others."""
        server = options.get("server") or {}
        for key, value in server.items():
            if key not in self.options:
                raise InvalidSpec(f"the option {key!r} may not travel with links of this hub")
            if not isinstance(value, str | int | float | bool) or len(str(value)) > 500:
                raise InvalidSpec(f"the option {key!r} has a value that cannot travel in a link")
        return {"kernel": options.get("kernel"), "server": server}


def _span(seconds: int) -> str:
    """Seconds in words, as whole units."""
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", 60)):
        if seconds % length == 0:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


class Rates:
    """Token buckets: each key may do ``count`` things in ``per`` seconds, some at once."""

    def __init__(self, count: int, per: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._per, self._clock = count, per, clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._swept = clock()

    def take(self, key: str, amount: float = 1.0) -> None:
        """Raises LimitReached when this key did too much; ``amount`` 0 only looks."""
        now = self._clock()
        self._sweep(now)
        left, at = self._buckets.get(key, (float(self._count), now))
        left = min(float(self._count), left + (now - at) * self._count / self._per)
        if left < max(amount, 1.0):
            raise LimitReached("too many requests; wait a while, then try again")
        if amount:
            self._buckets[key] = (left - amount, now)

    def _sweep(self, now: float) -> None:
        """Forget who has been quiet for so long that their bucket is full."""
        if now - self._swept > self._per:
            self._swept = now
            alive = {k: b for k, b in self._buckets.items() if now - b[1] < self._per}
            self._buckets = alive
