"""Real desktops: Xpra, Xvfb and a window manager, started by the runner without the agent."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_remote.apps import desktop_x11 as x11
from jupyter_remote.apps.desktop import RemoteDesktop
from jupyter_remote.model import Json

from .desktop_rig import PATIENCE, SECRET, Running, Start, until

TOOLS = ("xpra", "Xvfb", "openbox", "xterm", "xdotool")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}"
)


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    begun: list[Running] = []

    def one(app: str = "desktop", **options: Json) -> Running:
        traits = options.pop("traits", {})
        shared = RemoteDesktop(secret=lambda _: SECRET, **traits)
        begun.append(Running(tmp_path_factory.mktemp("r"), app, shared, **options))
        return begun[-1]

    yield one
    for running in begun:
        with contextlib.suppress(psutil.NoSuchProcess):
            running.process.terminate()
    for running in begun:
        running.process.wait(PATIENCE)


def test_a_desktop_from_start_to_end(start: Start) -> None:
    desktop = start().ready()
    assert desktop.xpra(SECRET).returncode == 0
    assert desktop.xpra("wrong").returncode != 0
    assert x11.refuses_strangers(desktop.number)
    assert "auto repeat:  off" in desktop.ask("xset", "q")
    assert desktop.ask("xdotool", "getdisplaygeometry").split() == ["1280", "800"]
    find = (
        "xdotool",
        "search",
        "--onlyvisible",
        "--class",
        "xterm",
        "getwindowgeometry",
        "--shell",
    )
    shown = until(functools.partial(desktop.ask, *find), "the terminal")
    place = {k: int(v) for k, v in re.findall(r"^(X|Y|WIDTH|HEIGHT)=(\d+)$", shown, re.MULTILINE)}
    assert place["X"] + place["WIDTH"] <= 1280
    assert place["Y"] + place["HEIGHT"] <= 800
    for path in (desktop.socket, desktop.run / "Xauthority", desktop.run / "password"):
        assert path.stat().st_mode & 0o77 == 0
    desktop.process.terminate()
    assert desktop.ends() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_another_user_is_kept_out(start: Start) -> None:
    desktop = start().ready()
    desktop.run.chmod(0o755)
    for parent in [desktop.run, *desktop.run.parents][:3]:
        parent.chmod(0o755)
    tries = f"""
