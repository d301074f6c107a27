"""What jobs and files show without asking the server: the same for both kinds of code."""

from __future__ import annotations

from collections.abc import Mapping

from . import display
from .downloads import file_name
from .errors import JobCancelled, JobError, JobFailed, JobVanished
from .hidden import secrets_of, without
from .lists import title_of
from .model import CANCELLED, DONE, FAILED, VANISHED, JobInfo, Json


class JobView:
    """What a job shows without asking the server."""

    info: JobInfo

    @property
    def id(self) -> str:
        """The server's id; empty for a record whose job the server has never shown."""
        return self.info.id

    @property
    def name(self) -> str:
        """The unique name on the server."""
        return self.info.name

    @property
    def title(self) -> str:
        """The name without its mark."""
        return title_of(self.info.name)

    @property
    def state(self) -> str:
        """The server's word as last seen: SUBMITTED ... DONE, FAILED, CANCELLED, or one that we do
        not know. Our own: VANISHED (deleted by somebody), UNSENT (recorded, never seen there)."""
        return self.info.state

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.info.ended

    @property
    def reason(self) -> str:
        """The server's explanation, mostly of a failure, without secrets of the inputs."""
        return without(self.info.info, secrets_of(self.info, None)) if self.info.info else ""

    @property
    def inputs(self) -> Mapping[str, Json]:
        """The inputs as they were sent; files are addresses on the server."""
        return self.info.inputs

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title!r} {self.info.app} {self.state}>"

    def _repr_html_(self) -> str:
        return display.jobs_table([self])


class FileView:
    """A file on a server; give it as an input to another job and it does not travel."""

    def __init__(self, uri: str, server: str) -> None:
        self.uri = uri
        self.server = server

    @property
    def name(self) -> str:
        """Its name, safe for use in a folder."""
        return file_name(self.uri)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} at {self.uri}>"

    def _repr_html_(self) -> str:
        return display.file(self.name, self.uri, self.server)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileView) and (other.uri, other.server) == (self.uri, self.server)

    def __hash__(self) -> int:
        return hash((self.uri, self.server))


def job_error(job: JobView) -> JobError | None:
    """Why a job that has ended has no result; None when it has one."""
    if job.state == DONE:
        return None
    kinds = {FAILED: JobFailed, CANCELLED: JobCancelled, VANISHED: JobVanished}
    words = {FAILED: "failed", CANCELLED: "was cancelled", VANISHED: "was deleted on the server"}
    detail = f": {job.reason}" if job.reason else ""
    kind = kinds.get(job.state, JobError)
    return kind(f"{job.title} {words.get(job.state, 'has no result')}{detail}", job.info)
