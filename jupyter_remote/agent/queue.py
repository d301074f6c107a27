"""The queue of one machine: jobs that wait for free slots, and start in their order.

``<jobs>/.queue/<host>/`` has the folders ``waiting``, ``held``, ``running`` and ``cancelled``,
with one empty file a job, named by its number. A job moves by a rename, so that of several who
try one succeeds. What has a ``state.json`` is not waiting any more, whatever these files say.

There is no keeper: whoever submits, looks or ends calls ``advance``. Jobs are started under a
lock on the local disk, which the new agent has as its standard input until it stored its
state: who holds the lock knows that no start is under way, and mends what a killed one left.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import stat
import time

from .disk import write_json
from .proc import alive, now, quiet, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FOLDER = ".queue"
KINDS = WAITING, HELD, RUNNING, CANCELLED = "waiting", "held", "running", "cancelled"
LOCK, CLAIM, ENVIRONMENT = "queue.lock", "claim", "environment.json"
PAUSE, PATIENCE, START = 0.01, 60.0, 20.0
"""Seconds: between two tries to get the lock, until it is given up, for an agent to start."""

HERE = os.path.dirname(os.path.abspath(__file__))
STORAGE = 2
"""Exit status of an agent that could store nothing: its job is tried again."""


class Queue:
    """The queue of jobs in the folder ``jobs`` on ``host`` (here, when not given); ``run`` is
    where the lock is. Methods raise OSError."""

    def __init__(self, jobs: str, run: str, host: str = "") -> None:
        self.jobs, self.run = jobs, run
        self.host = host or socket.gethostname()
        self.folder = os.path.join(jobs, FOLDER, self.host)

    def names(self, kind: str) -> list[str]:
        """The jobs in one of the folders, in their order."""
        try:
            found = os.listdir(os.path.join(self.folder, kind))
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted((name for name in found if name.isdigit()), key=int)

    def add(self, job: str) -> None:
        """Put a job, all of whose files are there, at the end."""
        path = self._path(job, WAITING)
        for kind in KINDS:
            os.makedirs(os.path.join(self.folder, kind), 0o700, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def move(self, job: str, old: str, new: str) -> bool:
        """Whether it was there, and nobody else was first; empty ``new``: out of the queue."""
        try:
            if new:
                os.rename(self._path(job, old), self._path(job, new))
            else:
                os.unlink(self._path(job, old))
        except FileNotFoundError:
            return False
        return True

    def _path(self, job: str, kind: str) -> str:
        return os.path.join(self.folder, kind, job)

    def file(self, job: str, name: str) -> str:
        """Path of a file in the job's folder."""
        return os.path.join(self.jobs, job, name)

    def data(self, job: str, name: str) -> dict[str, Any]:
        """One of the job's JSON files; empty when there is none, or only a damaged one."""
        try:
            data = json.loads(read(self.file(job, name)))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    @contextlib.contextmanager
    def lock(self, seconds: float) -> Iterator[int]:
        """Hold the lock; it is free when the file and all its copies are closed. Raises
        TimeoutError when somebody else keeps it for ``seconds``."""
        own_folder(self.run)
        path = os.path.join(self.run, LOCK)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        limit = time.monotonic() + seconds
        try:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > limit:
                        raise TimeoutError(f"{path} is locked") from None
                    time.sleep(PAUSE)
            yield file
        finally:
            os.close(file)

    def advance(self, python: str, seconds: float = PATIENCE) -> str:
        """Start what fits, in order: a job waits until all before it have started. Answers
        why the first one could not be started, or nothing."""
        with self.lock(seconds) as lock:
            used = self.settle()
            for job in self.names(WAITING):
                spec = self.data(job, "spec.json")
                if not spec or os.path.exists(self.file(job, "state.json")):
                    self.move(job, WAITING, "")
                    continue
                if used + spec["cpus"] > spec["slots"]:
                    break
                words = self._start(job, spec, python, lock)
                if words:
                    return words
                used += spec["cpus"]
        return ""

    def settle(self) -> int:
        """With the lock: strike out what no longer runs, and what was to be started by
        somebody who was killed over it; answers the slots in use."""
        used = 0
        for job in self.names(RUNNING):
            state, spec = self.data(job, "state.json"), self.data(job, "spec.json")
            if state and not over(state):
                used += state.get("cpus", 1)
            elif state or not spec:
                self.move(job, RUNNING, "")
            elif os.path.exists(self.file(job, CLAIM)):
                self._fail(job, spec, "its agent died as it started")
            else:
                self.move(job, RUNNING, WAITING)
        return used

    def _start(self, job: str, spec: dict[str, Any], python: str, lock: int) -> str:
        """Start one; answers why it must be tried again later, or nothing."""
        if not self.move(job, WAITING, RUNNING):
            return ""  # held or cancelled just now
        argv = [*spec["prefix"], python, "-I", "-S", HERE, os.path.join(self.jobs, job)]
        status, words = _run(argv, lock, self.data(job, ENVIRONMENT))
        if status is None:
            return words
        if status == STORAGE:
            if not os.path.exists(self.file(job, "state.json")):
                self.move(job, RUNNING, WAITING)
            return words
        if status:
            self._fail(job, spec, words or f"its agent ended with status {status}")
        with quiet:
            os.unlink(self.file(job, ENVIRONMENT))
        return ""

    def _fail(self, job: str, spec: dict[str, Any], reason: str) -> None:
        self.end(job, spec, "failed", reason)
        self.move(job, RUNNING, "")

    def end(self, job: str, spec: dict[str, Any], state: str, reason: str) -> None:
        """Store the end of a job that never had an agent."""
        folder = os.path.join(self.jobs, job)
        data = dict(spec["record"], state=state, reason=reason, revision=1, ended=now())
        write_json(
            self.file(job, "state.json"), dict(data, host=self.host, job=folder, run=spec["run"])
        )


def over(state: dict[str, Any]) -> bool:
    """Whether a job that had an agent has ended, or its agent has, here."""
    return state.get("state") in ("stopped", "failed", "lost") or not alive(state.get("agent"))


def claim(job: str) -> None:
    """Called by the agent of a job, before all else: raises FileExistsError when there is,
    or was, another one. So a job runs at most once, whatever becomes of locks."""
    os.close(os.open(job + "/" + CLAIM, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def own_folder(path: str) -> None:
    """Make the folder (0700); raises PermissionError when others could have put it there."""
    os.makedirs(path, 0o700, exist_ok=True)
    info = os.lstat(path)
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid() or info.st_mode & 0o77:
        raise PermissionError(f"{path} is not a folder that only its user may enter")


def _run(argv: list[str], lock: int, env: dict[str, str]) -> tuple[int | None, str]:
    """Start an agent; its exit status and words. What is no fault of the job is STORAGE; None:
    it may still start, and has the lock then."""
    import subprocess

    try:
        done = subprocess.run(
            argv,
            stdin=lock,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=env or None,
            cwd="/",
            timeout=START,
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        return STORAGE, f"cannot start {argv[0]}: {error.strerror}"
    except subprocess.TimeoutExpired:
        return None, f"{argv[0]} did not start an agent within {START:g} s"
    return done.returncode, done.stderr.decode(errors="replace").strip()
