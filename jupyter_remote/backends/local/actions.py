"""What people do with jobs in the queue: the part of the local backend that is ``Abilities``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from ...agent.queue import HELD, WAITING
from ...contract import JobDetails, JobRequest, Offers, Trial
from ...errors import WrongState
from ...links.local import private_folder, socket_fits
from ...model import Job, Json, as_time
from ...process import POLL
from .attend import Attendant
from .details import details
from .files import JobFolders, Record
from .form import form, trial
from .queue import Line, LocalQueue, Terms, waits
from .spec import check_request
from .watch import answers

P = ParamSpec("P")
T = TypeVar("T")

AGAIN = 2.0
"""Seconds until a job that could not be started is tried again."""

LOCKED = 5.0
"""Seconds to wait for somebody else who starts jobs; the next look tries again."""


class QueueActions:
    """The backend gives it its parts; every method asks the queue in a thread."""

    control_timeout: float
    _folders: JobFolders
    _attend: Attendant
    _queue: LocalQueue

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._left: list[str] = []
        self._tries, self._tried = 0, -1e9

    def _terms(self) -> Terms:
        raise NotImplementedError

    async def _io(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        raise NotImplementedError

    def _look(self) -> tuple[list[tuple[Record, bool]], Line]:
        raise NotImplementedError

    def _judged(self, job_id: str) -> tuple[Record, bool]:
        raise NotImplementedError

    def _job(self, record: Record) -> Job:
        raise NotImplementedError

    def _run_folder(self, job_id: str) -> Path:
        raise NotImplementedError

    async def forget(self, job_id: str) -> None:
        """See the backend."""
        raise NotImplementedError

    async def submit_request(self, request: JobRequest) -> str:
        """Put a script into the queue of this machine; answers its number once it is stored.

        Raises InvalidSpec, StorageError, and BackendTimeout after which ``jobs`` may show it
        all the same, with the request's tag."""
        job_id = await self._io(self._submit, request)
        await self._go_on()
        return job_id

    def _submit(self, request: JobRequest) -> str:
        terms = self._terms()
        asked = check_request(request, terms.slots)
        private_folder(terms.run)
        socket_fits(terms.run / "1234567890" / "agent.sock")
        return self._queue.submit(request, asked, terms)

    async def test_request(self, request: JobRequest) -> Trial:
        """Whether a request would start at once, or what is before it. Raises InvalidSpec."""
        slots = self._terms().slots
        _, options = await self._io(check_request, request, slots)
        _, line = await self._io(self._look)
        return trial(line, options, slots)

    async def offers(self) -> Offers:
        """This machine is always there; says how many slots are free."""
        _, line = await self._io(self._look)
        return form(line, self._terms().slots)

    async def hold(self, job_id: str) -> None:
        """Keep a waiting job from starting. Raises NotFound, WrongState and StorageError."""
        await self._io(self._queue.shift, job_id, WAITING, HELD)
        await self._go_on()

    async def release(self, job_id: str) -> None:
        """Let a held job take its place in the queue again. Raises as ``hold``."""
        await self._io(self._queue.shift, job_id, HELD, WAITING)
        await self._go_on()

    async def change(self, job_id: str, options: Mapping[str, Json]) -> None:
        """Change ``name``, ``cpus`` or ``time`` (None: no limit) of a waiting job. Raises
        NotFound, InvalidSpec, WrongState and StorageError."""
        await self._io(self._queue.change, job_id, options, self._terms().slots)
        await self._go_on()

    async def delete(self, job_id: str) -> None:
        """Delete the folder of an ended job, with its script and logs; of a damaged one too, but
        not while its agent lives. Raises NotFound, WrongState and StorageError."""
        record, _ = await self._io(self._judged, job_id)
        agent = str(self._run_folder(job_id) / "agent.sock")
        if not record.revision and await answers(agent, self.control_timeout):
            raise WrongState(f"{job_id} still runs: it can be deleted when it has ended")
        await self.forget(job_id)

    async def details(self, job_id: str) -> JobDetails:
        """One job in full, of a session or from the queue. Raises NotFound."""
        record, _ = await self._io(self._judged, job_id)
        return await self._io(details, record, self._job(record), self._folders)

    async def ended(self, since: float) -> list[Job]:
        """What ended after ``since`` and is not forgotten yet, the last first."""
        pairs, _ = await self._io(self._look)
        first = as_time(since)
        jobs = [self._job(record) for record, _ in pairs if record.state.ended]
        recent = [job for job in jobs if (job.ended or "") >= first]
        return sorted(recent, key=lambda job: job.ended or "", reverse=True)

    async def _taken_out(self, job_id: str, seconds: float) -> Record:
        """The job, out of the queue if it was in one. Raises NotFound and StorageError."""
        limit = time.monotonic() + seconds
        record, _ = await self._io(self._judged, job_id)
        while waits(record) and not record.state.ended and time.monotonic() < limit:
            if await self._io(self._queue.take_out, job_id):
                await self._go_on()
            else:
                await asyncio.sleep(POLL)  # it is being submitted or started
            record, _ = await self._io(self._judged, job_id)
        return record

    # -- starting what waits

    async def _go_on(self) -> None:
        """Start what fits now; why that failed is in the list."""
        await self._advanced()
        self._attend.watch.news.set()

    async def _advanced(self) -> list[str]:
        """All who ask while one try is under way share the next; answers what waits then."""
        if self._next is None:
            self._tries += 1
            self._next = self._attend.start(f"start {self._tries}", self._advance)
        await asyncio.wait([self._next])
        return self._left

    async def _advance(self) -> None:
        async with self._turn:
            self._next, self._tried = None, time.monotonic()
            self._left = await self._io(self._queue.advance, self._terms().python, LOCKED)

    def _nudge(self, line: Line) -> None:
        """Nobody may be there who starts what waits: the last agent was killed, the machine
        restarted. Or somebody is just doing it: then the next look shows it."""
        soon = self._queue.trouble and time.monotonic() - self._tried < AGAIN
        if line.stuck and not soon and not self._attend.busy("nudge"):
            self._attend.start("nudge", self._nudged, line)

    async def _nudged(self, line: Line) -> None:
        left = await self._advanced()
        if line.starting or left != [record.job_id for record in line.waiting]:
            self._attend.watch.news.set()
