"""Notebooks on their way: trust never travels.

A notebook read by a contents manager carries ``trusted`` marks of its owner; one saved with
such marks is signed by whoever saves it, and its outputs then run scripts. So they are taken
away when a notebook leaves and again when one arrives, whoever sent it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import nbformat
from nbformat.corpus.words import generate_corpus_id

from ..errors import InvalidSpec
from ..model import Json
from .model import Kernel

WIDGET_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_NOTEBOOK_MARKS: Final = ("signature", "trusted", "orig_nbformat")
_LONGEST_NAME: Final = 255
"""Characters of a kernel's name: it stands in lists, in tables, on pages."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NotebookFacts:
    """What is told of a notebook: its kernel (None when it names none), the number of its
    cells, its size in bytes."""

    kernel: Kernel | None
    cells: int
    size: int


def read(raw: bytes | str) -> dict[str, Any]:
    """Parse a notebook of any format, as format 4. Raises InvalidSpec with a sentence when it
    is none. Takes seconds for 100 MB: call it in a thread."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        notebook = nbformat.reader.reads(text)  # type: ignore[no-untyped-call]
        return _checked(nbformat.convert(notebook, 4))  # type: ignore[no-untyped-call]
    except UnicodeDecodeError as error:
        raise InvalidSpec("this is no notebook: it is not text") from error
    except RecursionError as error:
        raise InvalidSpec("this is no notebook: it is nested too deeply") from error
    except (nbformat.ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidSpec(f"this is no notebook: {_first_line(error)}") from error


def _checked(notebook: Any) -> dict[str, Any]:
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise InvalidSpec("this is no notebook: it has no cells")
    _name_cells(notebook)
    try:
        nbformat.validate(notebook, relax_add_props=True)
    except nbformat.ValidationError as error:
        raise InvalidSpec(f"this notebook is damaged: {_first_line(error)}") from error
    return notebook


def _name_cells(notebook: dict[str, Any]) -> None:
    """Give ids to cells that lack one of their own, which nbformat 4.5 demands."""
    if notebook.get("nbformat_minor", 0) < 5:
        return
    seen: set[Any] = set()
    for cell in notebook["cells"]:
        if cell.get("id") in seen or "id" not in cell:
            cell["id"] = generate_corpus_id()  # type: ignore[no-untyped-call]
        seen.add(cell["id"])


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def strip(notebook: dict[str, Any], *, outputs: bool = True, widgets: bool = False) -> None:
    """Take away, in place, trust marks and signatures; the state of widgets unless ``widgets``;
    outputs and all that running left unless ``outputs``."""
    metadata = notebook.setdefault("metadata", {})
    for mark in _NOTEBOOK_MARKS:
        metadata.pop(mark, None)
    if not widgets:
        metadata.pop("widgets", None)
    for cell in notebook["cells"]:
        cell.get("metadata", {}).pop("trusted", None)
        if cell.get("cell_type") != "code":
            continue
        if not outputs:
            cell["outputs"], cell["execution_count"] = [], None
            cell.get("metadata", {}).pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("metadata", {}).pop("trusted", None)
            if not widgets and isinstance(output.get("data"), dict):
                output["data"].pop(WIDGET_VIEW, None)


def for_export(model: dict[str, Any], *, outputs: bool, widgets: bool) -> bytes:
    """The bytes that travel: UTF-8 JSON of format 4. ``model`` is what ``read`` answered; it is
    changed."""
    strip(model, outputs=outputs, widgets=widgets)
    try:
        return json.dumps(model, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a pair of surrogates
        return json.dumps(model, separators=(",", ":")).encode()


def for_import(raw: bytes) -> dict[str, Any]:
    """The content to be saved by a contents manager: checked, without trust and widgets'
    state, whatever the sender did. Raises InvalidSpec."""
    notebook = read(raw)
    strip(notebook)
    return notebook


def facts(raw: bytes) -> NotebookFacts:
    """What is told of a notebook. Raises InvalidSpec when it is none."""
    return facts_of(read(raw), len(raw))


def facts_of(notebook: Mapping[str, Any], size: int) -> NotebookFacts:
    """The same of one that is parsed already."""
    return NotebookFacts(kernel=_kernel(notebook), cells=len(notebook["cells"]), size=size)


def _kernel(notebook: Mapping[str, Any]) -> Kernel | None:
    metadata = notebook.get("metadata", {})
    spec, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    name = spec.get("name") if isinstance(spec, Mapping) else None
    if not isinstance(name, str) or not name:
        return None
    language = spec.get("language") or (info.get("name") if isinstance(info, Mapping) else "")
    texts = (name, str(spec.get("display_name") or name), str(language or ""))
    name, display_name, language = (_written(text[:_LONGEST_NAME]) for text in texts)
    return Kernel(name=name, display_name=display_name, language=language)


def _written(text: str) -> str:
    """Without halves of pairs of surrogates, which no page and no table can hold."""
    return text.encode(errors="replace").decode()


def fingerprint(notebook: Mapping[str, Any]) -> str:
    """SHA-256 of what a person sees of a notebook: sources and outputs. Metadata that Lab
    changes by merely opening and saving it do not count."""
    whole = hashlib.sha256()
    for cell in notebook["cells"]:
        seen: list[Json] = [cell.get("cell_type"), cell.get("source"), cell.get("outputs", [])]
        whole.update(json.dumps(seen, sort_keys=True, separators=(",", ":")).encode())
    return whole.hexdigest()
