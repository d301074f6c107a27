"""What the share service does for a user who has a link, or is named by a share.

Whoever may not know of a share gets NotFound with the same words, whatever the reason; who may
know of it is told when it is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from typing import IO

from ..errors import (
    BackendError,
    InvalidSpec,
    LimitReached,
    NotFound,
    RemoteError,
    WrongState,
)
from ..files import write_private
from ..model import Json
from ..shares import tokens
from ..shares.bundle import pack
from ..shares.model import ACTIVE, Description
from ..shares.names import as_size
from ..shares.page import note
from .limits import HOUR, Rates
from .records import Kept
from .refusals import Gone
from .vault import Vault
from .worker import TooSlow, Worker

_AGAIN = 600.0
_SLOW = "There is no preview: making it takes too long just now."
UNKNOWN = "there is no such link, or it is not for you"


class LinkDesk:
    """Links: what they lead to, their preview, their notebook."""

    def __init__(self, vault: Vault, worker: Worker) -> None:
        self._vault, self._worker = vault, worker
        self._misses = Rates(vault.limits.misses, HOUR)
        self._showing: dict[str, asyncio.Lock] = {}
        self._packing = asyncio.Semaphore(2)
        self._fetches: Counter[tuple[str, bool]] = Counter()
        self._slow: dict[str, float] = {}

    async def received(self, user: str) -> list[dict[str, Json]]:
        """Active shares that name this user, or whose link this user opened."""
        found = await self._vault.do(self._vault.store.for_user, user, self._vault.clock())
        return [kept.to_receiver() for kept in found]

    async def find(self, user: str, key: str) -> Kept:
        """The share that a token, or ``id-<id>``, opens for this user: NotFound when there is
        none or none for them, Gone when it is over."""
        self._misses.take(user, 0)
        kept, known = await self._vault.do(self._look_up, user, key)
        if kept is None or kept.revision == 0 or not known:
            self._misses.take(user)
            self._vault.audit("denied", user, kept.id if kept else "")
            raise NotFound(UNKNOWN)
        state = kept.state_at(self._vault.clock())
        if state != ACTIVE:
            raise Gone(state, kept.name)
        return kept

    def _look_up(self, user: str, key: str) -> tuple[Kept | None, bool]:
        """In the table's thread: the share, and whether this user may know of it."""
        if key.startswith("id-"):
            kept = self._vault.store.by_id(key.removeprefix("id-"))
            holds = kept is not None and self._vault.store.knows(kept.id, user)
        else:
            digest = tokens.digest(key)
            kept = self._vault.store.by_digest(digest)
            holds = kept is not None and hmac.compare_digest(kept.digest, digest)
        if kept is None:
            return None, False
        return kept, kept.owner == user or (holds and (not kept.users or user in kept.users))

    async def look(self, user: str, key: str) -> tuple[Kept, Description]:
        """What the holder of a link is told. From then on they need no token for it."""
        kept = await self.find(user, key)
        if kept.owner != user and not key.startswith("id-"):
            await self._vault.do(self._vault.store.meet, kept.id, user)
        self._vault.audit("look", user, kept.id)
        return kept, describe(kept)

    async def fetch(self, user: str, key: str) -> tuple[Kept, IO[bytes], bool]:
        """The notebook, open for reading, and whether it used a one-time link up. Owners do not
        use up their own; of many who fetch at once only one gets a one-time notebook."""
        kept = await self.find(user, key)
        try:
            kept, file = await self._vault.do(self._take, kept, kept.owner != user)
        except (WrongState, FileNotFoundError):  # it ended, or got a new revision, meanwhile
            kept = await self.find(user, key)
            kept, file = await self._vault.do(self._take, kept, kept.owner != user)
        self._vault.audit("fetch", user, kept.id, revision=kept.revision)
        return kept, file, kept.once and kept.owner != user

    def _take(self, kept: Kept, count: bool) -> tuple[Kept, IO[bytes]]:
        """In the table's thread, where no revision comes between the row and its file: open
        first, as what is counted must be there."""
        now = self._vault.store.by_id(kept.id)
        if now is None or not now.file:
            raise WrongState("the share is over")
        file = self._vault.files.open(now.file)
        if not count:
            return now, file
        try:
            return self._vault.store.use(kept.id, self._vault.clock()), file
        except RemoteError:
            file.close()
            raise

    @contextlib.contextmanager
    def fetching(self, user: str, bundle: bool) -> Iterator[None]:
        """One of the notebooks, or of the bundles, that this user may fetch at a time: each has a
        connection as long as its receiver reads, and a bundle takes room on the disk besides.
        Raises LimitReached."""
        limits, who = self._vault.limits, (user, bundle)
        most, what = (limits.uploads, "bundles") if bundle else (limits.fetches, "notebooks")
        if self._fetches[who] >= most:
            raise LimitReached(f"at most {most} {what} at a time: wait until one is here")
        self._fetches[who] += 1
        try:
            yield
        finally:
            self._fetches[who] -= 1
            self._fetches += Counter()  # forgets who has none

    async def packed(self, kept: Kept, file: IO[bytes]) -> IO[bytes]:
        """What was fetched, with its options, as a zip on the disk; closes the file."""
        folder = self._vault.files.path("")
        target = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (the caller closes it)
        try:
            with file:
                async with self._packing:
                    await asyncio.to_thread(pack, kept.name, file, kept.options, target)
        except BaseException:
            target.close()
            raise
        return target

    async def fetched(self, share: str, whole: bool) -> None:
        """How the fetch of a one-time link ended: its notebook goes, or may be tried again."""
        if whole:
            file = await self._vault.do(self._vault.store.drop_file, share)
            await asyncio.to_thread(self._vault.files.remove, file)
        else:
            await self._vault.do(self._vault.store.give_back, share)

    async def preview(self, user: str, key: str) -> bytes:
        """A page of the notebook that runs nothing; made once for a revision."""
        kept = await self.find(user, key)
        self._vault.audit("preview", user, kept.id, revision=kept.revision)
        most = self._vault.limits.preview_bytes
        if kept.size > most:
            return note(
                f"This notebook is too large for a preview: {as_size(kept.size)}, "
                f"of at most {as_size(most)}. Download it, or copy it into your files."
            ).encode()
        lock = self._showing.setdefault(kept.file, asyncio.Lock())
        try:
            async with lock:
                return await self._shown(kept)
        except (FileNotFoundError, LimitReached, BackendError) as error:
            words = str(error) if isinstance(error, LimitReached) else "look again"
            return note(f"There is no preview: {words}.").encode()
        finally:
            self._showing.pop(kept.file, None)

    async def _shown(self, kept: Kept) -> bytes:
        """The preview, or why this notebook can have none, which is found out once; whether it
        takes too long is found out now and then."""
        if time.monotonic() < self._slow.get(kept.file, 0.0):
            return note(_SLOW).encode()
        made = self._vault.files.path(f"{kept.file}.html")
        if not await asyncio.to_thread(made.exists):
            try:
                await self._worker.show(self._vault.files.path(kept.file), made)
            except TooSlow:
                late = {f: until for f, until in self._slow.items() if until > time.monotonic()}
                self._slow = {**late, kept.file: time.monotonic() + _AGAIN}
                return note(_SLOW).encode()
            except InvalidSpec as error:
                await asyncio.to_thread(write_private, made, note(f"There is no preview: {error}."))
        return await asyncio.to_thread(made.read_bytes)


def describe(kept: Kept) -> Description:
    """The record of both modes, of a share of the service."""
    record = kept.to_json(0.0)
    same = ("name", "size", "revision", "updated", "expires", "once", "options", "outputs")
    chosen = {key: record[key] for key in same}
    return Description(sender=kept.owner, kernel=kept.kernel, cells=kept.cells, **chosen)
