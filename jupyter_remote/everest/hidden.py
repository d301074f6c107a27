"""Inputs that are not for everybody's eyes: passwords and the like, told by their names. Pure."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Final

from .model import AppInfo, JobInfo, Json
from .records import Record

HIDDEN: Final = "[hidden]"
"""Stands where a secret is not shown."""
LEAST: Final = 4
"""Letters of a secret that is looked for in other texts: a shorter one is in many words."""

_NAMES: Final = re.compile(
    r"pass(?:word|phrase|code|wd)|secret|token(?!i[sz])|credential|authorization|парол|секрет|токен"
    r"|(?:api|access|private|auth|license|account)[-_ ]?key",
    re.IGNORECASE,
)
_WORDS: Final = frozenset({"pass", "pwd", "key", "keys", "ключ"})
"""Words that make a name secret when it ends with them."""
_OPEN: Final = frozenset({"public", "sort", "primary", "foreign", "group", "join", "partition"})
"""Before ``key``: then it is no secret."""
_COUNTS: Final = frozenset(
    {"max", "min", "count", "number", "num", "n", "length", "size", "tokens"}
)
"""A number with such a word in its name is a number of something."""


def is_secret(*names: str) -> bool:
    """Whether a name, or a title, says that its value is a secret."""
    return any(_NAMES.search(name) or _ends_secretly(_parts(name)) for name in names)


def _parts(name: str) -> list[str]:
    apart = "".join(
        f" {each}" if each.isupper() and before.islower() else each
        for before, each in itertools.pairwise(f" {name}")
    )
    return [part.lower() for part in re.findall(r"[^\W\d_]+", apart)]


def _ends_secretly(parts: list[str]) -> bool:
    return bool(parts) and parts[-1] in _WORDS and not _OPEN & set(parts[-2:-1])


@functools.lru_cache(maxsize=1024)
def is_secret_kind(kind: str, *names: str) -> bool:
    """The same of an input of this type: yes and no are never secret, numbers of something
    neither."""
    if kind == "boolean" or not is_secret(*names):
        return False
    counts = any(_COUNTS & set(_parts(name)) for name in names)
    return not (kind in ("number", "integer") and counts)


def hidden(value: Json, *names: str) -> Json:
    """A value of this name without what is secret: all of it, or values in it by their names."""
    if isinstance(value, Mapping):
        return {key: hidden(each, str(key), *names) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(each, *names) for each in value]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    kind = "number" if number else "string"
    is_file = isinstance(value, str) and value.startswith("/api/files/")
    told = value is None or isinstance(value, bool) or value == "" or is_file
    return HIDDEN if not told and is_secret_kind(kind, *names) else value


def shown(
    inputs: Mapping[str, Json], about: AppInfo | None = None
) -> tuple[dict[str, Json], list[str]]:
    """The inputs of a job as they may be shown, and the names of those that have a secret."""
    safe = {name: _port(name, value, about) for name, value in inputs.items()}
    return safe, [name for name, value in inputs.items() if safe[name] != value]


def _port(name: str, value: Json, about: AppInfo | None) -> Json:
    port = about.inputs.get(name) if about else None
    if port is None:
        return hidden(value, name)
    return value if port.file else hidden(value, name, port.title)


def secrets_of(info: JobInfo, record: Record | None, about: AppInfo | None = None) -> set[str]:
    """The texts among a job's inputs, as the server tells them or as they were recorded, that
    nothing may show."""
    found: set[str] = set()
    for inputs in (info.inputs, record.inputs if record else {}):
        for name, value in inputs.items():
            found |= set(_differences(value, _port(name, value, about)))
    return {text for text in found if len(text) >= LEAST}


def _differences(value: Json, safe: Json) -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _differences(each, safe[key])
    elif isinstance(value, list | tuple):
        for each, safe_each in zip(value, safe, strict=True):
            yield from _differences(each, safe_each)
    elif value != safe:
        yield str(value)


def without(text: str, secrets: Iterable[str]) -> str:
    """A text of the server in which no secret stands."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def is_hidden(value: Json) -> bool:
    """Whether nothing is left of a value: a text, or a list of texts, all of them hidden."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(is_hidden, value))
    if isinstance(value, Mapping):
        return bool(value) and all(map(is_hidden, value.values()))
    return bool(value == HIDDEN)


def mentions(value: Json) -> bool:
    """Whether something in a value was hidden, and was not written anew."""
    if isinstance(value, Mapping):
        return any(mentions(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(mentions(each) for each in value)
    return bool(value == HIDDEN)
