"""What an Everest server tells of a job -> ``Job``. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from ...contract import JobDetails
from ...everest.downloads import file_name
from ...everest.hidden import hidden, is_hidden, secrets_of, shown, without
from ...everest.lists import title_of
from ...everest.model import VANISHED, AppInfo, JobInfo, text
from ...everest.records import Record
from ...exact import exact, valid
from ...model import Job, Json, State, as_time

STATES: Final = {
    "SUBMITTED": State.QUEUED,
    "DEFERRED": State.QUEUED,
    "READY": State.QUEUED,
    "SCHEDULED": State.QUEUED,
    "RUNNING": State.RUNNING,
    "DONE": State.STOPPED,
    "FAILED": State.FAILED,
    "CANCELLED": State.STOPPED,
    VANISHED: State.LOST,
}
"""A word that is not here leaves the state as it was, and never is an end."""

REASONS: Final = {
    "DEFERRED": "the platform has put it off",
    "CANCELLED": "it was cancelled",
    VANISHED: "the server does not know it any more: somebody deleted it",
}

SHOWN: Final = frozenset(
    {"id", "name", "state", "appId", "appName", "appAlias", "app", "inputs", "result", "info"}
)
"""Fields that have a place of their own."""


def job_of(
    info: JobInfo, backend: str, before: Job | None, record: Record | None, asked: bool, at: str
) -> Job:
    """A job as it is listed. ``before``: as it was listed last; ``asked``: its cancel was; ``at``:
    now. The protocol tells no times: start and end are when they were seen here."""
    state = STATES.get(info.state) or (before.state if before else State.QUEUED)
    reason = _reason(info, record)
    if asked and not state.ended:
        state, reason = State.STOPPING, "Everest was asked to cancel it, its agent has yet to agree"
    known = before.submitted if before else None
    began, ended = (before.started, before.ended) if before else (None, None)
    if before and state is State.RUNNING and before.state is not State.RUNNING:
        began = at
    if state.ended:
        ended = at if before and not before.state.ended else ended
    return Job(
        backend=backend,
        job_id=info.id,
        name=title_of(info.name),
        state=state,
        reason=" ".join(reason.split())[:1000],
        exit_code=0 if info.state == "DONE" else None,
        submitted=as_time(record.time) if record and record.time else known,
        started=began,
        ended=ended if state.ended else None,
        word=info.state,
        account=record.account if record else "",
        partition=info.app,
        tag=record.key if record else "",
    )


def _reason(info: JobInfo, record: Record | None) -> str:
    """The server's reason without secrets; else ours for the state."""
    told = without(info.info, secrets_of(info, record)) if info.info else ""
    return told or REASONS.get(info.state, "")


def details_of(
    info: JobInfo, record: Record | None = None, about: AppInfo | None = None
) -> JobDetails:
    """A job in full: its request in the forms in which it can be submitted again, its outputs, and
    whatever else the server tells; no secret. ``about``: its application, when that can be
    read."""
    resources, secrets = record.resources if record else (), secrets_of(info, record, about)
    rows = {f"output {name}": _words(value) for name, value in info.result.items()}
    others = {key: value for key, value in info.raw.items() if key not in SHOWN}
    rows |= {k: _words(hidden(v, k), secrets) for k, v in others.items()}
    return JobDetails(
        script=script_of(info.app, shown(info.inputs, about)[0], resources),
        command=info.app_name or info.app,
        logs={"stdout": f"/api/jobs/{info.id}/log"},
        ending=without(info.info, secrets) if info.ended else "",
        request=request_of(info, resources, about),
        rows={"name on the server": info.name, "state": info.state, **rows},
    )


def request_of(info: JobInfo, resources: tuple[str, ...], about: AppInfo | None) -> dict[str, Json]:
    """A request as a form is filled in with it. Files are ``{uri, name}``, in lists too; a request
    may have them so. Inputs that are secrets are left out, and their names are in ``hidden``, with
    those that contain one."""

    def one(value: Json, is_file: bool) -> Json:
        if isinstance(value, list):
            return [one(each, is_file) for each in value]
        known = isinstance(value, str) and (is_file or value.startswith("/api/files/"))
        return {"uri": value, "name": file_name(value)} if known else value

    ports = about.inputs if about else {}
    safe, secret = shown(info.inputs, about)
    return {
        "app": info.app,
        "appAlias": text(info.raw.get("appAlias")) or (about.alias if about else ""),
        "appName": info.app_name or (about.name if about else ""),
        "name": title_of(info.name),
        "inputs": {
            name: one(exact(value), name in ports and ports[name].file)
            for name, value in safe.items()
            if not is_hidden(value)
        },
        "hidden": secret,
        "resources": list(resources),
    }


def script_of(app: str, inputs: Mapping[str, Json], resources: tuple[str, ...]) -> str:
    """What ``request.read_script`` reads; JSON."""
    fields: dict[str, Json] = {"app": app, "inputs": valid(inputs)}
    if resources:
        fields["resources"] = list(resources)
    return json.dumps(fields, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _words(value: Json, secrets: Iterable[str] = ()) -> str:
    plain = _told(valid(value), secrets)
    words = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return without(words, secrets)  # numbers, too


def _told(value: Json, secrets: Iterable[str]) -> Json:
    """The value without secrets in its texts: as JSON they may be written otherwise."""
    if isinstance(value, Mapping):
        return {without(key, secrets): _told(each, secrets) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each, secrets) for each in value]
    return without(value, secrets) if isinstance(value, str) else value
