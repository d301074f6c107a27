"""Two apps made of Xpra: a whole desktop, and one graphical program in its own windows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from traitlets import Float, Int, List, Unicode, Union
from traitlets.config import LoggingConfigurable

from ..errors import BackendError, InvalidSpec
from ..machine import YOUNG
from ..model import JobSpec, Json, Ready, Session, elapsed, now
from . import xkb
from .base import AppInfo, Upstream
from .command import CWD, folder, installed, words
from .desktop_options import COMMAND, LAYOUT, SIZE
from .desktop_page import ClientFiles, page, parked
from .xpra import Xpra, find_xpra, fitted, help_text, server_options

WINDOW_MANAGERS = ("openbox", "xfwm4", "icewm", "fluxbox", "metacity", "marco", "jwm", "twm")
XTERM = ("xterm", "-fa", "Monospace", "-fs", "11", "-geometry", "90x28+48+48", "-bg", "#fafafa")
TERMINALS = (XTERM, ("xfce4-terminal",), ("mate-terminal",), ("konsole",), ("x-terminal-emulator",))
BACKGROUND = "3b4a5a"
LOOK_AGAIN = 3.0  # seconds
SHIPPED = ("desktop_runner.py", "desktop_processes.py", "desktop_x11.py")
INSTALL = {
    "xpra": "sudo apt install xpra (Debian 12, Ubuntu 22.04; Debian 13 has no xpra, see "
    "https://github.com/Xpra-org/xpra/wiki/Download)",
    "xpra-html5": "sudo apt install xpra-html5 (xpra.org; in Debian 12 it is part of xpra)",
    "xvfb": "sudo apt install xvfb",
}


def is_young(session: Session) -> bool:
    """Whether its Xpra may still load. A spare desktop that was taken when it was old has another
    start in its record, the time when it was taken (so has no other session)."""
    if not session.started:
        return True
    return session.started != session.created and elapsed(session.started, now()) < YOUNG


class RemoteDesktop(LoggingConfigurable):
    """What desktops and single programs share: how they are found, started and shown."""

    screen = Unicode(
        "3840x2160", config=True, help="Largest size of the screen, pixels; memory grows with it."
    )
    first_size = Unicode(
        "1280x800", config=True, help="Size before the first browser has said its own, pixels."
    )
    dpi = Int(96, config=True, help="Dots per inch that programs are told.")
    window_manager = Union(
        [Unicode(), List(Unicode())],
        config=True,
        help="Window manager or session of a desktop: a command or a list of words. "
        "Default: openbox, else another one that is installed.",
    )
    terminal = Union(
        [Unicode(), List(Unicode())],
        config=True,
        help="Terminal that a new desktop shows: a command or a list of words. Default: xterm.",
    )
    xpra = Unicode(config=True, help="Path of xpra. Default: the one in PATH.")
    client_dir = Unicode(
        config=True, help="Folder of Xpra's HTML5 client. Default: looked for in the usual places."
    )
    keyboard_layout = Unicode(
        config=True,
        help="X keyboard layout of new desktops (us, de, ...). Default: none is needed, "
        "characters arrive as typed.",
    )
    start_timeout = Float(60.0, config=True, help="Time for a desktop to get ready, seconds.")

    def __init__(self, *, secret: Callable[[Session], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.secret = secret
        self._looked = -LOOK_AGAIN
        self._files = ClientFiles(Path(os.devnull))
        self._warmed: ClientFiles | None = None

    def found(self) -> Xpra:
        """What is installed now (looked up again after a few seconds)."""
        if time.monotonic() - self._looked >= LOOK_AGAIN:
            self._found = find_xpra(self.xpra, self.client_dir)
            files = ClientFiles(Path(self._found.client or os.devnull))
            if files.digest != self._files.digest:  # else what it has packed is kept
                self._files = files
            self._looked = time.monotonic()
        return self._found

    def files(self) -> ClientFiles:
        """The client's files as they are served below ``desktop-client/``."""
        self.found()
        return self._files

    def warm(self) -> None:
        """Have ready what the first desktop would wait for; somebody may want one soon."""
        files = self.files()
        if self.found().missing or files is self._warmed:
            return
        self._warmed = files
        try:
            help_text(self.found().binary)
            files.warm()
        except (OSError, subprocess.SubprocessError, BackendError) as error:
            self.log.debug("a desktop could not be prepared: %s", error)

    def reason(self) -> str:
        """What is missing and how to install it; empty when a desktop can start."""
        missing = self.found().missing
        if not missing:
            return ""
        how = "; ".join(INSTALL[name] for name in missing)
        return f"Missing here: {', '.join(missing)}. Ask your administrator, or install: {how}."

    def check(self) -> None:
        """Raise InvalidSpec with the reason why no desktop can start."""
        if reason := self.reason():
            raise InvalidSpec(reason)

    def choose(self, given: str | list[str], usual: tuple[tuple[str, ...], ...]) -> list[str]:
        """The configured command, else the first usual one that is installed, else nothing."""
        if given:
            return list(words(given))
        return list(next((argv for argv in usual if shutil.which(argv[0])), ()))

    def job(self, session: Session, program: list[str], settings: dict[str, Json]) -> JobSpec:
        """A job that shows ``program`` through Xpra."""
        here = session.backend == "local"
        files = {name: (Path(__file__).parent / name).read_text() for name in SHIPPED}
        files["desktop.json"] = json.dumps(self._settings(here) | settings | {"program": program})
        files["password"] = self.secret(session)
        argv = (sys.executable if here else "python3", "-sESB", "{run}/desktop_runner.py")
        return JobSpec(
            name=session.job_name,
            argv=(*argv, "{run}", "{socket}"),
            listen="socket",
            ready=Ready(kind="http", path="/", timeout=self.start_timeout + 5),
            files=files,
        )

    def _settings(self, here: bool) -> dict[str, Json]:
        """Of this machine, or for a machine that is not known yet."""
        found = self.found()
        options = server_options(found.client if here else "", "{run}/password", self.dpi)
        return {
            "xpra": found.binary if here else "xpra",
            "options": self._fitted(options, found.binary) if here else options,
            "fit": not here,
            "bus": shutil.which("dbus-daemon") or "" if here else "dbus-daemon",
            "screen": self.screen,
            "first": self.first_size,
            "dpi": self.dpi,
            "background": BACKGROUND,
            "symbols": xkb.symbols(),
            "start_timeout": self.start_timeout,
            "cwd": "",
            "also": [],
        }

    def _fitted(self, options: list[str], binary: str) -> list[str]:
        try:
            return fitted(options, binary)
        except (OSError, subprocess.SubprocessError) as error:
            raise InvalidSpec(f"{binary} does not work: {error}") from error

    def upstream(self) -> Upstream:
        """Xpra wants no header of ours: its password travels in its own protocol."""
        return Upstream(waits=self.start_timeout, reports=True)

    def page(self, session: Session, prefix: str) -> str:
        """The client's page with everything it must know; see ``desktop_page.py``."""
        return page(
            self.files(),
            prefix,
            session.id,
            password=self.secret(session),
            layout=session.options.get("keyboard_layout") or self.keyboard_layout,
            young=is_young(session),
        )

    def parked(self, root: str) -> str:
        """The page before there is a session; ``root`` is where ``s/<id>/`` begins."""
        return parked(self.files(), root)


