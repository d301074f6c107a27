"""The App protocol: a pure description of what can run in a session."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..model import JobSpec, Json, Session


@dataclasses.dataclass(frozen=True, kw_only=True)
class AppInfo:
    """What the launcher shows. ``icon`` is SVG text or empty; ``reason`` says in one
    paragraph why the app cannot be used here and how to install it (empty: it can).
    ``options`` is a JSON Schema (``type: object``, ``additionalProperties: false``) of what
    a request may say. ``opens``: a Lab tab with a frame, a browser tab, or nothing at all.
    ``launcher``: shown as a launcher card by itself."""

    name: str
    title: str
    caption: str = ""
    icon: str = ""
    opens: str = "tab"
    launcher: bool = True
    reason: str = ""
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Upstream:
    """How the proxy talks to an app: see ``proxy/handler.py``.

    ``strip_prefix``: the app sees ``/path``, not ``<base_url>jupyter-remote/s/<id>/path``;
    ``mappath``: further renaming of paths; ``request_headers``: added to every request
    (credentials of the app among them); ``response_headers``: set on every answer;
    ``waits``: hold a websocket handshake until the app listens, up to so many seconds;
    ``reports``: the app's page tells of real input itself (its bytes alone mean nothing);
    ``rewrite``: called as ``rewrite(response, request=..., path=...)`` with a whole answer
    (``code``, ``reason``, ``headers``, ``body`` as bytes), which it changes in place; such
    answers are held as a whole, at most 100 MB.
    """

    strip_prefix: bool = True
    mappath: Mapping[str, str] = dataclasses.field(default_factory=dict)
    request_headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    response_headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    waits: float = 30.0
    reports: bool = False
    rewrite: Callable[..., Any] | None = None


class App(Protocol):
    """One thing that can run. Apps keep no state: everything follows from the session."""

    def info(self) -> AppInfo:
        """Looked up anew at each listing, so that an installed program appears at once."""
        ...

    def job(self, session: Session, prefix: str) -> JobSpec:
        """What to run; ``prefix`` is the path of ``s/<id>/``. Raises InvalidSpec when the
        app or a program named in the options is not there."""
        ...

    def title(self, options: Mapping[str, Json]) -> str:
        """Default name of a session with these (validated) options."""
        ...

    def upstream(self, session: Session, prefix: str) -> Upstream:
        """How the proxy shall talk to the running app."""
        ...

    def page(self, session: Session, prefix: str) -> str | None:
        """HTML served at ``s/<id>/`` instead of the app's own page, or None."""
        ...
