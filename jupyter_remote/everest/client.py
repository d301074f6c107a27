"""The asynchronous client of an Everest server; ``sync.py`` has the same for plain code."""

from __future__ import annotations

import asyncio
import contextlib
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import StorageError
from . import catalogue, display, inputs as inputs_
from .accounts import Account, data_folder, duration, resolve
from .downloads import Downloads, is_ours
from .errors import EverestError, NoSuchThing, Refused
from .handles import AsyncJob, AsyncJobs, AsyncRemoteFile
from .lists import JobList, Listed, job_path, unique_name
from .model import FINAL, UNSENT, AppInfo, JobInfo, Json
from .records import Record, Records
from .retry import Trouble, patiently
from .settings import Settings
from .submit import Submitter
from .transport import Ask, Scheme, Transport
from .uploads import Progress, Uploads
from .watch import Watcher


class AsyncEverest:
    """One user of one Everest server.

    ``url``, ``token``, ``account``: see ``accounts.resolve``; the environment and the accounts
    of the Remote panel are used for what is not given. ``ask``: is awaited with a sentence when
    the token is refused, and answers with a new one (or an empty text: then the error is
    raised). ``scheme``: how the token travels. ``ca``: a file of certificates to believe instead
    of the usual ones; ``proxy``: address of an HTTP proxy (HTTPS_PROXY is honoured anyway);
    ``allow_http``: let the token travel in clear. ``folder``: where records of jobs are kept.

    Every method raises EverestError, and StorageError when a record cannot be written.
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
        where = Path(folder) if folder else data_folder()
        who = resolve(url, token, account, where)
        self.account: Account | None = who.account
        kind = scheme or (who.account.scheme if who.account else "bearer")
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
        self.transport.first_pause = self.settings.first_pause
        self._build(where)

    def _build(self, folder: Path) -> None:
        settings, transport = self.settings, self.transport
        self.records = Records(folder / "jobs", transport.url)
        self._list = JobList(transport)
        self.watcher = Watcher(transport, self._list, settings, self.take)
        self.uploads = Uploads(transport, settings)
        self.downloads = Downloads(transport, settings.parallel)
        self._apps = catalogue.Catalogue(transport)
        self._slots = asyncio.Semaphore(settings.parallel)
        self._keys: dict[str, asyncio.Lock] = {}
        self._submitter: Submitter | None = None
        self._handles: weakref.WeakValueDictionary[str, AsyncJob] = weakref.WeakValueDictionary()

    @property
    def url(self) -> str:
        """The server's address, without ``/api``."""
        return self.transport.url

    async def __aenter__(self) -> AsyncEverest:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End connections; jobs go on. No request leaves after this."""
        await self.watcher.close()
        await self._list.close()
        await self.transport.close()
        self.records.close()

    # -- applications ---------------------------------------------------------------------

    async def app(self, name: str) -> AppInfo:
        """The description of an application by id, ``owner/alias``, or a name that only one has.
        Raises NoSuchThing with the names that are near."""
        return await self._apps.get(name)

    async def apps(self, search: str = "") -> list[AppInfo]:
        """Applications whose name contains ``search``; without it, all that the server lists."""
        return await self._apps.search(search)

    # -- submitting -----------------------------------------------------------------------

    async def submit(
        self,
        app: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        key: str = "",
        group: str = "",
        resources: Sequence[str] = (),
    ) -> AsyncJob:
        """Submit a job, exactly once.

        Files among ``inputs`` are paths (uploaded) or outputs of other jobs (which do not
        travel). ``name`` is a title. With a ``key`` that was used before, its job is given
        instead of a new one: a notebook can be run again. ``group``: a word for ``recall``.
        ``resources``: ids of those that may run it. Raises InvalidInput before anything is sent,
        AmbiguousSubmit when the server does not tell whether the job exists.
        """
        async with self._keys.setdefault(key, asyncio.Lock()) if key else contextlib.nullcontext():
            known = await self._with_key(key) if key else None
            if known is not None:
                return known
            record = await self._record(app, inputs, name, key, group, resources)
            async with self._slots:
                return self._handle(await self._submit(record))

    async def _record(
        self,
        app: str,
        inputs: Mapping[str, Any] | None,
        name: str | None,
        key: str,
        group: str,
        resources: Sequence[str],
    ) -> Record:
        """What shall be submitted: checked, with its files on the server."""
        about = await self._apps.find(app)
        given = inputs_.plain(dict(inputs or {}))
        inputs_.check(about, given, self.url)
        target = (about.alias or about.id) if about and app != about.id else app
        return Record(
            name=unique_name(name or target.rsplit("/", 1)[-1]),
            server=self.url,
            account=self.account.name if self.account else "",
            app=target,
            inputs=await inputs_.sent(about, given, self._upload),
            title=name or "",
            key=key,
            group=group,
            resources=tuple(resources),
            time=time.time(),
        )

    async def map(
        self, app: str, inputs: Iterable[Mapping[str, Any]], *, name: str | None = None, group: str = "",
        key: str = "", resources: Sequence[str] = (),
    ) -> AsyncJobs:  # fmt: skip
        """Submit one job for each of several inputs. ``key``: of all, their numbers are added.
        When one is refused the others are submitted all the same, then its error is raised; those
        submitted are found with ``recall(group)`` or the same ``key``."""

        def one(number: int, each: Mapping[str, Any]) -> Any:
            title = f"{name or app.rsplit('/', 1)[-1]} {number}"
            own = f"{key}/{number}" if key else ""
            return self.submit(
                app, each, name=title, key=own, group=group, resources=resources
            )

        answers = await asyncio.gather(
            *(one(number, each) for number, each in enumerate(inputs)), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return AsyncJobs([answer for answer in answers if isinstance(answer, AsyncJob)])

    async def _submit(self, record: Record) -> JobInfo:
        submitter = await self._ready()
        try:
            return await submitter.submit(record)
        except Refused as error:
            if error.code in (400, 404, 409, 422):
                self._apps.drop(record.app)
            raise

    async def _ready(self) -> Submitter:
        if self._submitter is None:
            await asyncio.to_thread(self.records.all)
            if self._submitter is None:
                self._submitter = Submitter(
                    self.transport, self._list, self.records, self.settings
                )
        return self._submitter

    async def _upload(self, path: Path, field: str) -> str:
        return await self.uploads.send(path, field=field)

    async def _with_key(self, key: str) -> AsyncJob | None:
        record = await asyncio.to_thread(self.records.with_key, key)
        if record is None:
            return None
        if record.id:
            return await self._recorded(record)
        submitter = await self._ready()
        async with self._slots:
            return self._handle(await submitter.resume(record))

    # -- jobs -----------------------------------------------------------------------------

    async def job(self, job_id: str) -> AsyncJob:
        """The job with this id, whoever submitted it. Raises NoSuchThing."""
        data = await self.transport.call("GET", job_path(job_id))
        return self._handle(JobInfo.from_json(data))

    async def jobs(self, name: str = "") -> AsyncJobs:
        """All jobs that the server lists, whoever submitted them; ``name``: part of their name."""
        listed = await self._listed()
        infos = [JobInfo.from_json(each) for each in listed.values()]
        return AsyncJobs([self._handle(info) for info in infos if name in info.name])

    async def _listed(self) -> Listed:
        patience = self.transport.patience
        return await patiently(self._list.get, patience, self.settings.first_pause)

    async def recall(self, group: str = "") -> AsyncJobs:
        """All jobs that were submitted from here before, by this or another program, oldest first;
        ``group``: those of this group. Jobs whose submit was interrupted are found by their
        name; what the server never saw is UNSENT, what it deleted is VANISHED."""
        await self._ready()
        records = await asyncio.to_thread(lambda: self.records.all(again=True))
        mine = [record for record in records if not group or record.group == group]
        listed = await self._listed()
        by_name = {str(job.get("name")): job for job in listed.values()}
        found = []
        for record in mine:
            data = listed.get(record.id) or by_name.get(record.name)
            if data is not None:
                found.append(self._handle(JobInfo.from_json(data)))
                self._note(found[-1].info)
            else:
                found.append(await self._recorded(record))
        return AsyncJobs(found)

    async def _recorded(self, record: Record) -> AsyncJob:
        """The job of a record that no list shows."""
        info = catalogue.from_record(record)
        if record.id:
            try:
                info = await self.fetch(info)
            except NoSuchThing:
                info = info.vanished()
        return self._handle(info)

    async def fetch(self, info: JobInfo) -> JobInfo:
        """A job as it is now; VANISHED when the server does not know it."""
        if info.state == UNSENT:
            return info
        try:
            return await patiently(
                lambda: self.watcher.fetch(info.id),
                self.transport.patience,
                self.settings.first_pause,
            )
        except NoSuchThing:
            return info.vanished()

    async def cancel(self, info: JobInfo) -> None:
        """Ask for a job's end; one that has ended is no error."""
        try:
            await self.transport.call("POST", job_path(info.id, "/cancel"))
        except Refused as error:
            latest = await self.fetch(info)
            self.take(latest)
            if not latest.ended:
                raise error

    async def delete(self, info: JobInfo) -> None:
        """Delete a job from the server, and its record."""
        if info.state != UNSENT:
            with contextlib.suppress(NoSuchThing):
                await self.transport.call("DELETE", job_path(info.id))
        self.take(info.vanished())
        with contextlib.suppress(StorageError):
            self.records.forget(info.name)

    def take(self, info: JobInfo) -> None:
        """What became known of a job reaches its handle and its record."""
        handle = self._handles.get(info.id)
        if handle is not None:
            handle.info = info
        self._note(info)

    def _note(self, info: JobInfo) -> None:
        if info.state in FINAL or (record := self.records.get(info.name)) and not record.id:
            with contextlib.suppress(StorageError):
                self.records.note(info.name, id=info.id, state=info.state)

    def _handle(self, info: JobInfo) -> AsyncJob:
        """The one handle of a job."""
        handle = self._handles.get(info.id) if info.id else None
        if handle is None:
            handle = AsyncJob(info, self)
            if info.id:
                self._handles[info.id] = handle
        else:
            handle.info = info
        return handle

    # -- files ----------------------------------------------------------------------------

    async def upload(self, path: str | Path, progress: Progress | None = None) -> AsyncRemoteFile:
        """Send a file; the same content under the same name is not sent twice."""
        return AsyncRemoteFile(await self.uploads.send(Path(path), progress), self)

    def file(self, uri: str) -> AsyncRemoteFile:
        """A file on the server by its address."""
        return AsyncRemoteFile(uri, self)

    async def clear_uploads(self) -> None:
        """Delete all of the user's temporary files on the server. Files of jobs stay."""
        await self.transport.call("DELETE", "/api/user/tmp_files")
        self.uploads.forget()

    async def file_outputs(self, info: JobInfo) -> set[str]:
        """Which outputs are files by the application's description: asked for only where the
        values do not say so themselves."""
        values = [v for each in info.result.values() for v in (each if isinstance(each, list) else [each])]
        doubtful = [v for v in values if isinstance(v, str) and v.startswith(("http://", "https://"))]
        if all(is_ours(self.url, each) for each in doubtful):
            return set()
        about = None
        with contextlib.suppress(EverestError, Trouble):
            about = await self._apps.find(info.app)
        return {name for name, each in about.outputs.items() if each.file} if about else set()

    # -- the token ------------------------------------------------------------------------

    async def token_info(self) -> dict[str, Json]:
        """What the server says of the token; which fields there are is not documented."""
        data = await self.transport.call("GET", "/api/auth/access_token")
        return data if isinstance(data, dict) else {}

    async def revoke(self) -> None:
        """Make the token worthless. Jobs go on."""
        await self.transport.call("DELETE", "/api/auth/access_token")

    def _repr_html_(self) -> str:
        who = f", account {self.account.name}" if self.account else ""
        left = self.account.left() if self.account else None
        words = f"token valid for {duration(left)} more" if left and left > 0 else ""
        warning = self.account.warning() if self.account else ""
        return display.client(self.url, who, warning or words)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"
