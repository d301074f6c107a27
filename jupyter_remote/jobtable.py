"""The list of all jobs as it is sent: made in a thread, once for each state of the list."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Mapping, Sequence

from .breath import Turns, slices
from .columns import columns, written
from .jobrecords import Pair, record
from .jobs import RemoteJobs
from .model import Json


class JobText:
    """``{"jobs": <the columns of all jobs>``, plain and compressed: what else an answer says
    is put behind it, without doing either again."""

    def __init__(self, pairs: Sequence[Pair], sequence: int) -> None:
        self.sequence = sequence
        table = columns([record(*pair) for pair in slices(pairs)])
        self._plain = b'{"jobs":' + written(table).encode()
        self._packer = zlib.compressobj(1, wbits=31)  # 31: as gzip does
        packed = [self._packer.compress(self._plain)]
        self._packed = b"".join([*packed, self._packer.flush(zlib.Z_FULL_FLUSH)])

    def answer(self, known: Mapping[str, Json], *, packed: bool) -> bytes:
        """The document with ``known`` besides; ``packed``: compressed as by gzip."""
        rest = b"," + json.dumps({"sequence": self.sequence, **known})[1:].encode()
        if not packed:
            return self._plain + rest
        packer = self._packer.copy()
        return b"".join([self._packed, packer.compress(rest), packer.flush()])


class JobTable:
    """However many pages ask at once, the text is made once; they are answered in ``turns``."""

    def __init__(self, jobs: RemoteJobs) -> None:
        self._jobs = jobs
        self.turns = Turns()
        self._sequence = -1
        self._text: asyncio.Future[JobText] | None = None

    async def text(self) -> JobText:
        """All jobs as they are now."""
        made, sequence = self._text, self._jobs.sequence
        if made is None or self._sequence != sequence or (made.done() and made.exception()):
            work = asyncio.to_thread(JobText, self._jobs.pairs(), sequence)
            self._text = made = asyncio.ensure_future(work)
            self._sequence = sequence
        return await asyncio.shield(made)
