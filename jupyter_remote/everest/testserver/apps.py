"""The applications of the stand-in, described as those of a real server are."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

from .refused import Refused

Json = Any


@dataclasses.dataclass(frozen=True)
class App:
    """``alias`` is ``owner/name``; ``users``: who may submit it, None for all."""

    id: str
    alias: str
    description: Mapping[str, Json]
    users: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        name: str = self.description["name"]
        return name

    @property
    def config(self) -> Mapping[str, Json]:
        config: Mapping[str, Json] = self.description["config"]
        return config

    def check(self, inputs: Json) -> None:
        """Raises Refused (400) when an input is missing or of another type."""
        if not isinstance(inputs, dict):
            raise Refused(400, "inputs must be an object")
        for name, about in self.description["inputs"].items():
            if inputs.get(name) is None:
                if about.get("required"):
                    raise Refused(400, f"input {name!r} is required")
            elif not _fits(inputs[name], about):
                raise Refused(400, f"input {name!r} must be of type {about['type']}")


def _fits(value: Json, about: Mapping[str, Json]) -> bool:
    kind = about.get("type")
    if kind in ("number", "integer"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (kind == "number" and isinstance(value, float))
    if kind == "array":
        items = about.get("items", {})
        return isinstance(value, list) and all(_fits(item, items) for item in value)
    if "enum" in about and value not in about["enum"]:
        return False
    kinds: dict[Json, type] = {"string": str, "boolean": bool, "object": dict}
    return isinstance(value, kinds.get(kind, object))


def app(
    alias: str,
    name: str,
    about: str,
    command: str,
    inputs: Mapping[str, Json],
    outputs: Mapping[str, Json],
    users: tuple[str, ...] | None = None,
) -> App:
    """An application; ``inputs`` and ``outputs`` may have a ``file`` in the task's folder."""
    description = {
        "alias": alias,
        "name": name,
        "annotation": about,
        "keywords": ["stand-in"],
        "description": f"{about}\n\n*An application of a stand-in server, not of Everest.*",
        "type": "application",
        "version": "1.0",
        "retryFailedTasks": False,
        "files": [],
        "inputs": _ports(inputs),
        "outputs": _ports(outputs),
        "config": {
            "command": command,
            "inputMappings": _mappings(inputs),
            "outputMappings": _mappings(outputs),
            "resourceRequirements": REQUIREMENTS,
        },
    }
    return App(hashlib.sha256(alias.encode()).hexdigest()[:24], alias, description, users)


def _ports(table: Mapping[str, Json]) -> dict[str, Json]:
    """Inputs or outputs as they are shown."""
    return {
        name: {"title": name, "viewType": "input", **{k: v for k, v in port.items() if k != "file"}}
        for name, port in table.items()
    }


def _mappings(table: Mapping[str, Json]) -> list[Json]:
    return [
        {"param": name, "file": port["file"], "pattern": ""}
        for name, port in table.items()
        if "file" in port
    ]


REQUIREMENTS = {
    name: {"defaultValue": value, "allowOverride": False}
    for name, value in {
        "nodes": 1,
        "coresPerNode": 1,
        "memoryPerCore": 1024,
        "timeLimit": 60,
    }.items()
}


def number(title: str, required: bool = True, **more: Json) -> dict[str, Json]:
    """A number."""
    return {"type": "number", "format": "", "description": title, "required": required, **more}


def text(title: str, required: bool = True, **more: Json) -> dict[str, Json]:
    """A string."""
    return {"type": "string", "format": "", "description": title, "required": required, **more}


def uri(title: str, file: str, required: bool = True) -> dict[str, Json]:
    """A file, called ``file`` in the task's folder."""
    return {**text(title, required), "format": "uri", "file": file}


def several(title: str, item: Mapping[str, Json], required: bool = True) -> dict[str, Json]:
    """A list."""
    fields = {"type": "array", "format": "", "items": dict(item), "description": title}
    return {**fields, "required": required}
