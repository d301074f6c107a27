"""What can go wrong, said once: class -> reason code -> HTTP status.

RemoteError
├── InvalidSpec        400  invalid-spec        a field, an app or an option is wrong
│   └── ForeignLink         foreign-link        the browser must ask: another server made it
├── Forbidden          403  forbidden           this user may not do that
├── NotFound           404  not-found           there is no such thing (any more)
├── WrongState         409  wrong-state         not possible in its present state
├── Expired            410  expired             it was there, its time is over
├── TooLarge           413  too-large           more bytes than may be taken
├── LimitReached       429  limit-reached       one more would be too many
├── BackendError       502  backend-error       the backend refused, in its own words
│   └── BackendUnreachable  backend-unreachable it could not be asked: never means "gone"
│       └── BackendAbsent   backend-absent      its programs are here, and belong to nothing
├── BackendTimeout     504  backend-timeout     it did not answer in time
└── StorageError       507  storage             a record could not be written or read

503 and 424 are never used: behind JupyterHub they mean "your server is not running".
"""

from __future__ import annotations

from typing import ClassVar


class RemoteError(Exception):
    """Base of all errors that reach a person; ``str(error)`` is the sentence shown."""

    status: ClassVar[int] = 500
    reason: ClassVar[str] = "internal"


class InvalidSpec(RemoteError):
    """The request names an unknown app or field, or a value that makes no sense."""

    status = 400
    reason = "invalid-spec"


class ForeignLink(InvalidSpec):
    """A link that another server made: this server fetches no address that somebody sent."""

    reason = "foreign-link"


class Forbidden(RemoteError):
    """The request is understood and refused."""

    status = 403
    reason = "forbidden"


class NotFound(RemoteError):
    """No record with this id."""

    status = 404
    reason = "not-found"


class WrongState(RemoteError):
    """The record's state, or its owner, does not allow the request."""

    status = 409
    reason = "wrong-state"


class Expired(RemoteError):
    """The thing existed and its time is over."""

    status = 410
    reason = "expired"


class TooLarge(RemoteError):
    """More bytes than the limit; the message says which limit."""

    status = 413
    reason = "too-large"

    @classmethod
    def of(cls, what: str, most: int) -> TooLarge:
        """``what`` is larger than ``most`` bytes."""
        limit = f"{most / 1e6:.3g} MB" if most >= 100_000 else f"{most} bytes"
        return cls(f"{what} is too large: at most {limit} are allowed")


class LimitReached(RemoteError):
    """A limit set by the administrator or the user is reached."""

    status = 429
    reason = "limit-reached"


class BackendError(RemoteError):
    """The backend refused; the message carries its own words."""

    status = 502
    reason = "backend-error"


class BackendUnreachable(BackendError):
    """The backend could not be asked. It never means that a job is gone."""

    reason = "backend-unreachable"


class BackendAbsent(BackendUnreachable):
    """The backend's programs are installed, but this machine is part of no such system."""

    reason = "backend-absent"


class BackendTimeout(RemoteError):
    """The backend did not answer within the time set by a trait."""

    status = 504
    reason = "backend-timeout"


class StorageError(RemoteError):
    """A record could not be written or read: disk full, permissions, newer version."""

    status = 507
    reason = "storage"
