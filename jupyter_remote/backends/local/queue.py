"""The queue of this machine as a server sees it (see ``agent/queue.py`` for how it works)."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...agent import disk
from ...agent.queue import CANCELLED, ENVIRONMENT, FOLDER, HELD, KINDS, RUNNING, WAITING, Queue
from ...contract import JobRequest
from ...errors import NotFound, StorageError, WrongState
from ...files import write_private
from ...model import JobSpec, Json, State, now
from .files import SCRIPT, SPEC, JobFolders, Record, fields_of
from .spec import check_options

STOP_GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL for a job from the queue."""

PLACES = 100
"""Places in the queue that are told: else every start would be news of all that wait."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a job stands; ``line``: 1 is the next, 0 is not told."""

    host: str
    kind: str
    line: int = 0


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a server gives to the jobs that it submits."""

    slots: int
    python: str
    prefix: Sequence[str]
    env: Mapping[str, str]
    umask: int
    run: Path


@dataclasses.dataclass(frozen=True)
class Line:
    """What waits here, in its order, what has slots, how many those are, and whether a job is just
    being started (or was, by somebody who was killed over it)."""

    waiting: tuple[Record, ...] = ()
    running: tuple[Record, ...] = ()
    used: int = 0
    starting: bool = False

    def fits(self, cpus: int, slots: int) -> bool:
        """Whether a job that is next can start."""
        return self.used + cpus <= slots

    @property
    def stuck(self) -> bool:
        """Something is to be started: somebody does it just now, or nobody does."""
        head = self.waiting[0].data if self.waiting else {}
        return self.starting or (bool(head) and self.fits(head["cpus"], head["slots"]))


class LocalQueue:
    """Methods block: call them in a thread. They raise StorageError."""

    def __init__(self, folders: JobFolders, run: Path) -> None:
        self._folders, self._run = folders, run
        self.here = Queue(str(folders.root), str(run))
        self.trouble: tuple[str, str] | None = None
        self._shown: dict[str, tuple[Record, Place, str, Record]] = {}

    def places(self) -> dict[str, Place]:
        """All jobs that are in a queue, here or on another machine with this home folder."""
        found = {}
        with storing("read the queue"):
            for host in self._hosts():
                queue = self._queue(host)
                for kind in KINDS:
                    for place, job in enumerate(queue.names(kind), 1):
                        told = kind == WAITING and place <= PLACES
                        found[job] = Place(host, kind, place if told else 0)
        return found

    def _hosts(self) -> list[str]:
        try:
            return os.listdir(self._folders.root / FOLDER)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _queue(self, host: str) -> Queue:
        return Queue(self.here.jobs, self.here.run, host)

    def shown(self, record: Record, place: Place) -> Record:
        """A job without an agent as it stands in the queue; the same object while nothing
        changed."""
        job, words = self.trouble or ("", "")
        words = words if job == record.job_id else ""
        known = self._shown.get(record.job_id)
        if known is None or known[0] is not record or known[1:3] != (place, words):
            fields = self._fields(record, place, words)
            shown = dataclasses.replace(record, data={**record.data, **fields})
            known = self._shown[record.job_id] = (record, place, words, shown)
        return known[3]

    def _fields(self, record: Record, place: Place, words: str) -> dict[str, Json]:
        if place.kind == RUNNING:
            return {"state": State.STARTING.value}
        fields = {"state": State.QUEUED.value, "held": place.kind == HELD}
        if place.kind == HELD:
            return {**fields, "reason": "held until it is released"}
        if place.host != self.here.host:
            return {**fields, "reason": f"waits on {place.host}"}
        if not place.line:
            return {**fields, "reason": f"waits for its turn, {PLACES} jobs or more before it"}
        if place.line > 1:
            return {**fields, "reason": "waits for its turn", "line": place.line}
        cpus, slots = record.data["cpus"], record.data["slots"]
        ask = f"waits for {cpus} free slot{'s' if cpus > 1 else ''} of {slots}"
        return {**fields, "reason": f"cannot start: {words}" if words else ask, "line": 1}

    def line(self, records: Sequence[Record], places: Mapping[str, Place]) -> Line:
        """What waits and runs on this machine."""
        here = {job for job, place in places.items() if place.host == self.here.host}
        self._shown = {job: known for job, known in self._shown.items() if job in places}
        ours = [record for record in records if record.job_id in here]
        waiting = [r for r in ours if places[r.job_id].kind == WAITING and waits(r)]
        running = [r for r in ours if places[r.job_id].kind == RUNNING and not r.state.ended]
        waiting.sort(key=lambda record: int(record.job_id))
        used = sum(record.data.get("cpus", 1) for record in running)
        starting = any(waits(record) for record in running)
        return Line(tuple(waiting), tuple(running), used, starting)

    # -- what people do

    def submit(self, request: JobRequest, asked: tuple[tuple[str, ...], Json], terms: Terms) -> str:
        """Put a checked request into the queue; answers its number."""
        argv, options = asked
        job_id = self._number()
        spec = JobSpec(name=options["name"], argv=argv, cwd=request.folder, stop_grace=STOP_GRACE)
        fields = fields_of(spec, terms.run / job_id, terms.umask)
        fields.update(queued=True, err=True, prefix=list(terms.prefix), record={})
        fields["record"] = {
            "queued": True,
            "tag": request.tag,
            "folder": request.folder,
            "submitted": now(),
            "host": self.here.host,
            "user": user(),
        }
        _ask(fields, options, terms.slots)
        path = self._folders.root / job_id / SCRIPT
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), "wb") as file:
                file.write(request.script.encode())
            self._folders.fill(job_id, {ENVIRONMENT: dict(terms.env), SPEC: fields})
            self.here.add(job_id)
        except OSError as error:
            self._folders.remove(job_id)
            raise StorageError(f"cannot store the job: {error.strerror}") from error
        return job_id

    def _number(self) -> str:
        """Make the folder of the next job; numbers are not used again."""
        last = self._folders.root / ".last"
        try:
            number = int(last.read_text())
        except (OSError, ValueError):
            number = 0
        while True:
            number += 1
            with contextlib.suppress(WrongState):
                self._folders.make(str(number))
                break
        with contextlib.suppress(StorageError):
            write_private(last, str(number))
        return str(number)

    def take_out(self, job_id: str) -> bool:
        """Cancel a waiting job; false when it does not wait (any more)."""
        place = self.places().get(job_id)
        with storing(f"cancel {job_id}"):
            if place is None or place.kind not in (WAITING, HELD):
                return False
            if not self._queue(place.host).move(job_id, place.kind, CANCELLED):
                return False
        self.cancelled(self._folders.record(job_id), place)
        return True

    def cancelled(self, record: Record, place: Place) -> Record:
        """Store the end of a cancelled job, also of one whose canceller was killed over it."""
        queue, job_id = self._queue(place.host), record.job_id
        state, words = State.STOPPED.value, "cancelled before it started"
        try:
            queue.end(job_id, self._folders.spec(job_id), state, words)
            queue.move(job_id, CANCELLED, "")
        except OSError:  # no space left: the next look tries again
            return dataclasses.replace(
                record, data={**record.data, "state": state, "reason": words}
            )
        return self._folders.record(job_id)

    def shift(self, job_id: str, old: str, new: str) -> None:
        """Hold or release a job. Raises NotFound and WrongState."""
        place = self.places().get(job_id)
        record = self._folders.record(job_id)
        with storing(f"move {job_id}"):
            if place and place.kind == new:
                return
            if not place or not self._queue(place.host).move(job_id, old, new):
                raise WrongState(f"{job_id} does not wait: it is {record.state}")

    def change(self, job_id: str, options: Mapping[str, Json], slots: int) -> None:
        """Change a waiting job here. Raises NotFound, InvalidSpec and WrongState."""
        asked = check_options(options, slots)
        with storing(f"change {job_id}"), self.here.lock(5.0):
            self.here.settle()
            place = self.places().get(job_id)
            if not place or place.kind not in (WAITING, HELD):
                state = self._folders.record(job_id).state
                raise WrongState(f"{job_id} does not wait: it is {state}")
            if place.host != self.here.host:
                raise WrongState(f"{job_id} waits on {place.host}: change it from there")
            fields = self._folders.spec(job_id)
            if not fields:
                raise NotFound(f"there is no local job {job_id}")
            _ask(fields, asked, slots)
            disk.write_json(self.here.file(job_id, SPEC), fields)

    def lost(self, record: Record) -> Record:
        """A job whose submitter was killed before it was in the queue."""
        with contextlib.suppress(OSError):  # judged anew the next time
            words = "it was not submitted to the end: submit it again"
            self.here.end(record.job_id, self._folders.spec(record.job_id), "failed", words)
        return self._folders.record(record.job_id)

    def advance(self, python: str, seconds: float) -> list[str]:
        """Start what fits; answers what waits then. ``trouble`` says of the first of them why
        it could not be started."""
        try:
            words = self.here.advance(python, seconds)
        except OSError as error:
            words = error.strerror or str(error)
        left = self.here.names(WAITING)
        self.trouble = (left[0], words) if left and words else None
        return left


def waits(record: Record) -> bool:
    """It may be in a queue: it is a person's, and had no agent yet."""
    return record.submitted and not record.revision


def user() -> str:
    """The name of this user, or the number of one without a name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _ask(fields: dict[str, Json], options: Mapping[str, Json], slots: int) -> None:
    """Write what a job asks for into its spec."""
    fields.update(options, slots=slots)
    fields["record"].update(options, slots=slots)


@contextlib.contextmanager
def storing(what: str) -> Iterator[None]:
    """OSError becomes StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot {what}: {error.strerror or error}") from error
