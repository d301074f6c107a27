"""What a link opens in any browser, signed in or not (local mode): ``shared/<token>`` and what
is below; and the way from there to Lab. Nothing here changes a file, and no token reaches a log."""

from __future__ import annotations

import json
import tempfile
from http.client import responses
from typing import Any, Final
from urllib.parse import quote

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..errors import LimitReached, RemoteError
from ..shares.address import PARAMETER
from ..shares.links import Gone
from ..shares.page import (
    PAGE_HEADERS,
    PREVIEW_HEADERS,
    Action,
    gone_page,
    message_page,
    share_page,
)
from ..shares.parts import Sharing
from ..shares.store import Kept
from .streams import send_file

_HIDDEN: Final = "/jupyter-remote/shared/[secret]"
_OPEN: Final = (
    "JupyterLab of the server that shares it. To use your own, paste this page's link there: "
    "File > Open Shared Link..."
)


class SharedBase(JupyterHandler):
    """Finds the share of a token; errors are pages for browsers, JSON for programs."""

    page = False
    _track_activity = False

    def initialize(self, sharing: Sharing) -> None:
        """Take the collaborators, and the token out of what is logged."""
        super().initialize()
        self.sharing, self.links = sharing, sharing.links
        self.request.uri = _HIDDEN
        self.request.path = _HIDDEN

    @allow_unauthenticated
    async def head(self, token: str) -> None:
        """What only wants to look whether there is something learns nothing."""
        raise web.HTTPError(405)

    async def find(self, token: str) -> Kept:
        """The share; raises what strangers are told."""
        return await self.links.find(token, self.request.remote_ip or "")

    def send_headers(self, headers: Any = PAGE_HEADERS) -> None:
        """These instead of Jupyter's own."""
        for name, value in headers.items():
            self.set_header(name, value)

    def open_to_all(self) -> None:
        """Pages of any origin may read the answer, without credentials: the link is the right."""
        self.send_headers({k: v for k, v in PAGE_HEADERS.items() if k != "Content-Type"})
        self.set_header("Access-Control-Allow-Origin", "*")
        self.clear_header("Access-Control-Allow-Credentials")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A sentence; nothing of the request."""
        error = kwargs.get("exc_info", (None, None))[1]
        known = isinstance(error, RemoteError)
        status = error.status if known else status_code
        words = str(error) if known else responses.get(status_code, "Error")
        self.clear()
        self.set_status(status)
        if isinstance(error, LimitReached):
            self.set_header("Retry-After", "60")
        if self.page:
            self._error_page(status, error, words)
        else:
            self.open_to_all()
            self.set_header("Content-Type", "application/json")
            reason = error.reason if isinstance(error, RemoteError) else None
            self.finish(json.dumps({"message": words, "reason": reason}))

    def _error_page(self, status: int, error: BaseException | None, words: str) -> None:
        self.send_headers()
        if isinstance(error, Gone):
            self.finish(gone_page(error.state, error.name))
        else:
            title = {404: "There is nothing here", 429: "Too many requests"}.get(status, "Error")
            self.finish(message_page(title, f"{words[:1].upper()}{words[1:]}."))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """A refusal is a line in the log, not a traceback."""
        if isinstance(value, RemoteError):
            self.log.info("a share link was refused: %s", value.reason)
        else:
            super().log_exception(typ, value, tb)

    def compute_etag(self) -> str | None:
        """What is not stored needs no tag."""
        return None


class SharedPageHandler(SharedBase):
    """``shared/<token>``: who shares what until when, with a preview and buttons."""

    page = True

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """No use."""
        kept = await self.find(token)
        path = self.sharing.shares.publisher.link(token)
        actions = [
            Action(
                label="Open in JupyterLab",
                href=f"{self.base_url}jupyter-remote/shares/{kept.share.id}/open",
                note=_OPEN,
                primary=True,
            ),
            Action(label="Download", href=f"{path}/notebook", download=True),
            Action(
                label="Download with its options",
                href=f"{path}/bundle",
                note="A zip for File > Import Notebook Bundle… in any JupyterLab with this "
                "extension.",
                download=True,
            ),
        ]
        self.send_headers()
        about = self.links.describe(kept)
        self.finish(share_page(about, actions, preview_url=f"{path}/preview"))


class SharedOpenHandler(JupyterHandler):
    """``shares/<id>/open``: Lab with the tab of a link. Who is not signed in is sent to do so and
    comes back here, by an address that any log may have; the link itself is in the fragment of
    Lab's address, which no server is told."""

    auth_resource = "jupyter_remote"
    _track_activity = False

    def initialize(self, sharing: Sharing) -> None:
        """Take the collaborators from the route table."""
        super().initialize()
        self.sharing = sharing

    @web.authenticated
    @authorized
    async def get(self, share: str) -> None:
        """No use."""
        try:
            kept = await self.sharing.shares.kept(share)
        except RemoteError as error:
            raise web.HTTPError(error.status, str(error)) from error
        for name in ("Cache-Control", "Referrer-Policy"):
            self.set_header(name, PAGE_HEADERS[name])
        self.redirect(f"{self.base_url}lab#{PARAMETER}={quote(kept.share.link, safe='')}")


class SharedAboutHandler(SharedBase):
    """``shared/<token>/about``: the same for programs."""

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """No use."""
        about = self.links.describe(await self.find(token))
        self.open_to_all()
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(about.to_json()))


class SharedNotebookHandler(SharedBase):
    """``shared/<token>/notebook``: the file."""

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """A use."""
        kept, file = await self.links.use(await self.find(token))
        with file:
            self.open_to_all()
            self.set_attachment_header(kept.share.name)
            await send_file(self, file, "application/x-ipynb+json")


class SharedPreviewHandler(SharedBase):
    """``shared/<token>/preview``: the notebook as a page that runs nothing."""

    page = True

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """No use."""
        html = await self.links.preview(await self.find(token))
        self.send_headers(PREVIEW_HEADERS)
        self.finish(html)


class SharedBundleHandler(SharedBase):
    """``shared/<token>/bundle``: the file and its options, as a zip."""

    @allow_unauthenticated
    async def get(self, token: str) -> None:
        """A use."""
        kept = await self.find(token)
        with tempfile.TemporaryFile() as file:
            name = await self.links.bundle(kept, file)
            self.open_to_all()
            self.set_attachment_header(name.removesuffix(".ipynb") + ".zip")
            await send_file(self, file, "application/zip")


class SharedNothingHandler(SharedBase):
    """Whatever else is asked for below ``shared/``: perhaps with a token, so it is hidden too."""

    page = True

    @allow_unauthenticated
    async def get(self, rest: str) -> None:
        """There is nothing."""
        await self.find("")

    @allow_unauthenticated
    async def head(self, rest: str) -> None:
        """The same."""
        raise web.HTTPError(405)
