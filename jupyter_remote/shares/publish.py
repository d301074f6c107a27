"""Where what is shared lies: with this server (local mode), or with the hub's service."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from ..errors import Forbidden, InvalidSpec
from ..model import Json
from .model import Share
from .store import Kept, ShareStore
from .tokens import new_token

LOCAL: Final = "local"
HUB: Final = "hub"


class Publisher(Protocol):
    """What the one writer of shares asks of either mode. Raises RemoteErrors."""

    mode: str

    async def limits(self) -> dict[str, Json]:
        """``expires_in`` (most seconds, None: any), ``bytes``, ``users`` (can be named)."""
        ...

    async def create(self, draft: Share, expires_in: float) -> tuple[str, str]:
        """Make a link without content; answers its token and the service's id of it."""
        ...

    async def put(self, kept: Kept, content: bytes) -> int:
        """Store the content of ``kept.share.revision``; answers the revision that it has."""
        ...

    async def settle(self, kept: Kept) -> None:
        """The record of this revision is stored: what is older may go."""
        ...

    async def change(self, kept: Kept, fields: Mapping[str, Json]) -> None:
        """Tell of another expiry (``expires_in`` seconds from now) or other users."""
        ...

    async def revoke(self, kept: Kept) -> None:
        """From now on nobody opens it."""
        ...

    async def news(self) -> Mapping[str, Mapping[str, Json]]:
        """By the service's id: state, uses, last_used of my shares, as far as others count."""
        ...

    def link(self, token: str) -> str:
        """The link, from the root of this origin."""
        ...


class LocalPublisher:
    """Snapshots in the user's own store, opened by the routes of this server."""

    mode = LOCAL

    def __init__(self, store: ShareStore, prefix: str, most: int, longest: float) -> None:
        self._store, self._prefix, self._most, self._longest = store, prefix, most, longest

    async def limits(self) -> dict[str, Json]:
        """The traits."""
        return {"expires_in": self._longest or None, "bytes": self._most, "users": False}

    async def create(self, draft: Share, expires_in: float) -> tuple[str, str]:
        """A token; nothing is stored yet."""
        if draft.users:
            raise InvalidSpec("without a hub nobody can be named: whoever has the link opens it")
        return new_token(), ""

    async def put(self, kept: Kept, content: bytes) -> int:
        """A snapshot beside the record."""
        share = kept.share
        await asyncio.to_thread(self._store.keep, share.id, share.revision, content)
        return share.revision

    async def settle(self, kept: Kept) -> None:
        """Delete the older snapshots."""
        share = kept.share
        await asyncio.to_thread(self._store.drop_snapshots, share.id, share.revision)

    async def change(self, kept: Kept, fields: Mapping[str, Json]) -> None:
        """The record says it all."""
        if fields.get("users"):
            raise InvalidSpec("without a hub nobody can be named: whoever has the link opens it")

    async def revoke(self, kept: Kept) -> None:
        """The store's mark is what counts."""

    async def news(self) -> Mapping[str, Mapping[str, Json]]:
        """The store counts itself."""
        return {}

    def link(self, token: str) -> str:
        """Below this server's base URL."""
        return f"{self._prefix}{token}"

    def path(self, share: Share) -> Path:
        """The snapshot that a link gives now."""
        return self._store.snapshot(share.id, share.revision)


class NoPublisher:
    """Sharing is off; ``why`` is said to who asks for it."""

    mode = ""

    def __init__(self, why: str) -> None:
        self.why = why

    async def limits(self) -> dict[str, Json]:
        """Nothing may be shared."""
        return {"expires_in": 0, "bytes": 0, "users": False}

    async def create(self, draft: Share, expires_in: float) -> tuple[str, str]:
        """Always refused."""
        raise Forbidden(self.why)

    async def put(self, kept: Kept, content: bytes) -> int:
        """Always refused."""
        raise Forbidden(self.why)

    async def settle(self, kept: Kept) -> None:
        """Nothing to do."""

    async def change(self, kept: Kept, fields: Mapping[str, Json]) -> None:
        """Always refused."""
        raise Forbidden(self.why)

    async def revoke(self, kept: Kept) -> None:
        """The store's mark is what counts."""

    async def news(self) -> Mapping[str, Mapping[str, Json]]:
        """Nothing is known."""
        return {}

    def link(self, token: str) -> str:
        """There is none."""
        return ""
