"""Slurm's commands, run as they are found, free of the user's own settings for them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import Protocol

from ...errors import BackendError, BackendUnreachable, NotFound, RemoteError
from ...process import Result, run
from .text import DOWN, FOREIGN, SETTINGS


class Settings(Protocol):
    """The backend, for the traits that say how its commands are run."""

    bin_dir: str
    command_timeout: float


class SlurmCommands:
    """Runs Slurm's commands with the settings of their backend."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def found(self, program: str) -> bool:
        """Whether this machine has the command."""
        return shutil.which(self.path(program)) is not None

    async def run(self, program: str, *argv: str, env: Mapping[str, str] | None = None) -> Result:
        """What a command answers; raises BackendTimeout, and BackendError without it."""
        clean = {key: value for key, value in os.environ.items() if not FOREIGN.match(key)}
        command = [self.path(program), *argv]
        timeout = self._settings.command_timeout
        return await run(command, timeout, env={**clean, **SETTINGS, **(env or {})})

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
