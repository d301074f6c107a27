"""What tests switch: all that no public source says of the real server, and how jobs live."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

WEEK = 7 * 86400


@dataclasses.dataclass
class Options:
    """Switches of the whole server; each default is what clients have seen, or else a guess.

    ``submit_status``: 201, or 200 as in 2016. ``error_body``: how refusals look. ``info_shape``,
    ``search_shape``, ``list_results``: shapes that are unknown. ``list_limit``: most jobs in a
    list (0: all), the newest. ``absolute_outputs``: files of results are at a second server.
    ``discard_over``: uploads of more bytes are counted, not kept (0: keep all).
    ``cost``: seconds of the platform's own work for each job, one job after the other.
    """

    submit_status: int = 201
    error_body: Literal["json", "message", "text", "html", "empty"] = "json"
    info_shape: Literal["full", "empty"] = "full"
    search_shape: Literal["list", "object"] = "list"
    list_results: bool = True
    list_limit: int = 0
    absolute_outputs: bool = False
    discard_over: int = 0
    cost: float = 0.0
    lifetime: int = WEEK


@dataclasses.dataclass
class Life:
    """How jobs live whose name and application fit.

    ``before``: states and seconds that pass before the command runs. ``restarts``: so many times
    it runs anew, going back to ``back``. ``end``: ``state``, ``info``, ``result`` without any
    command, ``run_for`` seconds after RUNNING. ``cancel_delay``: seconds until an agent has
    acknowledged a cancel; ``cancel`` "never": it does not. ``partial``: failed and cancelled
    jobs have the results that there are.
    """

    name: str = "*"
    app: str = "*"
    before: Sequence[tuple[str, float]] = (("SUBMITTED", 0.0), ("READY", 0.0), ("SCHEDULED", 0.0))
    restarts: int = 0
    back: str = "READY"
    end: dict[str, Any] | None = None
    run_for: float = 0.0
    cancel_delay: float = 0.05
    cancel: Literal["ack", "never"] = "ack"
    partial: bool = False

    def fits(self, name: str, app: str) -> bool:
        """Whether a job of this name, of the application with this alias, lives so."""
        return fnmatchcase(name, self.name) and fnmatchcase(app, self.app)
