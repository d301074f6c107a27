"""The REST API: accounts, applications and jobs."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from .apps import App
from .base import Handler
from .files import PREFIX
from .platform import Platform
from .records import Job, Token
from .refused import Refused

Json = Any


class AuthHandler(Handler):
    """``/api/auth/access_token``, and the same without ``/api`` as older clients know it."""

    routes: ClassVar = {"POST": "auth.login", "GET": "auth.info", "DELETE": "auth.revoke"}
    open_to_all = frozenset({"auth.login"})

    async def post(self) -> None:
        """A password for a token."""
        fields = self.body()
        if not isinstance(fields, dict) or not isinstance(fields.get("label", ""), str):
            raise Refused(400, "username, password and label are needed")
        user, lifetime = str(fields.get("username", "")), fields.get("lifetime")
        if lifetime is None:
            lifetime = self.platform.options.lifetime
        if not isinstance(lifetime, int) or lifetime <= 0:
            raise Refused(400, "lifetime must be a number of seconds")
        self.platform.login(user, str(fields.get("password", "")))
        token = self.platform.issue(user, fields.get("label", ""), lifetime)
        self.set_cookie("access_token", token, path="/", httponly=True, samesite="Strict")
        await self.answer({"access_token": token})

    async def get(self) -> None:
        """What is known of the token; its fields are a guess."""
        if self.platform.options.info_shape == "empty":
            await self.answer({})
            return
        await self.answer(info_of(self.token))

    async def delete(self) -> None:
        """Revoke the token."""
        self.platform.books.drop(self.token)
        self.clear_cookie("access_token")
        await self.answer({})


def info_of(token: Token) -> dict[str, Json]:
    """A token as it is shown."""
    expires = token.created + token.lifetime
    times = {"created": _iso(token.created), "expires": _iso(expires)}
    return {"user": token.owner, "label": token.label, "lifetime": token.lifetime, **times}


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class AppsHandler(Handler):
    """``/api/apps``."""

    routes: ClassVar = {"GET": "apps.list", "POST": "apps.create"}

    async def get(self) -> None:
        """All applications."""
        await self.answer([app_json(app) for app in self.platform.apps.values()])

    async def post(self) -> None:
        """Nobody makes applications here: they would run any command."""
        raise Refused(403, "applications of the stand-in cannot be changed")


class SearchHandler(Handler):
    """``/api/apps/search?name=&pagenum=&pagesize=``; the shape of the answer is a guess."""

    routes: ClassVar = {"GET": "apps.search"}

    async def get(self) -> None:
        """Applications whose name, alias or annotation has the words."""
        wanted = self.get_query_argument("name", "").lower()
        size = int(self.get_query_argument("pagesize", "100"))
        page = int(self.get_query_argument("pagenum", "1"))
        found = [app for app in self.platform.apps.values() if wanted in _words(app)]
        shown = [app_json(app) for app in found[(page - 1) * size : page * size]]
        if self.platform.options.search_shape == "list":
            await self.answer(shown)
        else:
            await self.answer({"apps": shown, "total": len(found), "pagenum": page})


def _words(app: App) -> str:
    return f"{app.name} {app.alias} {app.description['annotation']}".lower()


def app_json(app: App) -> dict[str, Json]:
    """An application as it is shown."""
    return {"id": app.id, "owner": app.alias.split("/")[0], **app.description}


class AppHandler(Handler):
    """``/api/apps/{id or owner/alias}``."""

    routes: ClassVar = {
        "GET": "apps.get",
        "POST": "submit",
        "PUT": "apps.change",
        "DELETE": "apps.delete",
    }

    async def get(self, name: str) -> None:
        """The description."""
        await self.answer(app_json(self.platform.app(name)))

    async def post(self, name: str) -> None:
        """Submit a job."""
        job = self.platform.submit(self.user, self.platform.app(name), self.body())
        await self.answer(job_json(job, self.platform), self.platform.options.submit_status)

    async def put(self, name: str) -> None:
        """Not here."""
        self.platform.app(name)
        raise Refused(403, "applications of the stand-in cannot be changed")

    delete = put


class JobsHandler(Handler):
    """``/api/jobs``."""

    routes: ClassVar = {"GET": "jobs.list", "DELETE": "jobs.delete_all"}

    async def get(self) -> None:
        """All jobs of the user."""
        shown = [job_json(job, self.platform) for job in self.platform.jobs_of(self.user)]
        if not self.platform.options.list_results:
            shown = [{k: v for k, v in job.items() if k != "result"} for job in shown]
        await self.answer(shown)

    async def delete(self) -> None:
        """Delete all jobs of this name that have ended."""
        name = self.get_query_argument("name")
        for job in self.platform.jobs_of(self.user):
            if job.name == name and job.final:
                self.platform.delete(job)
        await self.answer({})


class JobHandler(Handler):
    """``/api/jobs/{id}``."""

    routes: ClassVar = {"GET": "jobs.get", "DELETE": "jobs.delete"}

    async def get(self, job_id: str) -> None:
        """A job."""
        job = self.platform.find(job_id, self.user)
        await self.answer(job_json(job, self.platform))

    async def delete(self, job_id: str) -> None:
        """Forget a job that has ended."""
        self.platform.delete(self.platform.find(job_id, self.user))
        await self.answer({})


class CancelHandler(Handler):
    """``/api/jobs/{id}/cancel``."""

    routes: ClassVar = {"POST": "jobs.cancel"}

    async def post(self, job_id: str) -> None:
        """Ask for the end of a job."""
        self.platform.cancel(self.platform.find(job_id, self.user))
        await self.answer({})


class LogHandler(Handler):
    """``/api/jobs/{id}/log``."""

    routes: ClassVar = {"GET": "jobs.log"}

    async def get(self, job_id: str) -> None:
        """The log so far."""
        log = self.platform.runner.log(self.platform.find(job_id, self.user))
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        await self.send(log)


def job_json(job: Job, platform: Platform) -> dict[str, Json]:
    """A job as it is shown."""
    app = platform.apps[job.app]
    fields: dict[str, Json] = {
        "id": job.key,
        "name": job.name,
        "state": job.state,
        "appId": app.id,
        "appName": app.name,
        "appAlias": app.alias,
        "inputs": job.inputs,
        "resources": job.resources,
        "submitted": _iso(job.created),
        "standIn": True,
    }
    if job.tasks:
        fields["tasks"] = job.tasks
    if job.info:
        fields["info"] = job.info
    if job.result is not None:
        elsewhere = platform.elsewhere if platform.options.absolute_outputs else ""
        fields["result"] = {name: _moved(value, elsewhere) for name, value in job.result.items()}
    return fields


def _moved(value: Json, elsewhere: str) -> Json:
    is_file = isinstance(value, str) and value.startswith(PREFIX)
    return f"{elsewhere}{value}" if is_file and elsewhere else value
