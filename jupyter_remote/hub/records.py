"""What the share service knows of a share, and how it says so."""

from __future__ import annotations

import base64
import dataclasses
import secrets
from collections.abc import Mapping
from typing import Any

from ..model import Json, as_time
from ..shares.model import ACTIVE, EXPIRED


def new_id() -> str:
    """A share's public name: 20 characters of base32. It is no secret and opens nothing."""
    return base64.b32encode(secrets.token_bytes(12)).decode().rstrip("=").lower()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kept:
    """One share. Times are seconds since 1970, sizes bytes.

    ``users``: who may open it; empty for whoever of this hub has the link. ``revision`` is 0
    until the notebook has arrived; ``file`` names it on disk, empty when there is none (any
    more). ``digest``: SHA-256 of its token; the token itself is not kept.
    """

    id: str
    digest: str
    owner: str
    name: str
    created: float
    expires: float
    once: bool = False
    outputs: bool = True
    users: tuple[str, ...] = ()
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    state: str = ACTIVE
    ended: float | None = None
    revision: int = 0
    size: int = 0
    updated: float | None = None
    uses: int = 0
    last_used: float | None = None
    file: str = ""
    sum: str = ""
    cells: int = 0
    kernel: Mapping[str, Json] | None = None

    def state_at(self, at: float) -> str:
        """An active share is over when its time is, whether or not that is written down yet."""
        return EXPIRED if self.state == ACTIVE and self.expires <= at else self.state

    def to_json(self, at: float) -> dict[str, Json]:
        """The owner's view: no token, no file name."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state_at(at),
            "created": as_time(self.created),
            "expires": as_time(self.expires),
            "once": self.once,
            "users": list(self.users),
            "outputs": self.outputs,
            "options": dict(self.options),
            "size": self.size,
            "revision": self.revision,
            "updated": _time(self.updated),
            "uses": self.uses,
            "last_used": _time(self.last_used),
        }

    def to_receiver(self) -> dict[str, Json]:
        """The list of what is shared with somebody; ``link_id`` opens it for them, ``named``: it is
        for those whom it names, and not for all who have the link."""
        names = ("id", "name", "expires", "once", "outputs", "options", "size", "revision")
        record = self.to_json(0.0)
        chosen = {name: record[name] for name in (*names, "updated")}
        link = {"sender": self.owner, "link_id": f"id-{self.id}", "named": bool(self.users)}
        return {**chosen, **link, "kernel": self.kernel}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else as_time(seconds)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """A cleaned notebook that waits to become a revision: where it lies and what it holds."""

    file: str
    size: int
    sum: str
    cells: int
    kernel: Mapping[str, Any] | None
