"""What the links that this user received lead to now, and which of them are news.

A share of the hub that names this user is ``new`` until some browser was told of it, then
``told`` until the user looks at it. Each step is a file that is made once (``O_EXCL``), so that
of many tabs and servers of one home one tells it.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from traitlets.config import LoggingConfigurable

from ..errors import Expired, NotFound, RemoteError
from ..files import make_private, mark
from ..model import now
from .address import Address
from .hub import HubPublisher
from .model import ACTIVE, Received
from .store import ShareStore

NEW: Final = "new"
TOLD: Final = "told"
SEEN: Final = "seen"
_ID: Final = re.compile("[a-z0-9]{1,64}")
_PREFIX: Final = "hub-"
_OLD: Final = 3600.0
Listed = Mapping[str, Mapping[str, Any]]
"""By its link: a share of the hub as its service lists it."""


class Inbox(LoggingConfigurable):
    """``prefix``: below which links of this server lie; ``folder`` keeps what was told."""

    def __init__(
        self,
        *,
        store: ShareStore,
        hub: HubPublisher | None,
        prefix: str,
        folder: Path,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._store, self._hub, self._prefix, self._folder = store, hub, prefix, folder
        make_private(folder)

    async def listed(self) -> Listed | None:
        """By their links: shares of the hub that name me, or that I opened. None when nobody
        knows: there is no service, or it does not answer."""
        if self._hub is None:
            return None
        try:
            found = await self._hub.received()
        except RemoteError as error:
            self.log.warning("%s", error)
            return None
        return {self._hub.link(str(s.get("link_id") or f"id-{s['id']}")): s for s in found}

    async def named(self, listed: Listed | None, but: Iterable[str]) -> list[Received]:
        """Those of them of which I have no copy: all but these links."""
        known = set(but)
        return await asyncio.to_thread(
            lambda: [self._of_hub(k, s) for k, s in (listed or {}).items() if k not in known]
        )

    async def renewed(self, received: Received, listed: Listed | None) -> Received:
        """The record with what its link gives now, as far as that can be known without asking a
        foreign place."""
        link = received.link
        share = (listed or {}).get(link)
        if share:
            newest = int(share.get("revision", 1))
            return dataclasses.replace(received, newest=newest, gone=False)
        if self._prefix and link.startswith(self._prefix):
            return await asyncio.to_thread(self._of_mine, received)
        if listed is not None and self._hub and link.startswith(self._hub.prefix):
            return received if received.gone else await self._asked(self._hub, received)
        return received

    def _of_mine(self, received: Received) -> Received:
        kept = self._store.by_token(received.link.removeprefix(self._prefix))
        if kept is None or kept.share.state != ACTIVE:
            return dataclasses.replace(received, gone=True)
        return dataclasses.replace(received, newest=kept.share.revision, gone=False)

    async def _asked(self, hub: HubPublisher, received: Received) -> Received:
        """A link that is not in the list: of a share of my own, or one that ended."""
        try:
            about, _ = await hub.describe(received.link.removeprefix(hub.prefix))
        except (NotFound, Expired):
            return dataclasses.replace(received, gone=True)
        except RemoteError as error:
            self.log.warning("%s", error)
            return received
        return dataclasses.replace(received, newest=about.revision)

    # -- news -------------------------------------------------------------------------------

    def tell(self, ids: Iterable[str]) -> list[str]:
        """Somebody is about to tell of these records: those that were not told before. Blocks."""
        return [id_ for id_ in ids if self._mark(id_.removeprefix(_PREFIX), TOLD)]

    def see(self, address: Address) -> None:
        """The user looks at what a link of the hub leads to. Blocks."""
        self._mark(address.key.removeprefix("id-"), SEEN)

    def _mark(self, id_: str, how: str) -> bool:
        if not _ID.fullmatch(id_):
            return False
        return mark(self._folder / f"{id_}.{how}")

    def _news(self, id_: str) -> str:
        if (self._folder / f"{id_}.{SEEN}").exists():
            return ""
        return TOLD if (self._folder / f"{id_}.{TOLD}").exists() else NEW

    def tidy(self, listed: Listed | None) -> None:
        """Forget what was told of shares that are over; not at once, as a list may be older than
        what was told meanwhile. Blocks."""
        if listed is None:
            return
        known = {str(share.get("id")) for share in listed.values()}
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stem not in known and path.stat().st_mtime < time.time() - _OLD:
                    path.unlink()

    def _of_hub(self, link: str, share: Mapping[str, Any]) -> Received:
        id_, revision = str(share["id"]), int(share.get("revision", 1))
        return Received(
            id=f"{_PREFIX}{id_}",
            link=link,
            path="",
            name=str(share.get("name", "")),
            sender=str(share.get("sender", "")),
            time=str(share.get("updated") or share.get("created") or now()),
            revision=revision,
            newest=revision,
            news=self._news(id_) if share.get("named") else "",
        )
