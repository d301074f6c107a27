"""Applications of Everest as forms are made from them. Pure."""

from __future__ import annotations

from typing import Final

from ...everest import AppInfo
from ...everest.model import Parameter, mapping, text
from ...model import Json

_LIMITS: Final = ("minimum", "maximum", "minLength", "maxLength", "pattern")


def described(app: AppInfo) -> dict[str, Json]:
    """An application as a form is made from it: inputs and outputs in order, what it asks of its
    resources, and the resources that its description names."""
    keys = ("id", "alias", "name", "annotation", "description")
    return {
        **{key: getattr(app, key) for key in keys},
        "inputs": [_port(each) for each in app.inputs.values()],
        "outputs": [_port(each) for each in app.outputs.values()],
        "resources": _resources(app.raw.get("resources")),
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
        "format": text(port.raw.get("format")),
        "default": port.raw.get("default"),
        "limits": limits,
    }


def _values(found: Json) -> Json:
    return found if isinstance(found, list) and found else None


def _resources(found: Json) -> list[dict[str, str]]:
    """Those among which may be chosen: ids, or objects with an id and maybe a name."""
    if not isinstance(found, list):
        return []
    pairs = [
        (text(mapping(each).get("id")), text(mapping(each).get("name")))
        if isinstance(each, dict)
        else (text(each), "")
        for each in found
    ]
    return [{"id": key, "name": name or key} for key, name in pairs if key]


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
