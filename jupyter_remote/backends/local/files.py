"""The folders of local jobs: ``<root>/<job id>/`` (0700) with spec.json, state.json and log;
jobs from the queue also have script and err."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from ...agent import disk, proc
from ...contract import LogChunk
from ...errors import NotFound, StorageError, WrongState
from ...files import read_chunk
from ...links.local import private_folder
from ...model import Job, JobSpec, Json, State

SPEC, STATE = "spec.json", "state.json"
STREAMS = {"stdout": "log", "stderr": "err"}
SCRIPT = "script"


@dataclasses.dataclass(frozen=True)
class Record:
    """What the files of a job say, and when (seconds since the epoch) they last changed."""

    job_id: str
    data: Mapping[str, Json]
    touched: float

    @property
    def state(self) -> State:
        """``submitting`` until there is an agent."""
        return State(self.data["state"])

    @property
    def revision(self) -> int:
        """Counts the changes; 0 before there is an agent."""
        return int(self.data.get("revision", 0))

    def job(self, memory: int | None) -> Job:
        """As the backend's users see it."""
        data = self.data
        return Job(
            backend="local",
            job_id=self.job_id,
            name=data.get("name", f"jr-{self.job_id}"),
            state=self.state,
            reason=data.get("reason", ""),
            exit_code=data.get("exit_code"),
            signal=data.get("signal"),
            submitted=data.get("submitted"),
            started=data.get("started"),
            ended=data.get("ended"),
            memory=memory,
            nodes=data.get("host", ""),
            user=data.get("user", ""),
            cpus=data.get("cpus"),
            time_limit=data.get("time_limit"),
            tag=data.get("tag", ""),
            folder=data.get("folder", ""),
            held=data.get("held", False),
            line=data.get("line"),
            starts=data.get("starts"),
        )

    @property
    def submitted(self) -> bool:
        """A person's job, that went or goes through the queue; else one of a session."""
        return bool(self.data.get("queued"))

    def changed(self, state: State, reason: str) -> Record:
        """The same job in a state that its agent can no longer say."""
        ended = {"ended": proc.now()} if state.ended else {}
        data = {**self.data, **ended, "state": state.value, "reason": reason}
        return dataclasses.replace(self, data={**data, "revision": self.revision + 1})


class JobFolders:
    """All job folders of this user. Its methods block: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._cache: dict[str, tuple[tuple[int, int, int], Record]] = {}

    def records(self) -> list[Record]:
        """All jobs. Raises StorageError when the folder cannot be read."""
        try:
            with os.scandir(self.root) as entries:
                names = [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
        except FileNotFoundError:
            names = []
        except OSError as error:
            raise StorageError(f"cannot read {self.root}: {error.strerror}") from error
        there = set(names)
        for gone in [name for name in list(self._cache) if name not in there]:
            self._cache.pop(gone, None)
        return [record for name in names if (record := self._read(name)) is not None]

    def record(self, job_id: str) -> Record:
        """One job. Raises NotFound."""
        record = self._read(self._folder(job_id).name)
        if record is None:
            raise NotFound(f"there is no local job {job_id}")
        return record

    def run(self, job_id: str) -> str:
        """The run folder of a job; empty when there is no such job (yet)."""
        try:
            return str(self.record(job_id).data.get("run", ""))
        except NotFound:
            return ""

    def _folder(self, job_id: str) -> Path:
        """Raises NotFound, also for what is no name of a folder."""
        proper = job_id and not job_id.startswith(".") and "/" not in job_id
        if not proper or not (self.root / job_id).is_dir():
            raise NotFound(f"there is no local job {job_id}")
        return self.root / job_id

    def _read(self, job_id: str) -> Record | None:
        """None when the folder vanished or has no spec (yet)."""
        folder = self.root / job_id
        for name in (STATE, SPEC):
            path = folder / name
            try:
                info = path.stat()
                stamp = (info.st_mtime_ns, info.st_ino, info.st_size)
                known, record = self._cache.get(job_id, (None, None))
                if record is None or known != stamp:
                    data = json.loads(path.read_bytes())
                    record = Record(job_id, _checked(data, name), info.st_mtime)
                    self._cache[job_id] = (stamp, record)
                return record
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise StorageError(f"cannot read {path}: {error.strerror}") from error
            except (ValueError, KeyError, TypeError):
                reason = f"its file {path} is damaged"
                return Record(job_id, {"state": "lost", "reason": reason}, 0.0)
        return None

    def create(self, job_id: str, spec: JobSpec, run: Path, umask: int) -> Path:
        """Make a job's folder with its spec; raises WrongState when there is one, and
        StorageError, with nothing left behind, when it cannot be made."""
        folder = self.make(job_id)
        self.fill(job_id, {SPEC: fields_of(spec, run, umask)})
        return folder

    def make(self, job_id: str) -> Path:
        """Make a job's empty folder; raises WrongState and StorageError."""
        private_folder(self.root)
        folder = self.root / job_id
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            raise WrongState(f"there is a local job {job_id} already") from None
        except OSError as error:
            raise StorageError(f"cannot make {folder}: {error.strerror}") from error
        return folder

    def fill(self, job_id: str, files: Mapping[str, Json]) -> None:
        """Write files into a new folder, which is removed when that fails: StorageError."""
        for name, data in files.items():
            path = self.root / job_id / name
            try:
                disk.write_json(str(path), data)
            except OSError as error:
                self.remove(job_id)
                raise StorageError(f"cannot write {path}: {error.strerror}") from error

    def save(self, record: Record) -> None:
        """Store a state that the job's agent can no longer store."""
        try:
            disk.write_json(str(self.root / record.job_id / STATE), record.data)
        except OSError as error:
            raise StorageError(f"cannot write the state of {record.job_id}: {error}") from error

    def spec(self, job_id: str) -> dict[str, Json]:
        """The spec as the agent got it; empty when it cannot be read."""
        try:
            spec = json.loads((self.root / job_id / SPEC).read_bytes())
        except (OSError, ValueError):
            return {}
        return spec if isinstance(spec, dict) else {}

    def chunk(self, job_id: str, offset: int, limit: int, stream: str) -> LogChunk:
        """Bytes of a log; none when there is no such file. Raises NotFound, StorageError."""
        path = self._folder(job_id) / STREAMS.get(stream, "")
        return read_chunk(path, offset, limit, os.O_NOFOLLOW)

    def remove(self, job_id: str) -> None:
        """Delete a job's folder: out of the list at once, then file by file."""
        try:
            (self.root / job_id).rename(self.root / f".forgotten-{job_id}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"cannot delete {self.root / job_id}: {error.strerror}") from error
        for left in self.root.glob(".forgotten-*"):
            shutil.rmtree(left, ignore_errors=True)


def fields_of(spec: JobSpec, run: Path, umask: int) -> dict[str, Json]:
    """The spec as the agent reads it."""
    fields = {f.name: getattr(spec, f.name) for f in dataclasses.fields(spec)}
    fields.update(env=dict(spec.env), files=dict(spec.files), run=str(run), umask=umask)
    fields["ready"] = dataclasses.asdict(spec.ready)
    return fields


def _checked(data: Json, name: str) -> Mapping[str, Json]:
    """The file's content, which has a state; raises KeyError, TypeError or ValueError."""
    if name == SPEC:
        known = {"state": "submitting", "name": data["name"], "run": data["run"]}
        return {**known, **data.get("record", {})}
    State(data["state"])
    return {**data, "revision": int(data["revision"])}
