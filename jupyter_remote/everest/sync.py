"""The client for plain code and notebooks: each method waits for its asynchronous namesake."""

from __future__ import annotations

import builtins
import contextlib
import getpass
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from . import display
from .client import AsyncEverest
from .errors import JobError
from .handles import AsyncJob, AsyncJobs, AsyncRemoteFile, FileView, JobView
from .model import AppInfo, JobInfo, Json
from .settings import Settings
from .thread import Prompt, Runner
from .transport import Scheme
from .uploads import Progress


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
        """Ask for its state now. A job that somebody deleted becomes VANISHED."""
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


class Everest:
    """One user of one Everest server, for plain code and notebooks.

    Arguments as for ``AsyncEverest``. ``ask``: is called with a sentence when the token is
    refused, and answers with a new one, or an empty text; without it, a notebook or terminal
    asks the person. Use it in ``with``, or ``close`` it; a program that does not still ends.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        account: str | None = None,
        ask: Prompt | None = None,
        settings: Settings | None = None,
        scheme: Scheme | None = None,
        ca: str | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        folder: str | Path | None = None,
    ) -> None:
        self._loop = Runner(ask or ask_person)
        thread = self._loop.thread

        async def make() -> AsyncEverest:
            return AsyncEverest(
                url, token, account=account, ask=thread.ask, settings=settings,
                scheme=scheme, ca=ca, proxy=proxy, allow_http=allow_http, folder=folder,
            )  # fmt: skip

        try:
            self._client = self._loop.run(make())
        except BaseException:
            self._loop.close()
            raise
        thread.at_end = self._client.close

    @property
    def url(self) -> str:
        """The server's address, without ``/api``."""
        return self._client.url

    def __enter__(self) -> Everest:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End connections; jobs go on. No request leaves after this."""
        self._loop.close()

    # -- applications and jobs --------------------------------------------------------------

    def app(self, name: str) -> AppInfo:
        """The description of an application; see ``AsyncEverest.app``."""
        return self._loop.run(self._client.app(name))

    def apps(self, search: str = "") -> builtins.list[AppInfo]:
        """Applications whose name contains ``search``; without it, all that the server lists."""
        return self._loop.run(self._client.apps(search))

    def submit(
        self,
        app: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        key: str = "",
        group: str = "",
        resources: Sequence[str] = (),
    ) -> Job:
        """Submit a job, exactly once; see ``AsyncEverest.submit``."""
        submitting = self._client.submit(
            app, inputs, name=name, key=key, group=group, resources=resources
        )
        return Job(self._loop.run(submitting), self._loop)

    def map(
        self,
        app: str,
        inputs: Iterable[Mapping[str, Any]],
        *,
        name: str | None = None,
        key: str = "",
        group: str = "",
        resources: Sequence[str] = (),
    ) -> Jobs:
        """Submit one job for each of several inputs; see ``AsyncEverest.map``."""
        submitting = self._client.map(
            app, list(inputs), name=name, key=key, group=group, resources=resources
        )
        return Jobs(self._loop.run(submitting), self._loop)

    def job(self, job_id: str) -> Job:
        """The job with this id, whoever submitted it. Raises NoSuchThing."""
        return Job(self._loop.run(self._client.job(job_id)), self._loop)

    def jobs(self, name: str = "") -> Jobs:
        """All jobs that the server lists; ``name``: part of their name."""
        return Jobs(self._loop.run(self._client.jobs(name)), self._loop)

    def recall(self, group: str = "") -> Jobs:
        """All jobs that were submitted from here before; see ``AsyncEverest.recall``."""
        return Jobs(self._loop.run(self._client.recall(group)), self._loop)

    # -- files and the token ----------------------------------------------------------------

    def upload(self, path: str | Path, progress: Progress | None = None) -> RemoteFile:
        """Send a file; the same content under the same name is not sent twice."""
        return RemoteFile(self._loop.run(self._client.upload(path, progress)), self._loop)

    def file(self, uri: str) -> RemoteFile:
        """A file on the server by its address."""
        return RemoteFile(self._client.file(uri), self._loop)

    def clear_uploads(self) -> None:
        """Delete all of the user's temporary files on the server. Files of jobs stay."""
        self._loop.run(self._client.clear_uploads())

    def token_info(self) -> dict[str, Json]:
        """What the server says of the token; which fields there are is not documented."""
        return self._loop.run(self._client.token_info())

    def revoke(self) -> None:
        """Make the token worthless. Jobs go on."""
        self._loop.run(self._client.revoke())

    def _repr_html_(self) -> str:
        return self._client._repr_html_()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"


def ask_person(sentence: str) -> str:
    """A new token from whoever sits before the notebook or terminal; empty where nobody does."""
    with contextlib.suppress(Exception):  # a kernel without input raises an error of its own
        if _somebody_there():
            return getpass.getpass(f"{sentence}. New token: ")
    return ""


def _somebody_there() -> bool:
    with contextlib.suppress(ImportError):
        from IPython.core.getipython import get_ipython

        if get_ipython() is not None:
            return True
    return sys.stdin is not None and sys.stdin.isatty()


def _plain(outputs: dict[str, Any], loop: Runner) -> dict[str, Any]:
    """Outputs with files for plain code."""

    def one(value: Any) -> Any:
        if isinstance(value, AsyncRemoteFile):
            return RemoteFile(value, loop)
        return [one(each) for each in value] if isinstance(value, list) else value

    return {name: one(value) for name, value in outputs.items()}
