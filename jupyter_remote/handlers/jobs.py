"""REST of jobs: ``jobs``, ``jobs/look``, and one job with its log and actions."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..jobs import RemoteJobs
from .base import RemoteHandler


class JobsBase(RemoteHandler):
    """A handler that knows the jobs."""

    def initialize(self, jobs: RemoteJobs) -> None:
        """Take the collaborator from the route table."""
        self.jobs = jobs


class JobsHandler(JobsBase):
    """``jobs``: the list."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All jobs of all backends, the sequence of the list, how each backend is."""
        self.answer(self.jobs.all())


class JobsLookHandler(JobsBase):
    """``jobs/look``: somebody has the list before their eyes."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Keep the list fresh for a while."""
        self.jobs.look()
        self.set_status(204)


class JobHandler(JobsBase):
    """``jobs/<backend>/<job id>``: cancel."""

    @web.authenticated
    @authorized
    async def delete(self, backend: str, job: str) -> None:
        """Cancel a job; its end shows in the list."""
        await self.jobs.act(backend, job, "cancel")
        self.set_status(204)


class JobActionHandler(JobsBase):
    """``jobs/<backend>/<job id>/<action>``: hold, release."""

    @web.authenticated
    @authorized
    async def post(self, backend: str, job: str, action: str) -> None:
        """Raises the backend's own words when it refuses."""
        await self.jobs.act(backend, job, action)
        self.set_status(204)


class JobLogHandler(JobsBase):
    """``jobs/<backend>/<job id>/log``: bytes of the output."""

    @web.authenticated
    @authorized
    async def get(self, backend: str, job: str) -> None:
        """At most ``limit`` bytes from ``offset``; a negative one counts from the end."""
        self.send_chunk(await self.jobs.log(backend, job, *self.asked_bytes()))
