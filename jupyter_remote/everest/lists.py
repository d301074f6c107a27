"""The list of all jobs, asked for once however many want it, and what must be kept in order."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from .errors import EverestError, NoSuchThing, NotAllowed, NotEverest
from .model import Json, text
from .retry import Trouble
from .transport import Transport

Listed = Mapping[str, Mapping[str, Json]]
"""Job id -> job as the server tells it."""

_MARK = re.compile(r" ?jr-[a-z0-9]{16}$")


def unique_name(title: str) -> str:
    """A name for a job that no other job has: the title and 16 random characters."""
    mark = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(16))
    return f"{' '.join(title.split())[:200]} jr-{mark}".strip()


def title_of(name: str) -> str:
    """A unique name without its mark; other names as they are."""
    return _MARK.sub("", name) or name


def job_path(job_id: str, more: str = "") -> str:
    """The path of a job."""
    return f"/api/jobs/{quote(job_id, safe='')}{more}"


class JobList:
    """Asks for ``GET /api/jobs``. Whoever comes while an answer is on its way gets the next one:
    an answer may be older than the question that somebody else has."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._running: asyncio.Task[Listed] | None = None
        self._next: asyncio.Task[Listed] | None = None
        self.watchers: list[Callable[[Listed], Awaitable[None]]] = []
        """Called with every list, before those who asked get it."""
        self.wanted_until = 0.0
        """Until this time (monotonic) jobs are watched by lists, however few they are."""

    async def get(self) -> Listed:
        """All jobs of the user. Raises Trouble and EverestError."""
        self._transport.usable()
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
            self._next.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """End what is under way."""
        tasks = [task for task in (self._running, self._next) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _after(self, earlier: asyncio.Task[Listed] | None) -> Listed:
        if earlier is not None:
            await asyncio.wait([earlier])
        self._running, self._next = self._next, None
        listed = await self._ask()
        for watcher in self.watchers:
            with contextlib.suppress(EverestError, Trouble):
                await watcher(listed)
        return listed

    async def _ask(self) -> Listed:
        known = self._transport.known
        data = await self._transport.once("GET", "/api/jobs")
        try:
            return as_listed(self._transport.url, data)
        except NotEverest as error:
            if not known:
                raise
            raise Trouble(error, maybe=True) from None

    async def is_whole(self, listed: Listed, known: list[str]) -> bool:
        """Whether the list is all jobs and no page of them: whether jobs that we know are in it,
        or exist no more, or are somebody else's. ``known``: their ids."""
        for job_id in [each for each in known if each not in listed][-3:]:
            with contextlib.suppress(NoSuchThing, NotAllowed):
                await self._transport.call("GET", job_path(job_id))
                return False
        return True


def as_listed(url: str, data: Json) -> Listed:
    """Jobs by id; entries that are no jobs are left out. Raises NotEverest for no list."""
    if isinstance(data, dict):
        data = next((data[key] for key in ("jobs", "items") if key in data), None)
    if not isinstance(data, list):
        raise NotEverest(f"{url} answers the question for all jobs with something else")
    jobs = [job for job in data if isinstance(job, dict)]
    return {job["id"]: job for job in jobs if text(job.get("id"))}
