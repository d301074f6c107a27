"""What the job of a desktop runs: X server, Xpra and the programs, until one of them ends.

``python3 desktop_runner.py RUN SOCKET`` reads ``RUN/desktop.json`` (written by
``desktop.py``) and serves Xpra on the unix socket SOCKET. It and ``desktop_x11.py`` are
shipped to other machines: standard library only, Python >= 3.8, no import of the package.

The X server is started here and not by Xpra: Xpra then loads at the same time as the
window manager and the terminal draw, and the cookie exists before the server does.
Exit status: of the program (or window manager) that ended; 0 after SIGTERM; 1 with a
sentence on stderr when the desktop could not start or its X server or Xpra died.
"""

import ctypes
import json
import os
import random
import re
import secrets
import select
import signal
import subprocess
import sys
import time
from typing import Any, Dict, List, NoReturn, Optional  # noqa: UP035  (Python 3.8)

if __package__:
    from . import desktop_x11 as x11
else:
    import desktop_x11 as x11  # type: ignore[import-not-found,no-redef,unused-ignore]

FIRST_DISPLAY, LAST_DISPLAY, TRIES = 100, 9999, 20
PR_SET_CHILD_SUBREAPER = 36
XKB_FOLDERS = ("/usr/share/X11/xkb", "/usr/local/share/X11/xkb", "/usr/share/xkeyboard-config-2")
FOREIGN = ("DBUS_", "XPRA_", "XDG_SESSION", "XDG_SEAT", "XDG_VTNR", "WAYLAND_", "GNOME_", "KDE_")
FOREIGN_NAMES = ("SESSION_MANAGER", "DESKTOP_SESSION", "DESKTOP_STARTUP_ID", "GDK_BACKEND")
FOREIGN_NAMES += ("XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORM", "WINDOWID", "SSH_CONNECTION")


class Trouble(Exception):
    """A sentence for the person who started the desktop."""


def accepted_options(help_text: str) -> Dict[str, bool]:  # noqa: UP006
    """Options that ``xpra --help`` lists: name -> whether it takes a value."""
    found = re.findall(r"^\s+(?:-\w\S*,?\s+)?(--[\w-]+)(=?)", help_text, re.MULTILINE)
    return {name: bool(value) for name, value in found}


def fit_options(options: List[str], help_text: str) -> List[str]:  # noqa: UP006
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


def descendants() -> List[int]:  # noqa: UP006
    """Living processes below this one; empty where there is no /proc."""
    children: Dict[int, List[int]] = {}  # noqa: UP006
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        try:
            with open("/proc/%d/stat" % int(name)) as file:
                fields = file.read().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(int(name))
    found = list(children.get(os.getpid(), ()))
    for pid in found:
        found += children.get(pid, ())
    return found


