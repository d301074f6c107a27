"""Saves in Lab are sent at once; what changes behind Lab is noticed when somebody looks."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Final

from jupyter_events import EventLogger

from ..errors import NotFound, RemoteError
from ..model import Json, elapsed, now
from .desk import DAY, RemoteShares
from .model import ACTIVE, REVOKED, USED, Share
from .publish import HUB
from .store import Kept

CONTENTS: Final = "https://events.jupyter.org/jupyter_server/contents_service/v1"
_UNKNOWN: Final = "the share service does not know this link any more"
_COUNTS: Final = ("uses", "last_used")
_News = Mapping[str, Mapping[str, Json]]


class Follower:
    """Hears of saved and renamed files from Jupyter's own events; looks at files when asked."""

    def __init__(self, shares: RemoteShares, logger: EventLogger) -> None:
        self._shares, self._logger = shares, logger
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[str] = set()
        self._paths: dict[str, str] = {}
        self._known: int | None = None

    def start(self) -> None:
        """Listen; nothing happens before the first save."""
        if CONTENTS in self._logger.schemas:
            self._logger.add_listener(schema_id=CONTENTS, listener=self._heard)

    async def close(self) -> None:
        """Listen no more, and finish what is being sent."""
        with contextlib.suppress(Exception):  # jupyter_events raises when there is none
            self._logger.remove_listener(listener=self._heard)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _heard(self, logger: EventLogger, schema_id: str, data: Mapping[str, Json]) -> None:
        action, path = data.get("action"), str(data.get("path", "")).strip("/")
        if action == "save":
            await self._saved(path)
        elif action == "rename":
            await self._renamed(str(data.get("source_path", "")).strip("/"), path)

    async def _saved(self, path: str) -> None:
        """Saves while one is being sent are sent as one."""
        for id_ in [i for i, p in (await self._active()).items() if p == path]:
            if id_ not in self._waiting:
                self._waiting.add(id_)
                task = asyncio.create_task(self._send(id_))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _renamed(self, old: str, new: str) -> None:
        for id_, path in (await self._active()).items():
            if path == old or path.startswith(old + "/"):
                await self._rename(id_, new + path[len(old) :])
        await asyncio.to_thread(self._shares.store.move_imports, old, new)

    async def _active(self) -> dict[str, str]:
        """Paths of active shares by id; read anew when shares came or went."""
        at = await asyncio.to_thread(lambda: self._shares.store.shares.stat().st_mtime_ns)
        if at != self._known:
            self._paths = {k.share.id: k.share.path for k in await self._shares.active()}
            self._known = at
        return dict(self._paths)

    async def _send(self, id_: str) -> None:
        shares = self._shares
        async with shares.locks[id_]:
            self._waiting.discard(id_)
            kept = await self._still(id_)
            if kept is None or not kept.share.follow:
                return
            try:
                await shares.refresh(kept)
            except RemoteError as error:
                shares.log.warning("share of %s: %s", kept.share.path, error)
                with contextlib.suppress(NotFound):  # forgotten by another server
                    await shares.record(kept, changed=True, problem=str(error))

    async def _rename(self, id_: str, path: str) -> None:
        async with self._shares.locks[id_]:
            kept = await self._still(id_)
            if kept is not None:
                with contextlib.suppress(NotFound):
                    await self._shares.record(kept, path=path)
                self._paths[id_] = path

    async def _still(self, id_: str) -> Kept | None:
        kept = await asyncio.to_thread(self._shares.store.load, id_)
        if kept is None or kept.share.state != ACTIVE:
            self._paths.pop(id_, None)
            return None
        return kept

    # -- looks ------------------------------------------------------------------------------

    async def look(self) -> list[Share]:
        """Every share, after a look at the files and at what the service counted."""
        everything = await self._shares.all()  # first: a listing after it has all of these
        problem, news = "", None
        try:
            if self._shares.publisher.mode == HUB:
                news = await self._shares.publisher.news()
        except RemoteError as error:
            problem = str(error)
        shares = [await self._looked(kept, news) for kept in everything]
        if not problem:
            return shares
        return [dataclasses.replace(s, problem=problem) if s.mode == HUB else s for s in shares]

    async def _looked(self, kept: Kept, news: _News | None) -> Share:
        counted = {} if news is None else _counted(kept.share, news.get(kept.hub_id))
        share = dataclasses.replace(kept.share, **counted)
        if share.state == ACTIVE:
            try:
                differs, problem = await self._differs(kept), ""
            except RemoteError as error:
                words = "the link gives the version that was sent last"
                differs, problem = share.changed, f"{error}; {words}"
            share = dataclasses.replace(share, changed=differs, problem=problem)
        if share == kept.share:
            return share
        return await self._noticed(kept, news, share)

    async def _noticed(self, before: Kept, news: _News | None, seen: Share) -> Share:
        """Store and tell what a look found, unless something else has happened meanwhile."""
        async with self._shares.locks[seen.id]:
            kept = await asyncio.to_thread(self._shares.store.load, seen.id)
            if kept is None:
                return seen
            share = kept.share
            changes = {} if news is None else _counted(share, news.get(kept.hub_id))
            if (share.state, share.revision) == (before.share.state, before.share.revision):
                changes |= {
                    "changed": seen.changed,
                    "problem": changes.get("problem", seen.problem),
                }
            changes = {k: v for k, v in changes.items() if getattr(share, k) != v}
            with contextlib.suppress(NotFound):  # forgotten by another server
                share = await self._shares.record(kept, **changes) if changes else share
            return share

    async def _differs(self, kept: Kept) -> bool:
        """Whether the file says something else than what was sent."""
        seen, files = kept.seen, self._shares.files
        if await files.stat(kept.share.path) == (seen.modified, seen.size):
            return False
        source = await files.read(kept.share.path, self._shares.max_bytes)
        return source.file != seen.file

    async def tidy(self) -> None:
        """Tell of links that expired, and forget those that ended long ago."""
        shares = self._shares
        for kept in await shares.all():
            share = kept.share
            if share.state == ACTIVE:
                continue
            if elapsed(share.time, now()) > shares.forget_after * DAY:
                with contextlib.suppress(RemoteError):
                    await shares.forget(share.id)
            elif shares.store.snapshot(share.id, share.revision).exists():
                await asyncio.to_thread(shares.store.drop_snapshots, share.id)
                async with shares.locks[share.id]:
                    await shares.record(kept)


def _counted(share: Share, told: Mapping[str, Json] | None) -> dict[str, Json]:
    """What the service says of a share of its; None: it knows of none. The end that this server
    knows of stands, but a one-time link whose only fetch broke off opens again."""
    if share.mode != HUB:
        return {}
    if told is None:
        return {"state": REVOKED, "problem": _UNKNOWN} if share.state == ACTIVE else {}
    fields = (*_COUNTS, "state") if share.state in (ACTIVE, USED) else _COUNTS
    return {key: told[key] for key in fields if key in told}
