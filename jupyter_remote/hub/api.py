"""The API of the share service, for users' own Jupyter servers: with a hub token, no cookies."""

from __future__ import annotations

import contextlib
from typing import Any

from tornado import web

from ..errors import NotFound, RemoteError, TooLarge
from . import forms
from .base import Handler
from .opening import UNKNOWN
from .send import send_notebook
from .snapshots import Upload

_BODY = 65536
_DRAINED = 1 << 28
"""Bytes beyond the limit that are read, so that the refusal is read by the sender, too."""


class ApiHandler(Handler):
    """Knows who asks before anything else is looked at."""

    user = ""

    async def prepare(self) -> None:
        """Identify the user, and count the request."""
        address = self.address()
        self.service.by_address.take(address, 0)
        try:
            self.user = await self.service.identity.of_token(
                self.request.headers.get("Authorization", "")
            )
        except RemoteError:
            self.service.by_address.take(address)
            raise
        self.service.by_user.take(self.user)

    def check_xsrf_cookie(self) -> None:
        """Nothing here looks at cookies, so no other site can ride on them."""


@web.stream_request_body
class BodyHandler(ApiHandler):
    """Small bodies only."""

    def initialize(self, service: Any) -> None:
        """Take the parts, and start with an empty body."""
        super().initialize(service)
        self._body = bytearray()

    def data_received(self, chunk: bytes) -> None:
        """Collect, and forget what is too much."""
        if len(self._body) <= _BODY:
            self._body += chunk

    def body(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The body, checked."""
        if len(self._body) > _BODY:
            raise TooLarge.of("the request", _BODY)
        return forms.read(bytes(self._body), schema)


class SharesHandler(BodyHandler):
    """``api/shares``."""

    async def get(self) -> None:
        """All of mine."""
        self.finish({"shares": await self.service.owners.shares(self.user)})

    async def post(self) -> None:
        """A new one, which waits for its notebook."""
        made = await self.service.owners.create(self.user, self.body(forms.CREATE))
        self.set_status(201)
        self.finish(made)


class ShareHandler(BodyHandler):
    """``api/shares/<id>``."""

    async def get(self, share: str) -> None:
        """One of mine."""
        self.finish(await self.service.owners.share(self.user, share))

    async def patch(self, share: str) -> None:
        """Another end, other users."""
        asked = self.body(forms.CHANGE)
        self.finish(await self.service.owners.change(self.user, share, asked))

    async def delete(self, share: str) -> None:
        """Revoke, and forget with ``?forget=1``."""
        forget = self.get_query_argument("forget", "") == "1"
        await self.service.owners.revoke(self.user, share, forget)
        self.set_status(204)


@web.stream_request_body
class NotebookHandler(ApiHandler):
    """``api/shares/<id>/notebook``: a new revision, written as it arrives."""

    _upload: Upload | None = None
    _refused: RemoteError | None = None
    _drained = 0

    def initialize(self, service: Any) -> None:
        """Take the parts; what is opened here is closed whatever happens."""
        super().initialize(service)
        self._open = contextlib.ExitStack()

    async def prepare(self) -> None:
        """Check all that can be known before the first byte. A sender who is refused is heard
        out, as a connection that is cut says nothing."""
        await super().prepare()
        declared = self.request.headers.get("Content-Length", "")
        size = int(declared) if declared.isdigit() else 0
        try:
            await self.service.owners.admit(self.user, self.path_kwargs["share"], size)
            self._upload = self._open.enter_context(self.service.owners.receive(self.user))
        except RemoteError as error:
            self._refused = error
            if size > _DRAINED:
                raise

    def data_received(self, chunk: bytes) -> None:
        """Write it down; blocks no longer than a local disk does."""
        try:
            if self._upload and not self._refused:
                self._upload.add(chunk)
        except RemoteError as error:
            self._refused = error
        if self._refused:
            self._drained += len(chunk)
            if self._drained > _DRAINED:
                raise self._refused

    async def put(self, share: str) -> None:
        """All of it is here."""
        if self._refused or not self._upload:
            raise self._refused or NotFound(UNKNOWN)
        self.finish(await self.service.owners.commit(self.user, share, self._upload))

    def on_finish(self) -> None:
        """Let go of the file."""
        self._open.close()

    def on_connection_close(self) -> None:
        """The sender went away in the middle."""
        super().on_connection_close()
        self._open.close()


class ReceivedHandler(ApiHandler):
    """``api/received``."""

    async def get(self) -> None:
        """What is shared with me."""
        self.finish({"shares": await self.service.links.received(self.user)})


class LimitsHandler(ApiHandler):
    """``api/limits``."""

    async def get(self) -> None:
        """What I may do."""
        self.finish(await self.service.owners.limits_of(self.user))


class LinkHandler(ApiHandler):
    """``api/links/<token>`` or ``api/links/id-<id>``."""

    async def get(self, key: str) -> None:
        """What it leads to, and how to name it without a secret from now on."""
        kept, description = await self.service.links.look(self.user, key)
        self.finish({**description.to_json(), "link_id": f"id-{kept.id}"})


class LinkNotebookHandler(ApiHandler):
    """``api/links/<token>/notebook``."""

    async def get(self, key: str) -> None:
        """The notebook. This counts as a use."""
        await send_notebook(self, self.user, key)


class UnknownHandler(Handler):
    """Everything else."""

    def prepare(self) -> None:
        """The words of a link that does not open."""
        raise NotFound(UNKNOWN)
