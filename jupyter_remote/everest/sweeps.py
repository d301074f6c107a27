"""Parameter sweeps: one job with many tasks, and its results per task and as a table."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from html import escape
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from .disk import Arriving, finished, scratch
from .errors import Damaged, InvalidInput
from .handles import AsyncJob, AsyncRemoteFile
from .plan import Plan
from .uploads import Progress, readable
from .views import job_error

if TYPE_CHECKING:
    from .client import AsyncEverest

APP: Final = "sol/psweep"
Step = Callable[[str], None]
READ: Final = 1024 * 1024
"""Bytes of a task's output that ``text`` reads at most."""


@dataclasses.dataclass(frozen=True)
class Task:
    """One task's results: its number on the platform, its parameters as it saw them (texts), and
    its files in a folder."""

    number: int
    parameters: Mapping[str, str]
    folder: Path

    def files(self) -> dict[str, Path]:
        """Its output files by name."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {
            str(path.relative_to(self.folder)): path for path in found if path.name != "parameters"
        }

    def has(self, name: str = "stdout") -> bool:
        """Whether it left an output of this name."""
        try:
            return ".." not in PurePosixPath(name).parts and (self.folder / name).is_file()
        except (OSError, ValueError):  # no file can have this name
            return False

    def text(self, name: str = "stdout") -> str:
        """An output as text, up to 1 MiB; empty when the task left none."""
        if not self.has(name):
            return ""
        try:
            with open(self.folder / name, "rb") as file:
                return file.read(READ).decode(errors="replace")
        except OSError:
            return ""


class SweepResults(Mapping[int, Task]):
    """Tasks by number. ``missing``: how many of the plan's left no results."""

    def __init__(self, tasks: Iterable[Task], expected: int) -> None:
        self._tasks = {task.number: task for task in sorted(tasks, key=lambda each: each.number)}
        self.missing = max(0, expected - len(self._tasks))

    def __getitem__(self, number: int) -> Task:
        return self._tasks[number]

    def __iter__(self) -> Any:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def table(self, output: str = "stdout") -> list[dict[str, Any]]:
        """All ``rows``."""
        return list(self.rows(output))

    def rows(self, output: str = "stdout") -> Iterator[dict[str, Any]]:
        """A row for each task: its number, parameters (numbers where they are), and ``output``:
        None of a task that did not leave it. Files are read one by one."""
        for task in self._tasks.values():
            yield {
                "task": task.number,
                **{name: as_value(value) for name, value in task.parameters.items()},
                output: as_value(task.text(output).strip()) if task.has(output) else None,
            }

    def frame(self, output: str = "stdout") -> Any:
        """The table as a ``pandas.DataFrame``. Raises ImportError without pandas."""
        import pandas

        return pandas.DataFrame(self.table(output))

    def _repr_html_(self) -> str:
        missing = f", {self.missing} without results" if self.missing else ""
        rows = "".join(
            f"<tr><td>{task.number}</td><td>{escape(str(dict(task.parameters)))}</td>"
            f"<td>{escape(', '.join(task.files()))}</td></tr>"
            for task in list(self._tasks.values())[:30]
        )
        head = "<thead><tr><th>Task</th><th>Parameters</th><th>Files</th></tr></thead>"
        return f"<p>{len(self)} tasks{missing}</p><table>{head}<tbody>{rows}</tbody></table>"


class AsyncSweep:
    """A sweep that was submitted; ``plan`` is None where only its job is known any more."""

    def __init__(self, job: AsyncJob, plan: Plan | None = None) -> None:
        self.job = job
        self.plan = plan

    async def results(
        self,
        folder: str | Path,
        timeout: float | None = None,
        *,
        partial: bool = False,
        progress: Progress | None = None,
    ) -> SweepResults:
        """Wait, and unpack what the tasks left into a folder. ``partial``: what there is of a
        sweep that failed; else its error is raised. ``progress`` is told how many bytes came, of
        how many (-1: not known). Raises Damaged for a bad archive."""
        await self.job.wait(timeout)
        error = job_error(self.job)
        file = (await self.job.outputs()).get("results")
        if error and not (partial and isinstance(file, AsyncRemoteFile)):
            raise error
        if not isinstance(file, AsyncRemoteFile):
            raise Damaged(f"{self.job.title} has ended without the file of results")
        where = Path(folder)
        async with scratch() as temporary:
            archive = await file.download(temporary / "results.zip", progress)
            over = threading.Event()
            tasks = await finished(lambda: unpack(archive, where, over), stop=over.set)
        return SweepResults(tasks, len(self.plan) if self.plan else 0)

    def _repr_html_(self) -> str:
        plan = self.plan._repr_html_() if self.plan else ""
        return self.job._repr_html_() + plan


