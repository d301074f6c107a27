"""Jobs and files for plain code and notebooks: each method waits for its namesake."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import display
from .errors import JobError
from .groups import AsyncJobs
from .handles import AsyncJob, AsyncRemoteFile
from .model import JobInfo
from .plan import Plan
from .sweeps import AsyncSweep, SweepResults
from .thread import Runner
from .uploads import Progress
from .views import FileView, JobView


class RemoteFile(FileView):
    """A file on a server; give it as an input to another job and it does not travel."""

    def __init__(self, file: AsyncRemoteFile, loop: Runner) -> None:
        super().__init__(file.uri, file.server)
        self._file, self._loop = file, loop

    def read(self) -> bytes:
        """The content, up to 256 MiB. Raises Damaged when it is longer, and EverestError."""
        return self._loop.run(self._file.read())

    def text(self, encoding: str = "utf-8") -> str:
        """The content as text."""
        return self.read().decode(encoding)

    def download(self, to: str | Path = ".", progress: Progress | None = None) -> Path:
        """Store the content in a folder or at a path; see ``AsyncRemoteFile.download``."""
        return self._loop.run(self._file.download(to, progress))

    def stream(self) -> Iterator[bytes]:
        """The content in pieces as they come, in one try. Raises EverestError."""
        return self._loop.iterate(self._file.stream())

    def delete(self) -> None:
        """Delete it from the server."""
        self._loop.run(self._file.delete())


class Job(JobView):
    """A job of the platform. It goes on whether or not anybody looks."""

    def __init__(self, job: AsyncJob, loop: Runner) -> None:
        self._job, self._loop = job, loop

    @property
    def info(self) -> JobInfo:  # type: ignore[override]
        """What the server last told."""
        return self._job.info

    def refresh(self) -> Job:
        """Ask for its state now; see ``AsyncJob.refresh``."""
        self._loop.run(self._job.refresh())
        return self

    def wait(self, timeout: float | None = None) -> Job:
        """Until it has ended, in whatever way. Raises StillRunning after ``timeout`` seconds."""
        self._loop.run(self._job.wait(timeout))
        return self

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        """Its outputs, when it is done: numbers, texts, lists and ``RemoteFile``. Raises JobFailed,
        JobCancelled or JobVanished, StillRunning after ``timeout`` seconds."""
        return _plain(self._loop.run(self._job.result(timeout)), self._loop)

    def outputs(self) -> dict[str, Any]:
        """The outputs that there are now: those of a failed job may be some of them."""
        return _plain(self._loop.run(self._job.outputs()), self._loop)

    def files(self) -> dict[str, RemoteFile]:
        """All output files: by output, with a number for those of lists."""
        files = self._loop.run(self._job.files())
        return {name: RemoteFile(each, self._loop) for name, each in files.items()}

    def download(self, folder: str | Path = ".") -> list[Path]:
        """Store all output files in a folder; of two with one name, both are kept."""
        return self._loop.run(self._job.download(folder))

    def cancel(self) -> Job:
        """Ask for its end. The platform answers before its agent does: the job is CANCELLED later,
        or DONE if it was faster. A job that has ended is no error."""
        self._loop.run(self._job.cancel())
        return self

    def delete(self) -> None:
        """Delete it with its files. Raises Refused while it runs: cancel it first."""
        self._loop.run(self._job.delete())

    def log(self) -> str:
        """Its log so far, times in UTC; empty when there is none."""
        return self._loop.run(self._job.log())

    def follow_log(self, every: float = 2.0) -> Iterator[str]:
        """Lines of its log as they come, looked for each ``every`` seconds, until it has ended."""
        return self._loop.iterate(self._job.follow_log(every))

    def rerun(self, name: str | None = None, **changed: Any) -> Job:
        """Submit the same application again, with the same inputs but those given here."""
        return Job(self._loop.run(self._job.rerun(name, **changed)), self._loop)


class Jobs(Sequence[Job]):
    """Several jobs, in the order in which they were submitted."""

    def __init__(self, jobs: AsyncJobs, loop: Runner) -> None:
        self._jobs, self._loop = jobs, loop

    def __len__(self) -> int:
        return len(self._jobs)

    def __getitem__(self, index: Any) -> Any:
        found = self._jobs[index]
        if isinstance(found, AsyncJobs):
            return Jobs(found, self._loop)
        return Job(found, self._loop)

    def as_completed(self, timeout: float | None = None, progress: bool = False) -> Iterator[Job]:
        """The jobs, each when it has ended, in whatever way. ``progress``: with a bar (tqdm).
        Raises StillRunning after ``timeout`` seconds."""
        with display.bar(len(self), progress) as step:
            for job in self._loop.iterate(self._jobs.as_completed(timeout)):
                step()
                yield Job(job, self._loop)

    def wait(self, timeout: float | None = None, progress: bool = False) -> Jobs:
        """Until all have ended, in whatever way; as ``as_completed``."""
        for _ in self.as_completed(timeout, progress):
            pass
        return self

    def results(
        self, timeout: float | None = None, progress: bool = False
    ) -> builtins.list[dict[str, Any] | JobError]:
        """What each has given, in order: its outputs, or the error of a job that has none."""
        self.wait(timeout, progress)
        found = self._loop.run(self._jobs.results())
        return [x if isinstance(x, JobError) else _plain(x, self._loop) for x in found]

    def cancel(self) -> None:
        """Ask for the end of all that have not ended."""
        self._loop.run(self._jobs.cancel())

    def delete(self) -> None:
        """Delete all of them, with their files."""
        self._loop.run(self._jobs.delete())

    def table(self) -> builtins.list[dict[str, Any]]:
        """A row for each job, for ``pandas.DataFrame``; see ``AsyncJobs.table``."""
        return self._jobs.table()

    def frame(self) -> Any:
        """The table as a ``pandas.DataFrame``. Raises ImportError without pandas."""
        return self._jobs.frame()

    def _repr_html_(self) -> str:
        return self._jobs._repr_html_()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {display.counts(list(self))}>"


class Sweep:
    """A sweep that was submitted."""

    def __init__(self, sweep: AsyncSweep, loop: Runner) -> None:
        self._sweep, self._loop = sweep, loop
        self.plan = sweep.plan
        self.job = Job(sweep.job, loop)

    @classmethod
    def of(cls, job: Job, plan: Plan | None = None) -> Sweep:
        """A sweep whose job was found again."""
        return cls(AsyncSweep(job._job, plan), job._loop)

    def results(
        self, folder: str | Path, timeout: float | None = None, *, partial: bool = False
    ) -> SweepResults:
        """Wait, and unpack what the tasks left; see ``AsyncSweep.results``."""
        return self._loop.run(self._sweep.results(folder, timeout, partial=partial))

    def _repr_html_(self) -> str:
        return self._sweep._repr_html_()


def _plain(outputs: dict[str, Any], loop: Runner) -> dict[str, Any]:
    """Outputs with files for plain code."""

    def one(value: Any) -> Any:
        if isinstance(value, AsyncRemoteFile):
            return RemoteFile(value, loop)
        return [one(each) for each in value] if isinstance(value, list) else value

    return {name: one(value) for name, value in outputs.items()}
