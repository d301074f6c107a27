"""Applications of Everest as forms are made from them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...everest import AppInfo
from ...everest.hidden import is_secret_kind
from ...everest.model import Parameter, mapping, text
from ...model import Json

_LIMITS: Final = ("minimum", "maximum", "minLength", "maxLength", "pattern")


def described(app: AppInfo, used: Iterable[str] = ()) -> dict[str, Json]:
    """An application as a form is made from it: inputs and outputs in order, what it asks of its
    resources, and the resources to choose from: those that its description names, and those that
    were ``used`` before, as no public source says how to ask a server for all."""
    keys = ("id", "alias", "name", "annotation", "description")
    return {
        **{key: getattr(app, key) for key in keys},
        "inputs": [_port(each) for each in app.inputs.values()],
        "outputs": [_port(each) for each in app.outputs.values()],
        "resources": _resources(app.raw.get("resources"), used),
        "requirements": _requirements(mapping(app.raw.get("config"))),
    }


def _port(port: Parameter) -> dict[str, Json]:
    keys = ("name", "title", "description", "type", "file", "required")
    items = mapping(port.raw.get("items"))
    enums = {"enum": _values(port.raw.get("enum")), "items_enum": _values(items.get("enum"))}
    limits = {key: port.raw[key] for key in _LIMITS if key in port.raw}
    return {
        **{key: getattr(port, key) for key in keys},
        **enums,
        "items": text(items.get("type")),
        "secret": not port.file and is_secret_kind(port.type, port.name, port.title),
        "format": text(port.raw.get("format")),
        "default": port.raw.get("default"),
        "limits": limits,
    }


def _values(found: Json) -> Json:
    return found if isinstance(found, list) and found else None


def _resources(found: Json, used: Iterable[str]) -> list[dict[str, str]]:
    """Ids, or objects with an id and maybe a name; each once."""
    names: dict[str, str] = {}
    for each in [*(found if isinstance(found, list) else []), *sorted(used)]:
        key = text(each) or text(mapping(each).get("id"))
        if key:
            names.setdefault(key, text(mapping(each).get("name")) or key)
    return [{"id": key, "name": name} for key, name in names.items()]


def _requirements(config: dict[str, Json]) -> list[dict[str, Json]]:
    """What a job of it asks for: nodes, cores, memory, time."""
    found = mapping(config.get("resourceRequirements"))
    return [
        {
            "name": name,
            "default": mapping(about).get("defaultValue"),
            "changeable": mapping(about).get("allowOverride") is True,
        }
        for name, about in found.items()
    ]
