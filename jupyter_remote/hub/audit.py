"""The audit log: who did what with which share, one JSON object a line, never a token."""

from __future__ import annotations

import json
import logging
import logging.handlers
from pathlib import Path

from ..model import Json, now


class Audit:
    """Appends to a file (0600), which logrotate may move away at any time. ``""``: no file."""

    def __init__(self, path: str) -> None:
        self._log = logging.Logger("jupyter_remote.audit")
        if path:
            Path(path).touch(mode=0o600)
            handler = logging.handlers.WatchedFileHandler(path, encoding="utf-8")
            handler.setFormatter(logging.Formatter("%(message)s"))
            self._log.addHandler(handler)

    def __call__(self, event: str, user: str, share: str = "", **details: Json) -> None:
        """One line. ``event``: create, update, look, preview, fetch, change, revoke, forget,
        expire, denied. ``share`` is an id, which opens nothing by itself."""
        line = {"time": now(), "event": event, "user": user, "share": share, **details}
        self._log.info(json.dumps(line))

    def close(self) -> None:
        """Let go of the file."""
        for handler in self._log.handlers:
            handler.close()
