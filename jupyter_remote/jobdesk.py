"""RemoteJobDesk: what people ask of their jobs: to be submitted, ended, changed, explained.

Every question goes to one backend; what it answers is looked up by nobody else. Nothing here
writes the list: the effect of an act shows in the next observation, which is asked for.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from traitlets import Float
from traitlets.config import LoggingConfigurable

from .breath import aside, slices
from .columns import columns
from .contract import JobRequest, LogChunk, Offers, Trial
from .errors import BackendTimeout, InvalidSpec, RemoteError, StorageError, WrongState
from .jobrecords import completed, each, records_of
from .jobs import ABILITIES, RemoteJobs
from .model import Job, Json, Session, new_session_id

T = TypeVar("T")

ACTIONS: Final = ("cancel", "hold", "release", "requeue", "delete")

RARELY: Final = 100.0
"""A list of everybody's jobs serves at least so many times as long as the scheduler took for it,
of which it works up to a half (0.43 with 10,000 jobs on Slurm 22.05): 0.5 % of its time."""


class RemoteJobDesk(LoggingConfigurable):
    """Takes requests about jobs; ``stop`` ends a session, ``root`` is the folder that Lab's
    file browser shows."""

    answer_timeout = Float(
        60.0, config=True, help="Seconds for a backend to answer a request about a job."
    )
    find_for = Float(
        15.0,
        config=True,
        help="Seconds for which a job is looked for in the list when the answer to its submit "
        "was lost.",
    )
    everybody_for = Float(
        10.0, config=True, help="Seconds for which a list of everybody's jobs serves all browsers."
    )

    def __init__(
        self,
        *,
        jobs: RemoteJobs,
        session_of: Callable[[str, str], Session | None],
        stop: Callable[[str], Awaitable[object]],
        root: str,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.jobs, self._session_of, self._stop, self._root = jobs, session_of, stop, root
        self.roots = list(dict.fromkeys([os.path.abspath(root), os.path.realpath(root)]))
        self._others: dict[str, asyncio.Task[list[Job]]] = {}
        self._took: dict[str, tuple[float, float]] = {}

    # -- what is done to jobs ---------------------------------------------------------------

    async def act(self, backend: str, job_id: str, action: str) -> None:
        """Do one of ACTIONS; raises NotFound, InvalidSpec, or what the backend says."""
        session = self._session_of(backend, job_id)
        if session is not None and action == "cancel":
            await self._stop(session.id)  # so that its record says that it was asked for
            return
        if session is not None and action == "delete":
            raise WrongState(f"{job_id} is the session {session.name}: remove that")
        await self._ask(backend, action if action in ACTIONS else "", job_id)
        self.jobs.soon(backend)

    async def change(self, backend: str, job_id: str, options: Mapping[str, Json]) -> None:
        """Change a waiting job; raises what the backend says."""
        await self._ask(backend, "change", job_id, options)
        self.jobs.soon(backend)

    async def submit(self, backend: str, fields: Mapping[str, Json]) -> str:
        """Submit a job; answers its id. A lost answer is looked up in the list by the mark
        that the job carries, and never asked for again. Raises BackendTimeout when it is not
        found there either, InvalidSpec, and what the backend says."""
        request = await asyncio.to_thread(self._request, fields)
        try:
            job_id: str = await self._ask(backend, "submit", request)
        except BackendTimeout as error:
            job_id = await self._find(backend, request.tag, error)
        self.jobs.soon(backend)
        return job_id

    async def test(self, backend: str, fields: Mapping[str, Json]) -> Trial:
        """What would become of a job."""
        request = await asyncio.to_thread(self._request, fields)
        trial: Trial = await self._ask(backend, "test", request)
        return trial

    async def _find(self, backend: str, tag: str, error: RemoteError) -> str:
        self.log.warning("no answer to the submit of %s: looked for in the list", tag)
        end = time.monotonic() + self.find_for
        self.jobs.soon(backend)
        while time.monotonic() < end:
            await asyncio.sleep(0.2)
            job_id = self.jobs.tagged(backend, tag)
            if job_id is not None:
                return job_id
        words = "Look at the list before submitting it again: it may have been taken all the same."
        raise BackendTimeout(f"{error}. {words}") from error

    def _request(self, fields: Mapping[str, Json]) -> JobRequest:
        """Blocks: looks at the folder."""
        folder = os.path.join(self._root, os.path.expanduser(fields.get("folder", "")))
        if not os.path.isdir(folder):
            raise InvalidSpec(f"there is no folder {folder}")
        return JobRequest(
            script=fields["script"].replace("\r\n", "\n"),
            tag=f"jr-{new_session_id()}",
            folder=os.path.normpath(folder),
            name=fields.get("name", ""),
            options={k: v for k, v in fields.get("options", {}).items() if v is not None},
        )

    # -- what is asked about jobs -----------------------------------------------------------

    async def offers(self, backend: str) -> Offers:
        """What this user may ask a backend for."""
        return await self._in_time(backend, self.jobs.backend(backend).offers())

    async def details(self, backend: str, job_id: str) -> dict[str, Json]:
        """One job in full: ``job`` as the list has it, or None, and ``details``."""
        details = await self._ask(backend, "details", job_id)
        known = self.jobs.record_of(backend, job_id)
        return {"job": known, "details": dataclasses.asdict(details)}

    async def log_of(
        self, backend: str, job_id: str, offset: int, limit: int, stream: str = "stdout"
    ) -> LogChunk:
        """Bytes of a job's output; a negative ``offset`` counts from the end."""
        reading = self.jobs.backend(backend).log(job_id, offset, limit, stream)
        return await self._in_time(backend, reading)

    async def ended(self, days: float) -> dict[str, Json]:
        """Jobs that ended in the last days, from the backends' accounting or else from our own
        record: ``jobs``, ``from`` and, for backends that could not be asked, ``silent``."""
        own = await self._own_record(days)
        found: list[Json] = []
        source, silent = {}, {}
        for backend in self.jobs.about():
            try:
                listed = await self._accounted(backend, days)
            except RemoteError as error:
                silent[backend], listed = str(error), None
            source[backend] = "own record" if listed is None else "accounting"
            found += [r for r in own if r["backend"] == backend] if listed is None else listed
        return {"jobs": await asyncio.to_thread(columns, found), "from": source, "silent": silent}

    async def _own_record(self, days: float) -> list[Json]:
        """What cannot be read does not keep accounting from answering."""
        try:
            return await asyncio.to_thread(self._read_own, days)
        except StorageError as error:
            self.log.warning("%s", error)
            return []

    def _read_own(self, days: float) -> list[Json]:
        return [completed(one) for one in slices(self.jobs.journal.read(days))]

    async def _accounted(self, backend: str, days: float) -> list[Json] | None:
        ask = getattr(self.jobs.backend(backend), "ended", None)
        jobs = await self._in_time(backend, ask(time.time() - days * 86400)) if ask else None
        return None if jobs is None else await aside(len(jobs), each, jobs)

    async def everybody(self) -> dict[str, Json]:
        """Everybody's jobs on all backends that show them, and why others do not."""
        records: list[Json] = []
        silent = {}
        for backend in self.jobs.about():
            if "everybody" in self.jobs.can(backend):
                try:
                    jobs = await self._everybody_on(backend)
                    records += await asyncio.to_thread(records_of, jobs)
                except RemoteError as error:
                    silent[backend] = str(error)
        return {"jobs": await asyncio.to_thread(columns, records), "silent": silent}

    async def _everybody_on(self, backend: str) -> list[Job]:
        """One question at a time, and one for all who ask at about the same time."""
        task = self._others.get(backend)
        began, took = self._took.get(backend, (-1e9, 0.0))
        serves = max(self.everybody_for, took * RARELY)
        if task is None or (task.done() and time.monotonic() - began > serves):
            task = self._others[backend] = asyncio.create_task(self._ask_for_all(backend))
        try:
            return await asyncio.shield(task)
        except RemoteError:
            if self._others.get(backend) is task:
                del self._others[backend]
            raise

    async def _ask_for_all(self, backend: str) -> list[Job]:
        began = time.monotonic()
        jobs: list[Job] = await self._ask(backend, "everybody")
        self._took[backend] = (began, time.monotonic() - began)
        return jobs

    # -- how backends are asked -------------------------------------------------------------

    async def _ask(self, backend: str, ability: str, *args: Any) -> Any:
        do = getattr(self.jobs.backend(backend), ABILITIES.get(ability, ""), None)
        if do is None:
            raise InvalidSpec(f"{backend} cannot {ability or 'do that with'} jobs")
        return await self._in_time(backend, do(*args))

    async def _in_time(self, backend: str, answer: Awaitable[T]) -> T:
        try:
            return await asyncio.wait_for(answer, self.answer_timeout)
        except asyncio.TimeoutError:
            words = f"{backend} did not answer within {self.answer_timeout:g} s"
            raise BackendTimeout(words) from None
