"""The platform: takes jobs, moves them from state to state, cancels and forgets them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .agent import Agent
from .apps import App
from .clock import Clock
from .demos import DEMOS
from .files import PREFIX, FileStore
from .options import Life, Options
from .records import Books, Job, Token, digest, new_id, new_token
from .refused import Refused
from .tasks import Outcome, Runner

Json = Any
RESOURCES = ("aaaaaaaaaaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaaaaaaaaaa2", "aaaaaaaaaaaaaaaaaaaaaaa3")
"""Ids of two resources and of the pool of both; all are this machine."""


class Platform:
    """All of the stand-in but HTTP; lives in one event loop."""

    def __init__(self, folder: Path, slots: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.clock, self.options, self.lives = Clock(), Options(), list[Life]()
        self.books = Books(folder)
        self.files = FileStore(folder / "files", self.books, self.options)
        self.agent = Agent(slots)
        self.runner = Runner(folder, self.books, self.files, self.agent, self.clock)
        self.apps = {app.id: app for app in DEMOS}
        self.users: dict[str, str] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._serial = asyncio.Lock()
        self._closing = False
        self.elsewhere = ""
        self._loop: asyncio.AbstractEventLoop | None = None

    def soon(self, call: Callable[[], None]) -> None:
        """Do something in the server's loop, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(call)

    # -- who asks ---------------------------------------------------------------------------

    def issue(self, user: str, label: str, lifetime: float) -> str:
        """A new token for a user."""
        clear = new_token()
        self.books.put(Token(digest(clear), user, label, self.clock.now(), lifetime))
        return clear

    def login(self, user: str, password: str) -> None:
        """Raises Refused (401)."""
        if not password or self.users.get(user) != password:
            raise Refused(401, "wrong username or password")

    def who(self, clear: str) -> Token:
        """The record of a token. Raises Refused (401)."""
        token = self.books.tokens.get(digest(clear)) if clear else None
        if token is None or token.created + token.lifetime <= self.clock.now():
            raise Refused(401, "the access token is missing, expired or revoked")
        return token

    # -- applications -----------------------------------------------------------------------

    def app(self, name: str) -> App:
        """An application by id or alias. Raises Refused (404)."""
        for app in list(self.apps.values()):
            if name in (app.id, app.alias):
                return app
        raise Refused(404, f"no application {name}")

    # -- jobs -------------------------------------------------------------------------------

    def submit(self, user: str, app: App, body: Json) -> Job:
        """Take a job. Raises Refused (400, 403)."""
        if app.users is not None and user not in app.users:
            raise Refused(403, f"you may not run {app.alias}")
        if not isinstance(body, dict) or not isinstance(body.get("name"), str):
            raise Refused(400, "a job needs a name")
        inputs = body.get("inputs", {})
        app.check(inputs)
        resources = body.get("resources") or [RESOURCES[0]]
        for resource in resources:
            if resource not in RESOURCES:
                raise Refused(400, f"no resource {resource}")
        now = self.clock.now()
        job = Job(new_id(), user, body["name"], app.id, inputs, list(resources), now)
        self._own_copies(job, app)
        self.books.put(job)
        self.runner.say(job, f"Job {job.key} was submitted by {user}")
        self._begin(job)
        return job

    def find(self, job_id: str, user: str) -> Job:
        """A job of this user. Raises Refused (404, 403)."""
        job = self.books.jobs.get(job_id)
        if job is None:
            raise Refused(404, f"no job {job_id}")
        if job.owner != user:
            raise Refused(403, "this job is not yours")
        return job

    def jobs_of(self, user: str) -> list[Job]:
        """The jobs of a user, the newest first."""
        found = [job for job in list(self.books.jobs.values()) if job.owner == user]
        found.reverse()
        return found[: self.options.list_limit] if self.options.list_limit else found

    def cancel(self, job: Job) -> None:
        """Ask the agent to end a job; it acknowledges later. Raises Refused (409)."""
        if job.final:
            raise Refused(409, f"the job is {job.state} already")
        life = self._life(job)
        self.runner.say(job, "Cancel was requested")
        if life.cancel == "ack":
            loop = asyncio.get_running_loop()
            self._timers.add(loop.call_later(life.cancel_delay, self._acknowledge, job))

    def delete(self, job: Job) -> None:
        """Forget a job and its files. Raises Refused (409)."""
        if not job.final:
            raise Refused(409, f"the job is {job.state}: cancel it first")
        self.vanish(job)

    def vanish(self, job: Job) -> None:
        """Forget a job, whatever it does."""
        self.books.drop(job)
        self.files.drop_of(job.key)
        if task := self._tasks.get(job.key):
            task.cancel()

    def resume(self) -> None:
        """Begin; after a restart, let the jobs go on that had not ended: from the start."""
        self._loop = asyncio.get_running_loop()
        for job in list(self.books.jobs.values()):
            if not job.final and not job.still:
                job.attempt += job.state == "RUNNING"
                self._begin(job)

    async def close(self) -> None:
        """End all commands; jobs keep their state."""
        self._closing = True
        for timer in self._timers:
            timer.cancel()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.books.close()

    # -- how a job lives --------------------------------------------------------------------

    def _own_copies(self, job: Job, app: App) -> None:
        """From now on the job has its own copies of the files that it was given."""
        for name, about in app.description["inputs"].items():
            value = job.inputs.get(name)
            single = about.get("format") == "uri"
            if value is None or not (single or about.get("items", {}).get("format") == "uri"):
                continue
            for uri in [value] if single else value:
                if uri.startswith(("http://", "https://")):
                    continue
                if not uri.startswith(PREFIX):
                    raise Refused(400, f"input {name!r}: {uri!r} is no file")
                try:
                    given = self.files.find(uri, job.owner)
                except Refused as refused:
                    raise Refused(400, f"input {name!r}: {refused}") from None
                copy = self.files.give(job.key, job.owner, given.name, Path(given.path))
                job.copies[uri] = copy.key

    def _life(self, job: Job) -> Life:
        alias = self.apps[job.app].alias
        return next((life for life in self.lives if life.fits(job.name, alias)), Life())

    def _begin(self, job: Job) -> None:
        self._tasks[job.key] = asyncio.get_running_loop().create_task(self._live(job))

    def _move(self, job: Job, state: str) -> None:
        if state != job.state:
            self.runner.say(job, f"Job {job.key}: {job.state} -> {state}")
            job.state = state
        if self.books.jobs.get(job.key) is job:
            self.books.put(job)

    async def _live(self, job: Job) -> None:
        life = self._life(job)
        try:
            for state, seconds in life.before:
                self._move(job, state)
                await asyncio.sleep(seconds)
            if self.options.cost:
                async with self._serial:
                    await asyncio.sleep(self.options.cost)
            outcome = await self._attempts(job, life)
        except asyncio.CancelledError:
            if self._closing:
                raise
            outcome = Outcome("CANCELLED", "cancelled by its owner", self._partial(job, life))
        except Exception as error:
            logging.getLogger(__name__).exception("the stand-in failed")
            outcome = Outcome("FAILED", f"the stand-in failed: {error}")
        self._finish(job, life, outcome)

    async def _attempts(self, job: Job, life: Life) -> Outcome:
        app = self.apps[job.app]
        if life.end is not None:
            self._move(job, "RUNNING")
            await asyncio.sleep(life.run_for)
            return Outcome(**{"state": "DONE", **life.end})
        while True:
            outcome = await self.runner.run(job, app, lambda: self._move(job, "RUNNING"))
            if job.attempt >= life.restarts:
                return outcome
            job.attempt += 1
            self.runner.say(job, f"Job {job.key} is restarted")
            self._move(job, life.back)
            await asyncio.sleep(life.before[-1][1] if life.before else 0)

    def _partial(self, job: Job, life: Life) -> dict[str, Json] | None:
        if not life.partial or life.end is not None:
            return None
        return self.runner.outputs(job, self.apps[job.app], strict=False)

    def _finish(self, job: Job, life: Life, outcome: Outcome) -> None:
        result = outcome.result
        if outcome.state == "FAILED" and result is None:
            result = self._partial(job, life)
        job.result, job.info = result, outcome.info
        self._move(job, outcome.state)
        self.runner.clear(job)
        self._tasks.pop(job.key, None)

    def _acknowledge(self, job: Job) -> None:
        if job.still and not job.final:
            self._finish(job, Life(), Outcome("CANCELLED", "cancelled by its owner"))
        elif task := self._tasks.get(job.key):
            task.cancel()
