"""Our own record of ended jobs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote import journal
from jupyter_remote.errors import StorageError
from jupyter_remote.journal import Journal


def ended(job_id: str, submitted: str = "2026-11-21T10:00:00.000Z", **fields: Any) -> Any:
    return {"backend": "slurm", "job_id": job_id, "submitted": submitted, **fields}


def ids(records: list[Any]) -> list[str]:
    return [record["job_id"] for record in records]


def test_each_job_is_written_once_by_all_servers(tmp_path: Path) -> None:
    one, other = Journal(tmp_path / "ended"), Journal(tmp_path / "ended")
    for _ in range(2):
        one.add([ended("1"), ended("2")])
        one.flush()
    other.add([ended("2"), ended("3")])
    other.flush()
    assert ids(Journal(tmp_path / "ended").read(1)) == ["1", "2", "3"]
    (file,) = (tmp_path / "ended").iterdir()
    assert file.read_text().count('"job_id"') == 3
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_not_written_yet_is_known(tmp_path: Path) -> None:
    book = Journal(tmp_path / "ended")
    assert book.read(7) == []
    book.add([ended("1")])
    assert ids(book.read(7)) == ["1"]


def test_an_id_that_is_used_again_is_another_job(tmp_path: Path) -> None:
    book = Journal(tmp_path / "ended")
    book.add([ended("1"), ended("1", "2026-11-22T10:00:00.000Z")])
    book.flush()
    assert ids(book.read(7)) == ["1", "1"]


def test_damaged_lines_and_old_days(tmp_path: Path) -> None:
    folder = tmp_path / "ended"
    folder.mkdir(mode=0o700)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 3 * 86400))
    (folder / f"{day}.jsonl").write_bytes(b'{"half\n[]\n\xff\xfe\n')
    (folder / "2001-01-01.jsonl").write_text("{}\n")
    book = Journal(folder)
    book.add([ended("1")])
    book.flush()
    assert ids(book.read(7)) == ["1"]
    assert not (folder / "2001-01-01.jsonl").exists()


def test_a_large_day_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST", 10)
    book = Journal(tmp_path / "ended")
    for job_id in ("1", "2"):
        book.add([ended(job_id)])
        book.flush()
    assert ids(Journal(tmp_path / "ended").read(1)) == ["1"]


def test_what_cannot_be_written_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "ended"
    folder.write_text("in the way")
    book = Journal(folder)
    book.add([ended("1")])
    with pytest.raises(StorageError):
        book.flush()
    folder.unlink()
    book.flush()
    assert ids(Journal(folder).read(1)) == ["1"]


def test_a_line_that_was_cut_off_costs_only_itself(tmp_path: Path) -> None:
    book = Journal(tmp_path / "ended")
    book.add([ended("1")])
    book.flush()
    (file,) = (tmp_path / "ended").iterdir()
    file.write_text(file.read_text() + '{"backend": "slu')
    book.add([ended("2")])
    book.flush()
    assert ids(Journal(tmp_path / "ended").read(1)) == ["1", "2"]
