"""Where the time between the click and the first frame of our own desktop goes.

The page tells of its own steps; those of the server are read from the session's files, which
nothing measured knows of: times of sockets and records, and Xpra's own log.
"""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from pathlib import Path

from _desktop import OurLab

STEPS = {
    "posted": "request to start answered",
    "submitted": "agent runs",
    "started": "desktop_runner.py starts",
    "x": "X server has its socket",
    "xpra": "Xpra has its socket",
    "ready": "Xpra says that it is ready",
    "document": "page: first script",
    "scripts": "page: all scripts loaded and run",
    "connecting": "page: client begins to connect",
    "challenge": "Xpra: challenge for the password",
    "accepted": "Xpra: hello accepted",
    "connected": "page: hello came back",
    "resized": "Xpra: screen has the browser's size",
    "painted": "**terminal on the canvas**",
    "uncovered": "Lab uncovers the frame",
    "shown": "**terminal seen**",
}
LINES = {
    "ready": "xpra is ready",
    "challenge": "sending challenge",
    "accepted": "Handshake complete",
    "resized": "server virtual display now set|screen resized|setting display to",
}


def server_marks(lab: OurLab, session: str) -> dict[str, float]:
    """Seconds since the epoch, by the names of STEPS; what cannot be found is left out."""
    folder = lab.home / "data" / "jupyter_remote" / "local" / session
    run = lab.run_dir / session
    state = json.loads((folder / "state.json").read_text())
    found = {name: parsed(state[name]) for name in ("submitted", "started") if name in state}
    sockets = {"xpra": run / "app.sock"}
    if (run / "stale.json").exists():
        sockets["x"] = Path(json.loads((run / "stale.json").read_text())[0][1][0])
    found.update((name, path.lstat().st_mtime) for name, path in sockets.items() if path.exists())
    log = (folder / "log").read_text(errors="replace")
    for name, pattern in LINES.items():
        line = re.search(rf"^(\d{{4}}-\S+ \S+),(\d{{3}}) .*(?:{pattern})", log, re.MULTILINE)
        if line:
            local = time.mktime(time.strptime(line[1], "%Y-%m-%d %H:%M:%S"))
            found[name] = local + int(line[2]) / 1000
    return found


def parsed(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
