"""HTCondor's commands, run as they are found, and what their words mean when they fail."""

from __future__ import annotations

import asyncio
import fnmatch
import importlib.util
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from ...errors import (
    BackendAbsent,
    BackendError,
    BackendUnreachable,
    NotFound,
    RemoteError,
    WrongState,
)
from ...files import within
from ...model import Json
from ...process import Result, run

P = ParamSpec("P")
T = TypeVar("T")

BINDINGS = str(Path(__file__).parent / "bindings")
"""The program that does by HTCondor's Python bindings what its commands do."""

CONFIGURATIONS = (
    "/etc/condor/condor_config",
    "/usr/local/etc/condor_config",
    "~condor/condor_config",
    "~/.condor/user_config",
)
"""Where HTCondor looks for one, unless ``CONDOR_CONFIG`` names it."""

LARGE = 50_000
"""Characters of JSON that are read in a thread."""

UNREACHABLE = (
    "SECMAN|AUTHENTICATE|CEDAR|failed to (fetch|connect|end|receive|send)|can't (connect|find)"
    "|unable to (connect|find|locate)|no record of schedd|couldn't (contact|connect)"
    "|timed? ?out|communication"
)

MEANINGS: tuple[tuple[re.Pattern[str], type[RemoteError]], ...] = tuple(
    (re.compile(pattern, re.I), error)
    for pattern, error in (
        # No configuration, or one without a queue. "(null)" stands where a schedd would be named.
        (r"CONDOR_CONFIG|Error: \(null\)|can't find address of local schedd", BackendAbsent),
        (r"unable to (locate local daemon|determine collector host)", BackendAbsent),
        # Asked before "not found": condor_rm says both when nobody answers.
        (UNREACHABLE, BackendUnreachable),
        (r"already held|not held|couldn't find/(hold|release|vacate)|not running", WrongState),
        (r"\bnot found|couldn't find|by constraint|nonexistent job", NotFound),
    )
)


class Settings(Protocol):
    """The backend, for the traits that say how its commands are run."""

    bin_dir: str
    schedd: str
    command_timeout: float
    env_remove: list[str]


class CondorCommands:
    """Runs HTCondor's commands with the settings of their backend."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def found(self) -> bool:
        """Whether this machine has HTCondor's commands, or its Python bindings."""
        return self._installed() or self.bindings

    @cached_property
    def bindings(self) -> bool:
        """Whether the bindings stand in for the commands: where there are none and none were
        named, and there is a configuration that may name a pool."""
        if self._settings.bin_dir or self._installed() or not _configured():
            return False
        return importlib.util.find_spec("htcondor2") is not None

    def _installed(self) -> bool:
        return shutil.which(self._path("condor_q")) is not None

    async def run(
        self, program: str, *argv: str, given: str | None = None, cwd: str = ""
    ) -> Result:
        """What a command answers, ``given`` to read; raises BackendTimeout, and BackendError
        without it."""
        command = [*self._program(program), *self._queue(program), *argv]
        timeout = self._settings.command_timeout
        env = self._public() if program == "condor_submit" else None
        return await run(command, timeout, input=given, env=env, cwd=cwd or None)

    async def ask(self, program: str, *argv: str) -> str:
        """What a command prints; raises what its words mean when it fails."""
        result = await self.run(program, *argv)
        if result.returncode:
            raise meaning(result)
        return result.stdout

    async def ads(self, program: str, *argv: str) -> list[dict[str, Json]]:
        """The ClassAds that a command prints with ``-json``; nothing printed means none."""
        text = await self.ask(program, "-json", *argv)
        if len(text) < LARGE:
            return read_ads(text)
        return await asyncio.to_thread(read_ads, text)

    async def io(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What blocks, in a thread. Raises BackendTimeout."""
        return await within(self._settings.command_timeout, "files", do, *args, **kwargs)

    def _public(self) -> dict[str, str]:
        """The environment without secrets: ``getenv`` writes it into the job's ad, which everybody
        can read."""
        patterns = self._settings.env_remove
        return {
            name: value
            for name, value in os.environ.items()
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        }

    def _queue(self, program: str) -> list[str]:
        """Whose queue is meant: a name given to condor_status is that of a machine."""
        named = self._settings.schedd if program != "condor_status" else ""
        return ["-name", named] if named else []

    def _program(self, name: str) -> list[str]:
        return [sys.executable, BINDINGS, name] if self.bindings else [self._path(name)]

    def _path(self, name: str) -> str:
        folder = self._settings.bin_dir
        return os.path.join(folder, name) if folder else name


def _configured() -> bool:
    return "CONDOR_CONFIG" in os.environ or any(
        os.path.isfile(os.path.expanduser(path)) for path in CONFIGURATIONS
    )


def read_ads(text: str) -> list[dict[str, Json]]:
    """ClassAds in JSON; raises BackendError for anything else."""
    try:
        ads = json.loads(text) if text.strip() else []
    except ValueError as error:
        raise BackendError(f"HTCondor's answer is no JSON: {error}") from error
    if not isinstance(ads, list) or not all(isinstance(ad, dict) for ad in ads):
        raise BackendError("HTCondor's answer is no list of ClassAds")
    return ads


def words_of(result: Result) -> str:
    """What a command that failed says: without the advice on how to set up HTCondor."""
    text = "\n".join(part.strip() for part in (result.stderr, result.stdout) if part.strip())
    said = text.partition("Extra Info:")[0].strip()
    if said == "Error: (null)":
        said = "HTCondor's commands find no queue (condor_schedd) on this machine"
    return said or f"HTCondor's command ended with status {result.returncode}"


def meaning(result: Result) -> RemoteError:
    """The error that the words of a command that failed stand for."""
    said = words_of(result)
    everything = result.stderr + result.stdout
    for pattern, error in MEANINGS:
        if pattern.search(everything):
            return error(said)
    return BackendError(said)
