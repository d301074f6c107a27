"""What the sender chose, from the fields of a request to a record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from ..errors import InvalidSpec
from ..model import Json
from .model import Share
from .version import Version

_FLAGS = ("once", "follow", "outputs", "widgets")


def chosen(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Fields of a Share that a request names."""
    flags = {key: fields[key] for key in _FLAGS if key in fields}
    return flags | {"users": tuple(dict.fromkeys(fields.get("users", [])))}


def carrying(
    share: Share, version: Version, carry: Sequence[str], server: Mapping[str, Json]
) -> Share:
    """The share with what it carries besides the notebook: ``kernel`` and keys of ``server``,
    the options of this server that may be told. Raises InvalidSpec for others."""
    unknown = set(carry) - {"kernel", *server}
    if unknown:
        raise InvalidSpec(f"this server has no option {', '.join(sorted(unknown))}")
    kernel = version.kernel if "kernel" in carry else None
    told = {key: value for key, value in server.items() if key in carry}
    return dataclasses.replace(share, options={"kernel": kernel, "server": told})
