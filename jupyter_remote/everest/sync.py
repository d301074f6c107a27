"""The client for plain code and notebooks: each method waits for its asynchronous namesake."""

from __future__ import annotations

import builtins
import contextlib
import getpass
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .client import AsyncEverest
from .model import AppInfo, Json
from .plan import Plan
from .settings import Settings
from .sweeps import APP
from .sync_handles import Job, Jobs, RemoteFile, Sweep
from .thread import Prompt, Runner
from .transport import Scheme
from .uploads import Progress


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
        progress: Progress | None = None,
    ) -> Job:
        """Submit a job, exactly once; see ``AsyncEverest.submit``."""
        submitting = self._client.submit(
            app, inputs, name=name, key=key, group=group, resources=resources, progress=progress
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

    def sweep(
        self, plan: Plan, files: Iterable[str | Path] = (), *, app: str = APP, **more: Any
    ) -> Sweep:
        """Submit a parameter sweep; see ``AsyncEverest.sweep``."""
        submitting = self._client.sweep(plan, files, app=app, **more)
        return Sweep(self._loop.run(submitting), self._loop)

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
