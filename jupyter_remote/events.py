"""Jupyter Events: the schemas of ``schemas/`` and the one place that emits them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jupyter_events import EventLogger

from .model import Json, Session

SCHEMAS: Final = Path(__file__).parent / "schemas"
SESSION: Final = "https://schema.jupyter.org/jupyter_remote/session/v1"
JOB: Final = "https://schema.jupyter.org/jupyter_remote/job/v1"
SHARE: Final = "https://schema.jupyter.org/jupyter_remote/share/v1"
FILES: Final = {SESSION: "session/v1.yaml", JOB: "job/v1.yaml", SHARE: "share/v1.yaml"}


class Events:
    """Emits records on the server's event bus (``/api/events/subscribe``)."""

    def __init__(self, logger: EventLogger) -> None:
        self._logger = logger
        for name, file in FILES.items():
            if name not in logger.schemas:
                logger.register_event_schema(SCHEMAS / file)

    def session(self, session: Session, sequence: int, *, purged: bool = False) -> None:
        """Tell every open browser of a changed, or forgotten, session."""
        data = session.to_json() | {"sequence": sequence, "purged": purged}
        self._logger.emit(schema_id=SESSION, data=data)

    def jobs(self, data: Mapping[str, Json]) -> None:
        """Tell every open browser what an observation of one backend changed."""
        self._logger.emit(schema_id=JOB, data=dict(data))

    def share(self, record: Mapping[str, Json], sequence: int, *, forgotten: bool = False) -> None:
        """Tell every open browser of a changed, or forgotten, share; its link is a secret."""
        data = {key: value for key, value in record.items() if key != "link"}
        more = {"sequence": sequence, "forgotten": forgotten}
        self._logger.emit(schema_id=SHARE, data=data | more)
