"""What a local job may be called and contain."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ...errors import InvalidSpec
from ...model import JobSpec

JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


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
