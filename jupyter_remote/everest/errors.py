"""What can go wrong with an Everest server. All are RemoteErrors, so a Jupyter server that
meets one answers with the right status.

EverestError
├── Refused           the server said no; ``code`` and ``body`` are its own words
│   ├── LoginNeeded   401: the token is missing, expired or revoked, or the password is wrong
│   ├── NotAllowed    403: this user may not do that
│   ├── NoSuchThing   404: no such application, job or file (any more)
│   └── TooMany       429 for longer than we are ready to wait
├── NotEverest        what answers at this address is no Everest server
├── Unreachable       it could not be reached, or did not answer in time: never means "gone"
├── AmbiguousSubmit   a job may or may not have been created, and the server does not tell
├── InvalidInput      an input is refused before anything is sent; names the field
├── JobError          the job has no result; ``job`` is its record
│   ├── JobFailed
│   ├── JobCancelled
│   └── JobVanished   somebody deleted it
├── StillRunning      ``result(timeout)`` ran out of time; the job goes on
└── Damaged           a download is shorter or longer than it should be, or cannot be stored

What servers put into the body of an error is documented nowhere: it is read defensively and kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    Forbidden,
    InvalidSpec,
    LimitReached,
    NotFound,
    RemoteError,
    StorageError,
)

if TYPE_CHECKING:
    from .model import JobInfo


class EverestError(RemoteError):
    """Base of all errors of this package; ``str(error)`` is a sentence for people."""


class Refused(EverestError, BackendError):
    """The server refused. ``code``: HTTP status; ``body``: what it said, at most 10,000 letters."""

    def __init__(self, message: str, code: int = 0, body: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.body = body


class LoginNeeded(Refused, Forbidden):
    """The server does not know this token (any more), or the password is wrong."""

    status = Forbidden.status
    reason = "everest-login"


class NotAllowed(Refused, Forbidden):
    """This user may not do that."""

    status = Forbidden.status
    reason = Forbidden.reason


class NoSuchThing(Refused, NotFound):
    """There is no such application, job or file (any more)."""

    status = NotFound.status
    reason = NotFound.reason


class TooMany(Refused, LimitReached):
    """The server asks to come back later than we are ready to wait."""

    status = LimitReached.status
    reason = LimitReached.reason


class NotEverest(EverestError, BackendError):
    """What answers at this address is no Everest server."""

    reason = "not-everest"


class Unreachable(EverestError, BackendUnreachable):
    """The server could not be reached or did not answer. It never means that a job is gone."""


class AmbiguousSubmit(EverestError, BackendTimeout):
    """A job may or may not exist: ``name`` is the unique name to look for in the server's list;
    ``why`` says what came between."""

    reason = "ambiguous-submit"

    def __init__(self, message: str, name: str, why: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.why = why


class InvalidInput(EverestError, InvalidSpec):
    """An input is wrong; nothing was sent. ``field`` is its name."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class JobError(EverestError, BackendError):
    """The job has ended without a result. ``job.result`` may hold a partial one."""

    reason = "job-ended"

    def __init__(self, message: str, job: JobInfo) -> None:
        super().__init__(message)
        self.job = job


class JobFailed(JobError):
    """The job failed; the message carries the server's reason."""


class JobCancelled(JobError):
    """The job was cancelled."""


class JobVanished(JobError):
    """The server knows the job no more: somebody deleted it."""


class StillRunning(EverestError, TimeoutError):
    """The job has not ended within the time given to ``result`` or ``wait``; it goes on."""

    status = BackendTimeout.status
    reason = BackendTimeout.reason


class Damaged(EverestError, StorageError):
    """A file arrived incomplete, or could not be stored; no partial file is left."""
