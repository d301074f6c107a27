"""Inputs of a job: checked against the application's description, before anything is sent."""

from __future__ import annotations

import math
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from .errors import InvalidInput
from .hidden import hidden
from .model import AppInfo, Json, Parameter
from .together import together
from .uploads import readable


@runtime_checkable
class HasUri(Protocol):
    """A file that is on a server already."""

    @property
    def uri(self) -> str:
        """Its address on that server."""

    @property
    def server(self) -> str:
        """The server's address."""


Upload = Callable[[Path, str], Awaitable[str]]
"""Path and field -> uri."""

_WORDS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "True or False",
    "array": "a list",
    "object": "a dictionary",
}


def check(app: AppInfo | None, inputs: Mapping[str, Json], server: str) -> None:
    """Raises InvalidInput for the first input that is wrong, with its name. Without a description
    only files and what cannot be sent are checked."""
    if app is not None:
        known = ", ".join(app.inputs) or "none"
        for name in inputs:
            if name not in app.inputs:
                raise InvalidInput(f"{name}: {_of(app)} has no such input; it has: {known}", name)
        for name, parameter in app.inputs.items():
            if parameter.required and inputs.get(name) is None:
                raise InvalidInput(f"{name}: {_of(app)} needs it ({parameter.title})", name)
    for name, value in inputs.items():
        if value is not None:
            _check_value(name, app.inputs[name] if app else None, value, server)


async def sent(app: AppInfo | None, inputs: Mapping[str, Json], upload: Upload) -> dict[str, Json]:
    """The inputs as they are sent: files are uploaded and become uris; None is left out. When
    one cannot be, the others are given up."""

    async def one(name: str, value: Json) -> Json:
        is_file = app is not None and name in app.inputs and app.inputs[name].file
        if isinstance(value, HasUri):
            return value.uri
        if isinstance(value, os.PathLike) or (is_file and is_path(value)):
            return await upload(Path(os.fspath(value)), name)
        if isinstance(value, list | tuple):
            return await together(one(name, each) for each in value)
        return value

    names = [name for name, value in inputs.items() if value is not None]
    values = await together(one(name, inputs[name]) for name in names)
    return dict(zip(names, values, strict=True))


def plain(value: Json) -> Json:
    """The value with numbers of numpy and pandas as Python's own."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if type(value).__module__.split(".")[0] == "numpy":
        return value.tolist()
    return value


def is_path(value: Json) -> bool:
    """Whether a text given for a file is a path here, not an address."""
    return isinstance(value, str) and not value.startswith(("/api/files/", "http://", "https://"))


def _of(app: AppInfo) -> str:
    return f"the application {app.alias or app.name or app.id}"


def _check_value(name: str, parameter: Parameter | None, value: Json, server: str) -> None:
    several = value if isinstance(value, list | tuple) else [value]
    for each in several:
        if isinstance(each, HasUri) and each.server != server:
            raise InvalidInput(
                f"{name}: this file is on another server, {each.server}: download it first", name
            )
    if parameter is not None:
        _check_type(name, parameter, value)
    for each in several:
        if parameter is not None and parameter.file:
            _check_file(name, each)
        elif isinstance(each, os.PathLike):
            readable(Path(each), name)
    _check_plain(name, value)


def _check_type(name: str, parameter: Parameter, value: Json) -> None:
    kind = parameter.type
    if kind == "array" and isinstance(value, list | tuple):
        if not parameter.file:
            _check_items(name, parameter, value)
    elif kind in _WORDS and not parameter.file and not _fits(kind, value):
        raise InvalidInput(f"{name}: {_WORDS[kind]} is needed, not {_told(parameter, value)}", name)
    elif kind == "array":
        raise InvalidInput(
            f"{name}: {_WORDS[kind]} of files is needed, not {_told(parameter, value)}", name
        )
    choices = parameter.raw.get("enum")
    if isinstance(choices, list) and value not in choices:
        given = _told(parameter, value)
        raise InvalidInput(f"{name}: one of {choices!r} is needed, not {given}", name)


def _check_items(name: str, parameter: Parameter, values: Sequence[Json]) -> None:
    items = parameter.raw.get("items")
    kind = items.get("type") if isinstance(items, dict) else None
    for each in values:
        if kind in _WORDS and not _fits(kind, each):
            given = _told(parameter, each)
            raise InvalidInput(f"{name}: each item must be {_WORDS[kind]}, not {given}", name)


def _told(parameter: Parameter, value: Json) -> str:
    """A wrong value as a message says it: it may be meant as a secret."""
    return repr(hidden(value, parameter.name, parameter.title))


def _check_file(name: str, value: Json) -> None:
    if isinstance(value, HasUri):
        return
    if isinstance(value, os.PathLike) or is_path(value):
        readable(Path(value), name)
    elif not isinstance(value, str):
        raise InvalidInput(f"{name}: a file is needed (a path, or an output), not {value!r}", name)


def _fits(kind: str, value: Json) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("number", "integer"):
        number = isinstance(value, int) or (kind == "number" and isinstance(value, float))
        return number and not isinstance(value, bool) and math.isfinite(value)
    types = {"string": str, "array": list | tuple, "object": Mapping}
    return isinstance(value, types[kind])


def _check_plain(name: str, value: Json) -> None:
    """Only what JSON can carry."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"{name}: {value!r} cannot be sent", name)
    if isinstance(value, Mapping):
        for each in value.values():
            _check_plain(name, each)
    elif isinstance(value, list | tuple):
        for each in value:
            _check_plain(name, each)
    elif not isinstance(value, str | int | float | bool | None | os.PathLike | HasUri):
        raise InvalidInput(f"{name}: a {type(value).__name__} cannot be sent", name)
