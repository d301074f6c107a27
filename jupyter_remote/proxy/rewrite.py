"""Answers that an app's description wants to change (``rewrite_response``): read as a whole,
changed by its function, sent. All other answers are streams and never held."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import h11
from tornado.httputil import HTTPHeaders

from ..apps.base import Upstream
from ..errors import BackendError
from .http import Connection, Failures

MOST: Final = 100 << 20
"""Bytes that an answer to be changed may have (jupyter-server-proxy allows as many)."""


@dataclasses.dataclass
class Whole:
    """What the function may change in place."""

    code: int
    reason: str
    headers: HTTPHeaders
    body: bytes


async def rewritten(
    upstream: Upstream,
    connection: Connection,
    answer: h11.Response | h11.InformationalResponse,
    request: Any,
    path: str,
) -> Whole:
    """The answer as the function left it; BackendError when it cannot be had."""
    fields = HTTPHeaders()
    for name, value in answer.headers.raw_items():
        fields.add(name.decode("latin-1"), value.decode("latin-1"))
    reason = answer.reason.decode("latin-1") or "Unknown"
    whole = Whole(answer.status_code, reason, fields, await _body(connection))
    assert upstream.rewrite is not None
    try:
        upstream.rewrite(whole, request=request, path=path)
    except Exception as error:  # it is foreign code
        words = f"{type(error).__name__}: {error}"
        raise BackendError(f"The app's rewrite_response failed: {words}") from error
    whole.headers.pop("Content-Length", None)
    return whole


async def _body(connection: Connection) -> bytes:
    body = bytearray()
    try:
        while not isinstance(event := await connection.receive(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                body += event.data
            if len(body) > MOST:
                raise BackendError(f"The app's answer is larger than {MOST >> 20} MB.")
    except Failures as error:
        raise BackendError("The app broke off its answer.") from error
    return bytes(body)
