"""Jobs that a person submits: sbatch, with the script on its standard input."""

from __future__ import annotations

import fnmatch
import math
import os
import re
import shlex
from collections.abc import Mapping
from typing import Protocol

from ...contract import JobRequest, Trial
from ...errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    InvalidSpec,
    RemoteError,
)
from ...files import within
from ...model import Json
from ...process import Result, run
from .commands import SlurmCommands
from .offers import SlurmOffers
from .offers_text import MIB
from .reasons import explain
from .text import DOWN, FOREIGN, SETTINGS, time_of

KEPT = ("SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT")
"""Variables of Slurm's that sbatch needs. The others speak of the job that this server may run
in, and would be taken for those of the new one."""

PLAIN = {"nodes": "nodes", "tasks": "ntasks", "cpus": "cpus-per-task"} | {
    name: name for name in ("partition", "account", "qos", "array", "dependency", "begin")
}
"""Fields of offers that sbatch takes as they are, and what they are called there."""

LOST = re.compile("(receive|send|shutdown) failure|timed out|zero bytes|unexpected message", re.I)
"""The controller was asked, and its answer did not arrive."""

NOISE = re.compile(
    r"^sbatch: (error: |fatal: )?|^(allocation failure|Batch job submission failed): ", re.M
)
START = re.compile(r"Job \d+ to start at (\S+) (using .*)")
ID = re.compile(r"^(\d+)(;\S*)?$", re.M)


class Settings(Protocol):
    """The backend, for its traits."""

    env_remove: list[str]
    submit_timeout: float
    command_timeout: float


class SlurmSubmit:
    """Submits, and asks what would become of a job."""

    def __init__(self, settings: Settings, commands: SlurmCommands, offers: SlurmOffers) -> None:
        self._settings = settings
        self._commands = commands
        self._offers = offers

    async def submit(self, request: JobRequest) -> str:
        """See ``contract.Abilities.submit_request``."""
        result = await self._sbatch(request, "--parsable")
        said = ID.search(result.stdout)
        if said:
            return said[1]
        error = refusal(result)
        if result.returncode > 0 and result.stderr.strip() and not LOST.search(str(error)):
            raise error
        raise BackendTimeout(f"it is not known whether Slurm took the job: {error}")

    async def test(self, request: JobRequest) -> Trial:
        """See ``contract.Abilities.test_request``."""
        result = await self._sbatch(request, "--test-only", env=SETTINGS)
        said = START.search(result.stderr)
        if result.returncode or not said:
            raise refusal(result)
        return Trial(starts=time_of(said[1]), words=said[2])

    async def _sbatch(
        self, request: JobRequest, how: str, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run in the job's folder, as a person would: the script may name another one."""
        if any(value is not None for value in request.options.values()):
            await self._check(request.options)
        argv = [self._commands.path("sbatch"), how, *arguments(request)]
        if "\0" in "".join([request.script, *argv]):
            raise InvalidSpec("a null character is in what shall be submitted")
        await self._check_folder(request.folder)
        timeout = self._settings.submit_timeout
        env = {**self._environment(), **(env or {})}
        return await run(argv, timeout, request.script, env, request.folder)

    async def _check(self, options: Mapping[str, Json]) -> None:
        """Raise InvalidSpec for what may not be asked for, and BackendError."""
        try:
            await self._offers.check(options)
        except BackendTimeout as error:  # it would mean that sbatch was run and may have a job
            raise BackendUnreachable(str(error)) from None

    async def _check_folder(self, folder: str) -> None:
        timeout = self._settings.command_timeout
        try:
            there = await within(timeout, f"the folder {folder}", os.path.isdir, folder)
        except BackendTimeout as error:
            raise BackendError(str(error)) from None
        if not there:
            raise InvalidSpec(f"there is no folder {folder}")

    def _environment(self) -> dict[str, str]:
        """What the job inherits: never the server's secrets, nor its own job's variables."""
        patterns = self._settings.env_remove
        return {
            name: value
            for name, value in os.environ.items()
            if name in KEPT or not (name.startswith("SLURM") or FOREIGN.match(name))
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        }


def arguments(request: JobRequest) -> list[str]:
    """sbatch's options for a request whose options were checked."""
    given = {name: value for name, value in request.options.items() if value is not None}
    argv = [f"--comment={' '.join(filter(None, [own_comment(request.script), request.tag]))}"]
    if request.name:
        argv.append(f"--job-name={request.name}")
    argv += [f"--{PLAIN[name]}={value}" for name, value in given.items() if name in PLAIN]
    if "time" in given:
        argv.append(f"--time={math.ceil(given['time'] / 60)}")
    if "memory" in given:
        argv.append(f"--mem={math.ceil(given['memory'] / MIB)}M")
    if "gpus" in given or "gpu_type" in given:
        argv.append(f"--gres={':'.join(['gpu', *_gpus(given)])}")
    return argv


def _gpus(given: Mapping[str, Json]) -> list[str]:
    kind = [given["gpu_type"]] if "gpu_type" in given else []
    return [*kind, str(given.get("gpus", 1))]


def own_comment(script: str) -> str:
    """The comment that a script's #SBATCH lines ask for: an option of ours replaces it. sbatch
    reads them up to the first command, and takes an option's shortest clear beginning."""
    comment = ""
    for line in script.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        words = _words(line.removeprefix("#SBATCH")) if line.startswith("#SBATCH") else []
        for at, word in enumerate(words):
            name, is_one, value = word.partition("=")
            if len(name) >= len("--com") and "--comment".startswith(name):
                comment = value if is_one else "".join(words[at + 1 : at + 2])
    return comment


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


def refusal(result: Result) -> RemoteError:
    """sbatch's words without the noise, as the error that they mean."""
    lines = [NOISE.sub("", NOISE.sub("", line)).strip() for line in result.stderr.splitlines()]
    told = dict.fromkeys(x for x in lines if x and not x.startswith('Try "sbatch --help"'))
    words = "\n".join(explain("PENDING", line) for line in told)
    words = words or f"sbatch ended with status {result.returncode} and said nothing"
    return BackendUnreachable(words) if DOWN.search(words) else BackendError(words)
