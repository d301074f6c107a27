"""Jobs, files and groups of jobs, for asynchronous code."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import display
from .downloads import file_name, is_ours
from .errors import JobCancelled, JobError, JobFailed, JobVanished, StillRunning
from .lists import job_path, title_of
from .model import CANCELLED, DONE, FAILED, UNSENT, VANISHED, JobInfo, Json
from .retry import Trouble
from .uploads import Progress

if TYPE_CHECKING:
    from .client import AsyncEverest

READ_LIMIT = 256 * 1024 * 1024
"""Bytes that ``read`` takes into memory at most."""


class JobView:
    """What a job shows without asking the server."""

    info: JobInfo

    @property
    def id(self) -> str:
        """The server's id; empty for a record whose job the server has never shown."""
        return self.info.id

    @property
    def name(self) -> str:
        """The unique name on the server."""
        return self.info.name

    @property
    def title(self) -> str:
        """The name without its mark."""
        return title_of(self.info.name)

    @property
    def state(self) -> str:
        """The server's word as last seen: SUBMITTED ... DONE, FAILED, CANCELLED, or one that we do
        not know. Our own: VANISHED (deleted by somebody), UNSENT (recorded, never seen there)."""
        return self.info.state

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.info.ended

    @property
    def reason(self) -> str:
        """The server's explanation, mostly of a failure."""
        return self.info.info

    @property
    def inputs(self) -> Mapping[str, Json]:
        """The inputs as they were sent; files are addresses on the server."""
        return self.info.inputs

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title!r} {self.info.app} {self.state}>"

    def _repr_html_(self) -> str:
        return display.jobs_table([self])


class FileView:
    """A file on a server; give it as an input to another job and it does not travel."""

    def __init__(self, uri: str, server: str) -> None:
        self.uri = uri
        self.server = server

    @property
    def name(self) -> str:
        """Its name, safe for use in a folder."""
        return file_name(self.uri)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} at {self.uri}>"

    def _repr_html_(self) -> str:
        return display.file(self.name, self.uri, self.server)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, FileView) and (other.uri, other.server) == (self.uri, self.server)
        return same

    def __hash__(self) -> int:
        return hash((self.uri, self.server))


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
        """Delete it from the server."""
        await self._client.transport.call("DELETE", self.uri)


class AsyncJob(JobView):
    """A job of the platform, for asynchronous code. It goes on whether or not anybody looks."""

    def __init__(self, info: JobInfo, client: AsyncEverest) -> None:
        self.info = info
        self._client = client

    async def refresh(self) -> AsyncJob:
        """Ask for its state now. A job that somebody deleted becomes VANISHED."""
        self._client.take(await self._client.fetch(self.info))
        return self

    async def wait(self, timeout: float | None = None) -> AsyncJob:
        """Until it has ended, in whatever way. Raises StillRunning after ``timeout`` seconds, and
        EverestError when the server refuses to tell."""
        self._must_exist()
        try:
            self._client.take(await asyncio.wait_for(self._client.watcher.ended(self.info), timeout))
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
        where.mkdir(parents=True, exist_ok=True)
        files = await self.files()
        names = [each.name for each in files.values()]
        twice = {name for name in names if names.count(name) > 1}
        paths = [
            where / (f"{output}-{each.name}" if each.name in twice else each.name)
            for output, each in files.items()
        ]
        pairs = zip(files.values(), paths, strict=True)
        return list(await asyncio.gather(*(each.download(path) for each, path in pairs)))

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

    async def follow_log(self, every: float = 2.0) -> AsyncIterator[str]:
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
        record = self._client.records.get(self.name)
        return await self._client.submit(
            self.info.app,
            {**self.info.inputs, **changed},
            name=name or self.title,
            group=record.group if record else "",
            resources=record.resources if record else (),
        )

    def _must_exist(self) -> None:
        if self.state == UNSENT:
            raise JobVanished(f"the server has never seen {self.title}: submit it again", self.info)


def job_error(job: JobView) -> JobError | None:
    """Why a job that has ended has no result; None when it has one."""
    if job.state == DONE:
        return None
    kinds = {FAILED: JobFailed, CANCELLED: JobCancelled, VANISHED: JobVanished}
    words = {FAILED: "failed", CANCELLED: "was cancelled", VANISHED: "was deleted on the server"}
    detail = f": {job.reason}" if job.reason else ""
    kind = kinds.get(job.state, JobError)
    return kind(f"{job.title} {words.get(job.state, 'has no result')}{detail}", job.info)


class AsyncJobs(Sequence[AsyncJob]):
    """Several jobs, in the order in which they were submitted."""

    def __init__(self, jobs: Sequence[AsyncJob]) -> None:
        self._jobs = list(jobs)

    def __len__(self) -> int:
        return len(self._jobs)

    def __getitem__(self, index: Any) -> Any:
        found = self._jobs[index]
        return AsyncJobs(found) if isinstance(found, builtins.list) else found

    def __iter__(self) -> Iterator[AsyncJob]:
        return iter(self._jobs)

    async def as_completed(
        self, timeout: float | None = None, progress: bool = False
    ) -> AsyncGenerator[AsyncJob, None]:
        """The jobs, each when it has ended, in whatever way. ``progress``: with a bar (tqdm).
        Raises StillRunning after ``timeout`` seconds, and EverestError when the server refuses to
        tell."""
        with display.bar(len(self), progress) as step:
            async with contextlib.aclosing(self._as_completed(timeout)) as jobs:
                async for job in jobs:
                    step()
                    yield job

    async def _as_completed(self, timeout: float | None) -> AsyncGenerator[AsyncJob, None]:
        tasks = {asyncio.ensure_future(job.wait()) for job in self._jobs}
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        try:
            while tasks:
                left = None if deadline is None else max(0.0, deadline - loop.time())
                done, tasks = await asyncio.wait(
                    tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    raise StillRunning(f"{len(tasks)} of {len(self)} jobs have not ended; they go on")
                for each in done:
                    yield each.result()
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def wait(self, timeout: float | None = None, progress: bool = False) -> AsyncJobs:
        """Until all have ended, in whatever way; as ``as_completed``."""
        async for _ in self.as_completed(timeout, progress):
            pass
        return self

    async def results(
        self, timeout: float | None = None, progress: bool = False
    ) -> builtins.list[dict[str, Any] | JobError]:
        """What each has given, in order: its outputs, or the error of a job that has none."""
        await self.wait(timeout, progress)
        return [job_error(job) or await job.outputs() for job in self._jobs]

    async def cancel(self) -> None:
        """Ask for the end of all that have not ended."""
        await asyncio.gather(*(job.cancel() for job in self._jobs if not job.ended))

    async def delete(self) -> None:
        """Delete all of them, with their files."""
        await asyncio.gather(*(job.delete() for job in self._jobs))

    def table(self) -> builtins.list[dict[str, Any]]:
        """A row for each job: title, state, id, then inputs and outputs, for ``pandas.DataFrame``.
        Where an output has the name of an input, the output's column is ``name (output)``."""
        return display.rows(self._jobs)

    def frame(self) -> Any:
        """The table as a ``pandas.DataFrame``. Raises ImportError without pandas."""
        import pandas

        return pandas.DataFrame(self.table())

    def _repr_html_(self) -> str:
        return display.jobs_table(self._jobs)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {display.counts(self._jobs)}>"
