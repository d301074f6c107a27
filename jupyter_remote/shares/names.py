"""Names and numbers as people read them: of files that strangers named, of sizes and times."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

_LONGEST: Final = 200
_UNFIT: Final = re.compile(r'[\\/:*?"<>|]')


def file_name(text: str, default: str = "file") -> str:
    """A name fit for one file in a folder, from whatever somebody sent: no path, nothing
    hidden, no control characters, at most 200 bytes."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", text))[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    clean = _UNFIT.sub("_", clean).strip().lstrip(".").strip()
    stem, dot, suffix = clean.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem and len(suffix) < 10 else (clean, "")
    room = _LONGEST - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore") + suffix or default


def notebook_name(text: str) -> str:
    """The same for a notebook: it ends with ``.ipynb``."""
    name = file_name(text, "Shared.ipynb")
    return name if name.endswith(".ipynb") else f"{name}.ipynb"


def as_size(count: int) -> str:
    """Bytes for people: ``1.5 MB``; powers of 1000."""
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return (
        f"{size:.0f} {units[0]}" if size >= 100 or units[0] == "bytes" else f"{size:.3g} {units[0]}"
    )


def as_day(time: str) -> str:
    """A time of a record for people: ``22 November 2026, 10:15 UTC``; empty stays empty."""
    try:
        moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    except ValueError:
        return ""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
