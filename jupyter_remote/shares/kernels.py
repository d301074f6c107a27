"""The kernel that a notebook wants, and those that are here."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from ..model import Json


def fitting(
    wanted: Mapping[str, str] | None, specs: Mapping[str, Mapping[str, Any]]
) -> tuple[bool | None, tuple[dict[str, str], ...]]:
    """Whether the kernel that a notebook names is here (None: it names none), and, when it is
    not, the kernels of its language, the likeliest first. ``specs`` as Jupyter's kernel spec
    manager gives them."""
    if not wanted:
        return None, ()
    if wanted["name"] in specs:
        return True, ()
    here = [_kernel(name, found.get("spec", {})) for name, found in specs.items()]
    language = wanted.get("language", "").lower()
    same = [k for k in here if language and k["language"].lower() == language]
    return False, tuple(sorted(same, key=lambda kernel: -_likeness(wanted, kernel)))


def _kernel(name: str, spec: Mapping[str, Json]) -> dict[str, str]:
    display_name, language = spec.get("display_name") or name, spec.get("language") or ""
    return {"name": name, "display_name": str(display_name), "language": str(language)}


def _likeness(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    """From 0 to 2: how much names look alike, whose versions and environments often do."""
    pairs = (
        (one.get(key, "").lower(), other.get(key, "").lower()) for key in ("name", "display_name")
    )
    return sum(SequenceMatcher(None, a, b).ratio() for a, b in pairs)


def with_kernel(notebook: dict[str, Any], kernel: Mapping[str, str]) -> None:
    """Let a notebook name another kernel, in place."""
    notebook.setdefault("metadata", {})["kernelspec"] = {
        key: kernel[key] for key in ("name", "display_name", "language") if kernel.get(key)
    }
