"""Starting: the agent leaves its caller, the app gets its files, its environment and its log."""

from __future__ import annotations

import os
import re
import signal

from .proc import PR_SET_PDEATHSIG, is_missing, prctl, quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn


class Start:
    """How the app of one spec is started. ``names`` are what placeholders stand for."""

    def __init__(self, job: str, spec: dict[str, Any], names: dict[str, str]) -> None:
        self.job, self.spec, self.names = job, spec, names

    def fill(self, text: str) -> str:
        """The documented placeholders, and nothing else, replaced."""
        return re.sub(r"\{(socket|port|run|job)\}", lambda m: self.names[m[1]], text)

    def write_files(self) -> None:
        """Write the spec's files (0600 by the agent's umask) below the run folder."""
        run = self.names["run"]
        for name, text in self.spec["files"].items():
            path = os.path.normpath(os.path.join(run, name))
            if not path.startswith(run + "/"):
                raise PermissionError(f"{name} is not below {run}")
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.fill(text))

    def launch(self) -> tuple[int, str]:
        """Start the app; answers its process id, and why it could not be started."""
        out, into = os.pipe()
        app = os.fork()
        if not app:
            self._become_app(into)
        os.close(into)
        with open(out, encoding="utf-8") as answer:
            return app, answer.read()

    def _become_app(self, report: int) -> NoReturn:
        """In the child: execute the app, or report in words why not."""
        argv = [self.fill(word) for word in self.spec["argv"]]
        cwd = self.spec["cwd"] or os.path.expanduser("~")
        env = {**os.environ, "JUPYTER_REMOTE_JOB": self.job}
        env.update((k, self.fill(v)) for k, v in self.spec["env"].items())
        words = ""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(open_log(self.job), 1)
            os.dup2(open_log(self.job, "err") if self.spec.get("err") else 1, 2)
            words = f"folder not found: {cwd}"
            os.chdir(cwd)
            os.umask(self.spec.get("umask", 0o77))
            words = f"command not found: {argv[0]}"
            os.execvpe(argv[0], argv, env)  # noqa: S606
        except (OSError, ValueError) as error:
            if not isinstance(error, FileNotFoundError) and not is_missing(argv[0], env):
                why = getattr(error, "strerror", None) or error
                words = f"cannot start {argv[0]}: {why}"
            os.write(report, words.encode(errors="replace"))
        finally:
            os._exit(127)


def open_log(job: str, name: str = "log") -> int:
    """The log, or nowhere when it cannot be written."""
    with quiet:
        return os.open(f"{job}/{name}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    return os.open(os.devnull, os.O_WRONLY)


def detach() -> Callable[[int, str], None]:
    """Leave the caller, whose exit status and words are what the answer is called with."""
    out, into = os.pipe()
    child = os.fork()
    if child:
        os.close(into)
        os.waitpid(child, 0)
        with open(out, encoding="utf-8") as report:
            answer = report.read() or "1the agent died"
        os.write(2, answer[1:].encode())
        os._exit(int(answer[0]))
    os.setsid()
    if os.fork():
        os._exit(0)
    os.close(out)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.chdir("/")

    def say(status: int, words: str) -> None:
        with quiet:
            os.write(into, f"{status}{words}".encode())
        os.close(into)

    return say
