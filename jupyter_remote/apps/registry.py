"""All apps by name: our own, and those made for jupyter-server-proxy."""

from __future__ import annotations

import base64
import contextlib
import copy
import difflib
import functools
import itertools
import mimetypes
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from traitlets import Bool, List, Unicode
from traitlets.config import Config, Configurable, LoggingConfigurable
from traitlets.config.loader import LazyConfigValue

from ..errors import Forbidden, InvalidSpec
from ..model import JobSpec, Json, Session
from .base import App, AppInfo, Upstream
from .proxied import ProxiedApp, server_process

GROUP = "jupyter_serverproxy_servers"
_ICON_BYTES = 1 << 18
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "empty",
}


class BrokenApp:
    """Stands in the list for an app that could not be read, with the reason."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason

    def info(self) -> AppInfo:
        """Listed, but no launcher card."""
        return AppInfo(name=self.name, title=self.name, launcher=False, reason=self.reason)

    def job(self, session: Session, prefix: str) -> JobSpec:
        """Raises InvalidSpec."""
        raise InvalidSpec(self.reason)

    def title(self, options: Mapping[str, Json]) -> str:
        """Its name."""
        return self.name

    def upstream(self, session: Session, prefix: str) -> Upstream:
        """Of no use."""
        return Upstream()

    def page(self, session: Session, prefix: str) -> str | None:
        """No page."""
        return None


def icon(path: str) -> str:
    """A picture file as SVG text; raises OSError or ValueError when it cannot be one."""
    if os.stat(path).st_size > _ICON_BYTES:
        raise ValueError(f"{path} has more than {_ICON_BYTES} bytes")
    data, mime = Path(path).read_bytes(), mimetypes.guess_type(path)[0] or ""
    if mime == "image/svg+xml":
        if b"<svg" not in data:
            raise ValueError(f"{path} contains no <svg>")
        return data.decode()
    if not mime.startswith("image/"):
        raise ValueError(f"{path} is no picture")
    uri = f"data:{mime};base64,{base64.b64encode(data).decode()}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<image href="{uri}" width="16" height="16"/></svg>'
    )


def configured(config: Config) -> Mapping[str, Any]:
    """``ServerProxy.servers`` of jupyter-server-proxy's configuration, as it was written."""
    servers = config["ServerProxy"].get("servers", {}) if "ServerProxy" in config else {}
    if isinstance(servers, LazyConfigValue):
        servers = servers.get_value({})
    return servers if isinstance(servers, Mapping) else {}


def found() -> Iterable[EntryPoint]:
    """The entry points of all packages that can be read, in an order that does not change."""
    entries: list[EntryPoint] = []
    for package in distributions():
        with contextlib.suppress(Exception):  # a damaged package hides only itself
            entries += package.entry_points.select(group=GROUP)
    return sorted(entries, key=lambda entry: (entry.name, entry.value))


def _called(entry: EntryPoint) -> Any:
    return entry.load()()


def with_defaults(schema: Mapping[str, Json], values: Mapping[str, Json]) -> dict[str, Json]:
    """A copy of ``values`` with the defaults of absent properties, also of nested objects."""
    filled = copy.deepcopy(dict(values))
    for name, part in schema.get("properties", {}).items():
        if name not in filled and "default" in part:
            filled[name] = copy.deepcopy(part["default"])
        if isinstance(filled.get(name), dict):
            filled[name] = with_defaults(part, filled[name])
    return filled


def in_words(error: ValidationError) -> str:
    """What is wrong with an option, in plain words that name it."""
    where = ".".join(str(part) for part in error.absolute_path)
    subject = f"“{where}”" if where else "what was given"
    rule: Any = error.validator_value
    given: Any = error.instance
    if error.validator == "additionalProperties" and rule is False:
        return _unknown(error, where)
    if error.validator == "required":
        absent = ", ".join(f"“{name}”" for name in rule if name not in given)
        return f"{f'{subject} needs ' if where else ''}{absent}{'' if where else ' is missing'}"
    plain: dict[str, Callable[[], str]] = {
        "type": lambda: f"must be {_types(rule)}, not {given!r:.60}",
        "enum": lambda: f"must be one of {', '.join(map(str, rule))}, not {given!r:.60}",
        "const": lambda: f"can only be {rule}",
        "minimum": lambda: f"must be at least {rule}, not {given}",
        "maximum": lambda: f"must be at most {rule}, not {given}",
        "minLength": lambda: "must not be empty" if rule == 1 else f"needs {rule} characters",
        "minItems": lambda: "must not be empty" if rule == 1 else f"needs {rule} entries",
        "maxLength": lambda: f"must not have more than {rule} characters",
        "maxItems": lambda: f"must not have more than {rule} entries",
        "pattern": lambda: f"does not allow {given!r:.60}",
    }
    said = plain.get(str(error.validator))
    return f"{subject} {said() if said else f'does not fit: {error.message}'}"


def _unknown(error: ValidationError, where: str) -> str:
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []
    given: Any = error.instance
    name = next(name for name in given if name not in known)
    there = f"; there is: {', '.join(known)}" if known else "; it has none"
    return f"there is no option “{f'{where}.' if where else ''}{name}”{_near(name, known) or there}"


def _types(rule: str | Sequence[str]) -> str:
    return " or ".join(
        _TYPES.get(name, name) for name in ([rule] if isinstance(rule, str) else rule)
    )


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean “{near[0]}”?" if near else ""


