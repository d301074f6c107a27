"""What a client, its jobs and its files are built on: one server, one token, one record store."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

from ..errors import StorageError
from . import catalogue, display
from .absent import Absences
from .accounts import Account, Accounts, data_folder, duration, resolve
from .addresses import is_ours
from .downloads import Downloads
from .errors import EverestError, NoSuchThing, Refused
from .lists import JobList, Listed, job_path
from .model import FINAL, UNSENT, JobInfo, Json
from .records import Records
from .retry import patiently
from .secret import Secret
from .settings import Settings
from .submit import Submitter
from .transport import Ask, Scheme, Transport
from .uploads import Uploads
from .watch import Watcher

T = TypeVar("T")


class Handle(Protocol):
    """What is told of a job."""

    info: JobInfo

    def __hash__(self) -> int: ...


class Connection:
    """One user of one Everest server.

    ``url``, ``token``, ``account``: see ``accounts.resolve``; the environment and the accounts
    of the Remote panel are used for what is not given. ``ask``: is awaited with a sentence when
    the token is refused, and answers with a new one (or an empty text: then the error is
    raised). ``scheme``: how the token travels. ``ca``: a file of certificates to believe instead
    of the usual ones; ``proxy``: address of an HTTP proxy (HTTPS_PROXY is honoured anyway);
    ``allow_http``: let the token travel in clear. ``folder``: where records of jobs are kept.

    Raises InvalidSpec when these name no server, NotEverest when the address is none.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        account: str | None = None,
        ask: Ask | None = None,
        settings: Settings | None = None,
        scheme: Scheme | None = None,
        ca: str | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        folder: str | Path | None = None,
    ) -> None:
        self.settings = settings or Settings()
        who = resolve(url, token, account, where := Path(folder or data_folder()))
        self.account = who.account
        kind = scheme or (who.account and who.account.scheme)
        times = {key: getattr(self.settings, key) for key in ("timeout", "total", "patience")}
        self.transport = Transport(
            who.url,
            who.token,
            scheme="cookie" if kind == "cookie" else "bearer",
            ask=ask,
            ca=ca,
            proxy=proxy,
            allow_http=allow_http,
            **times,
        )
        self._build(where)

    def _build(self, folder: Path) -> None:
        settings, transport = self.settings, self.transport
        transport.first_pause = settings.first_pause
        transport.renewed = self._keep
        self._folder = folder
        self.records = Records(folder / "jobs", transport.url, settings.keep_days)
        self._list = JobList(transport)
        self._absent = Absences(self._list, settings.gone_after)
        self.watcher = Watcher(transport, self._list, settings, self.take, self._absent)
        self.uploads = Uploads(transport, settings)
        self.downloads = Downloads(transport, settings.parallel)
        self._apps = catalogue.Catalogue(transport)
        self._slots = asyncio.Semaphore(settings.parallel)
        self._keys: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._submitter: Submitter | None = None
        self._handles: weakref.WeakValueDictionary[str, Handle] = weakref.WeakValueDictionary()

    @property
    def url(self) -> str:
        """The server's address, without ``/api``."""
        return self.transport.url

    @property
    def _who(self) -> str:
        """The account's name; empty for a token that belongs to none."""
        return self.account.name if self.account else ""

    async def close(self) -> None:
        """End connections; jobs go on. No request leaves after this."""
        await self.watcher.close()
        await self._list.close()
        await self.transport.close()
        await self.records.end()

    def renew(self, account: Account) -> None:
        """Go on with the token that is kept for this account of the same server and user."""
        self.account = account
        self.transport.use(lambda: Accounts(self._folder).token(account))

    def _keep(self, token: Secret) -> None:
        """A new token that a person gave belongs to the account, when there is one."""
        if self.account:
            fresh = dataclasses.replace(self.account, expires=None, created=0.0)
            with contextlib.suppress(StorageError):  # this client has it all the same
                self.account = Accounts(self._folder).save(fresh, token)

    async def _listed(self) -> Listed:
        return await self._patiently(self._list.get)

    async def fetch(self, info: JobInfo) -> JobInfo:
        """A job as it is now; VANISHED when the server certainly knows it no more (see
        ``Absences``): until then it stays as it was."""
        if info.state == UNSENT:
            return info
        try:
            return await self._asked(info.id)
        except NoSuchThing:
            return await self._patiently(lambda: self._absent.judged(info))

    async def _asked(self, job_id: str) -> JobInfo:
        return await self._patiently(lambda: self.watcher.fetch(job_id))

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        return await patiently(attempt, self.transport.patience, self.settings.first_pause)

    def unended(self) -> list[JobInfo]:
        """This account's jobs that have not ended as far as its records know, oldest first."""
        found = self.records.all(self._who)
        return [catalogue.from_record(x) for x in found if x.id and x.state not in FINAL]

    async def cancel(self, info: JobInfo) -> None:
        """Ask for a job's end; one that has ended is no error."""
        try:
            await self.transport.call("POST", job_path(info.id, "/cancel"))
        except Refused:
            latest = await self.fetch(info)
            self.take(latest)
            if not latest.ended:
                raise

    async def delete(self, info: JobInfo) -> None:
        """Delete a job from the server, and its record."""
        if info.state != UNSENT:
            with contextlib.suppress(NoSuchThing):
                await self.transport.call("DELETE", job_path(info.id))
        self.take(info.vanished())
        with contextlib.suppress(StorageError):
            await self.records.do(self.records.forget, info.name)

    def take(self, info: JobInfo) -> None:
        """What became known of a job reaches its handle and its record."""
        handle = self._handles.get(info.id)
        if handle is not None:
            handle.info = info
        self._note(info)

    def _note(self, info: JobInfo) -> None:
        self.records.later(self.records.seen, info.name, info.id, info.state)

    async def file_outputs(self, info: JobInfo) -> set[str]:
        """Which outputs are files by the application's description: asked for only where the
        values do not say so themselves."""
        values: list[Json] = []
        for each in info.result.values():
            values += each if isinstance(each, list) else [each]
        addresses = [v for v in values if isinstance(v, str) and v.startswith(("http:", "https:"))]
        if all(is_ours(self.url, each) for each in addresses):
            return set()
        about = None
        with contextlib.suppress(EverestError):
            about = await self._apps.find(info.app)
        return {name for name, each in about.outputs.items() if each.file} if about else set()

    def _repr_html_(self) -> str:
        if self.account is None:
            return display.client(self.url, "", "")
        left = self.account.left()
        words = "lifetime of the token unknown"
        if left is not None:
            words = self.account.warning() or f"token valid for {duration(left)} more"
        return display.client(self.url, f", account {self.account.name}", words)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"
