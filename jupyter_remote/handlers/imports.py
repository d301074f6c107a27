"""REST of what others share with this user: ``imports`` and what is below."""

from __future__ import annotations

import dataclasses
from typing import BinaryIO, Final

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import InvalidSpec
from ..model import Json
from ..shares.kernels import fitting
from ..shares.parts import Sharing
from .base import RemoteHandler
from .streams import Upload

LINK: Final = "Share-Link"
"""Header that says where the browser got an upload: a secret, and proxies log addresses."""


class ImportsBase(RemoteHandler):
    """A handler that knows what was received."""

    def initialize(self, sharing: Sharing) -> None:
        """Take the collaborators from the route table."""
        self.imports, self.most = sharing.imports, sharing.shares.max_bytes

    async def kernels(self) -> dict[str, Json]:
        """The kernels of this server."""
        specs: dict[str, Json] = await ensure_async(self.kernel_spec_manager.get_all_specs())
        return specs


class ImportsHandler(ImportsBase):
    """``imports``: copy what a link opens into my files."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """A new file; nothing is overwritten."""
        fields = self.body("Import")
        kernel = await self._chosen(fields.get("kernel"))
        copied = await self.imports.copy(fields["link"], fields.get("folder", ""), kernel)
        self.answer(copied.to_json(), 201)

    async def _chosen(self, name: str | None) -> dict[str, str] | None:
        if name is None:
            return None
        specs = await self.kernels()
        if name not in specs:
            raise InvalidSpec(f"there is no kernel {name} here")
        spec = specs[name]["spec"]
        return {"name": name, **{k: str(spec.get(k, "")) for k in ("display_name", "language")}}


class ImportsLookHandler(ImportsBase):
    """``imports/look``: what a link opens, without using it."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """With the kernels that fit and the copies that are here."""
        about = await self.imports.look(self.body("LookAtLink")["link"])
        here, kernels = fitting(about.kernel, await self.kernels())
        known = dataclasses.replace(about, kernel_here=here, kernels=kernels)
        self.answer(known.to_json())


class ImportsToldHandler(ImportsBase):
    """``imports/told``: the user is told of these shares now."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Those of which no browser has told before: each is answered once."""
        self.answer({"ids": await self.imports.told(self.body("TellOf")["ids"])})


class ImportHandler(ImportsBase):
    """``imports/<id>``: one import and whether there is something newer; forget it."""

    @web.authenticated
    @authorized
    async def get(self, one: str) -> None:
        """The record."""
        self.answer((await self.imports.get(one)).to_json())

    @web.authenticated
    @authorized
    async def delete(self, one: str) -> None:
        """The file stays."""
        await self.imports.forget(one)
        self.set_status(204)


class ImportNewerHandler(ImportsBase):
    """``imports/<id>/newer``: the newest revision as a second file."""

    @web.authenticated
    @authorized
    async def post(self, one: str) -> None:
        """My copy stays as it is."""
        self.body("GetNewer")
        self.answer((await self.imports.newer(one)).to_json(), 201)


@web.stream_request_body
class UploadHandler(ImportsBase):
    """A handler whose body is kept on disk while it arrives."""

    upload: Upload | None = None

    def initialize(self, sharing: Sharing) -> None:
        """What the query holds is for nobody's log."""
        super().initialize(sharing)
        self.request.uri = self.request.path

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody send who may not."""
        await super().prepare()
        if not self._finished and self.current_user and self.request.method == "POST":
            self.upload = Upload(self, self.most)

    async def data_received(self, chunk: bytes) -> None:
        """Part of the body."""
        if self.upload:
            await self.upload.take(chunk)

    def on_finish(self) -> None:
        """Nothing is left on disk."""
        super().on_finish()
        if self.upload:
            self.upload.close()

    def on_connection_close(self) -> None:
        """Nor when the browser goes away."""
        super().on_connection_close()
        if self.upload:
            self.upload.close()

    def whole(self) -> BinaryIO:
        """The body that arrived."""
        if self.upload is None:
            raise InvalidSpec("nothing was sent")
        return self.upload.whole()


class ImportsUploadHandler(UploadHandler):
    """``imports/upload``: a notebook or a bundle that the browser has."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """A new file; nothing is overwritten."""
        text = {k: self.get_query_argument(k, "") for k in ("sender", "beside")}
        copied = await self.imports.upload(
            self.whole(),
            name=self.get_query_argument("name", ""),
            link=self.request.headers.get(LINK, ""),
            folder=self.get_query_argument("folder", ""),
            about={**text, "revision": self.number("revision", 1, 1, 1 << 31)},
        )
        self.answer(copied.to_json(), 201)


class ImportDifferenceHandler(UploadHandler):
    """``imports/<id>/difference``: what the newest revision changes in my copy."""

    @web.authenticated
    @authorized
    async def get(self, one: str) -> None:
        """This server or the hub has it; fetching it is a use."""
        await self.answer_long(await self.imports.difference(one))

    @web.authenticated
    @authorized
    async def post(self, one: str) -> None:
        """The browser has fetched it and sends it."""
        raw = self.whole().read()
        await self.answer_long(await self.imports.difference(one, raw))