async def submit_sweep(
    client: AsyncEverest,
    plan: Plan,
    files: Iterable[str | Path] = (),
    *,
    app: str = APP,
    step: Step | None = None,
    progress: Progress | None = None,
    **more: Any,
) -> AsyncSweep:
    """Submit a plan with the files that its tasks need; ``more``: as ``submit`` takes it. ``step``
    is told what is done now: ``packing``, ``sending``, ``submitting``; ``progress`` of how many
    bytes of how many, anew for each of the first two."""
    step, progress = step or _unheard, progress or _unheard
    async with scratch() as temporary:
        step("packing")
        packing = _Packing([Path(each) for each in files], progress)
        inputs = await packing.done(plan, temporary)
        step("sending")
        more = {"name": "sweep", "progress": progress, **more}
        job = await client.submit(app, inputs, sent=partial(step, "submitting"), **more)
    return AsyncSweep(job, plan)


def _unheard(*told: object) -> None:
    """Of this nobody wants to hear."""


def packable(files: Iterable[Path]) -> list[Path]:
    """The files that a sweep is given. Raises InvalidInput when one cannot be read, or two have the
    same name."""
    paths = [readable(each, "files") for each in files]
    if len({path.name for path in paths}) != len(paths):
        raise InvalidInput("files: two of them have the same name", "files")
    return paths


class _Packing:
    """The inputs of a sweep, as files in a folder; made in a thread, and given up with it."""

    def __init__(self, files: list[Path], progress: Progress) -> None:
        self._files, self._progress = files, progress
        self._packed, self._total, self._stopped = 0, 0, False
        self._tell: Callable[[], object] = _unheard

    async def done(self, plan: Plan, folder: Path) -> dict[str, Any]:
        """Make them. Raises InvalidInput."""
        loop = asyncio.get_running_loop()
        self._tell = partial(loop.call_soon_threadsafe, self._report)
        return await finished(lambda: self._make(plan, folder), self._stop)

    def _stop(self) -> None:
        self._stopped = True

    def _report(self) -> None:
        self._progress(self._packed, self._total)

    def _make(self, plan: Plan, folder: Path) -> dict[str, Any]:
        paths = packable(self._files)
        inputs = {"plan": folder / "plan.txt"}
        inputs["plan"].write_text(plan.text(), encoding="utf-8")
        if paths:
            self._total = sum(path.stat().st_size for path in paths)
            inputs["files"] = folder / "files.zip"
            self._pack(paths, inputs["files"])
        return inputs

    def _pack(self, paths: Iterable[Path], target: Path) -> None:
        """Always the same bytes for the same files, so that they are uploaded once."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(paths, key=lambda each: each.name):
                about = zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0))
                about.compress_type = zipfile.ZIP_DEFLATED
                about.external_attr = (path.stat().st_mode & 0o777) << 16
                with open(path, "rb") as source, archive.open(about, "w", force_zip64=True) as to:
                    while not self._stopped and (chunk := source.read(1024 * 1024)):
                        to.write(chunk)
                        self._packed += len(chunk)
                        self._tell()


def unpack(archive: Path, folder: Path, over: threading.Event | None = None) -> list[Task]:
    """Put each task's files into ``folder/<number>``, each whole or not at all; nothing outside of
    it. ``over``: is set when nobody wants them any more. Raises Damaged."""
    numbers, over = set[int](), over or threading.Event()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
                if entry.is_dir() or len(parts) < 2 or not re.fullmatch(r"[0-9]{1,9}", parts[0]):
                    continue
                if any(part in ("..", "/") or "\0" in part for part in parts):
                    raise Damaged(f"the archive of results names a file outside: {entry.filename}")
                numbers.add(int(parts[0]))
                target = folder / str(int(parts[0])) / Path(*parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source:
                    _store(source, target, over)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise Damaged(f"the file of results is no zip archive that can be read: {error}") from error
    except OSError as error:
        raise Damaged(f"cannot unpack results to {folder}: {error.strerror}") from error
    return [_task(folder / str(number), number) for number in sorted(numbers)]


def _store(source: IO[bytes], target: Path, over: threading.Event) -> None:
    arriving = Arriving(target)
    try:
        arriving.begin()
        while chunk := source.read(1024 * 1024):
            if over.is_set():
                raise Damaged(f"{target} was given up")
            arriving.file.write(chunk)
        arriving.finish()
    except BaseException:
        arriving.abandon()
        raise


def _task(folder: Path, number: int) -> Task:
    parameters = {}
    try:
        lines = (folder / "parameters").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, equals, value = line.partition("=")
        if equals:
            parameters[name.strip()] = value.strip()
    return Task(number, parameters, folder)


def as_value(text: str) -> Any:
    """A number where the text is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
