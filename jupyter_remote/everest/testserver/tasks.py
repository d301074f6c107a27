"""What jobs are made of: files are staged in, commands run, outputs are read and kept."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPError

from .agent import Agent, End, filled, words_of
from .apps import App
from .clock import Clock
from .files import PREFIX, FileStore
from .records import Books, Job, Token, digest, new_token
from .sweep import BadPlan, Plan, read_plan

Json = Any


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    state: str
    info: str = ""
    result: dict[str, Json] | None = None


class Runner:
    """Runs jobs once: a command, or the tasks of a sweep."""

    def __init__(
        self, folder: Path, books: Books, files: FileStore, agent: Agent, clock: Clock
    ) -> None:
        self._folder, self._logs = folder / "tasks", folder / "logs"
        self._books, self._files, self._agent, self._clock = books, files, agent, clock
        for made in (self._folder, self._logs):
            made.mkdir(mode=0o700, exist_ok=True)

    # -- the log ----------------------------------------------------------------------------

    def say(self, job: Job, words: str) -> None:
        """One line of the job's log."""
        with open(self._logs / job.key, "a", encoding="utf-8") as file:
            file.write(f"{self._clock.stamp()} {words}\n")

    def log(self, job: Job) -> bytes:
        """The job's log."""
        path = self._logs / job.key
        return path.read_bytes() if path.exists() else b""

    def _told(self, job: Job, task: str, state: str, info: Mapping[str, Json]) -> None:
        message = json.dumps(["TASK_STATE", task, state, info])
        self.say(job, f"[{job.resources[0]}/agent] Received {message}")

    # -- a job ------------------------------------------------------------------------------

    async def run(self, job: Job, app: App, running: Callable[[], None]) -> Outcome:
        """Run all of a job; ``running`` is called when the first command starts."""
        sweep = "results" in app.description["outputs"] and not app.config["command"]
        try:
            return await (self._sweep(job, running) if sweep else self._single(job, app, running))
        except (BadPlan, OSError, HTTPError, zipfile.BadZipFile) as error:
            return Outcome("FAILED", str(error))

    def clear(self, job: Job) -> None:
        """Forget the folders of a job's tasks."""
        for folder in self._folder.glob(f"{job.key}-*"):
            shutil.rmtree(folder, ignore_errors=True)

    async def _single(self, job: Job, app: App, running: Callable[[], None]) -> Outcome:
        task, folder = self._task(job, 0)
        await self._stage_in(job, app, folder)
        values = {k: p["default"] for k, p in app.description["inputs"].items() if "default" in p}
        argv = words_of(
            app.config["command"], values | {k: _word(v) for k, v in job.inputs.items()}
        )
        end = await self._command(job, task, argv, folder, running)
        if end.code:
            return Outcome("FAILED", f"Task {task} failed: {end.words}")
        try:
            return Outcome("DONE", "", self.outputs(job, app))
        except (OSError, ValueError) as error:
            return Outcome("FAILED", f"Task {task} failed: cannot read an output: {error}")

    def outputs(self, job: Job, app: App, strict: bool = True) -> dict[str, Json]:
        """What the outputs are now; without ``strict`` those that are there. Raises OSError,
        ValueError."""
        _, folder = self._task(job, 0)
        found: dict[str, Json] = {}
        files = {m["param"]: m["file"] for m in app.config["outputMappings"]}
        for name, about in app.description["outputs"].items():
            path = folder / files.get(name, "")
            if strict or path.is_file():
                found[name] = self._output(job, path, about)
        return found

    def _output(self, job: Job, path: Path, about: Mapping[str, Json]) -> Json:
        if about.get("format") == "uri":
            return self._files.give(job.key, job.owner, path.name, path).key
        text = path.read_text(encoding="utf-8", errors="replace")
        return float(text) if about["type"] == "number" else text.removesuffix("\n")

    # -- a sweep ----------------------------------------------------------------------------

    async def _sweep(self, job: Job, running: Callable[[], None]) -> Outcome:
        plan = read_plan(self._given(job, job.inputs["plan"]).read_text(encoding="utf-8"))
        tasks = plan.tasks()
        job.tasks = {"total": len(tasks), "done": 0, "failed": 0}
        self._check_files(job, plan, tasks)
        running_tasks = [
            asyncio.ensure_future(self._sweep_task(job, plan, number, values, running))
            for number, values in enumerate(tasks)
        ]
        try:
            ends = await asyncio.gather(*running_tasks)
        finally:  # gather does not wait for the others
            for task in running_tasks:
                task.cancel()
            await asyncio.gather(*running_tasks, return_exceptions=True)
        failed = [end.words for end in ends if end.code]
        result = {"results": await asyncio.to_thread(self._zip, job, plan, tasks)}
        if failed:
            return Outcome("FAILED", f"{len(failed)} of {len(ends)} tasks failed", result)
        return Outcome("DONE", "", result)

    async def _sweep_task(
        self,
        job: Job,
        plan: Plan,
        number: int,
        values: dict[str, str],
        running: Callable[[], None],
    ) -> End:
        task, folder = self._task(job, number)
        if archive := job.inputs.get("files"):
            with zipfile.ZipFile(self._given(job, archive)) as file:
                file.extractall(folder, plan.wanted(values) or None)
        end = await self._command(job, task, plan.argv(values), folder, running)
        job.tasks["failed" if end.code else "done"] += 1
        return end

    def _check_files(self, job: Job, plan: Plan, tasks: list[dict[str, str]]) -> None:
        there = []
        if archive := job.inputs.get("files"):
            with zipfile.ZipFile(self._given(job, archive)) as file:
                there = file.namelist()
        for values in tasks:
            for name in plan.wanted(values):
                if name not in there:
                    raise BadPlan(f"the plan wants {name}, which is not among the files")

    def _zip(self, job: Job, plan: Plan, tasks: list[dict[str, str]]) -> str:
        """All outputs, a folder for each task, with its parameters."""
        path = self._folder / f"{job.key}-results"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, values in enumerate(tasks):
                _, folder = self._task(job, number)
                lines = "".join(f"{name} = {value}\n" for name, value in values.items())
                archive.writestr(f"{number}/parameters", lines)
                for name in plan.output_files:
                    output = folder / filled(name, values)
                    if output.is_file() and output.resolve().is_relative_to(folder):
                        archive.write(output, f"{number}/{output.name}")
        return self._files.give(job.key, job.owner, "results.zip", path).key

    # -- a task -----------------------------------------------------------------------------

    def _task(self, job: Job, number: int) -> tuple[str, Path]:
        """Id and folder of a task."""
        task = f"{job.key}-{number}-{job.attempt}"
        folder = self._folder.resolve() / task
        folder.mkdir(mode=0o700, exist_ok=True)
        return task, folder

    async def _command(
        self, job: Job, task: str, argv: list[str], folder: Path, running: Callable[[], None]
    ) -> End:
        token, clear = self._task_token(job)
        self.say(job, f"Task {task}: SCHEDULED on resource {job.resources[0]}")

        def started() -> None:
            running()
            self._told(job, task, "RUNNING", {})

        try:
            env = {"EVEREST_TASK_TOKEN": clear}
            end = await self._agent.run(job.name, argv, folder, env, started)
        finally:
            self._books.drop(token)
        self._tell_end(job, task, end)
        return end

    def _tell_end(self, job: Job, task: str, end: End) -> None:
        if end.code:
            self._told(job, task, "FAILED", {"exitCode": end.code, "error": end.words})
            where = f"on resource {job.resources[0]}, {end.words}"
            self.say(job, f"Task {task}: RUNNING -> FAILED {where}")
        else:
            self._told(job, task, "COMPLETED", {"runTime": round(end.seconds, 3)})
            self._told(job, task, "DONE", {"stageInTime": 0.001, "stageOutTime": 0.001})

    def _task_token(self, job: Job) -> tuple[Token, str]:
        """A token that its tasks may use as long as they run."""
        clear = new_token()
        label = f"task of {job.key}"
        token = Token(digest(clear), job.owner, label, self._clock.now(), 86400.0, job.key)
        self._books.put(token)
        return token, clear

    async def _stage_in(self, job: Job, app: App, folder: Path) -> None:
        names = {m["param"]: m["file"] for m in app.config["inputMappings"]}
        for name, about in app.description["inputs"].items():
            value = job.inputs.get(name)
            if value is None:
                continue
            if about.get("format") == "uri":
                await self._fetch(job, value, folder, names.get(name))
            elif about.get("items", {}).get("format") == "uri":
                for uri in value:
                    await self._fetch(job, uri, folder, None)
            elif name in names:
                (folder / names[name]).write_text(_word(value), encoding="utf-8")

    async def _fetch(self, job: Job, uri: str, folder: Path, name: str | None) -> None:
        if not uri.startswith(PREFIX):
            client = AsyncHTTPClient(force_instance=True)
            try:
                answer = await client.fetch(uri, request_timeout=30)
            finally:
                client.close()
            (folder / (name or uri.rsplit("/", 1)[-1])).write_bytes(answer.body)
            return
        name = name or self._books.files[job.copies[uri]].name
        await asyncio.to_thread(partial(shutil.copyfile, self._given(job, uri), folder / name))

    def _given(self, job: Job, uri: str) -> Path:
        """The job's own copy of a file that it was given."""
        return Path(self._books.files[job.copies[uri]].path)


def _word(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
