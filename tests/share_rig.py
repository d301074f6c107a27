"""Notebooks for the tests of share links: harmless ones, hostile ones, large ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCRIPT = "<script>window.stolen = document.cookie</script><img src=x onerror='window.stolen=1'>"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": 1 if outputs else None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def markdown(source: str) -> dict[str, Any]:
    """A markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def shown(**data: Any) -> dict[str, Any]:
    """An output; names of kinds with ``_`` for ``/``."""
    kinds = {key.replace("_", "/", 1): value for key, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": kinds}


def notebook(*cells: dict[str, Any], minor: int = 4, **metadata: Any) -> dict[str, Any]:
    """A notebook with these cells."""
    known = {"kernelspec": KERNEL, "language_info": {"name": "python"}, **metadata}
    return {"cells": list(cells), "metadata": known, "nbformat": 4, "nbformat_minor": minor}


def hostile() -> dict[str, Any]:
    """What a sender who means harm would send: trusted, signed, with scripts everywhere."""
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2}}
    output = shown(text_html=SCRIPT, text_plain="plain")
    output["data"].update(view)
    return notebook(
        markdown(f"# Title\n\n{SCRIPT}\n\n[link](javascript:alert(1))"),
        code("1 + 1", output, trusted=True),
        code("js", shown(**{"application_javascript": "window.stolen = 1"}), trusted=True),
        code("svg", shown(**{"image_svg+xml": f"<svg>{SCRIPT}</svg>"}), trusted=True),
        signature="hmac-sha256:abc",
        trusted=True,
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"a": {}}}},
    )


def write(folder: Path, name: str, content: dict[str, Any]) -> str:
    """Put a notebook into the user's files; answers its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return name


def simple(text: str = "hello") -> dict[str, Any]:
    """A small notebook that says something."""
    stream = {"output_type": "stream", "name": "stdout", "text": f"{text}\n"}
    return notebook(markdown("# Title"), code(f"print({text!r})", stream))
