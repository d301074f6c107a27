"""Jobs of one account on one Everest server, in the list of all jobs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ...contract import JobDetails, JobRequest, LogChunk, Offers, Trial
from ...errors import (
    BackendError,
    BackendTimeout,
    NotFound,
    RemoteError,
    WrongState,
)
from ...everest import (
    Account,
    AmbiguousSubmit,
    AsyncEverest,
    AsyncJob,
    JobInfo,
    NoSuchThing,
    hidden,
    inputs,
)
from ...everest.disk import on_disk
from ...everest.lists import title_of
from ...model import Job, JobSpec, Json, now
from . import outputs
from .listing import STATES, details_of, job_of
from .looks import Looks
from .outputs import Sizes
from .request import SUFFIX, TEMPLATE, read_script, with_paths
from .transfers import Progress

LOG: Final = logging.getLogger(__name__)
NOT_YET: Final = "sessions as Everest jobs are not built yet"
FRESH: Final = 1.0
"""Seconds for which a log that was read is read again from memory."""


def doubt(error: AmbiguousSubmit) -> str:
    """What Lab says of a submit whose answer was lost: a notebook is told what to call."""
    job = title_of(error.name)
    return f"Everest did not tell whether it took the job {job!r}: {error.why}".rstrip(".")


class EverestBackend:
    """The ``Backend`` of one account (see ``contract.Backend``); ``connect`` makes its client."""

    shared = True
    suffixes = (SUFFIX,)

    def __init__(self, name: str, connect: Callable[[], AsyncEverest]) -> None:
        self.name = name
        self._connect = connect
        self._client: AsyncEverest | None = None
        self.news = asyncio.Event()
        self._known: dict[str, Job] = {}
        self._looks = Looks()
        self.wrong, self.reason = "", ""
        """What the last look at the list complained of, in words, and its code; empty when it
        went well."""
        self._asked: set[str] = set()
        self._words: set[str] = set()
        self._logs: dict[str, tuple[float, bytes]] = {}
        self._sizes = Sizes()
        self._lock, self._connecting = asyncio.Lock(), asyncio.Lock()

    async def client(self) -> AsyncEverest:
        """The client, made when it is first needed; its records are read in a thread. Raises
        InvalidSpec and StorageError when it cannot be made."""
        async with self._connecting:
            if self._client is None:
                made = await asyncio.to_thread(self._connect)
                await made.records.do(made.records.load)
                self._client = made
            return self._client

    def renew(self, account: Account) -> None:
        """Go on with the new token of this account: all that is known of its jobs stays."""
        if self._client is not None:
            self._client.renew(account)
        self.wrong, self.reason = "", ""
        self.news.set()

    # -- the list ---------------------------------------------------------------------------

    async def jobs(self) -> list[Job]:
        """All jobs of the account that the server lists, and those that vanished lately. Raises
        BackendUnreachable, BackendError."""
        async with self._lock:
            try:
                client = await self.client()
                infos = await self._looks.look(client)
            except RemoteError as error:
                self.wrong, self.reason = str(error), error.reason
                raise
            self.wrong, self.reason = "", ""
            self._known = {job_id: self._job(client, info) for job_id, info in infos.items()}
            self._asked &= {key for key, job in self._known.items() if not job.state.ended}
            return list(self._known.values())

    def _job(self, client: AsyncEverest, info: JobInfo) -> Job:
        if info.state not in STATES and info.state not in self._words:
            self._words.add(info.state)
            LOG.warning("%s calls a state %r, which is not known", self.name, info.state)
        asked = info.id in self._asked
        record, before = client.records.get(info.name), self._known.get(info.id)
        if record and (before is None or before.word != info.state):
            client.take(info)  # so that its record says how it ended, and can be forgotten in time
        if before and before.state.ended and not info.ended:
            self._sizes.forget(info.id)  # it was started anew
        return job_of(info, self.name, before, record, asked, now())

    async def changed(self) -> None:
        """When a sweep was submitted, which is no request; Everest itself does not tell."""
        await self.news.wait()
        self.news.clear()

    # -- what is done to jobs ---------------------------------------------------------------

    async def submit(self, spec: JobSpec) -> str:
        """Not built yet: raises BackendError."""
        raise BackendError(NOT_YET)

    async def submit_request(self, request: JobRequest) -> str:
        """Submit a job once; its files are uploaded before. Raises InvalidSpec, BackendError, and
        BackendTimeout when the server does not tell whether it took the job."""
        wanted, client = read_script(request.script), await self.client()
        about = await client.app(wanted.app)
        try:
            job = await client.submit(
                wanted.app,
                with_paths(wanted, about, request.folder),
                name=request.name or about.name or wanted.app,
                key=request.tag,
                resources=wanted.resources,
            )
        except AmbiguousSubmit as error:
            raise BackendTimeout(doubt(error)) from error
        return job.id

    async def test_request(self, request: JobRequest) -> Trial:
        """Whether the inputs fit the application; nothing is sent but the question for it. Raises
        InvalidSpec, NotFound."""
        wanted, client = read_script(request.script), await self.client()
        about = await client.app(wanted.app)
        given = with_paths(wanted, about, request.folder)
        await on_disk("an input", inputs.check, about, given, client.url)
        return Trial(words=f"{client.url} knows {about.alias or about.id}, and the inputs fit it")

    async def cancel(self, job_id: str) -> None:
        """Ask for a job's end, which comes later, or not at all when the job is faster."""
        client, info = await self.client(), await self.info(job_id)
        if info.ended:
            return
        await client.cancel(info)
        self._asked.add(job_id)

    async def delete(self, job_id: str) -> None:
        """Delete a job that has ended from the server, with its files, and what we know of it; one
        that vanished is only forgotten. Raises WrongState."""
        client, info = await self.client(), await self.info(job_id, fresh=True)
        if not info.ended:
            raise WrongState(f"{job_id} is {info.state}: cancel it before it is deleted")
        await client.delete(info)
        self._looks.infos.pop(job_id, None)
        self._known.pop(job_id, None)
        self._sizes.forget(job_id)

    async def forget(self, job_id: str) -> None:
        """Forget our record of a job; on the server it stays."""
        client, info = await self.client(), self._looks.infos.get(job_id)
        if info is not None:
            await client.records.do(client.records.forget, info.name)

    # -- one job ----------------------------------------------------------------------------

    async def info(self, job_id: str, fresh: bool = False) -> JobInfo:
        """What the server tells of a job; ``fresh``: now. Raises NotFound for one that was never
        seen: one that was is not lost by a single answer "unknown"."""
        client, known = await self.client(), self._looks.infos.get(job_id)
        if known is not None:
            return await client.fetch(known) if fresh else known
        try:
            job = await client.job(job_id)
        except NoSuchThing:
            raise NotFound(f"{client.url} knows no job {job_id} of yours") from None
        return job.info

    async def details(self, job_id: str) -> JobDetails:
        """One job in full, as it is now. Raises NotFound."""
        client, info = await self.client(), await self.info(job_id, fresh=True)
        record = client.records.get(info.name)
        return details_of(info, record, await client.described(info.app))

    async def log(self, job_id: str, offset: int, limit: int, stream: str = "stdout") -> LogChunk:
        """The platform's log of the job; ``stderr`` is empty. What a job prints is among its
        outputs, when its application says so. Raises NotFound."""
        if stream != "stdout":
            return LogChunk(data=b"", offset=0, size=0, file=job_id)
        text = await self._log(job_id)
        start = min(len(text), offset if offset >= 0 else max(0, len(text) + offset))
        return LogChunk(data=text[start : start + limit], offset=start, size=len(text), file=job_id)

    async def _log(self, job_id: str) -> bytes:
        read, text = self._logs.get(job_id, (-1e9, b""))
        if time.monotonic() - read < FRESH:
            return text
        client, info = await self.client(), await self.info(job_id)
        words = hidden.without(await AsyncJob(info, client).log(), await self._secrets(info))
        self._logs = {k: v for k, v in self._logs.items() if time.monotonic() - v[0] < FRESH}
        self._logs[job_id] = (time.monotonic(), words.encode())
        return self._logs[job_id][1]

    async def _secrets(self, info: JobInfo) -> set[str]:
        """What a log must not show; a list may come without inputs."""
        client = await self.client()
        record = client.records.get(info.name)
        if not info.inputs and record is None:
            info = await self.info(info.id, fresh=True)
        return hidden.secrets_of(info, record, await client.described(info.app))

    async def outputs(self, job_id: str) -> list[dict[str, Json]]:
        """The outputs, see ``outputs.listed``. Raises NotFound."""
        client, info = await self.client(), await self.info(job_id, fresh=True)
        return await outputs.listed(client, info, self._sizes)

    async def download(
        self, job_id: str, names: list[str], folder: Path, progress: Progress
    ) -> list[Path]:
        """Store output files of a job, see ``outputs.download``. Raises NotFound, Damaged."""
        client, info = await self.client(), await self.info(job_id, fresh=True)
        return await outputs.download(client, info, names, folder, progress, self._sizes)

    # -- what there is ----------------------------------------------------------------------

    async def offers(self) -> Offers:
        """A request names an application and its inputs; ``everest/servers`` has them."""
        try:
            await self.client()
        except RemoteError as error:
            return Offers(available=False, reason=str(error))
        return Offers(available=True, script=TEMPLATE, suffixes=(SUFFIX,))

    def socket(self, job_id: str) -> Path:
        """No job here has one: raises NotFound."""
        raise NotFound(f"the Everest job {job_id} is no session")

    async def close(self) -> None:
        """End connections; jobs go on."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
