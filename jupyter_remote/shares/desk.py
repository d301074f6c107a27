"""RemoteShares: what this user shares. The one writer; every change is stored, then told."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import getpass
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from traitlets import Bool, Float, Integer, Unicode, default
from traitlets.config import LoggingConfigurable

from ..errors import InvalidSpec, LimitReached, NotFound, RemoteError, WrongState
from ..events import Events
from ..model import Json, as_time, now
from .bundle import Bundle
from .choices import carrying, chosen
from .files import Source, UserFiles
from .model import ACTIVE, REVOKED, Share
from .names import notebook_name
from .publish import HUB, Publisher
from .store import Kept, ShareStore
from .tokens import share_id
from .version import Version

SHORTEST: Final = 60.0
"""Seconds that a link lasts at least."""
DAY: Final = 86400.0


class RemoteShares(LoggingConfigurable):
    """Creates, updates, extends and revokes links to notebooks of this user."""

    max_bytes = Integer(
        200_000_000, config=True, help="Bytes that a shared or imported notebook may have."
    )
    max_expiry = Float(
        30 * DAY, config=True, help="Seconds that a link may last; 0: no limit. A hub has its own."
    )
    max_shares = Integer(500, config=True, help="Links that may be open at once.")
    forget_after = Float(
        30.0, config=True, help="Days after which a link that opens no more is forgotten."
    )
    local_links = Bool(
        None,
        allow_none=True,
        config=True,
        help="Serve links from this server, to whoever has them, signed in or not. Default: "
        "unless the server belongs to a hub.",
    )
    preview_bytes = Integer(
        10_000_000, config=True, help="Bytes of the largest notebook that is shown in a browser."
    )
    requests_per_minute = Float(
        120.0,
        config=True,
        help="Requests for links that one address may send; one for an unknown link counts as "
        "ten. 0: no limit.",
    )
    hub_timeout = Float(60.0, config=True, help="Seconds for the hub's share service to answer.")
    sender = Unicode(
        config=True,
        help="Name of the sender that the page of a link shows. Default: the account's name.",
    )

    @default("sender")
    def _default_sender(self) -> str:
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # an account without a name
            return ""

    def __init__(
        self,
        *,
        store: ShareStore,
        files: UserFiles,
        publisher: Publisher,
        events: Events,
        server_options: Mapping[str, Json],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.store, self.files, self.publisher, self._events = store, files, publisher, events
        self.server_options = dict(server_options)
        self.sequence = 0
        self._telling: set[asyncio.Future[None]] = set()
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # -- what people ask --------------------------------------------------------------------

    async def create(self, fields: Mapping[str, Json]) -> Share:
        """Share a notebook; ``fields`` as ``CreateShare`` of the OpenAPI file. Raises InvalidSpec,
        NotFound, Forbidden, TooLarge, LimitReached, and what the service says."""
        path, seconds = fields["path"].strip("/"), await self._seconds(fields["expires_in"])
        if len(await self.active()) >= self.max_shares:
            raise LimitReached(f"you share {self.max_shares} notebooks already: revoke some first")
        source = await self.files.read(path, await self._most())
        at = time.time()
        draft = Share(
            id="",
            path=path,
            name=notebook_name(path),
            link="",
            mode=self.publisher.mode,
            created=as_time(at),
            expires=as_time(at + seconds),
            time=as_time(at),
            **chosen(fields),
        )
        version = await self._version(source, draft)
        draft = carrying(draft, version, fields.get("carry", ["kernel"]), self.server_options)
        token, hub_id = await self.publisher.create(
            dataclasses.replace(draft, size=len(version.content)), seconds
        )
        share = dataclasses.replace(draft, id=share_id(token), link=self.publisher.link(token))
        return await self._first(Kept(share=share, token=token, hub_id=hub_id), version)

    async def change(self, id_: str, fields: Mapping[str, Json]) -> Share:
        """Extend (``expires_in`` seconds from now), name other ``users``, ``follow`` or not."""
        async with self.locks[id_]:
            kept = await self._active(id_)
            changes: dict[str, Json] = {}
            if "expires_in" in fields:
                seconds = await self._seconds(fields["expires_in"])
                changes["expires"] = as_time(time.time() + seconds)
            if "users" in fields:
                changes["users"] = tuple(fields["users"])
            await self.publisher.change(kept, fields)
            if "follow" in fields:
                changes["follow"] = fields["follow"]
            return await self.record(kept, **changes)

    async def update(self, id_: str) -> Share:
        """Send the notebook as it is now; the same record when it did not change."""
        async with self.locks[id_]:
            return await self.refresh(await self._active(id_))

    async def revoke(self, id_: str) -> Share:
        """End a link at once; one that has ended stays as it is."""
        async with self.locks[id_]:
            kept = await self.kept(id_)
            if kept.share.state != ACTIVE:
                return kept.share
            self._ours(kept.share)
            await self.publisher.revoke(kept)  # first: what still opens must not look revoked
            await asyncio.to_thread(self.store.revoke, id_)
            return await self.record(kept, state=REVOKED)

    async def forget(self, id_: str) -> None:
        """Forget a link that has ended; raises WrongState while it opens."""
        async with self.locks[id_]:
            kept = await self.kept(id_)
            if kept.share.state == ACTIVE:
                raise WrongState("this link still opens: revoke it first")
            await asyncio.to_thread(self.store.forget, id_)
            self._tell(kept.share, forgotten=True)
        self.locks.pop(id_, None)

    async def bundle(self, path: str, *, outputs: bool = True) -> Bundle:
        """A notebook of mine with all that it needs, as it is now."""
        path = path.strip("/")
        source = await self.files.read(path, self.max_bytes)
        version = await asyncio.to_thread(Version.make, source, outputs=outputs, widgets=False)
        return Bundle(
            name=notebook_name(path),
            notebook=version.content,
            options={"kernel": version.kernel, "server": self.server_options},
            extras=await self.files.requirements(path),
        )

    async def bundle_of(self, id_: str) -> Bundle:
        """The notebook of a share as it is now, with the options that the share carries."""
        share = (await self.kept(id_)).share
        bundle = await self.bundle(share.path, outputs=share.outputs)
        return dataclasses.replace(bundle, name=share.name, options=share.options)

    # -- what is known ----------------------------------------------------------------------

    async def all(self) -> list[Kept]:
        """Every share, the youngest first, as it is now on disk and with the service."""
        found = await asyncio.to_thread(lambda: list(self.store.all()))
        return sorted(found, key=lambda kept: kept.share.created, reverse=True)

    async def active(self) -> list[Kept]:
        """Those that open."""
        return [kept for kept in await self.all() if kept.share.state == ACTIVE]

    async def kept(self, id_: str) -> Kept:
        """One share; raises NotFound."""
        kept = await asyncio.to_thread(self.store.load, id_)
        if kept is None:
            raise NotFound("you share nothing with this id")
        return kept

    # -- changes ----------------------------------------------------------------------------

    async def _first(self, kept: Kept, version: Version) -> Share:
        try:
            kept = version.of(kept, revision=1)
            await asyncio.to_thread(self.store.add, kept.share.id)
            return await self.record(await self._put(kept, version))
        except BaseException:
            with contextlib.suppress(RemoteError):
                await self.publisher.revoke(kept)
            await asyncio.to_thread(self.store.forget, kept.share.id)
            raise

    async def _put(self, kept: Kept, version: Version) -> Kept:
        revision = await self.publisher.put(kept, version.content)
        return dataclasses.replace(kept, share=dataclasses.replace(kept.share, revision=revision))

    async def _version(self, source: Source, share: Share) -> Version:
        options = {"outputs": share.outputs, "widgets": share.widgets}
        return await asyncio.to_thread(Version.make, source, **options)

    async def refresh(self, kept: Kept) -> Share:
        """Send the file if it says something new. For who holds its lock."""
        source = await self.files.read(kept.share.path, await self._most())
        if source.file == kept.seen.file:
            return await self._seen_again(kept, source)
        version = await self._version(source, kept.share)
        if version.sent == kept.seen.sent:
            return await self._seen_again(kept, source)
        kept = version.of(kept, revision=kept.share.revision + 1)
        kept = await self._put(kept, version)
        share = await self.record(kept)
        await self.publisher.settle(kept)
        return share

    async def _seen_again(self, kept: Kept, source: Source) -> Share:
        """The file is newer, and says the same."""
        seen = dataclasses.replace(
            kept.seen, modified=source.modified, size=source.size, file=source.file
        )
        kept = dataclasses.replace(kept, seen=seen)
        if kept.share.changed or kept.share.problem:
            return await self.record(kept, changed=False, problem="")
        await asyncio.to_thread(lambda: self.store.save(self.store.renewed(kept)))
        return kept.share

    async def record(self, kept: Kept, **changes: Json) -> Share:
        """Store a record with these changes, then tell of it. For who holds its lock. Raises
        NotFound when it was forgotten meanwhile."""
        kept = await asyncio.to_thread(self.store.renewed, kept)
        share = dataclasses.replace(kept.share, **{**changes, "time": now()})
        await asyncio.to_thread(self.store.save, dataclasses.replace(kept, share=share))
        self._tell(share)
        return share

    def used(self, id_: str) -> None:
        """Somebody opened a link: tell of it, without making them wait."""
        task = asyncio.ensure_future(self._used(id_))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """Finish what is being told."""
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _used(self, id_: str) -> None:
        kept = await asyncio.to_thread(self.store.load, id_)
        if kept:
            self._tell(kept.share)

    def _tell(self, share: Share, *, forgotten: bool = False) -> None:
        self.sequence += 1
        self._events.share(share.to_json(), self.sequence, forgotten=forgotten)

    async def _active(self, id_: str) -> Kept:
        kept = await self.kept(id_)
        if kept.share.state != ACTIVE:
            raise WrongState(f"this link is {kept.share.state}: share the notebook anew")
        self._ours(kept.share)
        return kept

    def _ours(self, share: Share) -> None:
        """Raises WrongState for a link of the service when this server knows of none."""
        if share.mode == HUB != self.publisher.mode:
            raise WrongState("this link lies with a hub's service that this server does not know")

    # -- what is chosen ---------------------------------------------------------------------

    async def _seconds(self, wanted: float) -> float:
        most = (await self.publisher.limits())["expires_in"]
        if most and wanted > most:
            raise InvalidSpec(
                f"a link may last {most / 3600:.4g} hours here, not {wanted / 3600:.4g}"
            )
        return max(SHORTEST, float(wanted))

    async def _most(self) -> int:
        most = (await self.publisher.limits()).get("bytes") or self.max_bytes
        return min(self.max_bytes, int(most))
