"""What the job of a desktop runs: X server, Xpra and the programs, until one of them ends.

``python3 desktop_runner.py RUN SOCKET`` reads ``RUN/desktop.json`` (written by
``desktop.py``) and serves Xpra on the unix socket SOCKET. It is shipped to other machines
with ``desktop_x11.py`` and ``desktop_processes.py``: standard library only, Python >= 3.8.

The X server is started here and not by Xpra, which is started as soon as the X server listens: it
loads while the X server does, and while the window manager and the terminal draw. Not before: for a
display that is not there X clients try the TCP port 6000 + its number, where anybody may listen,
who would be given the cookie. The screen is as it shall be long before Xpra looks at it: that has
to load GDK first. (A GrabServer would be safer, but who connects meanwhile may stay unanswered.)
Exit status: of the program (or window manager) that ended; 0 after SIGTERM; 1 with a
sentence on stderr when the desktop could not start or its X server or Xpra died.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time

if __package__:
    from . import desktop_x11 as x11
    from .desktop_processes import Processes, Trouble
else:
    import desktop_x11 as x11  # type: ignore[import-not-found,no-redef,unused-ignore]
    from desktop_processes import (  # type: ignore[import-not-found,no-redef,unused-ignore]
        Processes,
        Trouble,
    )

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

FIRST_DISPLAY, DISPLAYS, TRIES = 100, 9900, 20
MANAGER_PATIENCE = 5.0  # seconds
MANAGER_START = 10.0  # seconds from its first word until it shows windows
X_SERVER, XPRA, PROGRAM = "The X server (Xvfb)", "Xpra", "program"
XPRA_ENV = {
    "GDK_GL": "disable",  # it draws with nothing of OpenGL, and 50 MB of Mesa stay away
    "GSETTINGS_BACKEND": "memory",  # else GTK starts a service for settings it does not have
    "XPRA_BATCH_START_DELAY": "5",  # ms until a first picture is sent; usually 50
    "XPRA_UINPUT": "0",
}
XKB_FOLDERS = ("/usr/share/X11/xkb", "/usr/local/share/X11/xkb", "/usr/share/xkeyboard-config-2")
FOREIGN = re.compile(
    "(DBUS|XPRA|XDG_SESSION|XDG_SEAT|XDG_VTNR|WAYLAND|GNOME|KDE|SSH)_|XDG_CURRENT_DESKTOP$|"
    "(SESSION_MANAGER|DESKTOP_SESSION|DESKTOP_STARTUP_ID|GDK_BACKEND|QT_QPA_PLATFORM|WINDOWID)$"
)
"""Environment of another desktop, in which programs of this one would get lost."""


def accepted_options(help_text: str) -> dict[str, bool]:
    """Options that ``xpra --help`` lists: name -> whether it takes a value."""
    heads = re.findall(r"^ +(-.*?)(?:  |$)", help_text, re.MULTILINE)
    found = re.findall(r"(--[\w-]+)(=?)", "\n".join(heads))
    return {name: bool(value) for name, value in found}


def fit_options(options: list[str], help_text: str) -> list[str]:
    """Leave out what this Xpra does not know; ``--x=yes`` becomes ``--x`` where x is a flag."""
    known, fitted = accepted_options(help_text), []
    for option in options:
        name, _, value = option.partition("=")
        if known.get(name):
            fitted.append(option)
        elif name in known and value in ("yes", "on"):
            fitted.append(name)
    return fitted


def link_all(source: str, target: str, but: str) -> None:
    """A folder of links to everything in another folder, one name left out."""
    os.makedirs(target, 0o700, exist_ok=True)
    for name in os.listdir(source):
        if name != but:
            os.symlink(os.path.join(source, name), os.path.join(target, name))


class Desktop:
    """One desktop from its start until nothing of it is left."""

    def __init__(self, run: str, sock: str, settings: dict[str, Any]) -> None:
        self.run, self.sock, self.settings = run, sock, settings
        self.processes = Processes()
        self.env, self.ended = self.processes.env, self.processes.ended
        self.number = 0
        self.cookie = os.urandom(x11.COOKIE)
        self.deadline = time.monotonic() + float(settings["start_timeout"])

    def path(self, *names: str) -> str:
        """A path in the job's own folder."""
        return os.path.join(self.run, *names)

    def write(self, name: str, content: bytes) -> None:
        """A file in the job's folder, which others see whole or not at all."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(self.path(name + ".new"), flags, 0o600), "wb") as file:
            file.write(content)
        os.replace(self.path(name + ".new"), self.path(name))

    def prepare(self) -> None:
        """Folders, cookie and environment."""
        for name in ("xdg", "conf"):
            os.makedirs(self.path(name), 0o700, exist_ok=True)
        self.write("server.auth", x11.xauthority(self.cookie))
        self.write("Xauthority", x11.xauthority(self.cookie))
        self.env.update((k, v) for k, v in os.environ.items() if not FOREIGN.match(k))
        self.env.update(XAUTHORITY=self.path("Xauthority"), XDG_RUNTIME_DIR=self.path("xdg"))
        self.env.update(XDG_SESSION_TYPE="x11", NO_AT_BRIDGE="1")
        for kind in ("SYSTEM", "USER", "DEFAULT"):
            self.env[f"XPRA_{kind}_CONF_DIRS"] = self.path("conf")
        self.env["XPRA_VFB_WAIT"] = str(int(self.settings["start_timeout"]))
        locales = [self.env.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")]
        if "utf" not in next((value for value in locales if value), "").lower():
            self.env.pop("LC_ALL", None)
            self.env["LC_CTYPE"] = "C.UTF-8"

    def keyboard(self) -> list[str]:
        """Our own keyboard map for the X server: see ``xkb.py``."""
        folders = [os.environ.get("XKB_CONFIG_ROOT", ""), *XKB_FOLDERS]
        system = next((f for f in folders if f and os.path.isdir(f + "/symbols")), "")
        if not system or not self.settings["symbols"]:
            return []
        self.env["XPRA_XKB_CONFIG_ROOT"] = system
        link_all(system, self.path("xkb"), "symbols")
        link_all(system + "/symbols", self.path("xkb", "symbols"), "inet")
        with open(self.path("xkb", "symbols", "inet"), "w") as file:
            file.write(self.settings["symbols"])
        return ["-xkbdir", self.path("xkb")]

    def start_x(self) -> None:
        """Start the X server on a free display; several desktops may start at once."""
        options = ["-screen", "0", self.settings["screen"] + "x24"]
        options += ["-dpi", str(self.settings["dpi"]), "-nolisten", "tcp", "-noreset"]
        options += ["-auth", self.path("server.auth"), *self.keyboard()]
        for extension in ("GLX", "Composite", "RANDR", "RENDER"):
            options += ["+extension", extension]
        for _ in range(TRIES):
            # by chance; a library of random numbers takes its time to load
            self.number = FIRST_DISPLAY + int.from_bytes(os.urandom(4), "big") % DISPLAYS
            taken = (x11.lock_path(self.number), x11.socket_path(self.number))
            if not any(map(os.path.lexists, taken)):
                stale = [[x11.lock_path(self.number), [x11.socket_path(self.number)]]]
                self.write("stale.json", json.dumps(stale).encode())
                self.processes.spawn(X_SERVER, ["Xvfb", f":{self.number}", *options])
                if self.x_listens():
                    self.start_xpra()
                    if self.x_answers():
                        return
                    self.processes.drop(XPRA)
        raise Trouble("The X server (Xvfb) did not start; its own words are above.")

    def x_listens(self) -> bool:
        """Wait until our X server has its sockets, long before it answers; False when it ended."""
        while X_SERVER not in self.ended:
            self.check_start(X_SERVER)
            if os.path.exists(x11.socket_path(self.number)):
                return True
            self.processes.wait(0.001)
        return False

    def x_answers(self) -> bool:
        """Wait until our X server takes our cookie; False when it ended."""
        while X_SERVER not in self.ended:
            self.check_start(X_SERVER)
            try:
                with x11.Display(self.number, self.cookie) as display:
                    self.first_screen(display)
                    return True
            except (OSError, x11.XError):
                self.processes.wait(0.005)
        return False

    def check_start(self, what: str) -> None:
        """Give up the start when it was stopped or takes too long."""
        if self.processes.stopping:
            raise KeyboardInterrupt
        if time.monotonic() > self.deadline:
            raise Trouble(f"{what} was not ready after {self.settings['start_timeout']} seconds.")

    def first_screen(self, display: x11.Display) -> None:
        """Size and colour before any window; with an open door nothing starts."""
        if not x11.refuses_strangers(self.number):
            raise Trouble("The X server lets everybody in: that is not safe, so it was stopped.")
        display.repeat_off()
        display.paint_root(int(self.settings["background"], 16))
        width, _, height = self.settings["first"].partition("x")
        try:
            display.set_size(int(width), int(height))
            # Xpra takes an X server with several modes for one that cannot have any size
            display.set_property("_XPRA_RANDR_EXACT_SIZE", 1)
        except x11.XError as error:
            print("jupyter_remote: first size not set:", error, file=sys.stderr)  # noqa: T201

    def start_bus(self) -> None:
        """A session bus of our own, so that no program leaves one behind."""
        if self.settings["bus"]:
            address = "unix:path=" + self.path("xdg", "bus")
            argv = [self.settings["bus"], "--session", "--nofork", "--nopidfile"]
            self.processes.spawn("bus", [*argv, "--address=" + address])
            self.env["DBUS_SESSION_BUS_ADDRESS"] = address

    def start_xpra(self) -> None:
        """Xpra shows our X server; its configuration files are kept out."""
        options, binary = self.settings["options"], self.settings["xpra"]
        if self.settings["fit"]:
            options = fit_options(options, self.processes.output([binary, "--help"], self.env))
        mode = "start" if self.settings["seamless"] else "start-desktop"
        argv = [binary, mode, f":{self.number}", "--bind=" + self.sock, *options]
        self.processes.spawn(XPRA, argv, env={"DISPLAY": f":{self.number}", **XPRA_ENV})

    def start(self) -> None:
        """In the order that shows a window first."""
        self.prepare()
        self.start_x()
        self.env["DISPLAY"] = f":{self.number}"
        self.start_bus()
        if self.settings["seamless"]:
            self.await_manager()
        self.processes.spawn(PROGRAM, self.settings["program"], self.settings["cwd"])
        if self.settings["also"] and not self.settings["seamless"]:
            self.await_manager(MANAGER_PATIENCE)
        for argv in self.settings["also"]:
            self.processes.spawn(argv[0], argv, self.settings["cwd"])

    def await_manager(self, patience: float = float("inf")) -> None:
        """Until something manages windows; what was asked for as a window manager may be
        none, hence the patience."""
        limit = time.monotonic() + patience
        with x11.Display(self.number, self.cookie) as display:
            while not display.managed() and XPRA not in self.ended:
                if time.monotonic() > limit or PROGRAM in self.ended:
                    return
                self.check_start(XPRA)
                self.processes.wait(0.01)
            if not self.settings["seamless"]:
                self.await_windows(display)

    def await_windows(self, display: x11.Display) -> None:
        """Until a window is shown: openbox says that it manages before it does, and what a
        program asks for in between is lost for ever."""
        limit = time.monotonic() + MANAGER_START
        with contextlib.suppress(OSError):  # it may have grabbed the X server, as twm does
            while time.monotonic() < limit and XPRA not in self.ended:
                if display.shows_window(0.1):
                    return

    def serve(self) -> int:
        """Until something that matters ends."""
        self.start()
        while not self.processes.stopping:
            over = [name for name in (X_SERVER, XPRA, PROGRAM) if name in self.ended]
            # a dying X server takes the others with it, and they may be quicker
            if over and (over[0] == X_SERVER or self.x_lives()):
                if over[0] == PROGRAM:
                    return self.ended[PROGRAM]
                raise Trouble(f"{over[0]} ended with status {self.ended[over[0]]}.")
            self.processes.wait(0.05 if over else None)
        return 0

    def x_lives(self) -> bool:
        """Whether the X server can still be reached."""
        try:
            x11.Display(self.number, self.cookie).sock.close()
        except (OSError, x11.XError):
            return False
        return True

    def stop(self) -> None:
        """End everything, the X server last."""
        self.processes.end(X_SERVER)
        if self.number:
            x11.remove_stale(self.number)


def main() -> NoReturn:
    """Run the desktop described in ``RUN/desktop.json``."""
    run, sock = sys.argv[1:]
    with open(os.path.join(run, "desktop.json"), encoding="utf-8") as file:
        desktop = Desktop(run, sock, json.load(file))
    code = 0
    try:
        code = desktop.serve()
    except KeyboardInterrupt:
        pass
    except Trouble as trouble:
        print("jupyter_remote:", trouble, file=sys.stderr)  # noqa: T201
        code = 1
    finally:
        desktop.stop()
    sys.exit(code)


if __name__ == "__main__":
    main()
