"""Plans of parameter sweeps: the part of the language that public clients use."""

from __future__ import annotations

import dataclasses
import itertools
import shlex
from collections.abc import Sequence

from .agent import filled, words_of


class BadPlan(Exception):
    """The plan cannot be understood; the words name the line."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """A command and the files around it for every combination of the parameters' values."""

    parameters: dict[str, list[str]]
    command: str
    input_files: tuple[str, ...] = ()
    output_files: tuple[str, ...] = ()

    def tasks(self) -> list[dict[str, str]]:
        """The values of each task, the last parameter changing fastest."""
        products = itertools.product(*self.parameters.values())
        return [dict(zip(self.parameters, values, strict=True)) for values in products]

    def argv(self, values: dict[str, str]) -> list[str]:
        """The command of one task."""
        return words_of(self.command, values)

    def wanted(self, values: dict[str, str]) -> list[str]:
        """The input files of one task."""
        return [filled(name, values) for name in self.input_files]


def read_plan(text: str) -> Plan:
    """Raises BadPlan."""
    parameters: dict[str, list[str]] = {}
    files: dict[str, list[str]] = {"input_files": [], "output_files": []}
    command = ""
    for number, line in enumerate(text.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "parameter":
                name, *values = shlex.split(rest)
                parameters[name] = _values(values)
            elif word in files:
                files[word] += shlex.split(rest)
            elif word == "command":
                command = rest.strip()
            elif word and not word.startswith("#"):
                raise ValueError(f"the stand-in does not know {word!r}")
        except ValueError as error:
            raise BadPlan(f"line {number} of the plan: {error}") from None
    if not command:
        raise BadPlan("the plan has no command")
    return Plan(parameters, command, tuple(files["input_files"]), tuple(files["output_files"]))


def _values(words: Sequence[str]) -> list[str]:
    if not words:
        raise ValueError("a parameter needs values")
    if words[0] != "from":
        return list(words)
    if len(words) != 6 or (words[2], words[4]) != ("to", "step"):
        raise ValueError("expected: parameter NAME from A to B step S")
    first, last, step = (float(words[at]) for at in (1, 3, 5))
    if step == 0 or (last - first) / step < 0:
        raise ValueError("this step never arrives")
    count = int((last - first) / step + 1e-9) + 1
    return [f"{round(first + number * step, 12):.12g}" for number in range(count)]
