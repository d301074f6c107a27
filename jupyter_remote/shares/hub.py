"""The client of the share service of a hub (``jupyter_remote.hub``): hub mode's publisher.

It is found by the environment variable ``JUPYTER_REMOTE_SHARE_URL`` and called with the token
of the user's own server. Redirects are not followed: that token goes nowhere else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient

from ..errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    Expired,
    Forbidden,
    InvalidSpec,
    LimitReached,
    NotFound,
    RemoteError,
    TooLarge,
    WrongState,
)
from ..model import Json
from .model import Description, Share
from .publish import HUB
from .store import Kept

_REMEMBERED: Final = 60.0
_KNOWN: Final[dict[int, type[RemoteError]]] = {
    error.status: error
    for error in (InvalidSpec, Forbidden, NotFound, WrongState, Expired, TooLarge, LimitReached)
}
_JSON_MOST: Final = 8_000_000


class HubPublisher:
    """``url`` of the service, ``token`` of this server, ``timeout`` in seconds, ``most``: bytes
    of a notebook that is fetched. Raises what the service says, BackendUnreachable and
    BackendTimeout."""

    mode = HUB

    def __init__(self, url: str, token: str, timeout: float, most: int) -> None:
        self._url = url.rstrip("/") + "/"
        self._token, self._timeout, self._most = token, timeout, most
        self._limits: tuple[float, dict[str, Json]] = (-_REMEMBERED, {})

    @property
    def prefix(self) -> str:
        """Path below which this service's links lie, from the root of the hub's origin."""
        return urlsplit(self._url).path + "s/"

    def link(self, token: str) -> str:
        """The link, from the root of the hub's origin."""
        return f"{self.prefix}{token}"

    # -- what is mine -----------------------------------------------------------------------

    async def limits(self) -> dict[str, Json]:
        """What the service allows this user; remembered for a minute."""
        at, known = self._limits
        if time.monotonic() - at > _REMEMBERED:
            known = {"users": True, **await self._json("GET", "api/limits")}
            self._limits = (time.monotonic(), known)
        return known

    async def create(self, draft: Share, expires_in: float) -> tuple[str, str]:
        """A link without content."""
        chosen = {key: getattr(draft, key) for key in ("name", "once", "outputs", "options")}
        body = {**chosen, "users": list(draft.users), "expires_in": expires_in, "size": draft.size}
        made = await self._json("POST", "api/shares", body)
        return str(made["token"]), str(made["id"])

    async def put(self, kept: Kept, content: bytes) -> int:
        """A new revision."""
        answer = await self._ask("PUT", f"api/shares/{_part(kept.hub_id)}/notebook", content)
        return int(self._object(answer).get("revision", kept.share.revision))

    async def settle(self, kept: Kept) -> None:
        """The service drops older revisions itself."""

    async def change(self, kept: Kept, fields: Mapping[str, Json]) -> None:
        """Another expiry or other users."""
        told = {key: fields[key] for key in ("expires_in", "users") if key in fields}
        if told:
            await self._json("PATCH", f"api/shares/{_part(kept.hub_id)}", told)

    async def revoke(self, kept: Kept) -> None:
        """End a link; one that the service does not know opens nothing."""
        try:
            await self._ask("DELETE", f"api/shares/{_part(kept.hub_id)}")
        except (NotFound, Expired):
            return

    async def news(self) -> Mapping[str, Mapping[str, Json]]:
        """What the service counted."""
        listed = await self._json("GET", "api/shares")
        return {str(share["id"]): share for share in listed.get("shares", [])}

    # -- what is others' --------------------------------------------------------------------

    async def received(self) -> list[dict[str, Json]]:
        """Active shares that name this user."""
        listed = await self._json("GET", "api/received")
        found: list[dict[str, Json]] = listed.get("shares") or listed.get("received") or []
        return found

    async def describe(self, key: str) -> tuple[Description, str]:
        """What a link of the service opens (``key``: its token or ``id-<id>``), and the link
        without a secret that opens it for this user from now on."""
        about = await self._json("GET", f"api/links/{_part(key)}")
        try:
            described = Description.from_json(about)
        except TypeError as error:
            raise BackendError(f"the share service answered something unknown: {error}") from error
        return described, self.link(str(about.get("link_id") or key))

    async def fetch(self, key: str) -> tuple[bytes, int | None]:
        """The notebook and its revision, if the service says so; this is a use."""
        path = f"api/links/{_part(key)}/notebook"
        headers, content = await self._whole("GET", path, most=self._most)
        revision = headers.get("X-Revision", "")
        return content, int(revision) if revision.isdecimal() else None

    # -- requests ---------------------------------------------------------------------------

    async def _json(self, method: str, path: str, body: Json = None) -> dict[str, Json]:
        content = None if body is None else json.dumps(body).encode()
        return self._object(await self._ask(method, path, content))

    def _object(self, answer: bytes) -> dict[str, Json]:
        try:
            data = json.loads(answer or b"{}")
        except ValueError as error:
            raise BackendError("the share service did not answer with JSON") from error
        return data if isinstance(data, dict) else {}

    async def _ask(
        self, method: str, path: str, body: bytes | None = None, most: int = _JSON_MOST
    ) -> bytes:
        return (await self._whole(method, path, body, most))[1]

    async def _whole(
        self, method: str, path: str, body: bytes | None = None, most: int = _JSON_MOST
    ) -> tuple[HTTPHeaders, bytes]:
        """One request; of its answer at most ``most`` bytes are taken."""
        parts: list[bytes] = []
        room = [most]

        def take(chunk: bytes) -> None:
            room[0] -= len(chunk)
            if room[0] >= 0:
                parts.append(chunk)

        request = self._request(method, path, body)
        request.streaming_callback = take
        client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=2**40)
        try:
            answer = await client.fetch(request, raise_error=False)
        except HTTPClientError as error:
            raise self._silent(error) from error
        except OSError as error:
            raise BackendUnreachable(f"the share service does not answer: {error}") from error
        finally:
            client.close()
        if room[0] < 0:
            raise TooLarge.of("this notebook", most)
        return answer.headers, self._checked(answer, b"".join(parts))

    def _request(self, method: str, path: str, body: bytes | None) -> HTTPRequest:
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = b"{}"
        return HTTPRequest(
            self._url + path,
            method=method,
            body=body,
            headers={"Authorization": f"token {self._token}", "Content-Type": "application/json"},
            follow_redirects=False,
            connect_timeout=min(10.0, self._timeout),
            request_timeout=self._timeout,
            decompress_response=False,
        )

    def _silent(self, error: HTTPClientError) -> RemoteError:
        if isinstance(error, HTTPTimeoutError):
            return BackendTimeout(f"the share service did not answer within {self._timeout:g} s")
        return BackendUnreachable(f"the share service does not answer: {error.message}")

    def _checked(self, answer: HTTPResponse, content: bytes) -> bytes:
        if 200 <= answer.code < 300:
            return content
        words = _words(content) or f"it answered {answer.code}"
        if answer.code in _KNOWN:
            raise _KNOWN[answer.code](words)
        raise BackendError(f"the share service: {words}")


def _part(text: str) -> str:
    return quote(text, safe="")


def _words(content: bytes) -> str:
    """The sentence in an answer of the service."""
    try:
        return str(json.loads(content).get("message") or "")[:1000]
    except (ValueError, AttributeError):
        return ""
