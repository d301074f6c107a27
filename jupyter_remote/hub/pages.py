"""What people see who open a link in a browser: after a login at the hub, which the hub asks for
before anything is said about the link. GET only, and none of it changes anything but counts."""

from __future__ import annotations

from typing import Any

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated

from ..errors import LimitReached, NotFound, RemoteError
from ..shares.page import PAGE_HEADERS, PREVIEW_HEADERS, gone_page, message_page, share_page
from .base import Handler
from .refusals import Gone
from .send import send_notebook


class PageHandler(HubOAuthenticated, Handler):  # type: ignore[misc]
    """Answers pages, errors included; who is not signed in is sent to the hub."""

    user = ""

    def initialize(self, service: Any) -> None:
        """Take the parts from the route table."""
        super().initialize(service)
        self.hub_auth = service.identity.auth

    async def prepare(self) -> None:
        """Identify the user, or let the hub do it; count the request."""
        address = self.address()
        self.service.by_address.take(address, 0)
        user = await self.service.identity.of_browser(self)
        if user is None:
            self.service.by_address.take(address)
            self.redirect(self.get_login_url())
            return
        self.user = user
        self.service.by_user.take(user)

    def get_current_user(self) -> str | None:
        """Found out in ``prepare``, without blocking."""
        return self.user or None

    def page(self, html: str | bytes, headers: dict[str, str] | Any = PAGE_HEADERS) -> None:
        """Finish with a page."""
        for name, value in headers.items():
            self.set_header(name, value)
        self.finish(html)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page that says what is wrong, and what to do."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, RemoteError):
            self.set_status(error.status)
        if isinstance(error, LimitReached):
            self.set_header("Retry-After", "60")
        if isinstance(error, Gone):
            self.page(gone_page(error.state, error.name))
        elif isinstance(error, NotFound):
            self.page(unknown_page())
        else:
            words = str(error) if isinstance(error, RemoteError) else "Please try again later."
            self.page(message_page("This did not work", words[:1].upper() + words[1:]))


def unknown_page() -> str:
    """The same for links that never were, that were forgotten, and that are for others."""
    return message_page(
        "This link does not open anything for you",
        "Check that it is complete and that you are signed in as the person it was sent to, "
        "or ask its sender for a new one.",
    )


class SharePageHandler(PageHandler):
    """``s/<token>`` or ``s/id-<id>``."""

    async def get(self, key: str) -> None:
        """Who shares which notebook, until when, and what can be done with it."""
        kept, description = await self.service.links.look(self.user, key)
        here = f"{self.service.places.prefix}s/{key}"
        actions = self.service.places.actions(kept, self.user, here)
        self.page(share_page(description, actions, preview_url=f"{here}/preview"))

    head = get


class AboutHandler(PageHandler):
    """``s/<token>/about``."""

    async def get(self, key: str) -> None:
        """The same as JSON."""
        kept, description = await self.service.links.look(self.user, key)
        self.finish({**description.to_json(), "link_id": f"id-{kept.id}"})


class PreviewHandler(PageHandler):
    """``s/<token>/preview``."""

    async def get(self, key: str) -> None:
        """The notebook as a page that runs nothing, for a frame of the page above."""
        self.page(await self.service.links.preview(self.user, key), PREVIEW_HEADERS)


class DownloadHandler(PageHandler):
    """``s/<token>/notebook``."""

    async def get(self, key: str) -> None:
        """The notebook. This counts as a use."""
        await send_notebook(self, self.user, key)

    head = get


class BundleHandler(PageHandler):
    """``s/<token>/bundle``."""

    async def get(self, key: str) -> None:
        """The notebook and its options, as a zip. This counts as a use."""
        await send_notebook(self, self.user, key, bundle=True)

    head = get


class StartHandler(PageHandler):
    """The service's own address, where a login that took too long ends up."""

    async def get(self) -> None:
        """Say what to do."""
        self.page(message_page("Shared notebooks", "Open the link that you were sent once more."))


class UnknownPageHandler(PageHandler):
    """Everything else that a browser may ask for."""

    async def get(self) -> None:
        """The page of a link that does not open."""
        raise NotFound("there is no such page")


class CallbackHandler(HubOAuthCallbackHandler):  # type: ignore[misc]
    """``oauth_callback``: the hub sends browsers back here."""

    def initialize(self, service: Any) -> None:
        """Take the hub's client."""
        self.hub_auth = service.identity.auth
