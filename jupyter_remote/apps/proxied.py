"""Apps made for jupyter-server-proxy (RStudio, code-server, ...), run as sessions of ours.

The dictionaries mean what jupyter-server-proxy says they mean, with ``base_url`` = the
session's prefix: https://jupyter-server-proxy.readthedocs.io/en/latest/server-process.html.
An app with ``absolute_url`` lives at ``<prefix><name>/``, as it does there at
``<base_url><name>/``; every other one at the prefix itself, and ``{base_url}<name>`` in its
command becomes the prefix.

Not taken over: ``category``, ``update_last_activity``, ``exclude_last_activity_patterns``;
``progressive`` is how our proxy always works. Without ``timeout`` it is 60 s, not 5 s.
"""

from __future__ import annotations

import copy
import html
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ..errors import InvalidSpec
from ..model import JobSpec, Json, Ready, Session
from .base import AppInfo, Upstream
from .command import CWD, folder, installed

_PORT = 61973
"""Stands for the port in what a callable computes: the agent takes one only later."""

_TIMEOUT = 60.0
_FIELDS: Mapping[str, tuple[Any, str]] = {
    "name": (str, "text"),
    "command": ((list, tuple, Callable), "a list or a function"),
    "environment": ((Mapping, Callable), "a dictionary or a function"),
    "timeout": ((int, float), "a number of seconds"),
    "absolute_url": (bool, "true or false"),
    "port": (int, "a number"),
    "unix_socket": ((bool, str, os.PathLike, type(None)), "true, false or a path"),
    "mappath": ((Mapping, Callable), "a dictionary or a function"),
    "launcher_entry": (object, "a dictionary"),
    "new_browser_tab": (bool, "true or false"),
    "request_headers_override": ((Mapping, Callable), "a dictionary or a function"),
    "rewrite_response": ((list, tuple, Callable), "a function or a list of functions"),
    "raw_socket_proxy": (bool, "true or false"),
}
_LAUNCHER = ("enabled", "icon_path", "title", "path_info")


