"""Plans of parameter sweeps, for the platform's generic application *Parameter Sweep*.

The language has more than is written here (ranges, constraints, a criterion for the best). Only
lists of values are used, because how those are meant is certain: ranges are written out.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any, Final

from .errors import InvalidInput
from .inputs import plain

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USED: Final = re.compile(r"\$\{([^}]*)\}")
MOST: Final = 100_000
"""Tasks of a sweep, at most: more is a mistake."""


def span(first: float, last: float, step: float = 1) -> list[Any]:
    """Numbers from ``first`` to ``last``, both included where the step meets it."""
    if not step or not all(map(math.isfinite, (first, last, step))) or (last - first) / step < 0:
        raise InvalidInput(f"from {first} to {last} cannot be reached in steps of {step}")
    count = math.floor((last - first) / step + 1e-9) + 1
    if count > MOST:
        raise InvalidInput(f"from {first} to {last} in steps of {step} are {count} values")
    values: list[Any] = [first + number * step for number in range(count)]
    # As they are written: three times 0.1 is 0.3, and 1e-15 is not nothing.
    start, by = Decimal(str(first)), Decimal(str(step))
    return [
        float(start + number * by) if isinstance(value, float) else value
        for number, value in enumerate(values)
    ]


@dataclasses.dataclass(frozen=True)
class Plan:
    """A command for every combination of the parameters' values.

    ``command`` and the names of files may contain ``${name}``. ``input_files`` are what each task
    needs, of the files given to the sweep; ``output_files`` are what it leaves, ``stdout`` and
    ``stderr`` among them. Raises InvalidInput for what no plan can say.
    """

    command: str
    parameters: Mapping[str, Sequence[Any]]
    input_files: Sequence[str] = ()
    output_files: Sequence[str] = ("stdout", "stderr")

    def __post_init__(self) -> None:
        if not self.command.strip() or "\n" in self.command:
            raise InvalidInput("command: a command of one line is needed", "command")
        for name, values in self.parameters.items():
            _check_parameter(name, values)
        files = [*self.input_files, *self.output_files]
        for file in files:
            _word("files", _USED.sub("", file) or "x")
        for name in _USED.findall(" ".join([self.command, *files])):
            if name not in self.parameters:
                raise InvalidInput(f"${{{name}}} is used, and there is no such parameter", name)
        if len(self) > MOST:
            raise InvalidInput(f"this sweep has {len(self)} tasks; {MOST} is the most")

    def __len__(self) -> int:
        """How many tasks there are."""
        return math.prod(len(values) for values in self.parameters.values())

    def tasks(self) -> Iterable[dict[str, Any]]:
        """The values of each task, the last parameter changing fastest. The platform numbers its
        tasks itself: results are told apart by their values, not by this order."""
        for values in itertools.product(*self.parameters.values()):
            yield dict(zip(self.parameters, values, strict=True))

    def text(self) -> str:
        """The plan as the platform reads it."""
        lines = [
            f"parameter {name} {' '.join(_word(name, value) for value in values)}"
            for name, values in self.parameters.items()
        ]
        if self.input_files:
            lines.append(f"input_files {' '.join(self.input_files)}")
        lines.append(f"command {self.command.strip()}")
        if self.output_files:
            lines.append(f"output_files {' '.join(self.output_files)}")
        return "\n".join(lines) + "\n"

    def _repr_html_(self) -> str:
        return f"<p>{len(self)} tasks</p><pre>{escape(self.text())}</pre>"


def read_parameters(text: str) -> dict[str, list[str]] | None:
    """The parameters of a plan's text with their values; None when it says more than lists of
    values."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        name, *values = rest.split() or [""]
        if word == "parameter" and values and values[0] != "from":
            found[name] = values
        elif word not in ("input_files", "command", "output_files", ""):
            return None
    return found


def _check_parameter(name: str, values: Sequence[Any]) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} is no name of a parameter: letters, digits, _", name)
    if isinstance(values, str) or not len(values):
        raise InvalidInput(f"{name}: a list of values is needed, not {values!r}", name)
    for value in values:
        _word(name, value)


def _word(field: str, value: Any) -> str:
    """A value as one word: the language separates by blanks and is not known to quote."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidInput(f"{field}: {value!r} is neither a number nor a text", field)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"{field}: {value!r} cannot be a value", field)
    word = str(value)
    if not word or re.search(r"[\s\"'\\#$]", word):
        raise InvalidInput(
            f"{field}: {word!r} cannot stand in a plan: no blanks, quotes, # or $", field
        )
    return word
