"""The processes of one desktop: started, collected, ended, with nothing left behind.

Shipped beside ``desktop_runner.py``: standard library only, Python >= 3.8.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PR_SET_CHILD_SUBREAPER = 36


class Trouble(Exception):
    """A sentence for the person who started the desktop."""


def descendants() -> list[int]:
    """Living processes below this one; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        try:
            with open(f"/proc/{int(name)}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(int(name))
    found = list(children.get(os.getpid(), ()))
    for pid in found:
        found += children.get(pid, ())
    return found


class Processes:
    """Children by name; ``ended`` holds the exit status of those that are gone."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ended: dict[str, int] = {}
        self.stopping = False
        self.env: dict[str, str] = {}
        self._notice_signals()

    def _notice_signals(self) -> None:
        """Become the parent of orphans, so that nothing of the desktop outlives it."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._wake, writer = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def spawn(
        self, name: str, argv: Sequence[str], cwd: str = "", env: Mapping[str, str] | None = None
    ) -> None:
        """Start a child in its own session, with more in its environment; raises Trouble when
        that is not possible."""
        self.ended.pop(name, None)
        try:
            self.running[name] = subprocess.Popen(
                argv,
                env={**self.env, **(env or {})},
                cwd=cwd or None,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise Trouble(f"cannot start {argv[0]}: {error.strerror}") from error

    def output(self, argv: Sequence[str], env: Mapping[str, str]) -> str:
        """What a short helper prints."""
        try:
            return subprocess.check_output(argv, env=env, stdin=subprocess.DEVNULL, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Trouble(f"{argv[0]} does not work: {error}") from error

    def drop(self, name: str) -> None:
        """End a child of which nothing more is wanted."""
        child = self.running.pop(name, None)
        if child is not None and self.ended.pop(name, None) is None:
            self._signal(child.pid, signal.SIGTERM)

    def wait(self, seconds: float | None) -> None:
        """Until a signal or so long; then collect every child that ended."""
        if select.select([self._wake], [], [], seconds)[0]:
            os.read(self._wake, 512)
        with contextlib.suppress(ChildProcessError):
            pid, status = os.waitpid(-1, os.WNOHANG)
            while pid:
                self._collect(pid, status)
                pid, status = os.waitpid(-1, os.WNOHANG)

    def _collect(self, pid: int, status: int) -> None:
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        for name, child in self.running.items():
            if child.pid == pid:
                self.ended[name] = child.returncode = code

    def end(self, last: str) -> None:
        """End all but the one that the others need, then whatever is left."""
        first = [child.pid for name, child in self.running.items() if name != last]
        self._terminate(lambda: [pid for pid in first if pid in descendants()], 2.0)
        self._terminate(descendants, 1.0)
        end = time.monotonic() + 1.0
        while self._has_child() and time.monotonic() < end:
            for pid in descendants():
                self._signal(pid, signal.SIGKILL)
            self.wait(0.02)

    def _has_child(self) -> bool:
        """Orphans become children of this process: without one there is no descendant, which a
        look at all processes does not prove while some of them fork."""
        self.wait(0)
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True

    def _terminate(self, alive: Callable[[], list[int]], seconds: float) -> None:
        """SIGTERM, and so many seconds to follow it."""
        for pid in alive():
            self._signal(pid, signal.SIGTERM)
        end = time.monotonic() + seconds
        while alive() and time.monotonic() < end:
            self.wait(0.02)

    @staticmethod
    def _signal(pid: int, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
