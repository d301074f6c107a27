"""The app "command": anything that runs without a window, kept and watched like a session."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import InvalidSpec
from ..model import JobSpec, Json, Session
from .base import AppInfo, Upstream

_TITLE = 60
CWD: Mapping[str, Json] = {
    "type": "string",
    "title": "Folder",
    "description": "Where it runs: an absolute folder, or one inside your home.",
    "default": "",
}
"""The option ``cwd`` as every app offers it; ``folder`` checks its value."""

_OPTIONS: Mapping[str, Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["command"],
    "properties": {
        "command": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "minLength": 1,
            "minItems": 1,
            "title": "Command",
            "description": "A line split at blanks, with quotes as in a shell, or a list of "
            "words. No shell runs it: for pipes and variables, call one (bash -c '...').",
        },
        "cwd": CWD,
        "env": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": "string"},
            "title": "Environment",
            "description": "Variables added to those it inherits. They stay readable in the "
            "session's record: no place for passwords.",
            "default": {},
        },
    },
}


def folder(text: str) -> str:
    """The absolute path of an option ``cwd``; "" stays "" (the backend's own choice).

    A relative one means inside the home and may not leave it. InvalidSpec when it is no folder.
    """
    if not text:
        return ""
    home = Path.home()
    try:
        given = Path(text).expanduser()
    except (RuntimeError, ValueError) as error:
        raise InvalidSpec(f"The folder {text!a:.60} cannot be found: {error}") from error
    path = Path(os.path.normpath(home / given))
    if not given.is_absolute() and not path.is_relative_to(home):
        raise InvalidSpec(f"The folder “{text}” leads out of your home; write it from / on.")
    if not os.path.isdir(path):  # false also for names that no folder can have
        raise InvalidSpec(f"There is no folder “{path!s:.200}”.")
    return str(path)


def installed(program: str, env: Mapping[str, str], cwd: str = "") -> bool:
    """Whether ``program`` would be found when started with ``env`` in ``cwd`` (default: home)."""
    if os.sep not in program:
        return shutil.which(program, path=env.get("PATH")) is not None
    path = Path(cwd or Path.home(), program)
    return os.path.isfile(path) and os.access(path, os.X_OK)


def words(command: str | Sequence[str]) -> tuple[str, ...]:
    """The argv meant by an option ``command``; raises InvalidSpec when it is none."""
    if not isinstance(command, str):
        argv = tuple(command)
    else:
        try:
            argv = tuple(shlex.split(command))
        except ValueError as error:
            what = "a quote is opened and not closed" if "quot" in str(error) else str(error)
            raise InvalidSpec(f"The command cannot be split into words: {what}.") from error
    if not argv or not argv[0]:
        raise InvalidSpec("The command is empty.")
    if any("\0" in word for word in argv):
        raise InvalidSpec("The command contains a zero byte.")
    return argv


class CommandApp:
    """Any program with its arguments; its output is the session's log, it opens nothing.

    In the words of the command, ``{run}`` and ``{job}`` stand for the job's own folders
    (see ``JobSpec``).
    """

    def info(self) -> AppInfo:
        """Always usable; not a launcher card, because it needs to be told what to run."""
        return AppInfo(
            name="command",
            title="Command",
            caption="Run a command that outlives this page and this server",
            opens="nothing",
            launcher=False,
            options=_OPTIONS,
        )

    def job(self, session: Session, prefix: str) -> JobSpec:
        """The command as it stands; raises InvalidSpec when program or folder is not there."""
        options = session.options
        argv = words(options["command"])
        env: dict[str, str] = dict(options.get("env") or {})
        cwd = folder(options.get("cwd") or "")
        if not installed(argv[0], env, cwd):
            raise InvalidSpec(f"There is no program “{argv[0]}” here that can be run.")
        return JobSpec(name=session.job_name, argv=argv, env=env, cwd=cwd)

    def title(self, options: Mapping[str, Json]) -> str:
        """The command in one line, cut to 60 characters."""
        command = options["command"]
        line = " ".join((command if isinstance(command, str) else shlex.join(command)).split())
        return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"

    def upstream(self, session: Session, prefix: str) -> Upstream:
        """Never asked for: nothing listens."""
        return Upstream()

    def page(self, session: Session, prefix: str) -> str | None:
        """No page."""
        return None
