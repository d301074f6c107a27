"""Parameter sweeps as a form asks for them, and their results in a folder and as a table."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...errors import RemoteError, StorageError, WrongState
from ...everest import AsyncJob, AsyncSweep, Plan, span
from ...everest.sweeps import APP, submit_sweep
from ...model import Json
from .backend import EverestBackend

LOOK: Final = 10.0
"""Seconds for the end of a job that has ended to be noticed."""
ROWS: Final = 2000
"""Most rows of a table of results; the files of all tasks are in the folder."""


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
    backend: EverestBackend, plan: Plan, files: list[Path], fields: Mapping[str, Json]
) -> dict[str, Json]:
    """Submit a sweep; answers where its job is. Raises InvalidInput, BackendError."""
    sweep = await submit_sweep(
        await backend.client(),
        plan,
        files,
        app=fields.get("app") or APP,
        name=fields.get("name") or "sweep",
        resources=tuple(fields.get("resources", ())),
    )
    return {"backend": backend.name, "job_id": sweep.job.id, "tasks": len(plan)}


async def unpacked(backend: EverestBackend, job_id: str, folder: Path, output: str) -> Json:
    """Put the files of every task of a sweep that has ended into a new folder; answers the rows of
    its table, of which ``output`` is a column. Raises WrongState, JobError, Damaged,
    StorageError."""
    client, info = await backend.client(), await backend.info(job_id, fresh=True)
    if not info.ended:
        raise WrongState(f"{job_id} is {info.state}: its results are there when it has ended")
    where = await asyncio.to_thread(_new_folder, folder, f"sweep-{job_id[-6:]}")
    try:
        sweep = AsyncSweep(AsyncJob(info, client))
        results = await sweep.results(where, timeout=LOOK, partial=True)
        rows = await asyncio.to_thread(results.table, output)
    except RemoteError:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(where.rmdir)  # only an empty one
        raise
    return {"folder": where.name, "tasks": len(rows), "rows": rows[:ROWS]}


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
