"""The user's own files, through their own contents manager, which says what may be seen."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Mapping
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from ..errors import Forbidden, InvalidSpec, NotFound, StorageError, TooLarge
from .bundle import MOST_EXTRA, REQUIREMENTS
from .names import file_name


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """A notebook file as it is: ``text`` of the file, when it was modified, its digest."""

    text: str
    modified: str
    size: int
    file: str


class UserFiles:
    """``contents`` is Jupyter's contents manager. Paths are its own: relative, with ``/``."""

    def __init__(self, contents: Any) -> None:
        self._contents = contents
        self._naming = asyncio.Lock()

    async def stat(self, path: str) -> tuple[str, int]:
        """When a file was modified and its size in bytes; raises NotFound, Forbidden."""
        model = await self._get(path, content=False)
        if model["type"] == "directory":
            raise InvalidSpec(f"{path} is a folder: share a notebook in it")
        return str(model["last_modified"]), int(model.get("size") or 0)

    async def read(self, path: str, most: int) -> Source:
        """A notebook; raises TooLarge before it is read, InvalidSpec, NotFound, Forbidden."""
        if not path.endswith(".ipynb"):
            raise InvalidSpec(f"{path} is no notebook: its name does not end with .ipynb")
        modified, size = await self.stat(path)
        if size > most:
            raise TooLarge.of(path, most)
        text = await self._text(path)
        raw = await asyncio.to_thread(text.encode, "utf-8", "surrogatepass")
        if len(raw) > most:
            raise TooLarge.of(path, most)
        file = await asyncio.to_thread(lambda: hashlib.sha256(raw).hexdigest())
        return Source(text=text, modified=modified, size=len(raw), file=file)

    async def _text(self, path: str) -> str:
        model = await self._get(path, content=True, type="file", format="text")
        content = model["content"]
        if not isinstance(content, str):
            raise InvalidSpec(f"{path} is no notebook: it is not text")
        return content

    async def requirements(self, path: str) -> dict[str, bytes]:
        """Those of REQUIREMENTS that lie beside a notebook and may be seen."""
        folder, found = path.rpartition("/")[0], {}
        for name in REQUIREMENTS:
            beside = f"{folder}/{name}" if folder else name
            try:
                if (await self.stat(beside))[1] <= MOST_EXTRA:
                    found[name] = (await self._text(beside)).encode()
            except (NotFound, InvalidSpec, Forbidden):
                continue
        return found

    async def write(
        self, notebook: dict[str, Any], name: str, folder: str, insert: str = ""
    ) -> str:
        """Save a notebook as a new file of this name, or of one like it when that is taken;
        answers its path. Never writes over a file. Raises NotFound when there is no folder."""
        model = {"type": "notebook", "format": "json", "content": notebook}
        return await self._write(model, name, folder, insert)

    async def write_text(self, content: bytes, name: str, folder: str) -> str:
        """The same for a small text file."""
        try:
            model = {"type": "file", "format": "text", "content": content.decode()}
        except UnicodeDecodeError as error:
            raise InvalidSpec(f"{name} is not text") from error
        return await self._write(model, file_name(name), folder, "")

    async def _write(self, model: Mapping[str, Any], name: str, folder: str, insert: str) -> str:
        folder = await self.folder(folder)
        async with self._naming:  # between the choice of a name and its file nobody else chooses
            try:
                path = await self._reserve(name, folder, insert)
                try:
                    await ensure_async(self._contents.save(dict(model), path))
                except BaseException:
                    await asyncio.to_thread(self._give_back, path)
                    raise
            except HTTPError as error:
                raise self._refused(error, folder) from error
            except OSError as error:
                raise StorageError(f"cannot write {name}: {error.strerror}") from error
        return path

    async def _reserve(self, name: str, folder: str, insert: str) -> str:
        """A path of its own: on a disk an empty file that nobody else made, so that no other
        server, and no other program, has the same one. Without a disk the contents manager's
        word must do."""
        taken: set[str] = set()
        while True:
            free = await ensure_async(
                self._contents.increment_filename(name, folder, insert=insert)
            )
            if free in taken:  # a link that leads nowhere, which is nothing to Jupyter
                name = f"{len(taken)}-{name}"
                continue
            path = f"{folder}/{free}" if folder else free
            self._inside(path)
            local = self._local(path)
            if local is None or await asyncio.to_thread(_made, local):
                return path
            taken.add(free)

    def _give_back(self, path: str) -> None:
        """Nothing was saved: the empty file goes, unless somebody has written into it."""
        local = self._local(path)
        with contextlib.suppress(OSError):
            if local and not os.path.getsize(local):
                os.unlink(local)

    async def folder(self, folder: str) -> str:
        """A folder into which files can be written, without slashes around it; raises NotFound,
        InvalidSpec, Forbidden."""
        folder = folder.strip("/")
        if folder and (await self._get(folder, content=False))["type"] != "directory":
            raise InvalidSpec(f"{folder} is no folder")
        self._inside(folder)
        local = self._local(folder)
        if local and not await asyncio.to_thread(os.access, local, os.W_OK | os.X_OK):
            raise Forbidden(f"you may not write into {folder or 'this folder'}")
        return folder

    def _local(self, path: str) -> str | None:
        """Where a path lies on this machine's disk; None when only the contents manager knows."""
        root = getattr(self._contents, "root_dir", None)
        if not root or not hasattr(self._contents, "_get_os_path"):
            return None
        return os.path.join(os.path.realpath(root), path.strip("/"))

    async def _get(self, path: str, **kwargs: Any) -> dict[str, Any]:
        self._inside(path)
        try:
            model: dict[str, Any] = await ensure_async(self._contents.get(path, **kwargs))
        except HTTPError as error:
            raise self._refused(error, path) from error
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}") from error
        return model

    def _inside(self, path: str) -> None:
        """Jupyter follows links out of the root of the file browser; what is shared with
        others, and what others send, must not."""
        if {".", ".."} & set(path.split("/")) or "\0" in path:
            raise NotFound(f"there is no file {path}")
        root, local = self._local(""), self._local(path)
        if not root or not local:
            return
        root, real = os.path.realpath(root), os.path.realpath(local)
        if os.path.commonpath([root, real]) != root:
            raise Forbidden(f"{path} is a link to a place outside of your files")

    def _refused(self, error: HTTPError, path: str) -> Exception:
        words = str(error.log_message or error.reason or "")
        if error.status_code == 404:
            return NotFound(f"there is no file {path}" if path else words)
        if error.status_code == 403:
            return Forbidden(f"you may not use {path}")
        return InvalidSpec(f"{path}: {words}" if path else words)


def _made(path: str) -> bool:
    """Make an empty file, with the rights that new files have; False when there is something of
    that name. Blocks."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return False
    return True
