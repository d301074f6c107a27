"""Processes, as Linux' /proc tells them; elsewhere little is known."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
quiet = contextlib.suppress(OSError)  # may be entered again and again


def now() -> str:
    """UTC, RFC 3339, milliseconds."""
    t = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + f".{int(t % 1 * 1000):03d}Z"


def read(path: str) -> str:
    """The text of a file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def is_missing(command: str, env: Mapping[str, str]) -> bool:
    """No folder of PATH has such a file (a folder closed to us makes execvp(3) say EACCES)."""
    if "/" in command or "\0" in command:
        return False
    return not any(os.path.exists(os.path.join(p, command)) for p in os.get_exec_path(env))


def prctl(option: int, value: int) -> None:
    """prctl(2) where there is one."""
    if LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def boot_id() -> str:
    """Names this boot and this space of process ids (containers have their own); or empty."""
    try:
        boot = read("/proc/sys/kernel/random/boot_id").strip()
        return boot + os.readlink("/proc/self/ns/pid").replace("pid:", "")
    except OSError:
        return ""


def proc_stat(pid: int) -> list[str]:
    """proc(5) stat from its third field on: state, parent, group, session, ... 19: start time."""
    try:
        return read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    except OSError:
        return []


def identity(pid: int) -> dict[str, Any]:
    """What tells a process from a later one with the same number (see ``process.Identity``)."""
    fields = proc_stat(pid)
    start = float(fields[19]) if fields else time.time()
    return {"boot_id": boot_id(), "pid": pid, "start_time": start}


def alive(who: Any) -> bool:
    """Whether the process still runs that ``identity`` answered this for."""
    try:
        if not LINUX:
            os.kill(who["pid"], 0)
            return True
        fields = proc_stat(who["pid"])
        same = fields[0] not in "ZX" and float(fields[19]) == who["start_time"]
        return same and bool(boot_id() == who["boot_id"])
    except (OSError, LookupError, TypeError):
        return False


def usage() -> dict[str, float]:
    """Of all children that ended: seconds of CPU time, and the most bytes of memory that one
    of them had (a child has at first what its parent had)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1024 if LINUX else 1
    return {"cpu_time": round(used.ru_utime + used.ru_stime, 3), "peak": used.ru_maxrss * unit}


def descendants(root: int) -> list[int]:
    """Living processes below ``root``; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()] if LINUX else []:
        fields = proc_stat(pid)
        if fields and fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(pid)
    found = list(children.get(root, ()))
    for pid in found:
        found += children.get(pid, ())
    return found
