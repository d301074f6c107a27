"""The list of all jobs as it is sent: made in a thread, once for each state of the list."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from .breath import slices
from .columns import columns
from .jobs import RemoteJobs, record
from .model import Job


class JobTable:
    """However many pages ask at once, the text is made once."""

    def __init__(self, jobs: RemoteJobs) -> None:
        self._jobs = jobs
        self._sequence = -1
        self._text: asyncio.Future[bytes] | None = None

    async def text(self) -> tuple[bytes, int]:
        """The JSON of the columns of all jobs, and the sequence at which they were so."""
        made, sequence = self._text, self._jobs.sequence
        if made is None or self._sequence != sequence or (made.done() and made.exception()):
            made = asyncio.ensure_future(asyncio.to_thread(_text, self._jobs.pairs()))
            self._text, self._sequence = made, sequence
        return await asyncio.shield(made), sequence


def _text(pairs: Sequence[tuple[Job, str]]) -> bytes:
    table = columns([record(*pair) for pair in slices(pairs)])
    # A column at a time: json.dumps lets no other thread in.
    parts = (f"{json.dumps(name)}:{json.dumps(one)}" for name, one in table["columns"].items())
    return f'{{"count":{table["count"]},"columns":{{{",".join(slices(parts, 1))}}}}}'.encode()
