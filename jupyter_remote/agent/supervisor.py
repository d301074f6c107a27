"""One app from its start until nothing of it is left."""

from __future__ import annotations

import _thread
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import time

from . import door
from .disk import remove_stale, remove_tree, write_json
from .loop import Loop
from .news import News
from .proc import (
    LINUX,
    PR_SET_CHILD_SUBREAPER,
    descendants,
    identity,
    now,
    prctl,
    quiet,
    read,
    usage,
)
from .queue import CLAIM, Queue, claim
from .start import Start, detach, open_log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BEAT, RETRY, LINGER, PROBE, KILL = 60.0, 2.0, 3600.0, 0.025, 3.0
"""Seconds: between signs of life, until a full disk is tried again, in all when only the last
state is left to store, between two questions to a starting app, for SIGKILL to work."""


class Agent:
    """The supervisor of one job."""

    def __init__(self, job: str, spec: dict[str, Any]) -> None:
        self.job, self.spec, self.run = job, spec, spec["run"]
        self.port = door.free_port()
        self.sock = self.run + "/app.sock"
        names = {"socket": self.sock, "port": str(self.port), "run": self.run, "job": job}
        self.start = Start(job, spec, names)
        self.app = 0
        self.status: int | None = None  # of the app, as waitpid says it
        self.usable = self.late = False
        self.trouble = "nothing was asked"
        state = {"state": "starting", "revision": 1, "name": spec["name"], "job": job}
        state.update(run=self.run, host=socket.gethostname(), submitted=now())
        state.update(spec.get("record", {}), agent=identity(os.getpid()))
        self.loop = Loop()
        self.news = News(self.loop, job + "/state.json", state)

    def prepare(self) -> None:
        """Make the run folder, the files in it and the control socket; raises OSError."""
        if os.path.lexists(self.run) and os.lstat(self.run).st_uid == os.geteuid():
            remove_tree(self.run)  # of the same job, started again by its scheduler
        os.makedirs(os.path.dirname(self.run), 0o700, exist_ok=True)
        os.mkdir(self.run, 0o700)
        try:
            # systemd-tmpfiles spares folders that are locked
            fcntl.flock(os.open(self.run, os.O_RDONLY), fcntl.LOCK_SH)
            self.start.write_files()
            self.loop.hear_signals(self._woken)
            self.news.serve(self.run + "/agent.sock")
            write_json(self.job + "/state.json", self.news.state)
        except OSError:
            remove_tree(self.run)
            with quiet:
                os.unlink(self.job + "/" + CLAIM)
            raise

    def _woken(self, numbers: bytes) -> None:
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            self.news.stop = True
        self._reap()

    def _reap(self) -> bool:
        """Take in ended children; false when there are none left, and so no descendants."""
        with contextlib.suppress(ChildProcessError):
            pid = -1
            while pid:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid and pid == self.app:
                    self.status = status
            return True
        return False

    def _turn(self, seconds: float) -> None:
        self.loop.turn(min(seconds, RETRY) if self.news.unsaved else seconds)
        if self.news.unsaved:
            self.news.save()

    def work(self, started: Callable[[], None]) -> int:
        """The whole life of the job; answers the exit status as a shell says it."""
        self.app, reason = self.start.launch()
        if reason:
            os.waitpid(self.app, 0)
            self._finish(reason)
            started()
        else:
            self.news.publish(app=identity(self.app), started=now())
            started()
            reason = self._supervise()
            self._end_app()
            self._finish(reason)
        limit = time.monotonic() + LINGER
        while self.news.unsaved and time.monotonic() < limit and os.path.isdir(self.job):
            self._turn(RETRY)
        remove_tree(self.run)
        if self.status is None:
            return 127
        by_signal = os.WIFSIGNALED(self.status)
        return 128 + os.WTERMSIG(self.status) if by_signal else os.WEXITSTATUS(self.status)

    def _supervise(self) -> str:
        """Until the app ended, stop was asked or it was not ready in time; answers why."""
        timeout, running = self.spec["ready"]["timeout"], False
        limit = self.spec.get("time_limit") or float("inf")
        begin = touched = time.monotonic()
        self.usable = self.spec["ready"]["kind"] == "started" or self.spec["listen"] == "nothing"
        if not self.usable:
            _thread.start_new_thread(self._probe, ())
        while self.status is None and not self.news.stop:
            if self.usable and not running:
                self._open_door()
                running = True
            left = BEAT if running else begin + timeout - time.monotonic()
            if left <= 0:
                return f"not ready after {timeout:g} s: {self.trouble}"
            over = begin + limit - time.monotonic()
            if over <= 0:
                self.late = True
                return f"ended at its time limit of {limit:g} s"
            self._turn(min(left, over))
            if time.monotonic() - touched >= BEAT:
                touched = time.monotonic()
                with quiet:
                    os.utime(self.job + "/state.json")
        return ""

    def _probe(self) -> None:
        """In a thread, for the app may answer slowly: ask until it can be used, then wake us."""
        while self.status is None and not self.usable:
            try:
                self.trouble = door.trouble(self.spec, self.sock, self.port)
                self.usable = not self.trouble
            except OSError:
                self.trouble = f"nothing answered on its {self.spec['listen']}"
            if not self.usable:
                time.sleep(PROBE)
        self.loop.wake()

    def _open_door(self) -> None:
        """The app can be used: let clients in."""
        if self.spec["listen"] == "port":
            self.loop.listen(
                self.sock, lambda c: _ignore(_thread.start_new_thread(door.relay, (c, self.port)))
            )
        with quiet:
            os.chmod(self.sock, 0o600)
        self.news.publish(state="running")

    def _end_app(self) -> None:
        """SIGTERM to the app alone, which knows best how to end its own; then to all of it."""
        grace = self.spec["stop_grace"]
        limit = time.monotonic() + grace
        if self.status is None:
            self.news.publish(state="stopping")
            os.kill(self.app, signal.SIGTERM)
        while self.status is None and time.monotonic() < limit:
            self._turn(limit - time.monotonic())
        if self.status is None:
            os.kill(self.app, signal.SIGKILL)
            limit = 0.0
        least = time.monotonic() + min(1.0, grace)
        gentle = max(limit, least) if self.news.stop or self.late else least
        told: set[int] = set()
        while self._reap() and time.monotonic() < gentle + KILL:
            number = signal.SIGTERM if time.monotonic() < gentle else signal.SIGKILL
            below = descendants(os.getpid()) if LINUX else [self.app]
            for pid in below if number == signal.SIGKILL else set(below) - told:
                told.add(pid)
                with quiet:
                    os.kill(pid, number)
            self._turn(PROBE)

    def _finish(self, reason: str) -> None:
        """Remove what is left, then say how it ended."""
        remove_stale(self.spec)
        with quiet:
            for name in os.listdir(self.run):
                if name != "agent.sock":
                    remove_tree(os.path.join(self.run, name))
        self.news.publish(**self._ending(reason), **usage())

    def _ending(self, reason: str) -> dict[str, Any]:
        end: dict[str, Any] = {"state": "failed", "ended": now()}
        words, status = "", self.status
        if status is not None and os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            end["signal"] = {s.value: s.name for s in signal.Signals}.get(number, f"SIG{number}")
            words = f"killed by {end['signal']}"
        elif status is not None:
            end["exit_code"] = os.WEXITSTATUS(status)
            words = f"ended with exit code {end['exit_code']}"
        if self.news.stop or (status == 0 and not reason):
            end["state"], words = "stopped", ""
        if self.news.stop and self.spec.get("queued"):
            words = "cancelled"  # also one that took it well, with exit code 0
        return dict(end, reason=reason or words)


def _ignore(_: object) -> None:
    """Handlers answer nothing."""


def main(job: str) -> int:
    """Do what ``job``/spec.json says; answers the exit status."""
    os.umask(0o77)
    spec = json.loads(read(job + "/spec.json"))
    queued = spec.get("queued", False)
    lock = os.dup(0) if queued else -1
    say = (
        detach() if spec.get("detach", True) else lambda _, words: _ignore(sys.stderr.write(words))
    )
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    agent = Agent(job, spec)
    try:
        if queued:
            claim(job)
        agent.prepare()
    except OSError as error:
        say(2, str(error))
        return 2
    if queued:
        os.close(lock)
    os.dup2(open_log(job), 2)
    status = agent.work(lambda: say(0, ""))
    if queued:
        with quiet:
            Queue(os.path.dirname(job), os.path.dirname(spec["run"])).advance(sys.executable)
    return status
