"""Submitting a job exactly once, over a network that loses answers.

The server has no key against repetition, so the job's unique name is the key. What is known to
have been refused is sent again; after anything else (a lost connection, an error of the server
in between) the job is looked for by its name, for ``settle`` seconds, before it is sent again.
Should the first one then still appear, one of the two is cancelled and deleted.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Final
from urllib.parse import quote

from ..errors import StorageError
from .errors import AmbiguousSubmit, EverestError, NotEverest, Unreachable
from .lists import JobList, Listed, job_path
from .model import FINAL, JobInfo, Json
from .records import Record, Records
from .retry import Pauses, Trouble
from .settings import Settings
from .transport import Transport

SUSPECT: Final = 600.0
"""Seconds after a second submit for which the first one is looked out for."""
_LOOKS: Final = (0.0, 0.1, 0.3, 1.0)
"""When the list is looked at, as parts of ``settle``."""


class Submitter:
    """Submits for one client."""

    def __init__(
        self, transport: Transport, jobs: JobList, records: Records, settings: Settings
    ) -> None:
        self._transport = transport
        self._jobs = jobs
        self._records = records
        self._settings = settings
        self._repeated = {record.name for record in records.all() if record.repeated}
        jobs.watchers.append(self._remove_surplus)

    async def submit(self, record: Record) -> JobInfo:
        """The job of a new record. Raises EverestError; AmbiguousSubmit when it may exist."""
        await self._records.do(self._records.add, record)
        try:
            info = await self._until_known(record)
        except (AmbiguousSubmit, StorageError, asyncio.CancelledError):
            raise
        except Exception:
            self._records.later(self._records.forget, record.name)
            raise
        return self._known(record, info)

    async def resume(self, record: Record) -> JobInfo:
        """The job of a record that knows no id: its submit was interrupted. It is looked for first.
        Raises as ``submit``."""
        interrupted = Trouble(Unreachable("an earlier submit was interrupted"), maybe=True)
        info = await self._look_for(record, interrupted)
        if info is None:
            self._note_repeated(record)
            info = await self._until_known(record, doubt=True)
        return self._known(record, info)

    def _note_repeated(self, record: Record) -> None:
        """From now on the first one may still appear: lists of all jobs would show it."""
        self._repeated.add(record.name)
        self._records.later(self._records.note, record.name, repeated=True)
        self._jobs.wanted_until = time.monotonic() + SUSPECT

    def _known(self, record: Record, info: JobInfo) -> JobInfo:
        self._records.later(self._records.note, record.name, id=info.id, state=info.state)
        return info

    async def _until_known(self, record: Record, doubt: bool = False) -> JobInfo:
        pauses = Pauses(self._settings.patience, self._settings.first_pause)
        while True:
            over: EverestError | None
            try:
                return await self._send(record)
            except Trouble as trouble:
                doubt = doubt or trouble.maybe
                found = await self._look_for(record, trouble) if trouble.maybe else None
                if found:
                    return found
                over = await pauses.over(trouble)
            except EverestError as error:  # a refusal of this try says nothing of those before
                over = error
            if over is not None and doubt:
                raise self._ambiguous(record, over) from over
            if over is not None:
                raise over
            if doubt:
                self._note_repeated(record)

    async def _send(self, record: Record) -> JobInfo:
        body: dict[str, Json] = {"name": record.name, "inputs": dict(record.inputs)}
        if record.resources:
            body["resources"] = list(record.resources)
        path = f"/api/apps/{quote(record.app, safe='/')}"
        data = await self._transport.once("POST", path, json=body)
        try:
            return JobInfo.from_json(data)
        except ValueError:
            words = f"{self._transport.url} answered a submit with something that is no job"
            raise Trouble(NotEverest(words), maybe=True) from None

    async def _look_for(self, record: Record, trouble: Trouble) -> JobInfo | None:
        """The job of this name, if the server shows it within ``settle`` seconds; None when it
        was not created. Raises AmbiguousSubmit when that cannot be found out."""
        waited = 0.0
        listed: Listed = {}
        known: list[str] = []
        try:
            for part in _LOOKS:
                await asyncio.sleep(self._settings.settle * (part - waited))
                waited = part
                known = self._running(record.account)  # before: a list shows none that came later
                listed = await self._list()
                found = named(listed, record.name)
                if found:
                    return found[0]
            whole = await self._jobs.is_whole(listed, known)
        except EverestError as error:
            raise self._ambiguous(record, error) from trouble
        if not whole:
            raise self._ambiguous(record, trouble.error) from trouble
        return None

    def _running(self, who: str) -> list[str]:
        """Ids of this account's jobs that the server should know."""
        records = self._records.all(who)
        return [each.id for each in records if each.id and each.state not in FINAL]

    async def _list(self) -> Listed:
        pauses = Pauses(self._settings.patience, self._settings.first_pause)
        while True:
            try:
                return await self._jobs.get()
            except Trouble as trouble:
                await pauses.after(trouble)

    def _ambiguous(self, record: Record, error: EverestError) -> AmbiguousSubmit:
        return AmbiguousSubmit(
            f"the job {record.name!r} may or may not have been created ({error}). "
            "Do not submit it again: recall() finds it by its name when the server answers",
            record.name,
            str(error),
        )

    async def _remove_surplus(self, listed: Listed) -> None:
        """Of a job that was sent twice and came twice, one stays: that of the record on disk, so
        that several processes keep the same one."""
        for name in list(self._repeated):
            found = named(listed, name)
            record = (await self._records.do(self._records.load)).get(name) if found[1:] else None
            if record is None or record.id not in {job.id for job in found}:
                continue
            for job in found:
                if job.id != record.id:
                    await self._remove(job)

    async def _remove(self, job: JobInfo) -> None:
        """Cancel, and delete: what the server does not delete yet is tried with the next list."""
        if not job.ended:
            with contextlib.suppress(EverestError, Trouble):
                await self._transport.once("POST", job_path(job.id, "/cancel"))
        await self._transport.once("DELETE", job_path(job.id))


def named(listed: Listed, name: str) -> list[JobInfo]:
    """The jobs with this name, in the server's order."""
    return [JobInfo.from_json(job) for job in listed.values() if job.get("name") == name]
