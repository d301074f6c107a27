"""Bundles: a zip of a notebook, its options and what it needs, which imports anywhere.

Contents: ``<name>.ipynb``, ``options.json`` (``{"format": "jupyter-remote-bundle", "version":
1, "name", "options"}``) and files of REQUIREMENTS as they lay beside the notebook. Nothing is
ever unpacked to a path that stands in a bundle.
"""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Final

from ..errors import InvalidSpec, TooLarge
from ..model import Json
from .names import notebook_name

FORMAT: Final = "jupyter-remote-bundle"
REQUIREMENTS: Final = ("requirements.txt", "environment.yml", "environment.yaml")
MOST_EXTRA: Final = 1 << 20
"""Bytes of one file besides the notebook."""
_ENTRIES: Final = 32
_PART: Final = 1 << 20
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error)
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bundle:
    """What a bundle holds; ``name`` is fit for a file, ``extras`` are those of REQUIREMENTS."""

    name: str
    notebook: bytes
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    extras: Mapping[str, bytes] = dataclasses.field(default_factory=dict)


def write_bundle(bundle: Bundle, target: IO[bytes]) -> None:
    """Write the zip; blocks."""
    pack(bundle.name, io.BytesIO(bundle.notebook), bundle.options, target, bundle.extras)


def pack(
    name: str,
    notebook: IO[bytes],
    options: Mapping[str, Json],
    target: IO[bytes],
    extras: Mapping[str, bytes] | None = None,
) -> None:
    """The same of a notebook that is read part by part."""
    about = {"format": FORMAT, "version": 1, "name": name, "options": options}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with archive.open(notebook_name(name), "w") as entry:
            shutil.copyfileobj(notebook, entry, _PART)
        archive.writestr("options.json", json.dumps(about, indent=1))
        for beside, content in (extras or {}).items():
            archive.writestr(beside, content)


def read_bundle(source: IO[bytes], *, most: int) -> Bundle:
    """Read a zip that somebody made. ``most`` is how many bytes its notebook may have when
    unpacked. Raises InvalidSpec when it is no bundle, TooLarge; blocks."""
    try:
        with zipfile.ZipFile(source) as archive:
            return _read(archive, most)
    except (*_DAMAGED, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise InvalidSpec(f"this is no bundle: {error}") from error


def _read(archive: zipfile.ZipFile, most: int) -> Bundle:
    entries = archive.infolist()
    if len(entries) > _ENTRIES:
        raise InvalidSpec("this is no bundle: it holds too many files")
    notebooks = [e for e in entries if e.filename.endswith(".ipynb") and "/" not in e.filename]
    if len(notebooks) != 1:
        raise InvalidSpec("this is no bundle: it must hold exactly one notebook")
    extras = {
        e.filename: unpacked(archive, e, MOST_EXTRA) for e in entries if e.filename in REQUIREMENTS
    }
    about = next((e for e in entries if e.filename == "options.json"), None)
    return Bundle(
        name=notebook_name(notebooks[0].filename),
        notebook=unpacked(archive, notebooks[0], most),
        options=_options(unpacked(archive, about, MOST_EXTRA)) if about else {},
        extras=extras,
    )


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """One file; raises TooLarge when it has more bytes than ``most``, whatever the zip says of
    itself."""
    if entry.compress_type not in _PLAIN or entry.flag_bits & 1:
        raise InvalidSpec(f"{entry.filename!r} is packed in a way that is not read here")
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise TooLarge.of(entry.filename, most)
    return content


def _options(raw: bytes) -> dict[str, Json]:
    """The options of a bundle; none when there is nothing sensible."""
    try:
        about = json.loads(raw)
        options = about["options"] if about.get("format") == FORMAT else {}
    except (ValueError, KeyError, AttributeError, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}
