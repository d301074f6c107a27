"""What can be asked of this machine, and what would become of a request."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from ...contract import Field, Offers, Trial
from ...model import Json, as_time, now
from .estimate import ask_of, latest
from .queue import Line
from .spec import LONGEST

SUFFIXES = (".sh", ".bash", ".py", ".pl", ".R")


def form(line: Line, slots: int) -> Offers:
    """The fields, with how things stand now."""
    cpus = Field(
        name="cpus",
        label="CPUs",
        kind="whole",
        caption=f"Slots to take, one for each CPU. {_standing(line, slots)}",
        default=1,
        least=1,
        most=slots,
    )
    time = Field(
        name="time",
        label="Time limit",
        kind="seconds",
        caption="The job is ended when it has run for so long. Empty: no limit.",
        least=1,
        most=LONGEST,
    )
    shell = "/bin/bash" if shutil.which("bash", path="/bin") else "/bin/sh"
    return Offers(available=True, fields=(cpus, time), script=f"#!{shell}\n", suffixes=SUFFIXES)


def _standing(line: Line, slots: int) -> str:
    free = max(0, slots - line.used)
    return f"{free} of {_slots(slots)} {'is' if free == 1 else 'are'} free" + (
        f", {_jobs(len(line.waiting))} waiting." if line.waiting else "."
    )


def trial(line: Line, options: Mapping[str, Json], slots: int) -> Trial:
    """What a checked request would meet now."""
    cpus, before = options["cpus"], len(line.waiting)
    asked = [ask_of(record.data) for record in line.waiting]
    when = latest(line.running, [*asked, ask_of({**options, "slots": slots})])[-1]
    starts = as_time(when) if when else None
    if before:
        return Trial(starts=starts, words=f"It would wait: {_jobs(before)} before it.")
    if not line.fits(cpus, slots):
        ask = f"it asks for {_slots(cpus)}"
        return Trial(starts=starts, words=f"It would wait: {ask}, and {_standing(line, slots)}")
    return Trial(starts=now(), words=f"It would start at once: {_standing(line, slots)}")


def _slots(number: int) -> str:
    return f"{number} slot{'' if number == 1 else 's'}"


def _jobs(number: int) -> str:
    return f"{number} job{'' if number == 1 else 's'}"
