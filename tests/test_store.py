"""Records on disk: atomic, private, owned, readable by the next server."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_remote import files
from jupyter_remote.errors import StorageError
from jupyter_remote.files import SecretKey, make_private, write_private
from jupyter_remote.model import Session, State
from jupyter_remote.store import SessionStore, Unreadable

from .test_machine import a_session


def saved(store: SessionStore, **changes: object) -> Session:
    session = a_session(owner=store.server, **changes)
    store.save(session)
    return session


def dead_owner(store: SessionStore) -> str:
    """The lease of a server on this machine that is gone."""
    script = (
        "import sys; from pathlib import Path; from jupyter_remote.store import SessionStore;"
        "print(SessionStore(Path(sys.argv[1])).server)"
    )
    argv = [sys.executable, "-c", script, str(store.folder)]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def fill(store: SessionStore) -> None:
    """Write records until the disk is full."""
    for number in range(100):
        saved(store, id=f"{number:0>20}", name="x" * 5000)


def test_a_record_comes_back(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "data")
    session = saved(store, options={"command": "xterm -e 'ä'"}, state=State.RUNNING)
    assert list(store.load()) == [session]
    store.forget(session.id)
    store.forget(session.id)
    assert list(store.load()) == []


def test_everything_is_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = SessionStore(tmp_path / "data")
        saved(store)
        SecretKey(store.folder / "key").secret("x")
    finally:
        os.umask(old)
    for path in store.folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_newer_or_damaged_record_is_kept_and_said(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    newer = saved(store, id="b" * 20)
    path = store.sessions / newer.id / "session.json"
    path.write_text(json.dumps({"version": 99, "shape": "unknown"}))
    saved(store, id="c" * 20)
    (store.sessions / ("c" * 20) / "session.json").write_text("{")
    found = list(store.load())
    assert all(isinstance(record, Unreadable) for record in found)
    assert "newer" in found[0].message
    assert str(path) in found[0].message
    assert "damaged" in found[1].message
    assert json.loads(path.read_text())["version"] == 99


def test_a_full_disk_leaves_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SessionStore(tmp_path)
    session = saved(store)

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageError, match=r"cannot write .*session\.json: No space left"):
        store.save(dataclasses.replace(session, name="new"))
    with pytest.raises(StorageError):
        store.save(dataclasses.replace(session, id="d" * 20))
    assert list(store.load()) == [session]
    assert not (store.sessions / ("d" * 20)).exists()
    assert [p.name for p in (store.sessions / session.id).iterdir()] == ["session.json"]


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="mounts need root")
def test_a_really_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no mounts in this container")
    try:
        store = SessionStore(folder / "data")
        session = saved(store)
        with pytest.raises(StorageError, match="No space left"):
            fill(store)
        assert session in list(store.load())
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StorageError, match=str(blocked)):
        SessionStore(blocked)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    os.chown(foreign, 65534, 65534)
    with pytest.raises(StorageError, match="belongs to another user"):
        make_private(foreign)


def test_only_a_dead_owners_record_is_taken_over(tmp_path: Path) -> None:
    first, second = SessionStore(tmp_path), SessionStore(tmp_path)
    session = saved(first)
    assert second.alive(first.server)
    assert second.take_over(session) is None
    orphan = dataclasses.replace(session, owner=dead_owner(first), revision=7)
    first.save(orphan)
    assert not second.alive(orphan.owner)
    taken = second.take_over(orphan)
    assert taken is not None
    assert (taken.owner, taken.revision) == (second.server, 8)
    assert first.take_over(orphan) is None, "the second came first"
    assert not (second.sessions / session.id / "lock").exists()


def test_a_pid_that_was_used_again_is_not_the_owner(tmp_path: Path) -> None:
    store, other = SessionStore(tmp_path), SessionStore(tmp_path)
    path = store.servers / f"{other.server}.json"
    lease = json.loads(path.read_text())
    write_private(path, json.dumps({**lease, "start_time": lease["start_time"] + 1}))
    assert not store.alive(other.server)


def test_a_server_on_another_machine_lives_while_its_heart_beats(tmp_path: Path) -> None:
    store, other = SessionStore(tmp_path), SessionStore(tmp_path)
    path = store.servers / f"{other.server}.json"
    write_private(path, json.dumps({**json.loads(path.read_text()), "host": "elsewhere"}))
    assert store.alive(other.server)
    os.utime(path, (0, 0))
    assert not store.alive(other.server)
    other.drop_lease()
    assert not store.alive(other.server)


def test_changes_of_another_server_are_read_once(tmp_path: Path) -> None:
    first, second = SessionStore(tmp_path), SessionStore(tmp_path)
    session = saved(first)
    assert second.load_changed() == ([session], {session.id})
    assert second.load_changed() == ([], {session.id})
    first.forget(session.id)
    assert second.load_changed() == ([], set())


def test_the_key_is_made_once(tmp_path: Path) -> None:
    first, second = SecretKey(tmp_path / "key"), SecretKey(tmp_path / "key")
    assert first.secret("a") == second.secret("a") != first.secret("b")
    (tmp_path / "key").write_text("spoilt")
    with pytest.raises(StorageError, match="key"):
        SecretKey(tmp_path / "key").secret("a")
