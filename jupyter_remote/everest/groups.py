"""Several jobs at once, for asynchronous code."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

from . import display
from .errors import JobError, StillRunning
from .handles import AsyncJob
from .views import job_error


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
                    raise StillRunning(
                        f"{len(tasks)} of {len(self)} jobs have not ended; they go on"
                    )
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
