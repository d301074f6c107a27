"""What all handlers of the share service have in common: parts, errors, logs without secrets."""

from __future__ import annotations

import dataclasses
import logging
import re
from http.client import responses
from types import TracebackType
from typing import Any

from tornado import web

from ..errors import LimitReached, RemoteError
from .desk import OwnerDesk
from .identity import Identity
from .limits import Rates
from .opening import LinkDesk
from .places import Places
from .refusals import Gone

log = logging.getLogger("jupyter_remote.hub")
_SECRET = re.compile(r"(/(?:s|links)/+)(?!id-)[^/?\s'\"]+|(?<![\w-])[\w-]{43}(?![\w-])")
"""What follows such a path, and whatever else may be a token, as in an address with a slip."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    """The parts that handlers use. ``trusted``: addresses of proxies, whose word about where a
    request came from counts. ``stall``: seconds that a reader may take for one piece."""

    owners: OwnerDesk
    links: LinkDesk
    identity: Identity
    places: Places
    by_user: Rates
    by_address: Rates
    trusted: frozenset[str]
    stall: float


class Handler(web.RequestHandler):
    """Nothing that is answered is kept by browsers or proxies."""

    def initialize(self, service: Service) -> None:
        """Take the parts from the route table."""
        self.service = service

    def set_default_headers(self) -> None:
        """For every answer, errors included."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.clear_header("Server")

    def address(self) -> str:
        """Where the request came from: the last address before the proxies that are trusted.
        What a client claims itself stands before that and does not count."""
        hops = self.request.headers.get("X-Forwarded-For", "").split(",")
        for hop in [str(self.request.remote_ip), *(hop.strip() for hop in reversed(hops))]:
            if hop and hop not in self.service.trusted:
                return hop
        return str(self.request.remote_ip)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A sentence and a reason; never a traceback."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, RemoteError):
            body = {"message": str(error), "reason": error.reason}
            if isinstance(error, Gone):
                body |= {"state": error.state, "name": error.name}
            if isinstance(error, LimitReached):
                self.set_header("Retry-After", "60")
            self.set_status(error.status)
            self.finish(body)
            return
        reason = "not-found" if status_code == 404 else "internal"
        words = responses.get(status_code, "error").lower()
        self.finish({"message": words, "reason": reason})

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """A refusal is no traceback, and no line has a token."""
        if isinstance(value, RemoteError | web.HTTPError):
            log.info("%s %s: %s", self.request.method, plain(self.request.uri), value)
        else:
            where = (self.request.method, plain(self.request.uri))
            log.error("%s %s", *where, exc_info=(typ, value, tb))  # type: ignore[arg-type]


def plain(uri: str | None) -> str:
    """A path as it may stand in a log: without tokens and without a query."""
    return _SECRET.sub(r"\1[secret]", (uri or "").split("?")[0])


class Formatter(logging.Formatter):
    """Lines of this process, whoever writes them: no token is in one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets."""
        return _SECRET.sub(r"\1[secret]", super().format(record))


def log_request(handler: web.RequestHandler) -> None:
    """One line a request, for tornado's ``log_function``."""
    request, status = handler.request, handler.get_status()
    level = logging.INFO if status < 400 else logging.WARNING
    spent = 1000 * request.request_time()
    log.log(level, "%d %s %s %.0f ms", status, request.method, plain(request.uri), spent)
