"""Our own record of every job, written before it is submitted.

A record is what its lines in the journal say together, whoever wrote them; it is known by the
job's unique name. Records of jobs that have ended are forgotten after some time.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from ..errors import StorageError
from .errors import EverestError
from .journal import DAY, Journal, Line
from .model import FINAL, UNSENT, Json

T = TypeVar("T")
LOG: Final = logging.getLogger(__name__)
VERSION: Final = 1
KEPT_DAYS: Final = 90.0
"""Days after which the record of a job that has ended is forgotten."""
AT_MOST: Final = 4
"""After so many times that, also those whose end nobody saw."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """One job that was, or was about to be, submitted.

    ``name`` is its unique name on the server; ``title`` what people called it; ``key`` what a
    program calls it (the same key is never submitted twice); ``time``: seconds since 1970.
    """

    name: str
    server: str
    app: str
    inputs: Mapping[str, Json]
    account: str = ""
    title: str = ""
    key: str = ""
    group: str = ""
    resources: tuple[str, ...] = ()
    time: float = 0.0
    id: str = ""
    state: str = UNSENT
    repeated: bool = False
    """It was sent a second time, after the server had not shown it for a while."""


FORGET: Final = 3600.0
"""Seconds between two looks for what may be forgotten."""
_FIELDS: Final = [field.name for field in dataclasses.fields(Record)]


class Records:
    """The records below ``folder`` of one server; raises StorageError with the path.

    ``get`` and ``all`` read memory. Everything else uses the disk: in asynchronous code it is
    called with ``do`` or ``later``, which keep the order.
    """

    def __init__(self, folder: Path, server: str, keep_days: float = KEPT_DAYS) -> None:
        self._server = server
        self._keep = keep_days * DAY
        self._journal = Journal(folder)
        self._disk, self._memory = threading.Lock(), threading.Lock()
        self._fields: dict[str, Line] = {}
        self._all: dict[str, Record] = {}
        self._names: dict[Path, set[str]] = {}
        self._looked, self._closed = -DAY, False
        self._thread = ThreadPoolExecutor(1, "everest-records")

    # -- from asynchronous code -----------------------------------------------------------

    async def do(self, work: Callable[..., T], *args: Json, **kwargs: Json) -> T:
        """Do something here in the one thread for it, after all that was asked for before."""
        if self._closed:
            raise EverestError("this client is closed")
        call = functools.partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def later(self, work: Callable[..., None], *args: Json, **kwargs: Json) -> None:
        """The same without waiting; what cannot be written is logged. What a record lacks then,
        the server tells again."""

        def attempt() -> None:
            try:
                work(*args, **kwargs)
            except StorageError as error:
                LOG.warning("%s", error)

        with contextlib.suppress(RuntimeError):  # closed
            self._thread.submit(attempt)

    async def end(self) -> None:
        """Write what is to be written, and close."""
        self._closed = True
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self.close)

    # -- memory ---------------------------------------------------------------------------

    def get(self, name: str) -> Record | None:
        """The record with this unique name."""
        with self._memory:
            return self._all.get(name)

    def all(self, who: str = "") -> list[Record]:
        """Every record, oldest first; with ``who`` those of this account, and of none."""
        with self._memory:
            found = [each for each in self._all.values() if _is_of(each, who)]
        return sorted(found, key=lambda record: record.time)

    # -- disk -----------------------------------------------------------------------------

    def load(self) -> Records:
        """Read what is there, and what other processes wrote since; forget what is old."""
        with self._disk:
            for path, line in self._journal.fresh():
                mine = line.get("server") == self._server
                self._names.setdefault(path, set()).add(line["name"] if mine else "")
                if mine:
                    self._take(line)
            if time.monotonic() - self._looked > FORGET:
                self._looked = time.monotonic()
                self._forget_old()
        return self

    def add(self, record: Record) -> None:
        """Store a new record: on disk when this returns."""
        fields = dataclasses.asdict(record)
        self._write({"version": VERSION, **fields}, sync=True)

    def note(self, name: str, **changes: Json) -> None:
        """Store what became known of a record: ``id``, ``state``, ``repeated``."""
        old = self._known(name)
        if old is not None and any(getattr(old, key) != changes[key] for key in changes):
            self._write({"name": name, "server": self._server, **changes}, sync=False)

    def seen(self, name: str, job_id: str, state: str) -> None:
        """The server shows the job of a record: worth a line when it has an id only now, has
        ended, or has come back from what looked like an end."""
        old = self._known(name)
        if old is not None and (state in FINAL or not old.id or old.state in FINAL):
            self.note(name, id=job_id, state=state)

    def forget(self, name: str) -> None:
        """The record counts no more."""
        if self._known(name) is not None:
            self._write({"name": name, "server": self._server, "forgotten": True}, sync=False)

    def with_key(self, key: str, who: str = "") -> Record | None:
        """The newest record with this key, whichever process wrote it; ``who`` as for ``all``."""
        found = [record for record in self.load().all(who) if record.key == key]
        return found[-1] if found else None

    def turn(self, key: str) -> Path:
        """The lock of whoever submits with this key. It lies beside the records, so that over NFS
        taking it shows what others wrote."""
        digest = hashlib.sha256(f"{self._server}\0{key}".encode()).hexdigest()
        return self._journal.folder / f"key-{digest[:32]}.lock"

    def close(self) -> None:
        """Close this process's file."""
        with self._disk:
            self._journal.close()

    def _known(self, name: str) -> Record | None:
        if self._looked < 0:
            self.load()
        return self.get(name)

    def _write(self, line: Line, *, sync: bool) -> None:
        with self._disk:
            self._journal.append(line, sync=sync)
            self._take(line)

    def _take(self, line: Line) -> None:
        """What a line says of its record. Several processes may write of one job, in any order."""
        name, first = line["name"], "app" in line
        kept = self._fields.setdefault(name, {})
        kept |= {k: v for k, v in line.items() if not (first and k in kept)}
        with self._memory:
            record = _record(kept)
            self._all.pop(name, None)
            if record is not None:
                self._all[name] = record

    def _forget_old(self) -> None:
        """Files that are old go when all of their jobs have ended; those of another server, or
        with jobs whose end nobody saw, when they are very old. From memory goes what has ended
        and is old."""
        for path, names in list(self._names.items()):
            age = self._journal.age(path)
            over = "" not in names and all(map(self._is_over, names))
            if age > self._keep * (1 if over else AT_MOST):
                self._journal.remove(path)
                self._drop(self._names.pop(path))
        before = time.time() - self._keep
        self._drop({x.name for x in self.all() if self._is_over(x.name) and x.time < before})
        self._journal.sweep(self._keep)

    def _is_over(self, name: str) -> bool:
        record = self._all.get(name)
        return record is None or record.state in FINAL

    def _drop(self, names: set[str]) -> None:
        with self._memory:
            for name in names:
                self._fields.pop(name, None)
                self._all.pop(name, None)


def _is_of(record: Record, who: str) -> bool:
    """Two people may share one home and one server, not their jobs."""
    return not who or record.account in ("", who)


def _record(fields: Mapping[str, Json]) -> Record | None:
    if fields.get("forgotten") or fields.get("version", VERSION) > VERSION:
        return None
    with contextlib.suppress(TypeError, ValueError):
        known = {key: fields[key] for key in _FIELDS if key in fields}
        return Record(**{**known, "resources": tuple(fields.get("resources") or ())})
    return None
