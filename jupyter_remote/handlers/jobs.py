"""REST of jobs: the list, who looks at it, and what people ask of one job or of many."""

from __future__ import annotations

import asyncio
import dataclasses

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..breath import aside
from ..columns import columns
from ..errors import InvalidSpec
from ..jobdesk import RemoteJobDesk
from ..jobrecords import each
from ..jobs import RemoteJobs
from ..jobtable import JobTable
from .base import RemoteHandler


class JobsBase(RemoteHandler):
    """A handler that knows the jobs."""

    def initialize(self, jobs: RemoteJobs, desk: RemoteJobDesk, table: JobTable) -> None:
        """Take the collaborators from the route table."""
        self.jobs, self.desk, self.table = jobs, desk, table


class JobsHandler(JobsBase):
    """``jobs``: the list; submit."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All jobs of all backends, the sequence of the list, how each backend is."""
        text = await self.table.text()
        async with self.table.turns.one():
            about, trend = self.jobs.about(), list(self.jobs.trend)
            known = {"backends": about, "trend": trend, "roots": self.desk.roots}
            self.send_long(text.answer(known, packed=self.packs()))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Submit a job."""
        fields = self.body("SubmitJob")
        job_id = await self.desk.submit(fields["backend"], fields)
        self.answer({"backend": fields["backend"], "job_id": job_id}, 201)


class JobsTestHandler(JobsBase):
    """``jobs/test``: what would become of a job."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Submits nothing."""
        fields = self.body("SubmitJob")
        self.answer(dataclasses.asdict(await self.desk.test(fields["backend"], fields)))


class JobsLookHandler(JobsBase):
    """``jobs/look``: somebody has the list, or its sum, before their eyes."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Keep the list fresh for a while; answers how fresh it is."""
        self.jobs.look(slow=self.body("LookAtJobs").get("slow", False))
        self.answer({"sequence": self.jobs.sequence, "backends": self.jobs.about()})


class JobsEndedHandler(JobsBase):
    """``jobs/ended``: what ended in the last days."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """From accounting, or else from our own record."""
        await self.answer_long(await self.desk.ended(self.number("days", 7, 1, 366)))


class JobsEverybodyHandler(JobsBase):
    """``jobs/everybody``: the jobs of all users."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """As far as the schedulers show them."""
        await self.answer_long(await self.desk.everybody())


class JobHandler(JobsBase):
    """``jobs/<backend>/<job id>``: one job in full; change, cancel."""

    @web.authenticated
    @authorized
    async def get(self, backend: str, job: str) -> None:
        """The record and the details."""
        self.answer(await self.desk.details(backend, job))

    @web.authenticated
    @authorized
    async def patch(self, backend: str, job: str) -> None:
        """Change a waiting job."""
        await self.desk.change(backend, job, self.body("ChangeJob")["options"])
        self.set_status(204)

    @web.authenticated
    @authorized
    async def delete(self, backend: str, job: str) -> None:
        """Cancel a job; its end shows in the list."""
        await self.desk.act(backend, job, "cancel")
        self.set_status(204)


class JobActionHandler(JobsBase):
    """``jobs/<backend>/<job id>/<action>``: hold, release, requeue."""

    @web.authenticated
    @authorized
    async def post(self, backend: str, job: str, action: str) -> None:
        """Raises the backend's own words when it refuses."""
        await self.desk.act(backend, job, action)
        self.set_status(204)


class JobTasksHandler(JobsBase):
    """``jobs/<backend>/<job id>/tasks``: the tasks of an array."""

    @web.authenticated
    @authorized
    async def get(self, backend: str, job: str) -> None:
        """As they were last seen."""
        tasks = self.jobs.tasks(backend, job)
        records = await aside(len(tasks), each, tasks)
        await self.answer_long({"jobs": await asyncio.to_thread(columns, records)})


class JobLogHandler(JobsBase):
    """``jobs/<backend>/<job id>/log``: bytes of the output."""

    @web.authenticated
    @authorized
    async def get(self, backend: str, job: str) -> None:
        """At most ``limit`` bytes from ``offset``; a negative one counts from the end."""
        stream = self.get_query_argument("stream", "stdout")
        if stream not in ("stdout", "stderr"):
            raise InvalidSpec(f"stream is stdout or stderr, not {stream!r}")
        self.send_chunk(await self.desk.log_of(backend, job, *self.asked_bytes(), stream))


class OffersHandler(JobsBase):
    """``backends/<name>/offers``: what this user may ask for."""

    @web.authenticated
    @authorized
    async def get(self, backend: str) -> None:
        """The fields of the form, and what may be combined."""
        self.answer(dataclasses.asdict(await self.desk.offers(backend)))
