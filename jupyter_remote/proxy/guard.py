"""Before anything else happens: who asks, may they, from where; and how errors look."""

from __future__ import annotations

import json
from http.client import responses
from types import TracebackType
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.escape import xhtml_escape

from ..errors import Forbidden, InvalidSpec, NotFound, RemoteError
from . import headers, origin

_ACTIONS = {"GET": "read", "HEAD": "read", "OPTIONS": "read"}
_REASONS = {error.status: error.reason for error in (InvalidSpec, Forbidden, NotFound)}
_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
    "<body style='font: 16px sans-serif; margin: 3em'><h1>{title}</h1><p>{message}</p>"
)


class GuardedHandler(JupyterHandler):
    """A request that went through is authenticated, authorized (resource ``jupyter_remote``:
    ``read``, ``write``; ``execute`` for websockets) and of an allowed origin (``origin.py``).

    Errors are ``{"message", "reason"}``, or a small page where a person navigates; nothing
    of the request is shown in it.
    """

    auth_resource = "jupyter_remote"

    async def guard(self) -> None:
        """Raises Forbidden; or has finished the answer with a redirect to the login page."""
        shows_page = self.navigates and not self.upgrades
        await JupyterHandler.prepare(self, _redirect_to_login=shows_page)
        if self._finished:
            return
        if self.current_user:
            await self._authorize()
        elif shows_page:
            web.authenticated(lambda handler: None)(self)
        else:
            raise Forbidden("Log in to Jupyter first.")
        if not origin.allowed(self._asking(), self.allow_origin, self.allow_origin_pat):
            raise Forbidden("Another web site may not send this request.")

    async def _authorize(self) -> None:
        action = "execute" if self.upgrades else _ACTIONS.get(self.request.method or "", "write")
        allowed = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, action, self.auth_resource)
        )
        if not allowed:
            raise Forbidden(f"You may not {action} {self.auth_resource}.")

    @property
    def has_body(self) -> bool:
        """The request says that a body follows."""
        fields = self.request.headers
        return fields.get("Content-Length", "0").strip("0") != "" or "Transfer-Encoding" in fields

    @property
    def upgrades(self) -> bool:
        """The request asks for a websocket. Other upgrades are not offered."""
        fields = self.request.headers
        options = {word.strip().lower() for word in fields.get("Connection", "").split(",")}
        asked = "upgrade" in options and fields.get("Upgrade", "").lower() == "websocket"
        return asked and self.request.method == "GET" and not self.has_body

    @property
    def navigates(self) -> bool:
        """A person looks at the answer."""
        fields = self.request.headers
        return (
            self.request.method in ("GET", "HEAD")
            and "text/html" in fields.get("Accept", "")
            and fields.get("Sec-Fetch-Mode", "navigate") == "navigate"
        )

    @property
    def login_cookie(self) -> str:
        """Name of the cookie with which this server knows its users."""
        return str(self.identity_provider.get_cookie_name(self))

    @property
    def frame_ancestors(self) -> str:
        """Who may show an app in a frame: Lab, and those who may frame Lab."""
        return headers.frame_ancestors(self.content_security_policy)

    def _asking(self) -> origin.Asking:
        fields = self.request.headers
        token = bool(self.current_user and self.token_authenticated)
        in_url = "token" in self.request.query_arguments
        login = self.login_cookie
        return origin.Asking(
            host=fields.get("Host", ""),
            origin=self.get_origin(),
            site=fields.get("Sec-Fetch-Site"),
            mode=fields.get("Sec-Fetch-Mode"),
            safe=self.request.method in ("GET", "HEAD") and not self.upgrades,
            header_token=token and not in_url and "Authorization" in fields,
            url_token=token and in_url,
            cookie=any(headers.reserved(name, login) for name in self.request.cookies),
        )

    def set_default_headers(self) -> None:
        """The app's headers are the headers: nothing is added to them."""
        for name in ("Server", "Content-Type", "Date"):
            self.clear_header(name)

    def set_cors_headers(self) -> None:
        """Only a foreign origin with a licence may read answers."""
        if origin.licensed(self._asking(), self.allow_origin, self.allow_origin_pat):
            super().set_cors_headers()

    def check_xsrf_cookie(self) -> None:
        """Replaced by the rule of ``origin.py``: apps cannot know Jupyter's XSRF token."""

    def compute_etag(self) -> str | None:
        """None: entity tags are the app's business."""
        return None

    def send_html(self, html: str, policy: str = "") -> None:
        """Finish with a page of our own, never kept by the browser."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self._finish_own(html, policy)

    def _finish_own(self, body: str, policy: str = "") -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        rules = filter(None, (policy, f"frame-ancestors {self.frame_ancestors}"))
        self.set_header("Content-Security-Policy", "; ".join(rules))
        self.finish(body)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """An error made for people is no fault of the program: one line, no traceback."""
        if isinstance(value, RemoteError):
            self.log.info("jupyter_remote proxy: %s (%s)", value, value.reason)
        else:
            super().log_exception(typ, value, tb)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with JSON, or with a page where a person navigates."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        message, reason = responses.get(status_code, "Error"), _REASONS.get(status_code, "internal")
        if isinstance(error, RemoteError):
            self.set_status(error.status)
            message, reason = str(error), error.reason
        if self.navigates:
            title = f"{self.get_status()} {responses.get(self.get_status(), '')}"
            html = _PAGE.format(title=xhtml_escape(title), message=xhtml_escape(message))
            self.send_html(html, "default-src 'none'; style-src 'unsafe-inline'")
        else:
            self.set_header("Content-Type", "application/json")
            self._finish_own(json.dumps({"message": message, "reason": reason}))
