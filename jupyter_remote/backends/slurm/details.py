"""All that Slurm says of one job, and the files that it prints to."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from traitlets.log import get_logger

from ...contract import JobDetails, LogChunk, Neighbour
from ...errors import BackendUnreachable, NotFound, RemoteError
from ...files import read_chunk, within
from ...model import Job, State
from .accounting import SlurmAccounting
from .commands import SlurmCommands, check
from .listing import SlurmList, meant
from .reasons import state_of
from .show import dependencies, from_account, from_show, merged, read_show, streams
from .showjson import read_json
from .text import CLOCK, JOB_ID, PENDING

WAITING = "JobArrayID:0\x1f,Dependency:0\x1f,Name:0\x1e"
STEPS = ("JobID", "MaxRSS", "TRESUsageInTot")

NO_JSON = re.compile(r"(unrecogni[sz]ed|invalid|unknown) option|serializer|plugin", re.I)
"""Words of a scontrol that is too old for JSON, or was built without."""

KEPT = 200
"""Jobs that Slurm has forgotten whose files are remembered, at most."""


class SlurmDetails:
    """Asks Slurm about single jobs."""

    def __init__(
        self, known: SlurmList, commands: SlurmCommands, accounting: SlurmAccounting
    ) -> None:
        self._known, self._commands, self._accounting = known, commands, accounting
        self._paths: dict[tuple[str, str | None], dict[str, str]] = {}
        self._old: dict[str, dict[str, str]] = {}
        self._has_json = True

    async def details(self, job_id: str) -> JobDetails:
        """One job in full. Raises NotFound, and BackendUnreachable with Slurm's words."""
        job = await self._job(job_id)
        record = await self._show(job_id, job)
        one = job is None or (job.job_id == job_id and not job_id.endswith(PENDING))
        word = record.get("JobState", "").partition(" ")[0]
        over = state_of(word).ended if word else True
        target = (job.job_id if job else job_id).removesuffix(PENDING)
        rows = await self._rows(target, not record) if over and (one or not record) else []
        if not record and not rows:
            raise NotFound(f"Slurm knows no job {job_id} of yours any more")
        one = one and (not rows or rows[0]["JobID"] == job_id)
        steps = await self._steps(job_id) if one and word == "RUNNING" else []
        shown = from_show(record, steps) if record else {}
        shown["logs"] = self._logs(job) | shown.get("logs", {})
        shown["script"] = await self._script(job_id, record)
        shown |= await self._neighbours(job_id, job, record)
        found = merged(shown, from_account(rows) if rows else {})
        if one:
            return found  # what one of many used, and how it ended, is not said of all
        return dataclasses.replace(found, logs={}, used={}, efficiency={}, ending="")

    async def log(
        self, job_id: str, offset: int, limit: int, stream: str, timeout: float
    ) -> LogChunk:
        """Bytes of a file that the job prints to; none while there is none. Raises NotFound,
        StorageError, BackendError."""
        path = (await self._streams(job_id)).get(stream, "")
        if not path:
            return LogChunk(data=b"", offset=0, size=0)
        return await within(timeout, path, read_chunk, path, offset, limit)

    async def _job(self, job_id: str) -> Job | None:
        """The job that an id means, if it is one; None for one that only accounting knows."""
        try:
            return (await self._known.find(job_id))[0]
        except NotFound:
            if not JOB_ID.fullmatch(job_id) or job_id.endswith(PENDING):
                raise
            return None

    async def _streams(self, job_id: str) -> Mapping[str, str]:
        """Slurm is asked once for a job that has started. Raises NotFound."""
        if job_id in self._old and not meant(job_id, self._known.jobs):
            return self._old[job_id]
        job = await self._job(job_id)
        if job is None:
            return await self._recorded(job_id)
        if job.array == job_id:
            return {}  # each of its tasks has its own
        if found := self._logs(job):
            return found
        if job.job_id.endswith(PENDING) or (job.state.ended and not job.started):
            return {}  # what did not start has printed nothing
        if record := await self._show(job_id, job):
            return streams(record)
        recorded = await self._recorded(job_id)
        self._keep(job, recorded)
        return recorded

    async def _recorded(self, job_id: str) -> dict[str, str]:
        """As accounting says, which is asked once. That there are none is never the answer:
        raises NotFound when it does not say."""
        if job_id not in self._old:
            rows = await self._rows(job_id, True)
            found = streams(rows[0]) if rows else {}
            if not found:
                raise NotFound(f"Slurm no longer says where the job {job_id} printed to")
            self._old = dict([*self._old.items(), (job_id, found)][-KEPT:])
        return self._old[job_id]

    def _logs(self, job: Job | None) -> dict[str, str]:
        return self._paths.get((job.job_id, job.submitted), {}) if job else {}

    def _keep(self, job: Job, found: dict[str, str]) -> None:
        """Remember the files of jobs that are in the list: Slurm will forget them."""
        if job.state is not State.QUEUED and found:
            known = self._known.jobs
            held = {key: paths for key, paths in self._paths.items() if key[0] in known}
            self._paths = {**held, (job.job_id, job.submitted): found}

    async def _show(self, job_id: str, job: Job | None) -> dict[str, str]:
        """The controller's record; empty: it has forgotten the job."""
        if job is None:
            return {}
        asked = self._one(job_id, job)
        try:
            record = await self._json(asked) or await self._text(asked, job.name)
        except NotFound:
            return {}
        if job.job_id == job_id:
            self._keep(job, streams(record))
        return record

    async def _json(self, asked: str) -> dict[str, str]:
        """The record, from the versions that have JSON (23.02 and later, built with it): whatever
        a job is called, its fields cannot be mistaken. Empty: the text is to be asked for."""
        if not self._has_json:
            return {}
        result = await self._commands.run("scontrol", "--json", "show", "job", asked)
        if NO_JSON.search(result.stderr):
            self._has_json = False
            return {}
        check(result)
        try:
            return read_json(result.stdout, asked)
        except ValueError as error:
            get_logger().warning("slurm: the JSON of the job %s is not read: %s", asked, error)
            return {}

    async def _text(self, asked: str, name: str) -> dict[str, str]:
        argv = ["--oneliner", "show", "job", asked]
        result = await self._commands.run("scontrol", *argv, env=CLOCK)
        check(result)
        records = read_show(result.stdout, name)
        if not records:
            raise BackendUnreachable(f"scontrol printed no job: {result.stdout[:200]}")
        return records[0]

    def _one(self, job_id: str, job: Job) -> str:
        """The id of one job that tells all: an array's own shows its 10,000 tasks."""
        if job_id != job.job_id and job_id != job.array:
            return job_id
        if not job.job_id.endswith(PENDING):
            return job.job_id
        try:
            tasks = self._known.waiting_tasks(job.array)
        except NotFound:
            return job.array
        return re.sub(r"\[([0-9]+).*", r"\1", tasks)

    async def _rows(self, job_id: str, needed: bool) -> list[dict[str, str]]:
        """What accounting says; where the controller knows the job, it may be silent."""
        try:
            return await self._accounting.job(job_id)
        except RemoteError:
            if needed:
                raise
            return []

    async def _steps(self, job_id: str) -> list[dict[str, str]]:
        """What a running job uses; nothing where that is not measured."""
        argv = ["--noheader", "--parsable2", "--allsteps", f"--jobs={job_id}"]
        try:
            text = await self._commands.ask("sstat", *argv, f"--format={','.join(STEPS)}")
        except RemoteError:
            return []
        lines = (line.split("|") for line in text.splitlines())
        return [dict(zip(STEPS, line, strict=False)) for line in lines]

    async def _script(self, job_id: str, record: Mapping[str, str]) -> str:
        asked = record.get("ArrayJobId") or record.get("JobId") or job_id.partition("_")[0]
        try:
            if record:
                result = await self._commands.run("scontrol", "write", "batch_script", asked, "-")
                if not result.returncode and result.stdout:
                    return result.stdout
            return await self._accounting.script(asked)
        except RemoteError:
            return ""

    # -- jobs that wait for others

    async def _neighbours(
        self, job_id: str, job: Job | None, record: Mapping[str, str]
    ) -> dict[str, tuple[Neighbour, ...]]:
        """Those it waits for, and those that wait for it, as fields of JobDetails."""
        names = {job_id, job_id.partition("_")[0], *([job.array] if job and job.array else [])}
        before = [
            self._neighbour(kind, other)
            for kind, target in dependencies(record.get("Dependency", ""))
            for other in ([target] if target else self._same_name(job))
        ]
        after = [
            self._neighbour(kind, other)
            for other, wanted in (await self._waiting()).items()
            for kind, target in dependencies(wanted)
            if target in names and other not in names
        ]
        return {"waits_for": tuple(before), "waited_for_by": tuple(after)}

    def _same_name(self, job: Job | None) -> list[str]:
        """Whom a ``singleton`` waits for: the user's other jobs of this name."""
        jobs = self._known.jobs.values() if job else []
        same = (one for one in jobs if job and one.name == job.name and one != job)
        return [one.job_id for one in same if not one.state.ended]

    async def _waiting(self) -> dict[str, str]:
        """Dependencies of this user's waiting jobs, by id."""
        argv = ["--me", "--noheader", "--states=PENDING", f"--Format={WAITING}"]
        try:
            text = await self._commands.ask("squeue", *argv)
        except RemoteError:
            return {}
        cut: list[list[Any]] = [record.split("\x1f", 2) for record in text.split("\x1e\n")]
        return {one[0].partition("_[")[0]: one[1] for one in cut if len(one) == 3}

    def _neighbour(self, kind: str, job_id: str) -> Neighbour:
        found = meant(job_id, self._known.jobs)
        name, state = (found[0].name, found[0].state.value) if found else ("", "")
        return Neighbour(job_id=job_id, kind=kind, name=name, state=state)
