"""A spare desktop learns the size of the tab that takes it before its first client asks for it:
Xpra sleeps half a second for a size that it has to make."""

from __future__ import annotations

import json
import re
import struct
from logging import Logger, LoggerAdapter
from pathlib import Path
from typing import Any

from ..model import Session
from . import desktop_x11 as x11

PATIENCE = 1.0  # seconds; without the size the desktop opens all the same, a little later
NUMBER = re.compile(r"\.X(\d+)-lock$")


def taken(session: Session, socket: Path, log: Logger | LoggerAdapter[Any]) -> None:
    """Somebody took a spare session on this machine, whose app listens at ``socket``."""
    width, _, height = (session.options.get("size") or "").partition("x")
    if not height:
        return
    try:
        make_known(socket.parent, int(width), int(height))
    except (OSError, ValueError, LookupError, TypeError, struct.error, x11.XError) as error:
        # it was taken all the same
        log.debug("%s does not know its size: %s", session.name, error)


def make_known(run: Path, width: int, height: int) -> None:
    """Add a size to the X server of the desktop in this run folder. Raises OSError, XError,
    and others for files that are not as the runner writes them."""
    found = NUMBER.search(json.loads((run / "stale.json").read_text())[0][0])
    if found is None:
        raise ValueError("it has no display")
    cookie = (run / "Xauthority").read_bytes()[-x11.COOKIE :]
    with x11.Display(int(found[1]), cookie, PATIENCE) as display:
        display.add_size(width, height)
