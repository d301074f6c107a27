"""REST of what this user shares: ``shares``, ``shares/<id>`` and what is below, ``bundles``."""

from __future__ import annotations

import asyncio
import tempfile
from typing import BinaryIO

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..shares.bundle import Bundle, write_bundle
from ..shares.parts import Sharing
from .base import RemoteHandler
from .streams import send_file


class SharesBase(RemoteHandler):
    """A handler that knows what is shared."""

    def initialize(self, sharing: Sharing) -> None:
        """Take the collaborators from the route table."""
        self.sharing, self.shares = sharing, sharing.shares

    async def send_bundle(self, bundle: Bundle) -> None:
        """Finish with a zip, made on disk."""
        with tempfile.TemporaryFile() as file:
            await asyncio.to_thread(write_bundle, bundle, file)
            self.set_attachment_header(bundle.name.removesuffix(".ipynb") + ".zip")
            await self.send(file, "application/zip")

    async def send(self, file: BinaryIO, content_type: str) -> None:
        """Finish with a file, part by part."""
        self.set_header("Cache-Control", "no-store")
        await send_file(self, file, content_type)


class SharesHandler(SharesBase):
    """``shares``: what I share and what I received; share."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Both lists, after a look at the files."""
        await self.answer_long(await self.sharing.listing())

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make a link."""
        share = await self.shares.create(self.body("CreateShare"))
        self.set_header("Location", f"{self.base_url}jupyter-remote/shares/{share.id}")
        self.answer(share.to_json(), 201)


class ShareHandler(SharesBase):
    """``shares/<id>``: extend, revoke, forget."""

    @web.authenticated
    @authorized
    async def patch(self, share: str) -> None:
        """Another expiry, other users, follow or not."""
        changed = await self.shares.change(share, self.body("ChangeShare"))
        self.answer(changed.to_json())

    @web.authenticated
    @authorized
    async def delete(self, share: str) -> None:
        """Revoke; with ``forget=1`` forget one that opens no more."""
        if self.number("forget", 0, 0, 1):
            await self.shares.forget(share)
        else:
            await self.shares.revoke(share)
        self.set_status(204)


class ShareUpdateHandler(SharesBase):
    """``shares/<id>/update``: send the notebook as it is now."""

    @web.authenticated
    @authorized
    async def post(self, share: str) -> None:
        """The same record when nothing changed."""
        self.answer((await self.shares.update(share)).to_json())


class ShareBundleHandler(SharesBase):
    """``shares/<id>/bundle``: the notebook and all that it needs, as a zip."""

    @web.authenticated
    @authorized
    async def get(self, share: str) -> None:
        """As the file is now, with the options of the share."""
        await self.send_bundle(await self.shares.bundle_of(share))


class BundlesHandler(SharesBase):
    """``bundles``: the same of any notebook of mine."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """No link is made."""
        fields = self.body("ExportBundle")
        outputs = fields.get("outputs", True)
        await self.send_bundle(await self.shares.bundle(fields["path"], outputs=outputs))