class Desktop:
    """All processes of one desktop; ``ended`` holds the exit status of those that ended."""

    def __init__(self, run: str, sock: str, settings: Dict[str, Any]) -> None:  # noqa: UP006
        self.run, self.sock, self.settings = run, sock, settings
        self.children: Dict[str, subprocess.Popen[bytes]] = {}  # noqa: UP006
        self.ended: Dict[str, int] = {}  # noqa: UP006
        self.number, self.stopping = 0, False
        self.cookie = secrets.token_bytes(16)
        self.deadline = time.monotonic() + float(settings["start_timeout"])
        self.env: Dict[str, str] = {}  # noqa: UP006
        self._notice_signals()

    def _notice_signals(self) -> None:
        """Become the parent of orphans, so that nothing of the desktop outlives it."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.wake, writer = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))

    def path(self, *names: str) -> str:
        """A path in the job's own folder."""
        return os.path.join(self.run, *names)

    def spawn(self, name: str, argv: List[str], **more: Any) -> None:  # noqa: UP006
        """Start a child in its own session."""
        try:
            self.children[name] = subprocess.Popen(
                argv, env=self.env, stdin=subprocess.DEVNULL, start_new_session=True, **more
            )
        except OSError as error:
            raise Trouble("cannot start %s: %s" % (argv[0], error.strerror)) from error

    def wait(self, seconds: Optional[float]) -> None:
        """Until a signal or so long; then collect every child that ended."""
        if select.select([self.wake], [], [], seconds)[0]:
            os.read(self.wake, 512)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
            for name, child in self.children.items():
                if child.pid == pid:
                    self.ended[name] = child.returncode = code

    def prepare(self) -> None:
        """Folders, cookie, keyboard and environment."""
        for name in ("xdg", "conf"):
            os.makedirs(self.path(name), 0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(self.path("Xauthority"), flags, 0o600), "wb") as file:
            file.write(x11.xauthority(self.cookie))
        foreign = tuple(FOREIGN)
        for name, value in os.environ.items():
            if not name.startswith(foreign) and name not in FOREIGN_NAMES:
                self.env[name] = value
        self.env.update(XAUTHORITY=self.path("Xauthority"), XDG_RUNTIME_DIR=self.path("xdg"))
        self.env.update(XDG_SESSION_TYPE="x11", NO_AT_BRIDGE="1")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=" + self.path("xdg", "bus")
        for kind in ("SYSTEM", "USER", "DEFAULT"):
            self.env["XPRA_%s_CONF_DIRS" % kind] = self.path("conf")
        locale = [self.env.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")]
        if "utf" not in ([value for value in locale if value] + [""])[0].lower():
            self.env.pop("LC_ALL", None)
            self.env["LC_CTYPE"] = "C.UTF-8"

    def keyboard(self) -> List[str]:  # noqa: UP006
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
        options = ["-screen", "0", self.settings["screen"] + "x24", "-dpi", str(self.settings["dpi"])]
        options += ["-nolisten", "tcp", "-noreset", "-auth", self.path("Xauthority")]
        for extension in ("GLX", "Composite", "RANDR", "RENDER"):
            options += ["+extension", extension]
        options += self.keyboard()
        for _ in range(TRIES):
            self.number = random.randint(FIRST_DISPLAY, LAST_DISPLAY)  # noqa: S311
            if os.path.exists(x11.lock_path(self.number)) or os.path.exists(x11.socket_path(self.number)):
                continue
            self.ended.pop("X server", None)
            self.write_stale()
            self.spawn("X server", ["Xvfb", ":%d" % self.number, *options])
            if self.x_answers():
                return
        raise Trouble("the X server (Xvfb) did not start, see the lines above")

    def x_answers(self) -> bool:
        """Wait until our X server takes our cookie; False when it ended."""
        while "X server" not in self.ended:
            self.check_start("the X server (Xvfb)")
            try:
                with x11.Display(self.number, self.cookie) as display:
                    self.first_screen(display)
                    return True
            except (OSError, x11.XError):
                self.wait(0.005)
        return False

    def check_start(self, what: str) -> None:
        """Give up the start when it was stopped or takes too long."""
        if self.stopping:
            raise KeyboardInterrupt
        if time.monotonic() > self.deadline:
            raise Trouble("%s did not get ready in %s s" % (what, self.settings["start_timeout"]))

    def first_screen(self, display: Any) -> None:
        """Size and colour before any window; without the lock on the door nothing starts."""
        if not x11.refuses_strangers(self.number):
            raise Trouble("the X server accepts connections of everybody: not safe, stopped")
        display.paint_root(int(self.settings["background"], 16))
        width, _, height = self.settings["first"].partition("x")
        try:
            display.set_size(int(width), int(height))
        except x11.XError as error:
            print("jupyter_remote: first size not set:", error, file=sys.stderr)  # noqa: T201

    def write_stale(self) -> None:
        """What the agent shall unlink should the X server die without doing it."""
        entry = [x11.lock_path(self.number), [x11.socket_path(self.number)]]
        with open(self.path("stale.new"), "w") as file:
            json.dump([entry], file)
        os.replace(self.path("stale.new"), self.path("stale.json"))

    def start_xpra(self) -> None:
        """Xpra shows our X server; its configuration files are kept out."""
        options = self.settings["options"]
        if self.settings["fit"]:
            ask = [self.settings["xpra"], "--help"]
            options = fit_options(options, subprocess.check_output(ask, env=self.env, text=True))
        mode = "start" if self.settings["seamless"] else "start-desktop"
        argv = [self.settings["xpra"], mode, ":%d" % self.number, "--bind=" + self.sock]
        self.spawn("Xpra", argv + options)

    def start(self) -> None:
        """In the order that shows a window first."""
        self.prepare()
        self.start_x()
        self.env["DISPLAY"] = ":%d" % self.number
        if self.settings["bus"]:
            address = "--address=" + self.env["DBUS_SESSION_BUS_ADDRESS"]
            self.spawn("bus", [self.settings["bus"], "--session", "--nofork", "--nopidfile", address])
        else:
            del self.env["DBUS_SESSION_BUS_ADDRESS"]
        self.start_xpra()
        if self.settings["seamless"]:
            self.await_manager()
        self.spawn("program", self.settings["program"], cwd=self.settings["cwd"] or None)
        for argv in self.settings["also"]:
            self.spawn(argv[0], argv, cwd=self.settings["cwd"] or None)

    def await_manager(self) -> None:
        """Until Xpra manages windows: a program that is earlier may miss it."""
        with x11.Display(self.number, self.cookie) as display:
            while not display.selection_owner("WM_S0") and "Xpra" not in self.ended:
                self.check_start("Xpra")
                self.wait(0.01)

    def serve(self) -> int:
        """Until something that matters ends."""
        self.start()
        while not self.stopping:
            if "program" in self.ended:
                return self.ended["program"]
            for name in ("Xpra", "X server"):
                if name in self.ended:
                    raise Trouble("%s ended (%d)" % (name, self.ended[name]))
            self.wait(None)
        return 0

    def stop(self) -> None:
        """End the programs, then the X server, then whatever is left."""
        first = [name for name in self.children if name != "X server"]
        self._end(lambda: [self.children[n].pid for n in first if n not in self.ended], 2.0)
        self._end(descendants, 1.0)
        for pid in descendants():
            self._signal(pid, signal.SIGKILL)
        if self.number:
            x11.remove_stale(self.number)

    def _end(self, alive: Any, seconds: float) -> None:
        """SIGTERM, and so many seconds to follow it."""
        for pid in alive():
            self._signal(pid, signal.SIGTERM)
        end = time.monotonic() + seconds
        while alive() and time.monotonic() < end:
            self.wait(0.02)

    @staticmethod
    def _signal(pid: int, number: int) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


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
