"""Uploads and downloads that take their time: begun by one request, looked at by others."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from ...errors import LimitReached, NotFound, RemoteError
from ...model import Json

LOG: Final = logging.getLogger(__name__)
KEPT: Final = 100
"""Transfers that have ended and can still be looked at."""
ADVICE: Final = "It may exist: look into the list of jobs before you submit it again."
UNSURE: Final = f"Jupyter was closed while the job was submitted. {ADVICE}"
MOST: Final = 50
"""Transfers at the same time."""

Progress = Callable[[int, int], None]


@dataclasses.dataclass
class Transfer:
    """``done`` of ``total`` bytes (-1: not known); ``result``, or ``error`` and its code
    ``reason``, when it has ended. ``step``: what is done now, of a work with several; one that is
    ``submitting`` cannot be ended any more."""

    id: str
    name: str
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    done: int = 0
    total: int = -1
    result: Json = None
    error: str = ""
    reason: str = ""
    step: str = ""


class Report:
    """What a work tells of itself: called with bytes done and in all."""

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer

    def __call__(self, done: int, total: int) -> None:
        self._transfer.done, self._transfer.total = done, total

    def step(self, step: str) -> None:
        """The next step begins; its bytes are counted anew."""
        self._transfer.step = step
        self(0, -1)


Work = Callable[[Report], Awaitable[Json]]


class Transfers:
    """All transfers of this server."""

    def __init__(self) -> None:
        self._all: dict[str, Transfer] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[str] = set()

    def begin(self, name: str, work: Work) -> Transfer:
        """Begin; raises LimitReached."""
        if len(self._tasks) >= MOST:
            raise LimitReached(f"{MOST} transfers are under way: wait until one has ended")
        transfer = Transfer(secrets.token_hex(8), name)
        self._all[transfer.id] = transfer
        task = asyncio.create_task(self._run(transfer, work))
        self._tasks[transfer.id] = task
        task.add_done_callback(lambda _: self._ended(transfer))
        return transfer

    def get(self, transfer_id: str) -> Transfer:
        """Raises NotFound."""
        if transfer_id not in self._all:
            raise NotFound("there is no such transfer, or it ended long ago")
        return self._all[transfer_id]

    def cancel(self, transfer_id: str) -> None:
        """End one that runs; another is no error, nor one that submits by now: nobody could say
        whether there is a job. Raises NotFound."""
        if self.get(transfer_id).step != "submitting":
            self._end(transfer_id)

    async def close(self) -> None:
        """End all."""
        tasks = list(self._tasks.values())
        for transfer_id in self._tasks:
            self._end(transfer_id)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, transfer_id: str) -> None:
        """Once: while it ends, it may wait for what it has begun."""
        if transfer_id in self._tasks and transfer_id not in self._ending:
            self._ending.add(transfer_id)
            self._tasks[transfer_id].cancel()

    async def _run(self, transfer: Transfer, work: Work) -> None:
        try:
            transfer.result = await work(Report(transfer))
        except asyncio.CancelledError:
            transfer.state = "cancelled"
            if transfer.step == "submitting":  # only the end of this server ends that
                transfer.state, transfer.error = "failed", UNSURE
            raise
        except (RemoteError, OSError) as error:
            transfer.state, transfer.error = "failed", str(error)
            transfer.reason = getattr(error, "reason", "")
        except Exception as error:
            LOG.exception("the transfer %s failed", transfer.name)
            transfer.state, transfer.error = "failed", f"{type(error).__name__}: {error}"
        else:
            transfer.state = "done"

    def _ended(self, transfer: Transfer) -> None:
        if transfer.state == "running":
            transfer.state = "cancelled"
        self._tasks.pop(transfer.id, None)
        self._ending.discard(transfer.id)
        for old in list(self._all)[:-KEPT]:
            if old not in self._tasks:
                del self._all[old]
