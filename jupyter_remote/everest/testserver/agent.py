"""The agent pool: it really runs commands, so many at once as it has slots."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

Json = Any
_LETHAL = shutil.which("setpriv")
PROGRAMS = [sys.executable, "-I", "-S", str(Path(__file__).with_name("programs.py"))]
GRACE = 2.0
"""Seconds from SIGINT to SIGKILL."""


@dataclasses.dataclass
class End:
    """How a command ended: exit status (negative: the signal), words, seconds it ran."""

    code: int
    words: str = ""
    seconds: float = 0.0


def words_of(command: str, values: Mapping[str, Json]) -> list[str]:
    """A command line as words, each ``${name}`` replaced: what a person gave is never syntax."""
    return [filled(word, values) for word in shlex.split(command)]


def filled(word: str, values: Mapping[str, Json]) -> str:
    """A word with its ``${name}`` replaced; names that are not known stand."""
    parts = word.split("${")
    text = parts[0]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        known = brace and name in values
        text += f"{values[name]}{rest}" if known else "${" + part
    return text


class Agent:
    """``slots`` commands run at once; ``runs`` counts those that were started, by job."""

    def __init__(self, slots: int) -> None:
        self._slots = asyncio.Semaphore(slots)
        self.runs: dict[str, int] = {}

    async def run(
        self,
        job: str,
        argv: list[str],
        folder: Path,
        env: Mapping[str, str],
        started: Callable[[], None],
    ) -> End:
        """Wait for a slot and run a command; a cancelled caller ends it (SIGINT, SIGKILL)."""
        async with self._slots:
            started()
            self.runs[job] = self.runs.get(job, 0) + 1
            began = time.monotonic()
            starting = asyncio.ensure_future(self._start(argv, folder, env))
            try:
                code = await (await asyncio.shield(starting)).wait()
            except (OSError, ValueError) as error:
                return End(127, f"cannot run {argv[0] if argv else 'nothing'}: {error}")
            except asyncio.CancelledError:
                ending = asyncio.ensure_future(_end(starting))
                while not ending.done():  # who is cancelled twice still leaves nothing that runs
                    with contextlib.suppress(asyncio.CancelledError):
                        await asyncio.shield(ending)
                raise
            return End(code, f"exit code {code}" if code else "", time.monotonic() - began)

    async def _start(
        self, argv: list[str], folder: Path, env: Mapping[str, str]
    ) -> asyncio.subprocess.Process:
        if not argv:
            raise ValueError("there is no command")
        if argv[0] == "everest-demo":
            argv = [*PROGRAMS, *argv[1:]]
        if _LETHAL:  # a stand-in that is killed must leave nothing that runs
            argv = [_LETHAL, "--pdeathsig", "KILL", *argv]
        with _output(folder, "stdout") as out, _output(folder, "stderr") as err:
            return await asyncio.create_subprocess_exec(
                *argv,
                cwd=folder,
                env={**_plain_environment(), **env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )


def _output(folder: Path, name: str) -> BinaryIO:
    return open(folder / name, "wb")


def _plain_environment() -> dict[str, str]:
    """A command gets no secret of the one who started the stand-in."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}


async def _end(starting: asyncio.Future[asyncio.subprocess.Process]) -> None:
    try:
        process = await starting
    except (OSError, ValueError):  # it never ran
        return
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE)
            return
