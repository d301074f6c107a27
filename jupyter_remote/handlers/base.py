"""What all REST handlers share: who may call, bodies checked by the OpenAPI file, errors."""

from __future__ import annotations

import asyncio
import functools
import gzip
import json
from types import TracebackType
from typing import Any

import jsonschema
import yaml
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..columns import written
from ..contract import LogChunk
from ..errors import InvalidSpec, RemoteError
from ..events import SCHEMAS
from ..exact import dumped
from ..model import Json

_LOG_BYTES = 65536
_LOG_MOST = 1 << 20


@functools.cache
def api() -> dict[str, Json]:
    """The OpenAPI description of the REST API."""
    data: dict[str, Json] = yaml.safe_load((SCHEMAS / "api.yaml").read_text())
    return data


class RemoteHandler(APIHandler):
    """Answers JSON; an error is ``{"message": for people, "reason": code}``."""

    auth_resource = "jupyter_remote"

    _track_activity = False
    """A list that a page reads by itself must not keep a hub from culling the server: who is
    at work is told by ``activity.py``."""

    def body(self, schema: str) -> dict[str, Json]:
        """The request's JSON, checked against a schema of the OpenAPI file."""
        try:
            data = json.loads(self.request.body or b"{}", parse_constant=_refuse)
        except ValueError as error:
            raise InvalidSpec(f"the request is not JSON: {error}") from error
        checker = jsonschema.Draft202012Validator(api()["components"]["schemas"][schema])
        for wrong in checker.iter_errors(data):
            where = ".".join(str(part) for part in wrong.absolute_path)
            raise InvalidSpec(f"{where}: {wrong.message}" if where else wrong.message)
        fields: dict[str, Json] = data
        return fields

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """An integer query argument within limits."""
        text = self.get_query_argument(name, str(default))
        try:
            value = int(text)
        except ValueError:
            raise InvalidSpec(f"{name} must be a whole number, not {text!r}") from None
        if not low <= value <= high:
            raise InvalidSpec(f"{name} must lie between {low} and {high}")
        return value

    def answer(self, data: Json, status: int = 200) -> None:
        """Finish with a JSON document."""
        self.set_status(status)
        self.finish(dumped(data))

    async def answer_long(self, data: Json) -> None:
        """Finish with a JSON document that may be long: made in a thread, and compressed for
        who takes it."""
        self.send_long(await asyncio.to_thread(_packed if self.packs() else _plain, data))

    def packs(self) -> bool:
        """Whether the browser takes what gzip compressed."""
        return "gzip" in self.request.headers.get("Accept-Encoding", "")

    def send_long(self, body: bytes) -> None:
        """Finish with a JSON document, compressed where the browser takes that."""
        if self.packs():
            self.set_header("Content-Encoding", "gzip")
        self.set_header("Vary", "Accept-Encoding")
        self.finish(body, set_content_type="application/json")

    def asked_bytes(self) -> tuple[int, int]:
        """``offset`` and ``limit`` of a request for part of a log; a negative offset counts
        from the end."""
        offset = self.number("offset", 0, -(1 << 62), 1 << 62)
        return offset, self.number("limit", _LOG_BYTES, 0, _LOG_MOST)

    def send_chunk(self, chunk: LogChunk) -> None:
        """Finish with bytes of a log; ``Content-Range`` says which, and how many there are."""
        end = max(chunk.offset, chunk.offset + len(chunk.data) - 1)
        self.set_header("ETag", f'"{chunk.file}"')
        self.set_header("Content-Range", f"bytes {chunk.offset}-{end}/{chunk.size}")
        self.finish(chunk.data, set_content_type="text/plain; charset=utf-8")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say a RemoteError as it is; leave all others to Jupyter."""
        error = kwargs.get("exc_info", (None, None))[1]
        if not isinstance(error, RemoteError):
            super().write_error(status_code, **kwargs)
            return
        self.set_header("Content-Type", "application/json")
        self.answer({"message": str(error), "reason": error.reason}, error.status)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """A refusal is a line in the log, not a traceback."""
        if isinstance(value, RemoteError):
            self.log.info("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(typ, value, tb)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def _plain(data: Json) -> bytes:
    return written(data).encode()


def _packed(data: Json) -> bytes:
    return gzip.compress(_plain(data), 1, mtime=0)


class BrokenHandler(RemoteHandler):
    """Says why the extension does not work."""

    def initialize(self, error: RemoteError) -> None:
        """Take the reason from the route table."""
        self.error = error

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The reason, for whatever was asked."""
        raise self.error

    post = patch = delete = get