class RemoteApps(LoggingConfigurable):
    """Every app that can run. All methods may be called from any thread; the first call of
    ``infos`` (or of ``get`` with a name that is not built in) imports foreign packages and may
    take seconds. A package installed later is found by the next ``infos``; one that was
    removed or repaired is noticed at the next start of the server."""

    disabled = List(
        Unicode(),
        config=True,
        help="Names of apps that nobody can start or see, e.g. ['rstudio', 'command'].",
    )
    enabled_proxied = Bool(
        True,
        config=True,
        help="Offer the apps made for jupyter-server-proxy: those of installed packages and "
        "those in ``c.ServerProxy.servers``.",
    )

    def __init__(
        self,
        parent: Configurable | None,
        apps: Sequence[App],
        *,
        entry_points: Callable[[], Iterable[EntryPoint]] = found,
        **kwargs: Any,
    ) -> None:
        """``apps`` are built in, their names keep; ValueError when two have the same."""
        super().__init__(**({"parent": parent} if parent is not None else {}), **kwargs)
        self._entry_points = entry_points
        self._lock = threading.RLock()
        self._apps: dict[str, App] = {}
        self._read: set[tuple[str, str]] = set()
        self._reported: set[str] = set()
        for app in apps:
            name = self._safely(type(app).__name__, app).name
            if name in self._apps:
                raise ValueError(f"two apps are called {name!r}")
            self._apps[name] = app

    def get(self, name: str) -> App:
        """The app of this name; InvalidSpec when there is none, Forbidden when disabled."""
        if name not in self._apps:
            self._look()
        if name in self.disabled:
            raise Forbidden(f"The app “{name}” is switched off on this server.")
        if name not in self._apps:
            known = [other for other in list(self._apps) if other not in self.disabled]
            there = f"; there is: {', '.join(known)}"
            raise InvalidSpec(f"There is no app “{name}”{_near(name, known) or there}")
        return self._apps[name]

    def infos(self) -> list[AppInfo]:
        """All apps, built-in ones first; a broken one is listed with the reason."""
        self._look()
        shown = [item for item in list(self._apps.items()) if item[0] not in self.disabled]
        return [self._safely(name, app) for name, app in shown]

    def validate(self, name: str, options: Mapping[str, Json]) -> dict[str, Json]:
        """A copy of ``options`` with the app's defaults; InvalidSpec naming the wrong option."""
        info = self.get(name).info()
        schema = dict(info.options) or {"type": "object", "additionalProperties": False}
        if not isinstance(options, Mapping):
            raise InvalidSpec(f"{info.title}: options must be an object, not {options!r:.60}")
        filled = with_defaults(schema, options)
        error = best_match(Draft202012Validator(schema).iter_errors(filled))
        if error is not None:
            raise InvalidSpec(f"{info.title}: {in_words(error)}")
        return filled

    def alike(self, one: Session, other: Session) -> bool:
        """The same app at the same place, and the same options but for those that are only hints
        (``x-hint`` in the schema)."""
        if (one.app, one.backend) != (other.app, other.backend):
            return False
        known = self.get(one.app).info().options.get("properties", {})
        hints = {option for option, schema in known.items() if schema.get("x-hint")}
        names = {*one.options, *other.options} - hints
        return all(one.options.get(o) == other.options.get(o) for o in names)

    def _safely(self, name: str, app: App) -> AppInfo:
        try:
            return app.info()
        except Exception as error:  # one broken app never hides the others
            reason = f"It cannot be described: {type(error).__name__}: {error}"
            if name not in self._reported:
                self._reported.add(name)
                self.log.warning("The app %s is broken. %s", name, reason, exc_info=True)
            return AppInfo(name=name, title=name, launcher=False, reason=reason)

    def _look(self) -> None:
        """Read every description that was not read before."""
        with self._lock:
            if not self.enabled_proxied:
                return
            servers = configured(self.config)
            for server, value in servers.items():
                self._add(server, "", functools.partial(copy.copy, value), "c.ServerProxy.servers")
            for entry in self._entry_points():
                if entry.name not in servers:  # as there, the configuration wins
                    package = f"the package {entry.dist.name}" if entry.dist else entry.value
                    self._add(entry.name, entry.value, functools.partial(_called, entry), package)

    def _add(self, server: str, value: str, read: Callable[[], Any], source: str) -> None:
        """Read one description, once; whatever happens there, an app comes out."""
        if (server, value) in self._read:
            return
        self._read.add((server, value))
        name = self._free(server)
        try:
            config = server_process(read())
            picture = self._icon(name, str(config["launcher_entry"].get("icon_path") or ""))
            server = str(config.get("name") or server)
            app: App = ProxiedApp(name, server, config, source=source, icon=picture)
        except (Exception, SystemExit) as error:  # it is foreign code
            reason = f"It comes from {source} and fails with {type(error).__name__}: {error}"
            self.log.warning("The app %s cannot be used. %s", name, reason)
            app = BrokenApp(name, f"{reason}. After a repair, restart the Jupyter server.")
        self._apps[name] = app

    def _free(self, name: str) -> str:
        """A name that no app has: ``name``, ``proxy-name``, ``proxy-name-2``, ..."""
        candidates = itertools.chain(
            (name, f"proxy-{name}"), (f"proxy-{name}-{n}" for n in itertools.count(2))
        )
        return next(candidate for candidate in candidates if candidate not in self._apps)

    def _icon(self, name: str, path: str) -> str:
        try:
            return icon(path) if path else ""
        except (OSError, ValueError) as error:
            self.log.warning("The app %s has no icon: %s", name, error)
            return ""
