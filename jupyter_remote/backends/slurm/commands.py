"""Slurm's commands, run as they are found, free of the user's own settings for them."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from ...errors import BackendError, BackendUnreachable, NotFound, RemoteError
from ...process import Result, run
from .text import DOWN, FOREIGN, SETTINGS

Ran = Counter[str]
"""How often each command was run, by its name and the beginning of its arguments."""


class Settings(Protocol):
    """The backend, for the traits that say how its commands are run."""

    bin_dir: str
    command_timeout: float


class SlurmCommands:
    """Runs Slurm's commands with the settings of their backend."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ran: Ran = Counter()
        self.under_way = 0

    @property
    def begun(self) -> int:
        """How many commands were begun since they were last taken."""
        return sum(self._ran.values())

    def take(self) -> Ran:
        """The commands that were begun since they were last taken."""
        ran, self._ran = self._ran, Counter()
        return ran

    def found(self, program: str) -> bool:
        """Whether this machine has the command."""
        return shutil.which(self.path(program)) is not None

    async def run(
        self,
        program: str,
        *argv: str,
        env: Mapping[str, str] | None = None,
        input: str | None = None,  # noqa: A002
    ) -> Result:
        """What a command answers; raises BackendTimeout, and BackendError without it."""
        self._ran[" ".join((program, *argv[:2], str((input or "").count("\n"))))] += 1
        self.under_way += 1
        try:
            return await self._run([program, *argv], env, input)
        finally:
            self.under_way -= 1

    async def _run(
        self, argv: Sequence[str], env: Mapping[str, str] | None, text: str | None
    ) -> Result:
        clean = {key: value for key, value in os.environ.items() if not FOREIGN.match(key)}
        command = [self.path(argv[0]), *argv[1:]]
        timeout = self._settings.command_timeout
        whole = {**clean, **SETTINGS, **(env or {})}
        return await run(command, timeout, text, env=whole)

    async def ask(self, program: str, *argv: str) -> str:
        """What a command prints; raises what its words mean when it fails."""
        result = await self.run(program, *argv)
        check(result)
        return result.stdout

    def path(self, name: str) -> str:
        """Where a command is looked for."""
        folder = self._settings.bin_dir
        return os.path.join(folder, name) if folder else name


def words_of(result: Result) -> str:
    """What a command that failed says, without what it did and what went well."""
    lines = [x for x in result.stderr.splitlines() if not x.endswith(": No error")]
    told = [x for x in lines if not x.startswith("scancel: ") or "error: " in x]
    return "\n".join(told).strip() or f"Slurm's command ended with status {result.returncode}"


def check(result: Result) -> None:
    """Raise what the command's words mean. scancel may fail with status 0 and only say so."""
    if not result.returncode and "Kill job error" not in result.stderr:
        return
    words = words_of(result)
    error: type[RemoteError] = BackendError
    if "Invalid job id" in words:
        error = NotFound
    elif DOWN.search(words):
        error = BackendUnreachable
    raise error(words)
