"""Many records as columns: what repeats is said once, so that long lists stay short.

``{"count": n, "columns": {field: column}}`` where a column is one of ``{"all": value}`` (every
record has it), ``{"of": [values], "at": [index of each record]}`` and ``{"each": [values]}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .breath import slices
from .model import Json


def columns(records: Sequence[Mapping[str, Json]]) -> Json:
    """The table of records that all have the same fields."""
    fields = list(records[0]) if records else []
    return {
        "count": len(records),
        "columns": {field: _column([one[field] for one in records]) for field in slices(fields, 1)},
    }


def records(table: Json) -> list[dict[str, Json]]:
    """The records of a table, as they were."""
    values = {field: _values(column, table["count"]) for field, column in table["columns"].items()}
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def written(data: Json, depth: int = 3) -> str:
    """The JSON of ``data``, so many levels of it one value after the other: ``json.dumps`` lets
    no other thread in."""
    if not isinstance(data, dict) or not depth:
        return json.dumps(data, separators=(",", ":"))
    parts = (f"{json.dumps(key)}:{written(one, depth - 1)}" for key, one in data.items())
    return f"{{{','.join(slices(parts, 1))}}}"


def _column(values: list[Json]) -> Json:
    kinds = set(map(type, values))
    if kinds & {dict, list}:
        first = values[0]
        alike = all(value is first or _same(value, first) for value in values)
        return {"all": first} if alike else {"each": values}
    # Of 1, 1.0 and True each has a place; they are equal.
    mixed = len(kinds & {int, float, bool}) > 1
    keys: list[Any] = [(type(value), value) for value in values] if mixed else values
    index = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    if len(index) == 1:
        return {"all": values[0]}
    if len(index) > len(values) // 2:
        return {"each": values}
    of = [key[1] for key in index] if mixed else list(index)
    return {"of": of, "at": list(map(index.__getitem__, keys))}


def _same(one: Json, other: Json) -> bool:
    return type(one) is type(other) and bool(one == other)


def _values(column: Json, count: int) -> list[Json]:
    if "all" in column:
        return [column["all"]] * count
    if "each" in column:
        return list(column["each"])
    return [column["of"][index] for index in column["at"]]
