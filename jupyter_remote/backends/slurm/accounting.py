"""Slurm's accounting, where there is one: ended jobs, and what jobs used."""

from __future__ import annotations

import asyncio
import pwd
import re
import time
from collections.abc import Mapping
from typing import Any, Protocol

from ...errors import BackendUnreachable
from ...model import Job, State
from .commands import SlurmCommands, check, words_of
from .endings import codes, signal_name
from .reasons import explain, state_of
from .show import number
from .text import CLOCK, given, job_and_tasks, seconds, tag_of, time_of

FIELD = "\x1f"
END = FIELD + "\n"
"""Behind the last field of a record: the job's name, which may hold anything else."""

DISABLED = "accounting storage is disabled"
ASK_AGAIN = 3600.0
"""Seconds after which it is asked again whether there is accounting, and after which all is
read anew: records of ends can come late, when the database was away."""

OVERLAP = 60.0
"""Seconds before the last end seen from which ends are asked for."""

EARLIEST = 1e6
"""Seconds since 1970 that sacct takes at least."""

KEPT = 50_000
"""Ended jobs that are kept at most; the newest. They need 0.9 kB each."""

ENDED = "BF,CA,CD,DL,F,NF,OOM,PR,TO"
LIST = (
    *("JobID", "State", "ExitCode", "Submit", "Start", "End", "User", "Partition", "Account"),
    *("QOS", "NodeList", "NNodes", "AllocCPUS", "TimelimitRaw", "WorkDir", "Comment", "JobName"),
)
ONE = (
    *("JobID", "State", "ExitCode", "DerivedExitCode", "Submit", "Start", "End", "ElapsedRaw"),
    *("TotalCPU", "MaxRSS", "TRESUsageInTot", "ReqTRES", "AllocTRES", "AllocCPUS", "NNodes"),
    *("NodeList", "TimelimitRaw", "Partition", "Account", "QOS", "WorkDir"),
)
FREE = ("Comment", "SubmitLine", "JobName")
"""What may hold ends of fields spoils nothing but others like it."""

START = re.compile(rf"[0-9]+(_[0-9]+|_\[[^\]]*\])?(\+[0-9]+)?(\.[^{FIELD}]*)?{FIELD}[A-Z_]+")


class Settings(Protocol):
    """The backend, for its name and its user's."""

    name: str
    user: str


class SlurmAccounting:
    """Asks sacct, as the user, for the user's own jobs."""

    def __init__(self, settings: Settings, commands: SlurmCommands) -> None:
        self._settings, self._commands = settings, commands
        self._none_at = -ASK_AGAIN
        self._files: tuple[str, ...] | None = None
        self._jobs: dict[str, tuple[float, Job]] = {}
        self._since, self._last, self._full_at = float("inf"), 0.0, 0.0
        self._lock = asyncio.Lock()

    async def ended(self, since: float) -> list[Job] | None:
        """Jobs that ended after ``since``, oldest first; None: there is no accounting. Raises
        BackendUnreachable with Slurm's words. Only what is new since the last call is read."""
        async with self._lock:
            full = since < self._since or time.monotonic() - self._full_at > ASK_AGAIN
            begin = max(EARLIEST, since if full else max(self._since, self._last - OVERLAP))
            argv = ["--allocations", f"--state={ENDED}", f"--starttime=uts{int(begin)}"]
            text = await self.ask(*argv, "--endtime=now", f"--format={','.join(LIST)}")
            if text is None:
                return None
            await asyncio.to_thread(self._take, text, begin, since if full else None)
            return [job for end, job in self._jobs.values() if end > since]

    def _take(self, text: str, begin: float, since: float | None) -> None:
        """``since``: where all that is known now begins; None: ``text`` comes to it. sacct
        also answers with what was under way at ``begin``."""
        name, read = self._settings.name, rows(text, LIST)
        found = [(number(row["End"]) or 0.0, job_of(row, name)) for row in read]
        new = {job.job_id: (end, job) for end, job in found if job.state.ended and end >= begin}
        if since is not None:
            self._jobs, self._since, self._full_at = {}, since, time.monotonic()
        self._jobs |= new
        ordered = sorted(self._jobs.items(), key=lambda pair: pair[1][0])
        self._jobs = dict(ordered[-KEPT:])
        self._last = ordered[-1][1][0] if ordered else self._since

    async def job(self, job_id: str) -> list[dict[str, str]]:
        """The record of a job and those of its steps; empty: it is not known."""
        files = await self._file_fields()
        fields = (*ONE, *files, *FREE)
        argv = [*(["--expand-patterns"] if files else []), f"--jobs={job_id}"]
        text = await self.ask(*argv, f"--format={','.join(fields)}", env=CLOCK)
        found = rows(text or "", fields)
        first = found[0]["JobID"] if found else ""
        return [row for row in found if row["JobID"].partition(".")[0] == first]

    async def script(self, job_id: str) -> str:
        """The script of a job, where accounting stores scripts."""
        text = await self.ask("--batch-script", f"--jobs={job_id}", plain=True)
        head, rule, script = (text or "").partition("-" * 80 + "\n")
        found = script if rule and head.startswith("Batch Script for") else ""
        return "" if found.strip() == "NONE" else found.removesuffix("\n")

    async def ask(
        self, *argv: str, plain: bool = False, env: Mapping[str, str] | None = None
    ) -> str | None:
        """What sacct says of this user's jobs; None: there is no accounting."""
        if time.monotonic() - self._none_at < ASK_AGAIN:
            return None
        form = ["--noheader", "--parsable", f"--delimiter={FIELD}"]
        whose = f"--user={self._settings.user}"
        result = await self._commands.run(
            "sacct", *([] if plain else [*form, whose]), *argv, env=env
        )
        if DISABLED in result.stderr:
            self._none_at = time.monotonic()
            return None
        if result.returncode or "error: " in result.stderr:
            check(result)
            raise BackendUnreachable(words_of(result))
        return result.stdout

    async def _file_fields(self) -> tuple[str, ...]:
        """Newer Slurms know the files that a job prints to."""
        if self._files is None:
            known = await self.ask("--helpformat", plain=True)
            if known is None:
                return ()
            self._files = tuple(name for name in ("StdOut", "StdErr") if name in known.split())
        return self._files


