"""How many processors this process may use."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path, PurePosixPath

GROUPS = Path("/sys/fs/cgroup")


def cores(groups: Path = GROUPS, own: Path = Path("/proc/self/cgroup")) -> int:
    """At least 1: those that the scheduler lets us on, and no more than the control groups
    (version 2, and 1 as containers see it) give time for."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:
        allowed = os.cpu_count() or 1
    limits = [allowed]
    with contextlib.suppress(OSError):
        for line in own.read_text().splitlines():
            number, _, path = line.split(":", 2)
            if number == "0":
                limits += _quotas(groups, PurePosixPath(path))
    with contextlib.suppress(OSError, ValueError):
        quota = int((groups / "cpu/cpu.cfs_quota_us").read_text())
        period = int((groups / "cpu/cpu.cfs_period_us").read_text())
        limits += [math.ceil(quota / period)] if quota > 0 else []
    return max(1, min(limits))


def _quotas(groups: Path, path: PurePosixPath) -> list[int]:
    """The limits of a group and of all around it."""
    found = []
    for one in (path, *path.parents):
        with contextlib.suppress(OSError, ValueError):
            text = (groups / str(one).lstrip("/") / "cpu.max").read_text()
            quota, period = text.split()
            found.append(math.ceil(int(quota) / int(period)))
    return found