class DesktopApp:
    """A desktop: window manager, a terminal, and the menu of the right mouse button."""

    def __init__(self, shared: RemoteDesktop) -> None:
        self.shared = shared

    def info(self) -> AppInfo:
        """A launcher card; ``reason`` also names a missing window manager."""
        reason = self.shared.reason()
        if not reason and not self._manager():
            reason = "No window manager is installed. Install one: sudo apt install openbox."
        return AppInfo(
            name="desktop",
            title="Desktop",
            caption="A graphical desktop in a tab; it goes on when you close the tab",
            icon=(Path(__file__).parents[1] / "desktop/desktop.svg").read_text(),
            reason=reason,
            options={
                "type": "object",
                "additionalProperties": False,
                "properties": {"keyboard_layout": LAYOUT, "cwd": CWD, "size": SIZE},
            },
        )

    def _manager(self) -> list[str]:
        usual = tuple((name,) for name in WINDOW_MANAGERS)
        return self.shared.choose(self.shared.window_manager, usual)

    def job(self, session: Session, prefix: str) -> JobSpec:
        """Raises InvalidSpec when Xpra, or every window manager, is missing."""
        self.shared.check()
        manager = self._manager()
        if not manager or not installed(manager[0], {}):
            name = manager[0] if manager else "no window manager is installed"
            raise InvalidSpec(f"command not found: {name}")
        terminal = self.shared.choose(self.shared.terminal, TERMINALS)
        cwd = folder(session.options.get("cwd") or "")
        more = {"seamless": False, "also": [terminal] if terminal else [], "cwd": cwd}
        more["first"] = session.options.get("size") or self.shared.first_size
        return self.shared.job(session, manager, more)

    def title(self, options: Mapping[str, Json]) -> str:
        """All desktops are called Desktop until somebody renames them."""
        return "Desktop"

    def upstream(self, session: Session, prefix: str) -> Upstream:
        """See RemoteDesktop."""
        return self.shared.upstream()

    def page(self, session: Session, prefix: str) -> str | None:
        """See RemoteDesktop."""
        return self.shared.page(session, prefix)


class ProgramApp:
    """One graphical program: its windows only, and it ends the session when it ends."""

    def __init__(self, shared: RemoteDesktop) -> None:
        self.shared = shared

    def info(self) -> AppInfo:
        """No launcher card of its own: it must be told what to run."""
        return AppInfo(
            name="program",
            title="Graphical program",
            caption="One graphical program in a tab; it goes on when you close the tab",
            icon=(Path(__file__).parents[1] / "desktop/program.svg").read_text(),
            launcher=False,
            reason=self.shared.reason(),
            options={
                "type": "object",
                "additionalProperties": False,
                "required": ["command"],
                "properties": {"command": COMMAND, "keyboard_layout": LAYOUT, "cwd": CWD},
            },
        )

    def job(self, session: Session, prefix: str) -> JobSpec:
        """Raises InvalidSpec when Xpra, the program or the folder is not there."""
        self.shared.check()
        argv = list(words(session.options["command"]))
        cwd = folder(session.options.get("cwd") or "")
        if session.backend == "local" and not installed(argv[0], {}, cwd):
            raise InvalidSpec(f"command not found: {argv[0]}")
        return self.shared.job(session, argv, {"seamless": True, "cwd": cwd})

    def title(self, options: Mapping[str, Json]) -> str:
        """The program's name."""
        return Path(words(options["command"])[0]).name

    def upstream(self, session: Session, prefix: str) -> Upstream:
        """See RemoteDesktop."""
        return self.shared.upstream()

    def page(self, session: Session, prefix: str) -> str | None:
        """See RemoteDesktop."""
        return self.shared.page(session, prefix)
