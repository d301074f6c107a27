"""What tests and demos may do to the stand-in behind its API.

In process it is ``StandIn.control``; for other processes each method is ``POST /_test/<name>``
with its arguments as JSON and the control key as ``X-Control-Key``.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from .apps import App, app
from .faults import Counters, Fault, Faults
from .options import Life
from .platform import Platform
from .records import FINAL, Job, new_id

Json = Any


class Control:
    """May be used from any thread: each method is one small change, or a copy."""

    def __init__(self, platform: Platform, faults: Faults, counters: Counters) -> None:
        self._platform, self._faults, self._counters = platform, faults, counters

    # -- people and time --------------------------------------------------------------------

    def add_user(self, user: str, password: str) -> None:
        """A user who can log in."""
        self._platform.users[user] = password

    def token(self, user: str = "demo", label: str = "test", lifetime: float = 604800) -> str:
        """A new access token."""
        return self._platform.issue(user, label, lifetime)

    def revoke(self, user: str = "demo", label: str = "*") -> int:
        """Revoke a user's tokens; answers how many."""
        tokens = list(self._platform.books.tokens.values())
        found = [t for t in tokens if t.owner == user and label in ("*", t.label) and not t.job]
        for token in found:
            self._platform.books.drop(token)
        return len(found)

    def advance(self, seconds: float) -> None:
        """Put the server's clock forward (or back)."""
        self._platform.clock.offset += seconds

    # -- behaviour --------------------------------------------------------------------------

    def options(self, **values: Json) -> dict[str, Json]:
        """Set switches of ``Options``; answers all."""
        options = self._platform.options
        for name, value in values.items():
            if not hasattr(options, name):
                raise ValueError(f"there is no option {name!r}")
            setattr(options, name, value)
        return dataclasses.asdict(options)

    def life(self, **fields: Json) -> None:
        """How jobs live from now on (``Life``); what was said last counts first."""
        self._platform.lives.insert(0, Life(**fields))

    def usual_life(self) -> None:
        """Forget all that ``life`` said."""
        self._platform.lives.clear()

    def fault(self, route: str, kind: str, **fields: Json) -> None:
        """Set a fault (``Fault``)."""
        self._faults.set.append(Fault(route, kind, **fields))  # type: ignore[arg-type]

    def lose_answer(self, route: str = "submit", nth: int = 1, times: int = 1) -> None:
        """Requests have their effect and then the connection is cut."""
        self.fault(route, "reset", nth=nth, times=times, when="after")

    def clear_faults(self) -> None:
        """No more faults."""
        self._faults.set.clear()

    def seed(self, number: int) -> None:
        """Make chance repeatable."""
        self._faults.random.seed(number)

    # -- things -----------------------------------------------------------------------------

    def add_app(self, alias: str, command: str, **fields: Json) -> str:
        """One more application (fields of ``apps.app``, ``users``); answers its id."""
        about = {"name": alias.split("/")[-1], "about": "", "inputs": {}, "outputs": {}, **fields}
        made: App = app(alias, command=command, **about)
        self._platform.apps[made.id] = made
        return made.id

    def make_file(self, name: str, size: int, user: str = "demo") -> str:
        """A temporary file of zeros that takes no space; answers its path on the server."""
        return self._platform.files.sparse(user, name, size).key

    def make_jobs(self, count: int, user: str = "demo", **fields: Json) -> list[str]:
        """Many jobs that never move; answers their ids. ``fields``: of ``Job``; ``app`` is an
        alias, ``{n}`` in ``name`` their number."""
        alias = fields.pop("app", "demo/echo")
        name = fields.pop("name", "job {n}")
        about = {"state": "DONE", "inputs": {}, "resources": [], **fields}
        app_id, now = self._platform.app(alias).id, self._platform.clock.now()
        made = []
        for n in range(count):
            title = name.replace("{n}", str(n))
            job = Job(new_id(), user, title, app_id, created=now, still=True, **about)
            self._platform.books.put(job)
            made.append(job.key)
        return made

    def move(self, job_id: str, state: str, **fields: Json) -> None:
        """Put one of ``make_jobs`` into another state, with ``result`` or ``info``."""
        job = self._platform.books.jobs[job_id]
        for name, value in {"state": state, **fields}.items():
            setattr(job, name, value)
        self._platform.books.put(job)

    def vanish(self, job_id: str) -> None:
        """Forget a job, whatever it does: asking for it is a 404 from now on."""
        job = self._platform.books.jobs[job_id]
        self._platform.soon(lambda: self._platform.vanish(job))

    # -- what happened ----------------------------------------------------------------------

    def jobs(self) -> list[dict[str, Json]]:
        """All jobs of all users: ``id``, ``name``, ``state``, ``user``, ``attempt``."""
        jobs = list(self._platform.books.jobs.values())
        keys = ("name", "state", "attempt")
        return [{"id": j.key, "user": j.owner, **{k: getattr(j, k) for k in keys}} for j in jobs]

    def unfinished(self) -> int:
        """How many jobs have not ended."""
        return sum(job["state"] not in FINAL for job in self.jobs())

    def runs(self) -> dict[str, int]:
        """Job name -> commands that were started for it."""
        return dict(self._platform.agent.runs)

    def counts(self) -> dict[str, int]:
        """Route -> requests, since ``reset_counts``."""
        return dict(self._counters.routes)

    def load(self) -> dict[str, int]:
        """Connections and requests: ``connections``, ``in_flight``, and the most of each."""
        names = ("connections", "in_flight", "most_connections", "most_in_flight")
        return {name: getattr(self._counters, name) for name in names}

    def requests(self) -> list[dict[str, Json]]:
        """The last 5,000 requests: route, method, uri, status, headers and body, no secrets."""
        return list(self._counters.requests)

    def reset_counts(self) -> None:
        """Count from zero."""
        self._counters.reset()

    def leaks(self) -> list[str]:
        """Addresses of the second server that were asked for with a token."""
        return list(self._counters.leaks)
