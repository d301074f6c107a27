"""Files that are replaced at once, folders that are removed with care."""

from __future__ import annotations

import contextlib
import json
import os
import stat

from .proc import quiet, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def write_json(path: str, data: Any) -> None:
    """Replace a file (0600) at once and durably; raises OSError and leaves no half of it."""
    try:
        with open(
            os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)
    except OSError:
        with quiet:
            os.unlink(path + ".new")
        raise


def remove_tree(path: str, device: int | None = None) -> None:
    """Delete a folder, but nothing that another file system mounted into it holds (FUSE)."""
    with quiet:
        info = os.lstat(path)
        if not stat.S_ISDIR(info.st_mode):
            os.unlink(path)
        elif device in (None, info.st_dev):
            for name in os.listdir(path):
                remove_tree(os.path.join(path, name), info.st_dev)
            os.rmdir(path)


def remove_stale(spec: dict[str, Any]) -> None:
    """For each (lock file, paths) of the spec and of ``{run}/stale.json``: when the process
    whose number is in the lock, a file of ours, is dead, unlink the paths and the lock."""
    entries = list(spec.get("stale", ()))
    with contextlib.suppress(OSError, ValueError, TypeError):
        entries += json.loads(read(spec["run"] + "/stale.json"))
    for entry in entries:
        with contextlib.suppress(OSError, ValueError, TypeError, OverflowError):
            lock, paths = entry
            if os.lstat(lock).st_uid == os.geteuid() and not process_exists(int(read(lock))):
                for path in [*paths, lock]:
                    with quiet:
                        os.unlink(path)


def process_exists(pid: int) -> bool:
    """Whether any process has this number now; raises OverflowError."""
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