import socket
try: socket.socket(socket.AF_UNIX).connect({str(desktop.socket)!r}); print("xpra")
except PermissionError: pass
try: open({str(desktop.run / "Xauthority")!r}); print("cookie")
except PermissionError: pass
import subprocess
print(subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True, text=True).stdout)
"""
    argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3"]
    env = {"DISPLAY": f":{desktop.number}", "PATH": os.environ["PATH"]}
    done = subprocess.run([*argv, "-c", tries], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("victim", ["xpra", "Xvfb"])
def test_the_death_of_a_part_ends_all(start: Start, victim: str) -> None:
    desktop = start().ready()
    desktop.child(victim).send_signal(signal.SIGKILL)
    assert desktop.ends() == 1
    assert "ended with status 137" in desktop.log.read_text()


def test_the_end_of_the_window_manager_ends_the_desktop(start: Start) -> None:
    desktop = start().ready()
    desktop.ask("openbox", "--exit")
    assert desktop.ends() == 0


def test_the_terminal_comes_after_a_window_manager_that_is_late(start: Start) -> None:
    manager = [sys.executable, str(Path(__file__).with_name("late_manager.py"))]
    desktop = start("desktop", traits={"window_manager": manager}).ready()
    search = ("xdotool", "search", "--onlyvisible", "--class", "XTerm")
    until(lambda: desktop.ask(*search).strip(), "the terminal")


def test_a_program_ends_with_its_own_status(start: Start, tmp_path: Path) -> None:
    told = tmp_path / "told"
    line = f"sh -c 'env > {told}; until [ -e {told}.end ]; do sleep 0.05; done; exit 7'"
    running = start("program", command=line).ready()
    until(lambda: told.exists() and "DISPLAY" in told.read_text(), "the program")
    env = dict(item.partition("=")[::2] for item in told.read_text().splitlines())
    assert env["DISPLAY"] == f":{running.number}"
    assert env["XDG_RUNTIME_DIR"] == str(running.run / "xdg")
    assert env["DBUS_SESSION_BUS_ADDRESS"] == f"unix:path={running.run}/xdg/bus"
    Path(f"{told}.end").touch()
    assert running.ends() == 7


def test_xpra_does_without_opengl_and_programs_have_it(start: Start, tmp_path: Path) -> None:
    told = tmp_path / "told"
    write = f"env > {told}.new; mv {told}.new {told}; sleep 60"
    running = start("program", command=f"sh -c '{write}'").ready()
    maps = Path(f"/proc/{running.child('xpra').pid}/maps").read_text()
    assert "libX11" in maps
    assert "libGLX" not in maps
    assert "GDK_GL" not in until(lambda: told.exists() and told.read_text(), "its environment")
    with running.display() as display:
        name = b"GLX"
        asked = struct.pack("<Hxx", len(name)) + name
        assert display.ask(98, asked)[8] == 1  # QueryExtension: present


def test_many_at_once_get_displays_of_their_own(start: Start) -> None:
    desktops = [start() for _ in range(4)]
    assert len({desktop.ready().number for desktop in desktops}) == 4


def test_an_x_server_that_lets_everybody_in_is_stopped(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = tmp_path / "Xvfb"
    careless.write_text(f'#!/bin/sh\nexec {shutil.which("Xvfb")} "$@" -ac\n')
    careless.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    desktop = start()
    assert desktop.ends() == 1
    assert "lets everybody in" in desktop.log.read_text()


def test_an_x_server_that_cannot_start_is_said(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "Xvfb"
    broken.write_text("#!/bin/sh\necho no memory >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    desktop = start()
    assert desktop.ends() == 1
    assert "no memory" in desktop.log.read_text()
    assert "did not start" in desktop.log.read_text()


def test_xpra_comes_when_the_x_server_listens(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a display that is not there it would ask, cookie in hand, who listens on a TCP port."""
    told, real = tmp_path / "told", {name: shutil.which(name) for name in ("Xvfb", "xpra")}
    look = f'[ "$1" = --help ] || ls -d "/tmp/.X11-unix/X${{2#:}}" > {told} 2>&1'
    for name, first in (("Xvfb", "sleep 2"), ("xpra", look)):
        (tmp_path / name).write_text(f'#!/bin/sh\n{first}\nexec {real[name]} "$@"\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    desktop = start().ready()
    assert told.read_text().strip() == x11.socket_path(desktop.number)
    desktop.process.terminate()
    assert desktop.ends() == 0


def test_term_during_the_start(start: Start) -> None:
    desktop = start()
    until((desktop.run / "stale.json").exists, "the X server")
    assert (desktop.run / "Xauthority").stat().st_size  # else Xpra is refused, and sleeps
    desktop.process.terminate()
    assert desktop.ends() == 0


def test_environment_of_another_desktop_is_left_out(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("SESSION_MANAGER", "local/x")
    monkeypatch.setenv("LC_ALL", "C")
    told = tmp_path / "told"
    running = start("program", command=f"sh -c 'env > {told}.new; mv {told}.new {told}'")
    assert running.ends() == 0
    names = dict(item.partition("=")[::2] for item in told.read_text().splitlines())
    assert not {"WAYLAND_DISPLAY", "SESSION_MANAGER", "LC_ALL"} & set(names)
    assert names["LC_CTYPE"] == "C.UTF-8"


def test_the_runner_needs_nothing_but_python(tmp_path: Path) -> None:
    """It is shipped: no import of the package, no site packages."""
    source = Path(x11.__file__).parent
    for name in ("desktop_runner.py", "desktop_processes.py", "desktop_x11.py"):
        shutil.copy(source / name, tmp_path)
    argv = [sys.executable, "-S", "-s", "-E", "-B", "-c", "import desktop_runner"]
    subprocess.run(argv, cwd=tmp_path, check=True)
