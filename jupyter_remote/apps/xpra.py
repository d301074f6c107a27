"""Finds Xpra and its HTML5 client, and says with which options a desktop is served.

One table serves Xpra 3.1 to 6.x: options that a version does not know are left out after a
look at its ``xpra --help`` (an unknown option would keep it from starting).
"""

from __future__ import annotations

import dataclasses
import functools
import os
import shutil
import subprocess
from pathlib import Path

from .desktop_runner import fit_options

CLIENT_FOLDERS = ("/usr/share/xpra/www", "/usr/local/share/xpra/www", "/usr/share/xpra-html5")
HELP_TIMEOUT = 20.0  # seconds; a cold NFS may need some

OPTIONS = (
    "--daemon=no",
    "--use-display=yes",
    "--sharing=yes",
    "--clipboard=yes",
    "--resize-display=yes",
    "--socket-permissions=600",
    # Nothing that the browser, the agent or Jupyter does better, or that nobody asked for:
    "--attach=no",
    "--audio=no",
    "--bell=no",
    "--dbus=no",
    "--dbus-control=no",
    "--dbus-launch=",
    "--dbus-proxy=no",
    "--exit-with-children=no",
    "--exit-with-windows=no",
    "--fake-xinerama=no",  # would switch to the largest screen and back for the first client
    "--file-transfer=no",
    "--forward-xdg-open=no",
    "--global-menus=no",
    "--http-scripts=off",
    "--idle-timeout=0",
    "--input-devices=xtest",
    "--mdns=no",
    "--microphone=off",
    "--notifications=no",
    "--opengl=noprobe",
    "--open-files=no",
    "--open-url=no",
    "--printing=no",
    "--pulseaudio=no",
    "--rdp-upgrade=no",
    "--rfb-upgrade=0",
    "--server-idle-timeout=0",
    "--speaker=off",
    "--splash=no",
    "--ssh=no",
    "--ssh-upgrade=no",
    "--ssl=off",
    "--start-new-commands=no",
    "--system-tray=no",
    "--systemd-run=no",
    "--tray=no",
    "--video-encoders=x264",  # H.264 is what the HTML5 client shows; each other costs its start
    "--webcam=no",
)


@dataclasses.dataclass(frozen=True)
class Xpra:
    """What was found; ``missing`` names what was not, as Debian packages are called."""

    binary: str
    client: str
    missing: tuple[str, ...]


def find_xpra(binary: str, client: str) -> Xpra:
    """Look for Xpra, its client and an X server; empty arguments mean the usual places."""
    found = shutil.which(binary or "xpra") or ""
    folders = [client] if client else [*_beside(found), *CLIENT_FOLDERS]
    www = next((f for f in folders if Path(f, "index.html").is_file()), "")
    missing = {"xpra": found, "xpra-html5": www, "xvfb": shutil.which("Xvfb")}
    return Xpra(found, www, tuple(name for name, path in missing.items() if not path))


def _beside(binary: str) -> list[str]:
    """The client of an Xpra that was installed in a prefix of its own."""
    return [str(Path(binary).resolve().parents[1] / "share/xpra/www")] if binary else []


@functools.lru_cache(maxsize=8)
def _help_text(binary: str, _stamp: int) -> str:
    """Asked once per installed binary."""
    environment = os.environ | dict.fromkeys(("XPRA_USER_CONF_DIRS", "XPRA_SYSTEM_CONF_DIRS"), "/")
    argv = [binary, "--help"]
    return subprocess.check_output(argv, env=environment, text=True, timeout=HELP_TIMEOUT)


def help_text(binary: str) -> str:
    """What ``xpra --help`` prints; raises OSError or subprocess.TimeoutExpired."""
    return _help_text(binary, Path(binary).stat().st_mtime_ns)


def server_options(client: str, password_file: str, dpi: int) -> list[str]:
    """All options of the table and those that depend on the session."""
    return [
        *OPTIONS,
        f"--html={client or 'on'}",
        f"--auth=file:filename={password_file}",
        f"--dpi={dpi}",
    ]


def fitted(options: list[str], binary: str) -> list[str]:
    """Those of them that this Xpra knows."""
    return fit_options(options, help_text(binary))