def asked(function: Callable[..., Any], **given: Any) -> Any:
    """Call ``function`` with those of ``given`` that its parameters name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        parameters = {}.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return function(**given)
    bound = getattr(function, "keywords", {})  # of a functools.partial
    known = [p for p in parameters if p.name in given and p.name not in bound]
    positional = [given[p.name] for p in known if p.kind is p.POSITIONAL_ONLY]
    named = {p.name: given[p.name] for p in known if p.kind is not p.POSITIONAL_ONLY}
    return function(*positional, **named)


def _plain(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """A dictionary, or an object with these attributes (ServerProcess, LauncherEntry)."""
    if isinstance(value, Mapping):
        return dict(value)
    return {key: getattr(value, key) for key in keys if hasattr(value, key)}


def server_process(value: Any) -> dict[str, Any]:
    """Check what an entry point or the configuration says; raises TypeError in plain words.

    Fields that jupyter-server-proxy does not know are ignored, as it does.
    """
    config = _plain(value, tuple(_FIELDS))
    if not config:
        raise TypeError(f"a dictionary is expected, not {value!r:.80}")
    for field, (types, meaning) in _FIELDS.items():
        if field in config and not isinstance(config[field], types):
            raise TypeError(f"{field} must be {meaning}, not {config[field]!r:.80}")
    config["launcher_entry"] = _plain(config.get("launcher_entry") or {}, _LAUNCHER)
    return config


class _Paths(Mapping[str, str]):
    """``mappath``, a dictionary or a function, of the paths below ``home``."""

    def __init__(self, given: Mapping[str, str] | Callable[..., str], home: str) -> None:
        self._given, self._home = given, home

    def __getitem__(self, path: str) -> str:
        if not path.startswith(self._home + "/"):
            raise KeyError(path)
        given, below = self._given, path[len(self._home) :]
        return self._home + (asked(given, path=below) if callable(given) else given[below])

    def __iter__(self) -> Iterator[str]:
        return iter(() if callable(self._given) else [self._home + key for key in self._given])

    def __len__(self) -> int:
        return 1


class ProxiedApp:
    """One of them. ``config`` comes from ``server_process``, ``server`` is its name there."""

    def __init__(
        self, name: str, server: str, config: Mapping[str, Any], *, source: str, icon: str = ""
    ) -> None:
        self.name, self.server, self.config = name, server, config
        self._source, self._icon = source, icon
        self._launcher: Mapping[str, Any] = config["launcher_entry"]
        self._absolute = bool(config.get("absolute_url"))
        self._socket = bool(config.get("unix_socket"))

    def info(self) -> AppInfo:
        """Title, icon and place in the launcher as its author gave them."""
        return AppInfo(
            name=self.name,
            title=self.title({}),
            caption=f"Web app from {self._source}",
            icon=self._icon,
            opens="browser" if self.config.get("new_browser_tab", True) else "tab",
            launcher=bool(self._launcher.get("enabled", True)),
            reason=self._reason(),
            options={
                "type": "object",
                "additionalProperties": False,
                "properties": {"cwd": CWD},
            },
        )

    def title(self, options: Mapping[str, Json]) -> str:
        """The launcher entry's title, else the name of the server."""
        return str(self._launcher.get("title") or self.server)

    def job(self, session: Session, prefix: str) -> JobSpec:
        """Its command and environment; a function that gives them is called here, and may
        take a while. Raises InvalidSpec when that fails or a program is missing."""
        reason = self._reason()
        if reason:
            raise InvalidSpec(reason)
        argv, env = self._argv(prefix), self._rendered("environment", {}, prefix)
        cwd = folder(session.options.get("cwd") or "") or os.getcwd()
        missing = self._missing(argv, env, cwd)
        if missing:
            raise InvalidSpec(missing)
        return JobSpec(
            name=session.job_name,
            argv=argv,
            env=env,
            cwd=cwd,
            listen="socket" if self._socket else "port",
            ready=Ready(kind="http", path=self._place(prefix), timeout=self._timeout),
        )

    def upstream(self, session: Session, prefix: str) -> Upstream:
        """How to talk to it. ``mappath`` sees the path as it would there, and may answer with a
        query in it. Headers that contain the port or socket are left out."""
        rendered = self._rendered("request_headers_override", {}, prefix)
        headers = {k: v for k, v in rendered.items() if "{port}" not in v and "{socket}" not in v}
        mappath, home = self.config.get("mappath"), self._place(prefix).rstrip("/")
        return Upstream(
            strip_prefix=not self._absolute,
            mappath=_Paths(mappath, home) if mappath else {},
            request_headers=headers,
            rewrite=self._rewrite if self.config.get("rewrite_response") else None,
            waits=self._timeout,
        )

    @property
    def _timeout(self) -> float:
        """Seconds for the app to listen."""
        return float(self.config.get("timeout", _TIMEOUT))

    def page(self, session: Session, prefix: str) -> str | None:
        """A page that goes on to ``path_info``, unless the app starts at the prefix itself."""
        first = html.escape("./" + self._first())
        if first == "./":
            return None
        return (
            f'<!doctype html><meta charset="utf-8"><title>{html.escape(self.title({}))}</title>'
            f'<meta http-equiv="refresh" content="0; url={first}"><a href="{first}">{first}</a>'
        )

    def _place(self, prefix: str) -> str:
        """The path at which the app itself thinks it is."""
        return f"{prefix}{quote(self.server)}/" if self._absolute else "/"

    def _first(self) -> str:
        """The path to open first, below the prefix. One outside the app's own is not ours."""
        given = str(self._launcher.get("path_info") or "").lstrip("/")
        rest = given.removeprefix(self.server)
        own = rest != given and (not rest or rest[0] in "/?#")
        rest = rest.removeprefix("/") if own else ""
        return f"{quote(self.server)}/{rest}" if self._absolute else rest

    def _reason(self) -> str:
        """Why it cannot be started, as far as that shows without starting anything."""
        title, command = self.title({}), self.config.get("command")
        if self.config.get("raw_socket_proxy"):
            return (
                f"{title} speaks a protocol of its own through a websocket "
                "(raw_socket_proxy): it has no page that could be opened as a session."
            )
        if not command:
            where = self.config.get("port") or self.config.get("unix_socket") or "nowhere"
            return (
                f"{title} is started by somebody else and listens at {where}: without a "
                "command it cannot be a session. Add a command to its configuration."
            )
        environment = self.config.get("environment") or {}
        if callable(command) or callable(environment):
            return ""
        try:
            env = self._rendered("environment", {}, "/")
            return self._missing(self._argv("/"), env, os.getcwd())
        except InvalidSpec as error:
            return str(error)

    def _missing(self, argv: tuple[str, ...], env: Mapping[str, str], cwd: str) -> str:
        title = self.title({})
        if not installed(argv[0], env, cwd):
            return f"{title} needs the program “{argv[0]}”, which is not installed here."
        mark = "{socket}" if self._socket else "{port}"
        if not any(mark in text for text in (*argv, *env.values())):
            at = self.config.get("port") or "a place"
            return (
                f"{title} listens at {at} of its own choice: a session needs a command (or "
                f"environment) that takes {{{'unix_socket' if self._socket else 'port'}}}."
            )
        return ""

    def _argv(self, prefix: str) -> tuple[str, ...]:
        argv: tuple[str, ...] = tuple(self._rendered("command", [], prefix))
        if not argv or not argv[0]:
            raise InvalidSpec(f"{self.title({})}: its command is empty.")
        return argv

    def _rendered(self, field: str, default: Any, prefix: str) -> Any:
        """A list or dictionary of ``config`` with our placeholders in place of theirs."""
        value = self.config.get(field) or default
        try:
            if callable(value):
                socket = "{unix_socket}" if self._socket else ""
                port = 0 if self._socket else _PORT
                value = asked(value, port=port, unix_socket=socket, base_url=prefix)
            if isinstance(value, Mapping):
                return {self._text(k, prefix): self._text(v, prefix) for k, v in value.items()}
            if isinstance(value, list | tuple):
                return [self._text(item, prefix) for item in value]
            raise TypeError(f"{value!r:.80} is neither a list nor a dictionary")
        except Exception as error:  # it is foreign code
            words = f"{type(error).__name__}: {error}"
            raise InvalidSpec(f"{self.title({})} cannot be used here ({field}): {words}") from error

    def _text(self, value: Any, prefix: str) -> str:
        if not isinstance(value, str | int | float | os.PathLike):
            raise TypeError(f"text is expected, not {value!r:.80}")
        socket, port = ("{socket}", "0") if self._socket else ("", "{port}")
        text = str(value).format(port=port, unix_socket=socket, base_url=prefix)
        return self._moved(self._own_place(text), prefix)

    def _own_place(self, text: str) -> str:
        """Every session has a port or socket of its own, also of an app with a fixed one."""
        fixed = self.config.get("unix_socket")
        if self._socket:
            return text if fixed is True else text.replace(str(fixed), "{socket}")
        text = re.sub(rf"(?<!\d){_PORT}(?!\d)", "{port}", text)
        port = self.config.get("port")
        return re.sub(rf"(?<!\w){port}(?!\w)", "{port}", text) if port else text

    def _moved(self, text: str, prefix: str) -> str:
        """Where the app thinks its pages are: see the head of this file."""
        if not self._absolute:
            base = prefix.strip("/")
            named = re.escape(f"{base}/{self.server}") + r"(?![\w.-])"
            return re.sub(named, base, text) if base else text
        # Some ask JupyterHub's environment for the place, not jupyter-server-proxy.
        hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
        if text.rstrip("/") == f"{hub.rstrip('/')}/{self.server}":
            return text.replace(hub, prefix, 1)
        return text

    def _rewrite(self, response: Any, *, request: Any = None, path: str = "/") -> None:
        """Apply ``rewrite_response`` to a whole answer; changes it in place."""
        functions = self.config["rewrite_response"]
        original = copy.copy(response)
        original.headers = copy.copy(response.headers)
        given = {"request": request, "orig_response": original, "path": path}
        for function in functions if isinstance(functions, list | tuple) else [functions]:
            asked(function, response=response, host="localhost", port=0, **given)
