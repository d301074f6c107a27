"""The asynchronous client of an Everest server; ``sync.py`` has the same for plain code."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from . import inputs as inputs_
from .catalogue import from_record
from .connection import Connection
from .disk import on_disk
from .errors import EverestError, NotAllowed, Refused
from .groups import AsyncJobs
from .handles import AsyncJob, AsyncRemoteFile
from .lists import unique_name
from .locks import held
from .model import VANISHED, AppInfo, JobInfo, Json
from .plan import Plan
from .records import Record
from .submit import Submitter
from .sweeps import APP, AsyncSweep, submit_sweep
from .uploads import Progress


class AsyncEverest(Connection):
    """One user of one Everest server, for asynchronous code.

    The arguments are those of ``Connection``. Every method raises EverestError, and StorageError
    when a record cannot be written.
    """

    async def __aenter__(self) -> AsyncEverest:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # -- applications ---------------------------------------------------------------------

    async def app(self, name: str) -> AppInfo:
        """The description of an application by id, ``owner/alias``, or a name that only one has.
        Raises NoSuchThing with the names that are near."""
        return await self._apps.get(name)

    async def described(self, name: str) -> AppInfo | None:
        """The description as it was read last; None when it cannot be read."""
        with contextlib.suppress(EverestError):
            return await self._apps.find(name)
        return None

    async def apps(self, search: str = "") -> list[AppInfo]:
        """Applications whose name contains ``search``; without it, all that the server lists."""
        return await self._apps.search(search)

    # -- submitting -----------------------------------------------------------------------

    async def submit(
        self, app: str, inputs: Mapping[str, Any] | None = None, *,
        name: str | None = None, key: str = "", group: str = "", resources: Sequence[str] = (),
        progress: Progress | None = None, sent: Callable[[], None] | None = None,
    ) -> AsyncJob:  # fmt: skip
        """Submit a job, exactly once.

        Files among ``inputs`` are paths (uploaded) or outputs of other jobs (which do not
        travel). ``name`` is a title. With a ``key`` that was used before, its job is given
        instead of a new one: a notebook can be run again. ``group``: a word for ``recall``.
        ``resources``: ids of those that may run it. ``progress`` is told how many bytes of all
        files were sent, of how many; ``sent`` is called when they are there, and the job is
        submitted. Raises InvalidInput before anything is sent, AmbiguousSubmit when the server
        does not tell whether the job exists.
        """
        async with self._turn(key):
            known = await self._with_key(key) if key else None
            if known is not None:
                return known
            record = await self._record(
                app, inputs, name, key, group, resources, upload=self._upload(progress)
            )
            async with self._slots:
                if sent:
                    sent()
                return self._handle(await self._submit(record))

    @contextlib.asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[None]:
        """Of all who submit with this key, here and in other processes, one at a time."""
        if not key:
            yield
            return
        lock = self._keys.get(key) or asyncio.Lock()
        self._keys[key] = lock
        async with lock, held(self.records.turn(key)):
            yield

    async def _record(
        self,
        app: str,
        inputs: Mapping[str, Any] | None,
        name: str | None,
        key: str,
        group: str,
        resources: Sequence[str],
        upload: inputs_.Upload,
    ) -> Record:
        """What shall be submitted: checked, with its files on the server."""
        about = await self._apps.find(app)
        given = inputs_.plain(dict(inputs or {}))
        await on_disk("an input", inputs_.check, about, given, self.url)
        target = (about.alias or about.id) if about and app != about.id else app
        return Record(
            name=unique_name(name or target.rsplit("/", 1)[-1]),
            server=self.url,
            account=self._who,
            app=target,
            inputs=await inputs_.sent(about, given, upload),
            title=name or "",
            key=key,
            group=group,
            resources=tuple(resources),
            time=time.time(),
        )

    async def map(
        self, app: str, inputs: Iterable[Mapping[str, Any]], *, name: str | None = None,
        key: str = "", group: str = "", resources: Sequence[str] = (),
    ) -> AsyncJobs:  # fmt: skip
        """Submit one job for each of several inputs. ``key``: of all, their numbers are added.
        When one is refused the others are submitted all the same, then its error is raised; those
        submitted are found with ``recall(group)`` or the same ``key``."""

        def one(number: int, each: Mapping[str, Any]) -> Any:
            title = f"{name or app.rsplit('/', 1)[-1]} {number}"
            own = f"{key}/{number}" if key else ""
            return self.submit(app, each, name=title, key=own, group=group, resources=resources)

        answers = await asyncio.gather(
            *(one(number, each) for number, each in enumerate(inputs)), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return AsyncJobs([answer for answer in answers if isinstance(answer, AsyncJob)])

    async def sweep(
        self, plan: Plan, files: Iterable[str | Path] = (), *, app: str = APP, **more: Any
    ) -> AsyncSweep:
        """Submit a parameter sweep: one job for all tasks of the plan. ``files``: what the tasks
        need; ``app``: another application with the same inputs; ``more``: as for ``submit``."""
        return await submit_sweep(self, plan, files, app=app, **more)

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
            await self.records.do(self.records.load)
            if self._submitter is None:
                self._submitter = Submitter(self.transport, self._list, self.records, self.settings)
        return self._submitter

    def _upload(self, progress: Progress | None) -> inputs_.Upload:
        """Sends files; ``progress`` is told of all of them together."""
        told: dict[tuple[str, Path], tuple[int, int]] = {}

        async def send(path: Path, field: str) -> str:
            def one(done: int, total: int) -> None:
                told[field, path] = done, total
                if progress:
                    progress(sum(d for d, _ in told.values()), sum(t for _, t in told.values()))

            return await self.uploads.send(path, one, field)

        return send

    async def _with_key(self, key: str) -> AsyncJob | None:
        record = await self.records.do(self.records.with_key, key, self._who)
        if record is None:
            return None
        if record.id:
            job = await self._recorded(record)
            return None if job.state == VANISHED else job
        submitter = await self._ready()
        async with self._slots:
            return self._handle(await submitter.resume(record))

    # -- jobs -----------------------------------------------------------------------------

    async def job(self, job_id: str) -> AsyncJob:
        """The job with this id, whoever submitted it. Raises NoSuchThing."""
        info = await self._asked(job_id)
        self._note(info)  # it may have been taken for gone
        return self._handle(info)

    async def jobs(self, name: str = "") -> AsyncJobs:
        """All jobs that the server lists, whoever submitted them; ``name``: part of their name."""
        listed = await self._listed()
        infos = [JobInfo.from_json(each) for each in listed.values()]
        return AsyncJobs([self._handle(info) for info in infos if name in info.name])

    async def recall(self, group: str = "") -> AsyncJobs:
        """All jobs that were submitted from here before, by this or another program, oldest first;
        ``group``: those of this group. Jobs whose submit was interrupted are found by their
        name; what the server never saw is UNSENT. A job that neither the server nor its list
        know, now and ``gone_after`` seconds later, is VANISHED; if it is seen again it is back."""
        await self._ready()
        mine = (await self.records.do(self.records.load)).all(self._who)
        listed = await self._listed()
        by_name = {str(job.get("name")): job for job in listed.values()}

        async def one(record: Record) -> AsyncJob:
            data = listed.get(record.id) or by_name.get(record.name)
            if data is None:
                gone = record.state == VANISHED
                return self._handle(from_record(record)) if gone else await self._recorded(record)
            self._note(JobInfo.from_json(data))
            return self._handle(JobInfo.from_json(data))

        wanted = [each for each in mine if not group or each.group == group]
        return AsyncJobs(await asyncio.gather(*map(one, wanted)))

    async def _recorded(self, record: Record) -> AsyncJob:
        """The job of a record: asked for, and once more later when the server does not know it."""
        info = from_record(record)
        if record.id:
            with contextlib.suppress(NotAllowed):  # of another user of this server
                info = await self.fetch(info)
                if self._absent.doubted(info.id):
                    await asyncio.sleep(self.settings.gone_after)
                    info = await self.fetch(info)
                self._note(info)
        return self._handle(info)

    def _handle(self, info: JobInfo) -> AsyncJob:
        """The one handle of a job."""
        handle = self._handles.get(info.id) if info.id else None
        if isinstance(handle, AsyncJob):
            handle.info = info
            return handle
        handle = AsyncJob(info, self)
        if info.id:
            self._handles[info.id] = handle
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

    # -- the token ------------------------------------------------------------------------

    async def token_info(self) -> dict[str, Json]:
        """What the server says of the token; which fields there are is not documented."""
        data = await self.transport.call("GET", "/api/auth/access_token")
        return data if isinstance(data, dict) else {}

    async def revoke(self) -> None:
        """Make the token worthless. Jobs go on."""
        await self.transport.call("DELETE", "/api/auth/access_token")
