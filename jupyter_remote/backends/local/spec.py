"""What a local job may be called and contain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ...contract import JobRequest
from ...errors import InvalidSpec
from ...model import JobSpec, Json

JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAME = 200
"""Characters of a person's name for a job."""

LONGEST = 10 * 365 * 86400
"""Seconds of a time limit."""


def check_spec(spec: JobSpec) -> str:
    """The job id that a spec asks for; raises InvalidSpec."""
    job_id = spec.name[3:] if spec.name.startswith("jr-") else spec.name
    if not JOB_ID.fullmatch(job_id):
        raise InvalidSpec(f"{spec.name!r} is no name for a job: letters, digits, '.', '_', '-'")
    if not spec.argv or not spec.argv[0]:
        raise InvalidSpec("there is no command to run")
    if spec.listen == "nothing" and spec.ready.kind != "started":
        raise InvalidSpec("a job that listens to nothing can only be ready once it started")
    for name in spec.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise InvalidSpec(f"the file {name!r} is not below the job's folder")
    return job_id


def check_request(request: JobRequest, slots: int) -> tuple[tuple[str, ...], dict[str, Json]]:
    """The command that a request asks for, and what ``check_options`` makes of its options;
    raises InvalidSpec. Looks at the folder: it blocks."""
    argv = check_script(request.script)
    if not PurePosixPath(request.folder).is_absolute() or not Path(request.folder).is_dir():
        raise InvalidSpec(f"there is no folder {request.folder!r}")
    given = {key: value for key, value in request.options.items() if value not in (None, "")}
    if "name" in given:
        raise InvalidSpec("a job's name is no option")
    return argv, check_options({"name": request.name or "job", "cpus": 1, **given}, slots)


def check_script(script: str) -> tuple[str, ...]:
    """The command that the first line names; raises InvalidSpec."""
    first = script.partition("\n")[0]
    words = first[2:].strip().split(None, 1)
    if not first.startswith("#!") or not words:
        raise InvalidSpec(
            "the script must begin with #! and the program that shall run it, "
            "for example #!/bin/bash"
        )
    if first.endswith("\r"):
        raise InvalidSpec("the script's lines end as on Windows (CR LF): save it with Unix ends")
    try:
        script.encode()
    except UnicodeEncodeError:
        raise InvalidSpec("the script contains characters that are no text") from None
    return (*words, "{job}/script")


def check_options(options: Mapping[str, Json], slots: int) -> dict[str, Json]:
    """``name``, ``cpus`` and ``time_limit`` as far as they are given (``time``: None is no
    limit); raises InvalidSpec."""
    checked: dict[str, Json] = {}
    for key, value in options.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key == "name" and isinstance(value, str) and 0 < len(value) <= NAME:
            checked["name"] = value
        elif key == "cpus" and number and value == int(value) and 1 <= value <= slots:
            checked["cpus"] = int(value)
        elif key == "time" and (value is None or (number and 1 <= value <= LONGEST)):
            checked["time_limit"] = value
        else:
            raise InvalidSpec(_refusal(key, value, slots))
    return checked


def _refusal(key: str, value: Json, slots: int) -> str:
    wanted = {
        "name": f"a name has 1 to {NAME} characters",
        "cpus": f"this machine has {slots} slots: cpus must be between 1 and {slots}, "
        f"not {value!r}",
        "time": f"a time limit is a number of seconds, at least 1, not {value!r}",
    }
    return wanted.get(key, f"jobs on this machine have no option {key!r}")
