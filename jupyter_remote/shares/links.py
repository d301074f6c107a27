"""What a link of this server opens: for whoever has it, signed in or not (local mode)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import Expired, NotFound, RemoteError, StorageError
from .bundle import pack
from .desk import RemoteShares
from .limits import MISS, RateLimit
from .model import ACTIVE, USED, Description, Share
from .names import as_size
from .page import gone_words, note, preview
from .publish import LOCAL
from .store import Kept
from .tokens import well_formed

_UNKNOWN: Final = "this link opens nothing: it is not complete, or was never made"
_KEPT_PREVIEWS: Final = 4


class Gone(Expired):
    """The link opened once; ``state`` says why it does no more, ``name`` what it was."""

    def __init__(self, state: str, name: str) -> None:
        super().__init__(gone_words(state))
        self.state, self.name = state, name


class LocalLinks:
    """Finds shares by their tokens. Strangers learn nothing: whatever is wrong with a token,
    the answer is the same."""

    def __init__(self, shares: RemoteShares, limit: RateLimit) -> None:
        self._shares, self._limit = shares, limit
        self._previews: dict[tuple[str, int], asyncio.Task[str]] = {}

    async def find(self, token: str, address: str) -> Kept:
        """The share that a token opens. Raises NotFound, Gone, LimitReached."""
        self._limit.take(address)
        kept = None
        if self._shares.publisher.mode == LOCAL and well_formed(token):
            kept = await asyncio.to_thread(self._shares.store.by_token, token)
        if kept is None or kept.share.mode != LOCAL:
            self._limit.take(address, MISS)
            raise NotFound(_UNKNOWN)
        if kept.share.state != ACTIVE:
            raise Gone(kept.share.state, kept.share.name)
        return kept

    def describe(self, kept: Kept) -> Description:
        """What is told of it."""
        share = kept.share
        return Description(
            name=share.name,
            sender=self._shares.sender,
            size=share.size,
            revision=share.revision,
            updated=share.updated,
            expires=share.expires,
            once=share.once,
            kernel=kept.kernel,
            options=share.options,
            outputs=share.outputs,
            cells=kept.cells,
        )

    async def use(self, kept: Kept) -> tuple[Kept, BinaryIO]:
        """The snapshot, open, and the share as it was then; this is a use, and the only one of
        a one-time link."""
        kept, file = await self._open(kept)
        try:
            await self._count(kept.share)
        except RemoteError:
            file.close()
            raise
        return kept, file

    async def _count(self, share: Share) -> None:
        """A use; one that cannot be counted, as the disk is full, is none."""
        store = self._shares.store
        if share.once and not await asyncio.to_thread(store.claim, share.id):
            raise Gone(USED, share.name)
        try:
            await asyncio.to_thread(store.count, share.id)
        except StorageError:
            if share.once:
                await asyncio.to_thread(store.give_back, share.id)
            raise
        self._shares.used(share.id)

    async def _open(self, kept: Kept) -> tuple[Kept, BinaryIO]:
        """A share may be updated or revoked between two looks at it."""
        for _ in range(3):
            try:
                return kept, await asyncio.to_thread(open, self._path(kept), "rb")
            except FileNotFoundError:
                fresh = await asyncio.to_thread(self._shares.store.load, kept.share.id)
                if fresh is None:
                    break
                if fresh.share.state != ACTIVE:
                    raise Gone(fresh.share.state, fresh.share.name) from None
                kept = fresh
        raise NotFound(_UNKNOWN)

    def _path(self, kept: Kept) -> Path:
        return self._shares.store.snapshot(kept.share.id, kept.share.revision)

    async def bundle(self, kept: Kept, target: BinaryIO) -> str:
        """Write the snapshot with the options that the share carries; answers its name. A use,
        once it is made. Files that lie beside the notebook were not shared."""
        kept, file = await self._open(kept)
        share = kept.share
        with file:
            await asyncio.to_thread(pack, share.name, file, share.options, target)
        await self._count(share)
        return share.name

    async def preview(self, kept: Kept) -> str:
        """A page that runs nothing; made once for each revision. No use."""
        share, most = kept.share, self._shares.preview_bytes
        if share.size > most:
            return note(
                f"This notebook is too large for a preview: {as_size(share.size)}, "
                f"of at most {as_size(most)}. Download it, or copy it into your files."
            )
        key = (share.id, share.revision)
        if key not in self._previews:
            while len(self._previews) >= _KEPT_PREVIEWS:
                self._previews.pop(next(iter(self._previews)))
            self._previews[key] = asyncio.create_task(self._render(kept))
        try:
            return await asyncio.shield(self._previews[key])
        except Exception:  # the next one who looks may be luckier
            self._previews.pop(key, None)
            raise

    async def _render(self, kept: Kept) -> str:
        _, file = await self._open(kept)
        with file:
            raw = await asyncio.to_thread(file.read)
        try:
            return await asyncio.to_thread(preview, raw)
        except RemoteError as error:
            return note(f"There is no preview: {error}.")
