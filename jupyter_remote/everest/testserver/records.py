"""What the stand-in knows, and the journal that lets it be killed and started again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any, ClassVar

FINAL = ("DONE", "FAILED", "CANCELLED")


def new_id() -> str:
    """24 hexadecimal digits, as ids of jobs, applications and resources are."""
    return secrets.token_hex(12)


def new_token() -> str:
    """64 letters and digits."""
    return secrets.token_hex(32)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclasses.dataclass
class Token:
    """An access token; ``key`` is its digest, ``job`` the one whose tasks have it."""

    kind: ClassVar[str] = "token"
    key: str
    owner: str
    label: str
    created: float
    lifetime: float
    job: str = ""


@dataclasses.dataclass
class Stored:
    """A file; ``key`` is its path below the server, ``job`` the one that owns it."""

    kind: ClassVar[str] = "file"
    key: str
    owner: str
    name: str
    length: int
    path: str
    job: str = ""


@dataclasses.dataclass
class Job:
    """A job; ``key`` is its id, ``copies`` the files that were given to it -> its own copies.

    ``attempt`` is the number of restarts. A ``still`` one never moves: it only fills lists."""

    kind: ClassVar[str] = "job"
    key: str
    owner: str
    name: str
    app: str
    inputs: dict[str, Any]
    resources: list[str]
    created: float
    state: str = "SUBMITTED"
    result: dict[str, Any] | None = None
    info: str = ""
    attempt: int = 0
    still: bool = False
    copies: dict[str, str] = dataclasses.field(default_factory=dict)
    tasks: dict[str, int] = dataclasses.field(default_factory=dict)

    @property
    def final(self) -> bool:
        return self.state in FINAL


Record = Token | Stored | Job
KINDS: dict[str, type[Record]] = {"token": Token, "file": Stored, "job": Job}


class Books:
    """All records; each change is one line of ``journal``, so that nothing is lost by a kill."""

    def __init__(self, folder: Path) -> None:
        self.tokens: dict[str, Token] = {}
        self.files: dict[str, Stored] = {}
        self.jobs: dict[str, Job] = {}
        self._path = folder / "journal"
        self._load()
        fresh = self._path.with_suffix(".new")
        with open(fresh, "w", encoding="utf-8") as file:
            for table in (self.tokens, self.files, self.jobs):
                file.writelines(_line(record.kind, record.key, record) for record in table.values())
        fresh.replace(self._path)
        self._file = open(self._path, "a", encoding="utf-8")  # noqa: SIM115

    def put(self, record: Record) -> None:
        """Keep a record, new or changed."""
        self._table(record.kind)[record.key] = record
        self._file.write(_line(record.kind, record.key, record))
        self._file.flush()

    def drop(self, record: Record) -> None:
        """Forget a record."""
        if self._table(record.kind).pop(record.key, None) is not None:
            self._file.write(_line(record.kind, record.key, None))
            self._file.flush()

    def close(self) -> None:
        """Close the journal."""
        self._file.close()

    def _table(self, kind: str) -> dict[str, Any]:
        tables: dict[str, dict[str, Any]]
        tables = {"token": self.tokens, "file": self.files, "job": self.jobs}
        return tables[kind]

    def _load(self) -> None:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                kind, key, fields = json.loads(line)
            except ValueError:  # the line that was being written when we were killed
                continue
            if fields is None:
                self._table(kind).pop(key, None)
            else:
                self._table(kind)[key] = KINDS[kind](**fields)


def _line(kind: str, key: str, record: Record | None) -> str:
    fields = None if record is None else vars(record)
    return json.dumps([kind, key, fields], ensure_ascii=False) + "\n"
