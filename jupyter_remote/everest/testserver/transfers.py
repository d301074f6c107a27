"""The REST API: files in and out, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from python_multipart.multipart import MultipartParser, parse_options_header
from tornado import web

from .base import Handler
from .faults import Counters
from .files import PREFIX, Upload
from .platform import Platform
from .records import Stored
from .refused import Refused

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

BLOCK = 1 << 18


class Form:
    """The first file of a multipart body, whatever its part is called."""

    def __init__(self, boundary: bytes, upload: Upload) -> None:
        self.name = ""
        self._upload, self._field, self._value = upload, b"", b""
        self._headers: dict[str, str] = {}
        self._reading = self.done = self.ended = False
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        self.parser = MultipartParser(boundary, callbacks)

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.decode().lower()] = self._value.decode(errors="replace")
        self._field = self._value = b""

    def _on_headers(self) -> None:
        _, fields = parse_options_header(self._headers.get("content-disposition", "").encode())
        if b"filename" in fields and not self.done:
            self.name = fields[b"filename"].decode(errors="replace").replace("%22", '"')
            self._reading = True

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._reading:
            self._upload.write(data[start:end])

    def _on_part_end(self) -> None:
        self.done = self.done or self._reading
        self._reading = False

    def _on_end(self) -> None:
        self.ended = True


@web.stream_request_body
class UploadHandler(Handler):
    """``/api/files/temp``: a form with a file, or the bytes themselves."""

    routes: ClassVar = {"POST": "files.upload"}

    async def prepare(self) -> None:
        """Begin, before the bytes come."""
        self.upload: Upload | None = None
        self.form: Form | None = None
        await super().prepare()
        if self._finished:
            return
        self.upload = self.platform.files.begin()
        kind, fields = parse_options_header(self.request.headers.get("Content-Type", ""))
        if kind == b"multipart/form-data":
            self.form = Form(fields.get(b"boundary", b""), self.upload)

    def data_received(self, chunk: bytes) -> None:
        """Take some bytes."""
        if self.form is not None:
            self.form.parser.write(chunk)
        elif self.upload is not None:
            self.upload.write(chunk)

    async def post(self) -> None:
        """All bytes are there."""
        assert self.upload is not None
        if self.form is not None and not (self.form.done and self.form.ended):
            raise Refused(400, "the form has no file")
        upload, self.upload = self.upload, None
        name = self.form.name if self.form else self.get_query_argument("filename", "file")
        stored = self.platform.files.keep(upload, self.user, name)
        await self.answer(
            {"uri": stored.key, "filename": stored.name, "length": stored.length},
        )

    def on_connection_close(self) -> None:
        """The client went away in the middle."""
        super().on_connection_close()
        self._discard()

    def on_finish(self) -> None:
        """Nothing stays of a refused upload."""
        self._discard()
        super().on_finish()

    def _discard(self) -> None:
        if self.upload is not None:
            self.upload.discard()
            self.upload = None


class FileHandler(Handler):
    """A file by its path."""

    routes: ClassVar = {"GET": "files.get", "DELETE": "files.delete"}

    async def get(self, path: str) -> None:
        """The bytes."""
        stored = self.platform.files.find(PREFIX + path, self.user)
        self.set_header("Content-Type", "application/octet-stream")
        await self.stream(stored.length, blocks(stored))

    async def delete(self, path: str) -> None:
        """Delete it."""
        self.platform.files.drop(self.platform.files.find(PREFIX + path, self.user))
        await self.answer({})


def blocks(stored: Stored) -> Iterator[bytes]:
    """The bytes of a file."""
    with open(stored.path, "rb") as file:
        while block := file.read(BLOCK):
            yield block


class TemporaryHandler(Handler):
    """``/api/user/tmp_files``."""

    routes: ClassVar = {"DELETE": "files.delete_temporary"}

    async def delete(self) -> None:
        """Delete all temporary files of the user."""
        self.platform.files.drop_temporary(self.user)
        await self.answer({})


class ElsewhereHandler(web.RequestHandler):
    """The second server: files for everybody who knows their address. A token that comes here
    has leaked: it is written down."""

    def initialize(self, platform: Platform, counters: Counters) -> None:
        """Take what it needs."""
        self.platform, self.counters = platform, counters

    async def get(self, path: str) -> None:
        """The bytes."""
        headers = self.request.headers
        if "Authorization" in headers or self.get_cookie("access_token"):
            self.counters.leaks.append(path)
        stored = self.platform.books.files.get(f"/{path}")
        if stored is None:
            raise web.HTTPError(404)
        for block in blocks(stored):
            self.write(block)
            await self.flush()
