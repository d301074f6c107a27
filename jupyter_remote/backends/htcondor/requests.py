"""What a person asks for: offered, tried and submitted."""

from __future__ import annotations

import re
from collections.abc import Collection

from ...contract import JobRequest, Offers, Trial
from ...errors import BackendAbsent, BackendError, BackendTimeout, BackendUnreachable
from ...model import Json
from ...process import Result, pair
from . import slots
from .commands import CondorCommands, meaning
from .folders import RequestFolders
from .submit import Submission, expected, jobs_made, whole_id

SUFFIXES = (".sh", ".sub", ".submit", ".py")
UNTRIED = (
    "HTCondor's Python bindings can read this request, but not try it: condor_submit is not on "
    "this machine."
)
NOT_ASKED = re.compile(r"connect to|can't find", re.I)
"""Words of condor_submit when it did not reach the queue: surely nothing was taken."""


class CondorRequests:
    """Requests of jobs, each with a folder of its own."""

    def __init__(self, commands: CondorCommands, folders: RequestFolders) -> None:
        self._commands, self._folders = commands, folders

    async def offers(self) -> Offers:
        """The fields of a request, bounded by the machines that the pool shows now."""
        fields = slots.fields(await self._slots())
        return Offers(available=True, fields=fields, suffixes=SUFFIXES)

    async def submit(
        self, request: JobRequest, wanted: Collection[str] | None, keep: float
    ) -> tuple[str, list[dict[str, Json]]]:
        """Submit; answers the id of the job, or of the cluster, and what its jobs' ads surely say.
        What is older than ``keep`` seconds and of none of the ``wanted`` tags is deleted; None:
        nothing is. Raises InvalidSpec, BackendError, and BackendTimeout when it may have been
        taken."""
        made = await self._commands.io(self._folders.keep, request)
        if wanted is not None:
            await self._commands.io(self._folders.tidy, {*wanted, request.tag}, keep)
        ids = taken(await self._submit(request, made, *made.argv))
        return whole_id(ids), expected(request, made, ids)

    async def test(self, request: JobRequest) -> Trial:
        """Whether condor_submit would take it, and how many slots it could have now: the bindings
        only read it. Raises InvalidSpec, and BackendError with HTCondor's words."""
        made = await self._commands.io(self._folders.keep, request)
        try:
            dry = await self._submit(request, made, "-dry-run", "-", *(made.argv or ("-",)))
            if dry.returncode:
                raise meaning(dry)
            if self._commands.bindings:
                return Trial(words=UNTRIED)
            first = dry.stdout.strip().partition("\n\n")[0]
            path = await self._commands.io(self._folders.write, request.tag, "ad", f"{first}\n")
            analysis = ("-better-analyze", "-jobads", str(path))
            table, there = await pair(self._commands.ask("condor_q", *analysis), self._slots())
        finally:
            await self._commands.io(self._folders.remove, request.tag)
        return slots.trial(table, len(there))

    async def _submit(self, request: JobRequest, made: Submission, *argv: str) -> Result:
        words = ("-terse", *argv)
        return await self._commands.run(
            "condor_submit", *words, given=made.text, cwd=request.folder
        )

    async def _slots(self) -> list[dict[str, Json]]:
        constraint = ("-constraint", slots.STATIC, "-attributes", slots.ATTRIBUTES)
        return await self._commands.ads("condor_status", *constraint)


def taken(result: Result) -> list[str]:
    """The ids of jobs in condor_submit's answer. Raises what its words mean when surely nothing was
    taken, and BackendTimeout when that is not known: killed, failed without a word, or without an
    id."""
    if result.returncode == 0:
        try:
            return jobs_made(result.stdout)
        except BackendError as unclear:
            raise BackendTimeout(str(unclear)) from unclear
    error = meaning(result)
    if result.returncode < 0 or not (result.stdout + result.stderr).strip():
        raise BackendTimeout(f"it is not known whether HTCondor took the job: {error}")
    refused = isinstance(error, BackendAbsent) or NOT_ASKED.search(str(error))
    if isinstance(error, BackendUnreachable) and not refused:
        raise BackendTimeout(str(error))
    raise error
