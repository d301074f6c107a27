"""Times and numbers by which a client works, with defaults that suit a person in a notebook."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """All times in seconds, but for ``keep_days``."""

    timeout: float = 20.0
    """Without a byte from the server, until a request counts as failed."""
    total: float = 120.0
    """For a whole answer that is no file."""
    patience: float = 120.0
    """During which a request that failed is tried again, with pauses that grow."""
    first_pause: float = 0.5
    """The first of these pauses."""
    outage: float = 1800.0
    """For which the server may be away while we wait for jobs. They go on without us."""
    settle: float = 10.0
    """After a submit without an answer: for how long its job is looked for in the server's list
    before it is sent again."""
    fastest: float = 0.5
    """Between two looks at jobs that are waited for, while they move."""
    slowest: float = 5.0
    """Between two looks while nothing moves."""
    few: int = 3
    """So many jobs are looked at one by one; more with one list of all jobs."""
    gone_after: float = 10.0
    """A job that the server does not know counts as deleted when it says so again after this."""
    parallel: int = 8
    """Submits, uploads and single looks at the same time."""
    keep_days: float = 90.0
    """Days after which the record of a job that has ended is forgotten."""
    upload_fresh: float = 600.0
    """Within which an uploaded file is used again without asking whether it is still there."""
