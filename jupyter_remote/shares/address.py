"""Links that people paste: which of them this server may open by itself."""

from __future__ import annotations

import dataclasses
import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..errors import InvalidSpec
from .publish import HUB, LOCAL
from .tokens import PATTERN

FOREIGN: Final = "foreign"
PARAMETER: Final = "jupyter-remote-share"
"""Name of what holds a link in the fragment of Lab's address, or in its query."""
_LONGEST: Final = 4000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Address:
    """``kind``: local (this server's own), hub, or foreign; ``key``: the token, or ``id-<id>``
    in hub mode; ``whole``: the link names its host, so it may be another's that looks alike."""

    kind: str
    key: str = dataclasses.field(repr=False)
    link: str = dataclasses.field(repr=False)
    whole: bool


def read_link(text: str, *, local: str, hub: str) -> Address:
    """Read a link. ``local`` and ``hub`` are the paths below which the links of this server and
    of its hub's service lie; empty when there are none. A link in Lab's own address is found
    too. Raises InvalidSpec when it cannot be a link."""
    try:
        link = _inner(text.strip())
        parts = urlsplit(link)
    except ValueError:
        raise InvalidSpec("this is no share link") from None
    if len(link) > _LONGEST or parts.scheme not in ("", "http", "https") or not parts.path:
        raise InvalidSpec("this is no share link: it should begin with http:// or https://")
    path, whole = parts.path.rstrip("/"), bool(parts.netloc)
    if not whole and not path.startswith("/"):
        raise InvalidSpec("this is no share link: it should begin with http:// or https://")
    for kind, prefix, form in ((LOCAL, local, PATTERN), (HUB, hub, rf"{PATTERN}|id-[\w-]+")):
        found = prefix and re.fullmatch(f"{re.escape(prefix)}({form})", path)
        if found:
            return Address(kind=kind, key=found[1], link=path, whole=whole)
    return Address(kind=FOREIGN, key="", link=link, whole=whole)


def _inner(link: str) -> str:
    parts = urlsplit(link)
    held = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
    return held.get(PARAMETER, [link])[0]
