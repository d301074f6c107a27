"""Parameter sweeps as a form asks for them, and their results in a folder and as a table."""

from __future__ import annotations

import asyncio
import csv
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from ...errors import StorageError, WrongState
from ...everest import (
    AmbiguousSubmit,
    AsyncEverest,
    AsyncJob,
    AsyncSweep,
    EverestError,
    JobInfo,
    Plan,
    span,
)
from ...everest.disk import Claim, finished, on_disk
from ...everest.plan import MOST, read_parameters
from ...everest.sweeps import APP, SweepResults, as_value, submit_sweep
from ...exact import exact
from ...model import Json, new_session_id
from .backend import EverestBackend, doubt
from .outputs import free_path
from .transfers import ADVICE, Progress, Report

LOOK: Final = 10.0
"""Seconds for the end of a job that has ended to be noticed."""
PLAN: Final = 64 * 1024 * 1024
"""Bytes of a plan that are read to count its tasks."""
ROWS: Final = 2000
"""Most rows of a table of results that a browser gets; the CSV file has all of them."""
CELL: Final = 500
"""Most characters of a text in them."""


def plan_of(fields: Mapping[str, Json]) -> Plan:
    """A plan from ``command``, ``parameters`` (name -> values, or ``from``, ``to``, ``step``),
    ``input_files`` and ``output_files``. Raises InvalidInput with the name of what is wrong."""
    parameters = {name: _values(given) for name, given in fields["parameters"].items()}
    outputs = fields.get("output_files") or ["stdout", "stderr"]
    return Plan(fields["command"], parameters, fields.get("input_files", []), outputs)


def _values(given: Json) -> list[Any]:
    if isinstance(given, dict):
        return span(given["from"], given["to"], given.get("step", 1))
    return list(given)


def trial(plan: Plan) -> dict[str, Json]:
    """How many tasks a plan has, and its text."""
    return {"tasks": len(plan), "plan": plan.text()}


async def submit(
    backend: EverestBackend,
    plan: Plan,
    files: list[Path],
    fields: Mapping[str, Json],
    report: Report,
) -> dict[str, Json]:
    """Submit a sweep, marked as one from here; answers where its job is. Raises InvalidInput,
    BackendError, AmbiguousSubmit."""
    try:
        sweep = await submit_sweep(
            await backend.client(),
            plan,
            files,
            app=fields.get("app") or APP,
            name=fields.get("name") or "sweep",
            key=f"jr-{new_session_id()}",
            resources=tuple(fields.get("resources", ())),
            step=report.step,
            progress=report,
        )
    except AmbiguousSubmit as error:
        raise AmbiguousSubmit(f"{doubt(error)}. {ADVICE}", error.name, error.why) from error
    backend.news.set()
    return {"backend": backend.name, "job_id": sweep.job.id, "tasks": len(plan)}


async def unpacked(
    backend: EverestBackend, job_id: str, folder: Path, output: str, progress: Progress
) -> dict[str, Json]:
    """Put the files of every task of a sweep that has ended into a new folder, and beside them its
    table as a CSV file; answers the rows of the table, of which ``output`` is a column. Raises
    WrongState, JobError, Damaged, StorageError."""
    client, info = await backend.client(), await backend.info(job_id, fresh=True)
    if not info.ended:
        raise WrongState(f"{job_id} is {info.state}: its results are there when it has ended")
    plan = await _parameters(client, info)
    place = Claim(partial(_new_folder, folder, f"sweep-{job_id[-6:]}"))
    try:
        where = await on_disk(folder, place.begin)
        sweep = AsyncSweep(AsyncJob(info, client))
        results = await sweep.results(where, timeout=LOOK, partial=True, progress=progress)
        told = await finished(partial(_told, results, output, where, plan))
    except BaseException:
        await place.give_up()  # all is at the server
        raise
    return {"folder": where.name, **told}


def _told(
    results: SweepResults, output: str, folder: Path, plan: Mapping[str, list[str]] | None
) -> dict[str, Json]:
    """How many tasks there are, how many of them left no file, and the table of their outputs; with
    a row for those of the plan that are missing, where it is certain which they are."""
    empty = sum(not task.files() for task in results.values())
    missing = None if plan is None else max(0, _count(plan) - len(results))
    lacking = _missing(results, output, plan) if plan and missing else []
    parameters = [name for task in results.values() for name in task.parameters]
    names = list(dict.fromkeys(["task", *parameters, *(plan or ()), output]))
    path = free_path(folder, "table.csv")
    shown = _write(path, names, itertools.chain(results.rows(output), lacking))
    counts = {"tasks": len(results), "empty": empty, "missing": missing}
    listed = len(results) + len(lacking)
    return {**counts, "listed": listed, "table": path.name, "rows": shown}


def _count(plan: Mapping[str, list[str]]) -> int:
    return math.prod(map(len, plan.values()))


def _missing(
    results: SweepResults, output: str, plan: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Rows without number and output for the tasks of a plan that are not among the results. They
    are told by their values; none when those of some result are not the plan's."""
    if _count(plan) > MOST:
        return []
    left = Counter(itertools.product(*plan.values()))
    left.subtract(
        tuple(task.parameters.get(name, "") for name in plan) for task in results.values()
    )
    if min(left.values()) < 0:
        return []
    return [
        {"task": None, **{n: as_value(v) for n, v in zip(plan, values, strict=True)}, output: None}
        for values in left.elements()
    ]


def _write(path: Path, names: list[str], rows: Iterable[dict[str, Any]]) -> list[Json]:
    """Write the whole table as a CSV file, row by row; answers the first ``ROWS``, their texts cut
    after ``CELL``. Raises StorageError."""
    shown: list[Json] = []
    try:
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                if len(shown) < ROWS:
                    shown.append({name: exact(_cut(value)) for name, value in row.items()})
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    return shown


def _cut(value: Any) -> Any:
    long = isinstance(value, str) and len(value) > CELL
    return f"{value[:CELL]}…" if long else value


async def _parameters(client: AsyncEverest, info: JobInfo) -> dict[str, list[str]] | None:
    """The parameters of the sweep's plan; None when the server does not give it any more, or it
    says more than we write."""
    try:
        plan = await client.downloads.read(info.inputs["plan"], PLAN)
        return await asyncio.to_thread(lambda: read_parameters(plan.decode()))
    except (EverestError, KeyError, ValueError, AttributeError, TypeError):
        return None


def _new_folder(folder: Path, name: str) -> Path:
    number = 0
    while True:
        path = folder / (f"{name}-{number}" if number else name)
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            raise StorageError(f"cannot make {path}: {error.strerror}") from error
        return path
