"""Values as every reader of JSON takes them, browsers among them. Pure.

Python writes and reads ``NaN`` and ``Infinity``, which JSON does not know, and whole numbers of any
length, of which a browser keeps 53 bits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Final

from .model import Json

MOST: Final = 2**53
"""Beyond it browsers round whole numbers."""


def valid(value: Json) -> Json:
    """The value with the texts ``NaN``, ``Infinity`` and ``-Infinity`` for numbers that JSON does
    not know."""
    if isinstance(value, float):
        return value if math.isfinite(value) else json.dumps(value)
    if isinstance(value, Mapping):
        return {key: valid(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [valid(each) for each in value]
    return value


def exact(value: Json) -> Json:
    """The same, and whole numbers that a browser would round as texts."""
    if isinstance(value, int):
        return str(value) if abs(value) > MOST else value
    if isinstance(value, Mapping):
        return {key: exact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [exact(each) for each in value]
    return valid(value)


def dumped(data: Json) -> str:
    """A JSON document, whatever the values are."""
    try:
        return json.dumps(data, allow_nan=False)
    except ValueError:
        return json.dumps(valid(data), allow_nan=False)
