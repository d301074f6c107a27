"""One job and one file, for asynchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .addresses import is_ours, path_of
from .disk import on_disk
from .downloads import names_of
from .errors import InvalidInput, JobVanished, StillRunning
from .lists import job_path
from .model import UNSENT, JobInfo, Json
from .retry import Trouble
from .together import together
from .uploads import Progress
from .views import FileView, JobView, job_error

if TYPE_CHECKING:
    from .client import AsyncEverest

READ_LIMIT = 256 * 1024 * 1024
"""Bytes that ``read`` takes into memory at most."""


class AsyncRemoteFile(FileView):
    """A file on a server, for asynchronous code."""

    def __init__(self, uri: str, client: AsyncEverest) -> None:
        super().__init__(uri, client.url)
        self._client = client

    async def read(self) -> bytes:
        """The content, up to 256 MiB. Raises Damaged when it is longer, and EverestError."""
        return await self._client.downloads.read(self.uri, READ_LIMIT)

    async def text(self, encoding: str = "utf-8") -> str:
        """The content as text."""
        return (await self.read()).decode(encoding)

    async def download(self, to: str | Path = ".", progress: Progress | None = None) -> Path:
        """Store the content in a folder or at a path; gives the path. A file that is there is
        replaced, and stays as it was when the download fails. Raises Damaged, EverestError."""
        return await self._client.downloads.store(self.uri, Path(to), progress)

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The content in pieces as they come, in one try. Raises EverestError."""
        try:
            async with self._client.downloads.stream(self.uri) as (_, parts):
                async for part in parts:
                    yield part
        except Trouble as trouble:
            raise trouble.error from trouble

    async def delete(self) -> None:
        """Delete it from the server. Raises InvalidInput for a file that is somewhere else."""
        if not is_ours(self.server, self.uri):
            raise InvalidInput(f"{self.uri} is no file of {self.server}: it cannot be deleted here")
        await self._client.transport.call("DELETE", path_of(self.server, self.uri))


class AsyncJob(JobView):
    """A job of the platform, for asynchronous code. It goes on whether or not anybody looks."""

    def __init__(self, info: JobInfo, client: AsyncEverest) -> None:
        self.info = info
        self._client = client

    async def refresh(self) -> AsyncJob:
        """Ask for its state now. A job that somebody deleted becomes VANISHED when the server
        does not know it ``gone_after`` seconds later either."""
        self._take(await self._client.fetch(self.info))
        return self

    async def wait(self, timeout: float | None = None) -> AsyncJob:
        """Until it has ended, in whatever way. Raises StillRunning after ``timeout`` seconds, and
        EverestError when the server refuses to tell."""
        self._must_exist()
        try:
            ending = self._client.watcher.ended(self.info)
            self._take(await asyncio.wait_for(ending, timeout))
        except asyncio.TimeoutError:
            words = f"{self.title} is {self.state} after {timeout:g} s; it goes on"
            raise StillRunning(words) from None
        return self

    async def result(self, timeout: float | None = None) -> dict[str, Any]:
        """Its outputs, when it is done: numbers, texts, lists and ``AsyncRemoteFile``. Raises
        JobFailed, JobCancelled or JobVanished, StillRunning after ``timeout`` seconds."""
        await self.wait(timeout)
        error = job_error(self)
        if error:
            raise error
        return await self.outputs()

    async def outputs(self) -> dict[str, Any]:
        """The outputs that there are now: those of a failed job may be some of them."""
        uris = await self._client.file_outputs(self.info)
        return {name: self._value(value, name in uris) for name, value in self.info.result.items()}

    def _value(self, value: Json, is_file: bool) -> Any:
        if isinstance(value, str) and (is_file or is_ours(self._client.url, value)):
            return AsyncRemoteFile(value, self._client)
        if isinstance(value, list):
            return [self._value(each, is_file) for each in value]
        return value

    async def files(self) -> dict[str, AsyncRemoteFile]:
        """All output files: by output, with a number for those of lists."""
        found = {}
        for name, value in (await self.outputs()).items():
            several = value if isinstance(value, list) else [value]
            for number, each in enumerate(several):
                if isinstance(each, AsyncRemoteFile):
                    found[name if value is each else f"{name}.{number}"] = each
        return found

    async def download(self, folder: str | Path = ".") -> list[Path]:
        """Store all output files in a folder; of two with one name, both are kept."""
        where = Path(folder)
        await on_disk(where, where.mkdir, parents=True, exist_ok=True)
        files = await self.files()
        names = names_of({output: each.name for output, each in files.items()})
        pairs = zip(files.values(), names, strict=True)
        return await together(each.download(where / name) for each, name in pairs)

    async def cancel(self) -> AsyncJob:
        """Ask for its end. The platform answers before its agent does: the job is CANCELLED later,
        or DONE if it was faster. A job that has ended is no error."""
        self._must_exist()
        await self._client.cancel(self.info)
        return self

    async def delete(self) -> None:
        """Delete it with its files, from the server and from our records. Raises Refused while it
        runs: cancel it first."""
        await self._client.delete(self.info)

    async def log(self) -> str:
        """Its log so far, times in UTC; empty when there is none."""
        self._must_exist()
        path = job_path(self.id, "/log")
        return str(await self._client.transport.call("GET", path, plain=True) or "")

    async def follow_log(self, every: float = 2.0) -> AsyncGenerator[str, None]:
        """Lines of its log as they come, looked for each ``every`` seconds, until it has ended."""
        shown = 0
        while True:
            await self.refresh()
            last = self.ended
            lines = (await self.log()).split("\n")
            for line in lines[shown:] if last else lines[shown:-1]:
                if line or not last:
                    yield line
            shown = max(shown, len(lines) - 1)
            if last:
                return
            await asyncio.sleep(every)

    async def rerun(self, name: str | None = None, **changed: Any) -> AsyncJob:
        """Submit the same application again, with the same inputs but those given here."""
        records = self._client.records
        record = (await records.do(records.load)).get(self.name)
        return await self._client.submit(
            self.info.app,
            {**self.info.inputs, **changed},
            name=name or self.title,
            group=record.group if record else "",
            resources=record.resources if record else (),
        )

    def _take(self, info: JobInfo) -> None:
        self.info = info
        self._client.take(info)

    def _must_exist(self) -> None:
        if self.state == UNSENT:
            raise JobVanished(f"the server has never seen {self.title}: submit it again", self.info)
