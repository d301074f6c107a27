"""Bodies of requests to the share service, checked before anything is done with them."""

from __future__ import annotations

import json
from typing import Final

import jsonschema

from ..errors import InvalidSpec
from ..model import Json

_USERS: Final = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 255},
    "uniqueItems": True,
}
_EXPIRES: Final = {"type": "number", "exclusiveMinimum": 0, "maximum": 1e10}
_KERNEL: Final = {
    "type": ["object", "null"],
    "properties": {
        name: {"type": "string", "maxLength": 255} for name in ("name", "display_name", "language")
    },
    "required": ["name"],
    "additionalProperties": False,
}
CREATE: Final = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 1000},
        "expires_in": _EXPIRES,
        "once": {"type": "boolean"},
        "users": _USERS,
        "outputs": {"type": "boolean"},
        "options": {
            "type": "object",
            "properties": {
                "kernel": _KERNEL,
                "server": {"type": ["object", "null"], "maxProperties": 50},
            },
            "additionalProperties": False,
        },
        "size": {"type": "integer", "minimum": 0},
    },
    "required": ["name", "expires_in"],
    "additionalProperties": False,
}
CHANGE: Final = {
    "type": "object",
    "properties": {"expires_in": _EXPIRES, "users": _USERS},
    "additionalProperties": False,
}


def read(raw: bytes, schema: dict[str, Json]) -> dict[str, Json]:
    """A checked body. Raises InvalidSpec with a sentence."""
    try:
        data = json.loads(raw or b"{}", parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidSpec(f"the request is not JSON: {error}") from error
    for wrong in jsonschema.Draft202012Validator(schema).iter_errors(data):
        where = ".".join(str(part) for part in wrong.absolute_path)
        raise InvalidSpec(f"{where}: {wrong.message}" if where else wrong.message)
    fields: dict[str, Json] = data
    return fields


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")
