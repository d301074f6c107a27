"""Real desktops: Xpra, Xvfb and a window manager, started by the runner without the agent."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_remote.apps import desktop_x11 as x11
from jupyter_remote.apps.desktop import DesktopApp, ProgramApp, RemoteDesktop
from jupyter_remote.model import Json, Session, State, new_session_id, now

TOOLS = ("xpra", "Xvfb", "openbox", "xterm", "xdotool")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}"
)
SECRET = "0123456789abcdef" * 2
PATIENCE = 60.0  # seconds; only ever reached by a failure


def a_session(app: str, **options: Json) -> Session:
    stamp = now()
    about = {"name": app, "app": app, "backend": "local", "revision": 1}
    times = {"time": stamp, "created": stamp}
    return Session(id=new_session_id(), state=State.STARTING, options=options, **about, **times)  # type: ignore[arg-type]


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.02)
    return value


class Running:
    """One runner in its own folder, as the agent would start it."""

    def __init__(self, run: Path, app: str, shared: RemoteDesktop, **options: Json) -> None:
        self.run, self.socket, self.log = run, run / "app.sock", run / "log"
        made = DesktopApp(shared) if app == "desktop" else ProgramApp(shared)
        spec = made.job(a_session(app, **options), "/s/x/")
        names = {"run": str(run), "job": str(run), "socket": str(self.socket)}

        def fill(text: str) -> str:
            return re.sub(r"\{(run|job|socket)\}", lambda m: names[m[1]], text)

        for name, text in spec.files.items():
            (run / name).touch(0o600)
            (run / name).write_text(fill(text))
        with self.log.open("wb") as log:
            argv = [fill(word) for word in spec.argv]
            self.process = psutil.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        assert SECRET not in " ".join(argv)

    def ready(self) -> Running:
        until(lambda: self.process.poll() is not None or self.answers(), "Xpra")
        assert self.process.poll() is None, self.log.read_text()
        return self

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE)
                client.connect(str(self.socket))
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                return b" 200 " in client.recv(100)
        except OSError:
            return False

    @property
    def number(self) -> int:
        path: str = json.loads((self.run / "stale.json").read_text())[0][1][0]
        return int(path.rpartition("X")[2])

    def child(self, name: str) -> psutil.Process:
        found: psutil.Process = until(
            lambda: next(
                (p for p in self.process.children() if name in " ".join(p.cmdline()[:2])), None
            ),
            name,
        )
        return found

    def ends(self) -> int:
        """Exit status, after a look that nothing is left."""
        family = self.process.children(recursive=True)
        code: int = self.process.wait(PATIENCE)
        assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
        for path in (x11.lock_path(self.number), x11.socket_path(self.number)):
            assert not Path(path).exists()
        return code

    def ask(self, *argv: str) -> str:
        """What an X program says of the desktop."""
        env = os.environ | {"DISPLAY": f":{self.number}", "XAUTHORITY": f"{self.run}/Xauthority"}
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False).stdout

    def xpra(self, password: str) -> subprocess.CompletedProcess[str]:
        (self.run / "given").write_text(password)
        argv = ["xpra", "info", f"socket://{self.socket}", f"--password-file={self.run}/given"]
        return subprocess.run(argv, capture_output=True, text=True, check=False)


Start = Callable[..., Running]


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


@pytest.mark.parametrize("slow", ["Xvfb", "xpra"])
def test_each_waits_for_the_other(
    start: Start, slow: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The X server comes late, or Xpra (as 6.5 does) gives up because it was earlier."""
    real, tries = shutil.which(slow), tmp_path / "tries"
    first = "sleep 2" if slow == "Xvfb" else "exit 23"
    script = f'[ "$1" = --help ] || [ -e {tries} ] || {{ touch {tries}; {first}; }}'
    (tmp_path / slow).write_text(f'#!/bin/sh\n{script}\nexec {real} "$@"\n')
    (tmp_path / slow).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    desktop = start().ready()
    assert tries.exists()
    desktop.process.terminate()
    assert desktop.ends() == 0


def test_term_during_the_start(start: Start) -> None:
    desktop = start()
    until((desktop.run / "stale.json").exists, "the X server")
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
