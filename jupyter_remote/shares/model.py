"""Records of shares: frozen, to and from JSON. Times as in ``jupyter_remote.model``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from ..model import Json, elapsed, now

ACTIVE: Final = "active"
EXPIRED: Final = "expired"
REVOKED: Final = "revoked"
USED: Final = "used"
STATES: Final = (ACTIVE, EXPIRED, REVOKED, USED)

T = TypeVar("T", bound="_Record")


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Record:
    """A record that is stored and sent as an object of its fields."""

    def to_json(self) -> dict[str, Json]:
        """The record as it is stored and sent."""
        fields = dataclasses.asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}

    @classmethod
    def from_json(cls: type[T], data: Mapping[str, Json]) -> T:
        """Read a record; fields of later versions are left out. Raises TypeError when one
        without a default is missing."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{key: _frozen(value) for key, value in data.items() if key in known})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kernel(_Record):
    """The kernel that a notebook names in its metadata."""

    name: str
    display_name: str = ""
    language: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Share(_Record):
    """A link to a notebook, as its sender sees it.

    ``id`` is not the token; only ``link`` holds that, and no event does. ``path`` is relative
    to the root of the sender's file browser. ``expires_in`` counts from ``created`` or from
    the last extension. ``users`` names who may open it; nobody named means everybody who has
    the link. ``options``: ``{"kernel": Kernel or None, "server": {key: value}}``. ``revision``
    grows with each version that was sent; ``changed`` says that the file differs from it,
    ``problem`` why it could not be read or sent.
    """

    id: str
    path: str
    name: str
    link: str = dataclasses.field(repr=False)
    mode: str
    created: str
    expires: str
    time: str
    state: str = ACTIVE
    once: bool = False
    users: tuple[str, ...] = ()
    follow: bool = True
    outputs: bool = True
    widgets: bool = False
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    size: int = 0
    revision: int = 1
    updated: str = ""
    uses: int = 0
    last_used: str | None = None
    changed: bool = False
    problem: str = ""

    def state_at(self, time: str) -> str:
        """The state at a time: an active share expires by itself."""
        late = self.state == ACTIVE and elapsed(self.expires, time) >= 0
        return EXPIRED if late else self.state

    def as_of_now(self) -> Share:
        """The same record with the state that it has now."""
        state = self.state_at(now())
        return self if state == self.state else dataclasses.replace(self, state=state)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Received(_Record):
    """A notebook that was copied into the user's files, or a share that names the user.

    ``path`` is empty when there is no copy (any more). ``newest`` is the revision that the
    link has now, None when nobody asked; ``changed_here``: the copy was worked on; ``gone``:
    the link no longer opens; ``news``: a share that names the user is ``new`` until a browser
    told of it, and ``told`` until the user looked at it.
    """

    id: str
    link: str = dataclasses.field(repr=False)
    path: str
    name: str
    sender: str
    time: str
    revision: int = 1
    newest: int | None = None
    changed_here: bool = False
    gone: bool = False
    news: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description(_Record):
    """What somebody who opens a link is told about it.

    ``kernel_here`` (None: nobody knows), ``kernels`` that fit and ``mine``, the copies that
    the reader has already, are filled in by the reader's own server.
    """

    name: str
    sender: str
    size: int
    revision: int
    updated: str
    expires: str
    once: bool = False
    kernel: Mapping[str, str] | None = None
    kernel_here: bool | None = None
    kernels: tuple[Mapping[str, str], ...] = ()
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    outputs: bool = True
    cells: int = 0
    mine: tuple[Mapping[str, Json], ...] = ()
