"""Whether what is asked for is offered, for all backends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ..contract import Allowed, Field, Offers
from ..errors import InvalidSpec
from ..model import Json

SHOWN = 12
"""Values that a sentence lists at most."""

LONGEST = 4000
"""Characters of a text field."""

NUMBERS = ("whole", "seconds", "bytes")
UNITS = {
    "seconds": ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")),
    "bytes": ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "bytes")),
}


def check_options(offers: Offers, options: Mapping[str, Json]) -> None:
    """Raise InvalidSpec, which says what is wrong and what is allowed, unless these values may
    be asked for together. A value of None was not given. What the script itself says, or the
    backend takes for fields that are not given, is left to the backend."""
    given = {name: value for name, value in options.items() if value is not None}
    if given and not offers.available:
        raise InvalidSpec(offers.reason or "nothing can be asked for here")
    fields = {field.name: field for field in offers.fields}
    for name, value in given.items():
        if name not in fields:
            raise InvalidSpec(f"there is no option {name!r}; there are {_list(fields)}")
        _check_value(offers, fields[name], value)
    ordered = {name: given[name] for name in fields if name in given}
    rows = _check_choices(offers, fields, ordered)
    _check_numbers(rows, fields, ordered)


def _check_value(offers: Offers, field: Field, value: Json) -> None:
    """Type, and bounds that hold whatever else is asked for."""
    if field.kind == "choice":
        _check_choice(offers, field, value)
    elif field.kind in NUMBERS:
        _check_number(field, value)
    elif field.kind == "switch" and not isinstance(value, bool):
        raise InvalidSpec(f"{field.label}: {value!r} is neither true nor false")
    elif field.kind == "text" and not _is_text(value):
        raise InvalidSpec(f"{field.label}: {str(value)[:80]!r} is not one line of text")


def _check_choice(offers: Offers, field: Field, value: Json) -> None:
    known = {choice.value: None for choice in field.choices}
    known |= {v: None for allowed in offers.allowed for v in allowed.values.get(field.name, ())}
    if isinstance(value, str) and value in known:
        return
    for missing in offers.missing:
        if (missing.field, missing.value) == (field.name, value):
            raise InvalidSpec(f"{field.label}: you may not use {value!r}: {missing.why}")
    words = f"there is no {value!r}" if isinstance(value, str) else f"{value!r} is no choice"
    raise InvalidSpec(f"{field.label}: {words}; you may use {_list(known)}")


def _check_number(field: Field, value: Json) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidSpec(f"{field.label}: {value!r} is no number")
    if field.kind != "seconds" and not isinstance(value, int):
        raise InvalidSpec(f"{field.label}: {value!r} is no whole number")
    if field.least is not None and value < field.least:
        least = amount(field, field.least)
        raise InvalidSpec(f"{field.label}: {amount(field, value)} is too little; at least {least}")
    if field.most is not None and value > field.most:
        raise _too_much(field, value, field.most)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and (value.isprintable() or not value)


def _check_choices(
    offers: Offers, fields: Mapping[str, Field], given: Mapping[str, Json]
) -> tuple[Allowed, ...]:
    """The combinations that the chosen values leave; raises InvalidSpec when there are none."""
    rows = offers.allowed
    before: list[str] = []
    for name, value in given.items():
        if not rows or fields[name].kind != "choice":
            continue
        left = tuple(row for row in rows if value in row.values.get(name, (value,)))
        if not left:
            others = {v: None for row in rows for v in row.values[name]}
            words = " and ".join(before)
            tell = f"with that you may use {_list(others)}" if others else "with that there is none"
            raise InvalidSpec(f"{fields[name].label}: {value!r} does not go with {words}; {tell}")
        rows = left
        before.append(f"{fields[name].label.lower()} {value!r}")
    return rows


def _check_numbers(
    rows: Iterable[Allowed], fields: Mapping[str, Field], given: Mapping[str, Json]
) -> None:
    """One combination must bear all numbers; else what the nearest one bears least is told."""
    numbers = {name: given[name] for name in given if fields[name].kind in NUMBERS}
    beyond = [
        [name for name, value in numbers.items() if value > row.most.get(name, math.inf)]
        for row in rows
    ]
    if beyond and all(beyond):
        nearest = min(range(len(beyond)), key=lambda at: len(beyond[at]))
        name = beyond[nearest][0]
        most = max(row.most.get(name, math.inf) for row in rows)
        if most >= numbers[name]:  # too much only together with the other numbers
            most = list(rows)[nearest].most[name]
        raise _too_much(fields[name], numbers[name], most, "with what else is chosen ")


def _too_much(field: Field, value: float, most: float, when: str = "") -> InvalidSpec:
    if most <= 0:
        return InvalidSpec(f"{field.label}: {when}there are none")
    words = f"{amount(field, value)} is too much; {when}at most {amount(field, most)}"
    return InvalidSpec(f"{field.label}: {words}")


def amount(field: Field, value: float) -> str:
    """A number of a field, for people: ``1 h 30 min``, ``4 GiB``."""
    units = UNITS.get(field.kind, ())
    if not units or value <= 0:
        return f"{value:.15g}"
    if field.kind == "bytes":
        size, unit = next((u for u in units if value >= u[0]), units[-1])
        return f"{round(value / size, 2):g} {unit}"
    parts, rest = [], round(value)
    for size, unit in units:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "less than 1 s"


def _list(values: Iterable[str]) -> str:
    known = list(values)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return (", ".join(known[:SHOWN]) or "none") + more
