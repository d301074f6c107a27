"""What is kept of the jobs that were submitted here: program, description, log of events."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Collection
from pathlib import Path

from ...contract import JobRequest
from ...errors import InvalidSpec
from ...files import make_private, write_private
from .submit import Submission, is_program, submission

TAGS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)


class RequestFolders:
    """A folder (0700) for each request, named by its tag. Methods block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, request: JobRequest) -> Submission:
        """Write what the request's job needs. Raises InvalidSpec, StorageError."""
        if not TAGS.fullmatch(request.tag):
            raise InvalidSpec(f"{request.tag!r} cannot be a mark of a job")
        if not Path(request.folder).is_dir():
            raise InvalidSpec(f"there is no folder {request.folder}")
        private = self._folder / request.tag
        made = submission(request, private)
        make_private(private)
        write_private(private / "script", request.script)
        if is_program(request):
            (private / "script").chmod(0o700)
        return made

    def script(self, tag: str) -> str:
        """The script of a request; empty when it is not known here."""
        if not TAGS.fullmatch(tag):
            return ""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return (self._folder / tag / "script").read_text()
        return ""

    def write(self, tag: str, name: str, text: str) -> Path:
        """A file beside a request's own."""
        path = self._folder / tag / name
        write_private(path, text)
        return path

    def remove(self, tag: str) -> None:
        """Delete what is kept of a request."""
        if TAGS.fullmatch(tag):
            shutil.rmtree(self._folder / tag, ignore_errors=True)

    def tidy(self, wanted: Collection[str], age: float) -> None:
        """Delete what is older than ``age`` seconds and of none of the jobs in ``wanted``."""
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with contextlib.suppress(OSError):
                if path.name not in wanted and time.time() - path.stat().st_mtime > age:
                    shutil.rmtree(path, ignore_errors=True)
