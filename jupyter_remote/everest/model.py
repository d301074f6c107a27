"""What an Everest server tells, as frozen records. Unknown fields are kept, unknown words too.

The shapes are what public clients have seen; the protocol has no published schema. So everything
but the id of a job is optional, and a field of the wrong type counts as absent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from . import display

Json = Any

DONE: Final = "DONE"
FAILED: Final = "FAILED"
CANCELLED: Final = "CANCELLED"
VANISHED: Final = "VANISHED"
"""Our own word for a job that was there and that the server knows no more."""
UNSENT: Final = "UNSENT"
"""Our own word for a record whose job the server has never seen."""

WAITING: Final = ("SUBMITTED", "DEFERRED", "READY", "SCHEDULED")
FINAL: Final = frozenset({DONE, FAILED, CANCELLED, VANISHED})
"""Every other state, known or not, may still change, in any direction (tasks are restarted)."""


def text(value: Json) -> str:
    """A string field; empty when it is absent or something else."""
    return value if isinstance(value, str) else ""


def mapping(value: Json) -> dict[str, Json]:
    """An object field; empty when it is absent or something else."""
    return value if isinstance(value, dict) else {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class JobInfo:
    """A job as the server last told. ``result`` may be there for failed jobs too (partial).

    ``app`` is what the job's application is called by: its alias, else its id. ``info`` is the
    server's explanation of an end, as text. ``raw`` is the whole answer.
    """

    id: str
    name: str
    state: str
    app: str
    app_name: str
    inputs: Mapping[str, Json]
    result: Mapping[str, Json]
    info: str
    raw: Mapping[str, Json] = dataclasses.field(repr=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen. Words that we do not know are no end."""
        return self.state in FINAL

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> JobInfo:
        """From an answer; raises ValueError when it is no job."""
        if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not data["id"]:
            raise ValueError("a job without an id")
        return cls(
            id=data["id"],
            name=text(data.get("name")),
            state=text(data.get("state")) or "SUBMITTED",
            app=text(data.get("appAlias")) or text(data.get("appId")) or text(data.get("app")),
            app_name=text(data.get("appName")),
            inputs=mapping(data.get("inputs")),
            result=mapping(data.get("result")),
            info=explanation(data.get("info")),
            raw=data,
        )

    def vanished(self) -> JobInfo:
        """The same job, known no more."""
        raw = {**self.raw, "state": VANISHED}
        return dataclasses.replace(self, state=VANISHED, raw=raw)


def explanation(value: Json) -> str:
    """The text in whatever an error or an ``info`` field carries."""
    if isinstance(value, dict):
        for key in ("message", "error", "info", "reason", "description"):
            if value.get(key):
                return explanation(value[key])
        return ", ".join(f"{key}: {explanation(v)}" for key, v in value.items())
    if isinstance(value, list):
        return "; ".join(explanation(item) for item in value)
    return "" if value is None else str(value)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parameter:
    """An input or output of an application."""

    name: str
    title: str
    description: str
    type: str
    """JSON-Schema-like: string, number, integer, boolean, array, object, or empty (unknown)."""
    file: bool
    """Whether the value is a file (an array: of files)."""
    required: bool
    raw: Mapping[str, Json] = dataclasses.field(repr=False)

    @classmethod
    def from_json(cls, name: str, data: Json) -> Parameter:
        """From an application's description."""
        data = mapping(data)
        kind = text(data.get("type"))
        one = mapping(data.get("items")) if kind == "array" else data
        return cls(
            name=name,
            title=text(data.get("title")) or name,
            description=text(data.get("description")),
            type=kind,
            file=text(one.get("format")) == "uri",
            required=data.get("required") is True,
            raw=data,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class AppInfo:
    """An application's description."""

    id: str
    alias: str
    name: str
    annotation: str
    description: str
    inputs: Mapping[str, Parameter]
    outputs: Mapping[str, Parameter]
    raw: Mapping[str, Json] = dataclasses.field(repr=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> AppInfo:
        """From an answer; raises ValueError when it is no application."""
        if not isinstance(data, dict) or not (data.get("id") or data.get("alias")):
            raise ValueError("an application without id and alias")

        def parameters(key: str) -> dict[str, Parameter]:
            return {n: Parameter.from_json(n, p) for n, p in mapping(data.get(key)).items()}

        return cls(
            id=text(data.get("id")),
            alias=text(data.get("alias")),
            name=text(data.get("name")),
            annotation=text(data.get("annotation")),
            description=text(data.get("description")),
            inputs=parameters("inputs"),
            outputs=parameters("outputs"),
            raw=data,
        )

    def _repr_html_(self) -> str:
        return display.app(self)
