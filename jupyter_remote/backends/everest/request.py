"""What a person asks for -> application, inputs, resources.

A request's script is YAML, or JSON, which is a part of it:

    app: demo/append
    inputs: {message: hello, file: data/in.txt}
    resources: []          # may be left out

The value of a file is a path in the request's folder, an address on the server
(``/api/files/...``), or any ``https://`` address; or ``{uri: ..., name: ...}``, as the details of
a job have it.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ...errors import InvalidSpec
from ...everest import InvalidInput
from ...everest.hidden import HIDDEN, mentions
from ...everest.model import AppInfo, Json

TEMPLATE = "app: owner/name\ninputs: {}\n"
SUFFIX = ".everest"
_ADDRESS = ("/api/files/", "http://", "https://")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A job that is asked for."""

    app: str
    inputs: Mapping[str, Json]
    resources: tuple[str, ...] = ()


def read_script(script: str) -> Wanted:
    """Raises InvalidSpec with what is wrong."""
    try:
        data = yaml.safe_load(script)
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidSpec(f"the request is neither YAML nor JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("app"), str):
        raise InvalidSpec("a job on Everest needs `app: owner/name`, and its `inputs`")
    unknown = sorted(str(key) for key in data.keys() - {"app", "inputs", "resources"})
    if unknown:
        raise InvalidSpec(f"{unknown[0]}: a job on Everest has app, inputs and resources only")
    inputs, resources = data.get("inputs") or {}, data.get("resources") or []
    if not isinstance(inputs, dict) or not all(isinstance(name, str) for name in inputs):
        raise InvalidSpec("inputs must be names and values")
    for name in (name for name, value in inputs.items() if mentions(value)):
        raise InvalidInput(f"{name}: what stands as {HIDDEN} must be written again", name)
    if not isinstance(resources, list) or not all(isinstance(one, str) for one in resources):
        raise InvalidSpec("resources must be a list of their ids")
    return Wanted(data["app"], inputs, tuple(resources))


def with_paths(wanted: Wanted, about: AppInfo, folder: str) -> dict[str, Any]:
    """The inputs, with a Path for every file that is to be uploaded."""

    def one(value: Json) -> Any:
        if isinstance(value, list):
            return [one(each) for each in value]
        if isinstance(value, dict) and isinstance(value.get("uri"), str):
            return value["uri"]
        local = isinstance(value, str) and not value.startswith(_ADDRESS)
        return Path(folder, os.path.expanduser(value)) if local else value

    return {
        name: one(value) if name in about.inputs and about.inputs[name].file else value
        for name, value in wanted.inputs.items()
    }
