"""RemoteImports: what others shared, copied into the user's own files. Nothing is overwritten."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import BinaryIO, Final

from traitlets import Float, Integer
from traitlets.config import LoggingConfigurable

from ..errors import Expired, ForeignLink, InvalidSpec, NotFound, RemoteError, TooLarge, WrongState
from ..model import Json, new_session_id, now
from . import notebook
from .address import FOREIGN, Address, read_link
from .bundle import Bundle, read_bundle
from .difference import check_nbdime, difference
from .files import UserFiles
from .hub import HubPublisher
from .inbox import Inbox, Listed
from .links import LocalLinks
from .model import Description, Received
from .names import file_name, notebook_name
from .publish import HUB
from .store import ShareStore

_FOREIGN: Final = "this link belongs to another server: the browser must fetch it"
_OURS: Final = "this server itself"


class RemoteImports(LoggingConfigurable):
    """Opens links, copies notebooks, and tells what became of the copies."""

    difference_timeout = Float(
        60.0, config=True, help="Seconds that comparing two notebooks may take."
    )
    difference_bytes = Integer(
        20_000_000, config=True, help="Bytes of the largest notebook that is compared."
    )

    def __init__(
        self,
        *,
        store: ShareStore,
        files: UserFiles,
        links: LocalLinks,
        hub: HubPublisher | None,
        inbox: Inbox,
        prefix: str,
        most: int,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._store, self._files, self._links, self._inbox = store, files, links, inbox
        self._hub, self._prefix, self._most = hub, prefix, most

    # -- links ------------------------------------------------------------------------------

    async def look(self, link: str) -> Description:
        """What a link opens, and which copies of it are here. Raises ForeignLink for one that
        the browser must ask about, NotFound, Expired."""
        address = self._address(link)
        about, known_as = await self._describe(address)
        if address.kind == HUB:
            await asyncio.to_thread(self._inbox.see, self._address(known_as))
        mine = [r.to_json() for r in await self._mine() if r.link == known_as and r.path]
        return dataclasses.replace(about, mine=tuple(mine))

    async def copy(
        self, link: str, folder: str, kernel: Mapping[str, str] | None = None
    ) -> Received:
        """Copy what a link opens into a folder. ``kernel`` replaces the one it names."""
        address = self._address(link)
        about, known_as = await self._describe(address)
        folder = await self._files.folder(folder)  # before the use, which may be the only one
        raw, about = await self._fetch(address, about)
        return await self._save(raw, about, known_as, folder, kernel=kernel)

    def _address(self, link: str) -> Address:
        hub = self._hub.prefix if self._hub else ""
        address = read_link(link, local=self._prefix, hub=hub)
        if address.kind == FOREIGN:
            raise ForeignLink(_FOREIGN)
        return address

    async def _describe(self, address: Address) -> tuple[Description, str]:
        """What a link opens, and the link by which it is remembered here."""
        try:
            if address.kind == HUB and self._hub:
                return await self._hub.describe(address.key)
            kept = await self._links.find(address.key, _OURS)
            return self._links.describe(kept), address.link
        except NotFound:
            if address.whole:  # another server whose links look like ours
                raise ForeignLink(_FOREIGN) from None
            raise

    async def _fetch(self, address: Address, about: Description) -> tuple[bytes, Description]:
        """The notebook, and ``about`` with the revision that it has: there may be a newer one
        since somebody looked. Raises TooLarge before the use, which may be the only one."""
        if about.size > self._most:
            raise TooLarge.of(about.name, self._most)
        if address.kind == HUB and self._hub:
            raw, revision = await self._hub.fetch(address.key)
        else:
            kept, file = await self._links.use(await self._links.find(address.key, _OURS))
            with file:
                raw, revision = await asyncio.to_thread(file.read), kept.share.revision
        return raw, dataclasses.replace(about, revision=revision or about.revision)

    # -- files that the browser sends -------------------------------------------------------

    async def upload(
        self, file: BinaryIO, *, name: str, link: str, folder: str, about: Mapping[str, Json]
    ) -> Received:
        """Import a notebook or a bundle that the browser has. ``link`` is where it got it, for
        the record; ``about``: ``revision``, ``sender``, and ``beside``, the id of an import
        beside which the new file shall lie."""
        bundle = await asyncio.to_thread(_opened, file, name, self._most)
        described = _described(bundle, about)
        if about.get("beside"):
            return await self._second(str(about["beside"]), bundle.notebook, described)
        received = await self._save(bundle.notebook, described, link, folder)
        for extra, content in bundle.extras.items():
            await self._files.write_text(content, file_name(extra), folder)
        return received

    # -- what I have ------------------------------------------------------------------------

    async def all(self) -> list[Received]:
        """Everything imported, the latest first, with what became of the copies and of their
        links; then the shares of the hub that name me and of which I have no copy."""
        listed = await self._inbox.listed()
        mine = [await self._renewed(received, listed) for received in await self._mine()]
        await asyncio.to_thread(self._inbox.tidy, listed)
        return mine + await self._inbox.named(listed, [received.link for received in mine])

    async def _mine(self) -> list[Received]:
        noted = await asyncio.to_thread(lambda: list(self._store.imports()))
        mine = [await self._now(received, private) for received, private in noted]
        return sorted(mine, key=lambda received: received.time, reverse=True)

    async def told(self, ids: list[str]) -> list[str]:
        """A browser tells the user of these: those that none has told of before."""
        return await asyncio.to_thread(self._inbox.tell, ids)

    async def get(self, id_: str) -> Received:
        """One import, and which revision its link has now."""
        received = await self._now(*await self._noted(id_))
        try:
            about, _ = await self._describe(self._address(received.link))
            newest = dataclasses.replace(received, newest=about.revision, gone=False)
        except ForeignLink:
            return received
        except (NotFound, Expired):
            newest = dataclasses.replace(received, gone=True)
        return await self._kept(received, newest)

    async def forget(self, id_: str) -> None:
        """Forget where a file came from; the file stays."""
        await self._noted(id_)
        await asyncio.to_thread(self._store.forget_import, id_)

    async def newer(self, id_: str) -> Received:
        """Copy the newest revision beside the copy that I have."""
        received, _ = await self._noted(id_)
        address = self._address(received.link)
        about, _ = await self._describe(address)
        await self._files.folder(received.path.rpartition("/")[0])
        return await self._second(id_, *await self._fetch(address, about))

    async def difference(self, id_: str, raw: bytes | None = None) -> dict[str, Json]:
        """What the newest revision changes in my copy, as nbdime says it. ``raw``: the newest,
        when the browser fetched it; else asking for it is a use. Raises WrongState when there is
        no copy or no nbdime."""
        received, _ = await self._noted(id_)
        if not received.path:
            raise WrongState("there is no copy in your files to compare with")
        mine = await self._files.read(received.path, self.difference_bytes)
        check_nbdime()
        if raw is None:
            address = self._address(received.link)
            about, _ = await self._describe(address)
            raw, _ = await self._fetch(address, about)
        if len(raw) > self.difference_bytes:
            raise TooLarge.of("the newest version", self.difference_bytes)
        base = await asyncio.to_thread(notebook.for_import, mine.text.encode())
        remote = await asyncio.to_thread(notebook.for_import, raw)
        return await difference(base, remote, self.difference_timeout)

    # -- records ----------------------------------------------------------------------------

    async def _save(
        self,
        raw: bytes,
        about: Description,
        link: str,
        folder: str,
        *,
        insert: str = "",
        kernel: Mapping[str, str] | None = None,
    ) -> Received:
        content = await asyncio.to_thread(notebook.for_import, raw)
        if kernel:
            content.setdefault("metadata", {})["kernelspec"] = dict(kernel)
        base = await asyncio.to_thread(notebook.fingerprint, content)
        path = await self._files.write(content, notebook_name(about.name), folder, insert)
        received = Received(
            id=new_session_id(),
            link=link,
            path=path,
            name=about.name,
            sender=about.sender,
            time=now(),
            revision=about.revision,
            newest=about.revision,
        )
        modified, size = await self._files.stat(path)
        private = {"base": base, "modified": modified, "size": size}
        await asyncio.to_thread(self._store.note, received, private)
        return received

    async def _second(self, id_: str, raw: bytes, about: Description) -> Received:
        received, _ = await self._noted(id_)
        folder, _, name = received.path.rpartition("/")
        named = dataclasses.replace(about, name=name or about.name)
        return await self._save(raw, named, received.link, folder, insert="-newer")

    async def _noted(self, id_: str) -> tuple[Received, dict[str, Json]]:
        noted = await asyncio.to_thread(self._store.noted, id_)
        if noted is None:
            raise NotFound("nothing with this id was imported")
        return noted

    async def _now(self, received: Received, private: dict[str, Json]) -> Received:
        """The record with what became of the file; a file of the same age and size is as it
        was."""
        if not received.path:
            return received
        try:
            modified, size = await self._files.stat(received.path)
            if [modified, size] == [private.get("modified"), private.get("size")]:
                return received
            source = await self._files.read(received.path, self._most)
            model = await asyncio.to_thread(notebook.read, source.text)
            print_ = await asyncio.to_thread(notebook.fingerprint, model)
            now_ = dataclasses.replace(received, changed_here=print_ != private.get("base"))
        except NotFound:
            now_, modified, size = dataclasses.replace(received, path=""), "", 0
        except RemoteError:
            return dataclasses.replace(received, changed_here=True)
        seen = {**private, "modified": modified, "size": size}
        await asyncio.to_thread(self._store.note, now_, seen)
        return now_

    async def _renewed(self, received: Received, listed: Listed | None) -> Received:
        return await self._kept(received, await self._inbox.renewed(received, listed))

    async def _kept(self, before: Received, now_: Received) -> Received:
        """The record ``now_``, after what is known of its link was stored."""
        if (before.newest, before.gone) != (now_.newest, now_.gone):
            noted = await asyncio.to_thread(self._store.noted, now_.id)
            if noted:  # it may have been forgotten meanwhile
                stored = dataclasses.replace(noted[0], newest=now_.newest, gone=now_.gone)
                await asyncio.to_thread(self._store.note, stored, noted[1])
        return now_


def _opened(file: BinaryIO, name: str, most: int) -> Bundle:
    """A notebook, or what is in a bundle; blocks."""
    start = file.read(4)
    file.seek(0)
    if start == b"PK\x03\x04":
        return read_bundle(file, most=most)
    raw = file.read(most + 1)
    if len(raw) > most:
        raise TooLarge.of("this notebook", most)
    if not raw:
        raise InvalidSpec("the file is empty")
    return Bundle(name=notebook_name(name), notebook=raw)


def _described(bundle: Bundle, about: Mapping[str, Json]) -> Description:
    return Description(
        name=bundle.name,
        sender=str(about.get("sender", "")),
        size=len(bundle.notebook),
        revision=int(about.get("revision", 1)),
        updated=now(),
        expires="",
        options=bundle.options,
    )