def rows(text: str, fields: tuple[str, ...]) -> list[dict[str, str]]:
    """Records of sacct by field; a name may contain ends of records. Raises BackendUnreachable
    for what is no such list."""
    records: list[str] = []
    for part in text.removesuffix(END).split(END):
        if START.match(part):
            records.append(part)
        elif records:
            records[-1] += END + part
        elif part:
            raise BackendUnreachable(f"sacct printed what is no list of jobs: {part[:200]}")
    cut = [record.split(FIELD, len(fields) - 1) for record in records]
    return [dict(zip(fields, values, strict=False)) for values in cut]


def job_of(row: dict[str, str], backend: str) -> Job:
    """A job in a record of sacct."""
    field = {name: given(row.get(name, "")) for name in LIST}
    word, _, by = field["State"].partition(" by ")
    state = state_of(word)
    job_id, tasks = job_and_tasks(field["JobID"])
    return Job(
        backend=backend,
        job_id=job_id,
        name=row.get("JobName", ""),
        state=state,
        word=word,
        reason=_reason(word, by),
        user=field["User"],
        partition=field["Partition"],
        account=field["Account"],
        qos=field["QOS"],
        nodes=field["NodeList"],
        cpus=int(field["AllocCPUS"]) if field["AllocCPUS"].isdecimal() else None,
        time_limit=seconds(field["TimelimitRaw"]),
        tasks=tasks,
        array=field["JobID"].partition("_")[0] if "_" in field["JobID"] else "",
        tag=tag_of(field["Comment"]),
        folder=field["WorkDir"],
        **_course(field, state),
    )


def _reason(word: str, by: str) -> str:
    """Slurm's accounting has no reasons of ends, but says who cancelled a job."""
    if by.isdecimal():
        try:
            by = pwd.getpwuid(int(by)).pw_name
        except KeyError:
            by = f"user {by}"
        return f"it was cancelled by {by} ({word})"
    return explain(word, "") or ("its last command failed" if word == "FAILED" else "")


def _course(field: dict[str, str], state: State) -> dict[str, Any]:
    begun = bool(field["NodeList"])
    code, killer = codes(field["ExitCode"])
    return {
        "submitted": time_of(field["Submit"]),
        "started": time_of(field["Start"]) if begun else None,
        "ended": time_of(field["End"]) if state.ended else None,
        "exit_code": code if begun and not killer else None,
        "signal": signal_name(killer) or None,
    }
