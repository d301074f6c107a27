"""The table of the share service: tokens, one-time links, what outlives a crash."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_remote.errors import LimitReached, NotFound, StorageError, WrongState
from jupyter_remote.hub.audit import Audit
from jupyter_remote.hub.limits import Rates, RemoteShareLimits
from jupyter_remote.hub.opening import LinkDesk
from jupyter_remote.hub.records import Content, Kept, new_id
from jupyter_remote.hub.store import ShareStore
from jupyter_remote.hub.vault import Vault
from jupyter_remote.hub.worker import Bounds, Worker
from jupyter_remote.shares import tokens

ROOM = (10**9, 10**9)
NOW = 1_800_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ShareStore]:
    found = ShareStore(tmp_path / "s")
    yield found
    found.close()


def new(token: str = "", **fields: object) -> Kept:
    given: dict[str, object] = {
        "id": new_id(),
        "digest": tokens.digest(token or tokens.new_token()),
        "owner": "alice",
        "name": "a.ipynb",
        "created": NOW,
        "expires": NOW + 60,
    }
    return Kept(**given | fields)  # type: ignore[arg-type]


def content(file: str = "f", size: int = 10) -> Content:
    return Content(file=file, size=size, sum=file, cells=1, kernel={"name": "python3"})


def test_a_hundred_thousand_altered_tokens_open_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "s", RemoteShareLimits(), Audit(""), clock=lambda: NOW)
    desk = LinkDesk(vault, Worker(*[Bounds(timeout=10, memory=1 << 30, places=1)] * 2))
    real = [tokens.new_token() for _ in range(20)]
    for token in real:
        kept = new(token)
        vault.store.add(kept, 100)
        vault.store.revise(kept.id, content(kept.id), ROOM, NOW)
    chance = random.Random(4)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def altered(token: str) -> str:
        place, kind = chance.randrange(43), chance.randrange(6)
        letter = chance.choice(letters)
        return [
            token[:place] + letter + token[place + 1 :],
            token[:place] + token[place + 1 :],
            token[:place] + letter + token[place:],
            token.swapcase(),
            token + "=" * chance.randrange(1, 3),
            f"id-{token}",
        ][kind]

    tried = 0
    while tried < 100_000:
        key = altered(chance.choice(real))
        if key in real:
            continue
        tried += 1
        kept, known = desk._look_up("bob", key)
        assert (kept, known) == (None, False), key
    assert all(desk._look_up("bob", token)[1] for token in real)
    asyncio.run(vault.close())


def test_neither_tokens_nor_digests_are_names_of_shares(store: ShareStore) -> None:
    token = tokens.new_token()
    store.add(new(token), 10)
    assert store.by_digest(token) is None
    assert store.by_id(token) is None
    assert store.by_id(tokens.digest(token)) is None


def test_one_use_is_one_use_for_threads_too(tmp_path: Path) -> None:
    """Even if two services worked on one table, which they should not."""
    kept = new(once=True)
    first = ShareStore(tmp_path / "s")
    first.add(kept, 10)
    first.revise(kept.id, content(), ROOM, NOW)
    others = [ShareStore(tmp_path / "s") for _ in range(4)]

    def take(store: ShareStore) -> int:
        while True:
            try:
                store.use(kept.id, NOW)
            except WrongState:
                return 0
            except StorageError:  # the others hold the table longer than it waits: a slow disk
                continue
            return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, others * 3)) == 1
    for store in [first, *others]:
        store.close()


def test_a_crash_forgets_nothing(tmp_path: Path) -> None:
    first = ShareStore(tmp_path / "s")
    kept, gone = new(users=("bob", "carol, dave")), new()
    first.add(kept, 10)
    first.add(gone, 10)
    first.revise(kept.id, content(), ROOM, NOW)
    first.revoke(gone.id, NOW)
    second = ShareStore(tmp_path / "s")  # the first was never closed
    found = second.by_id(kept.id)
    assert found is not None
    assert (found.users, found.revision, found.file) == (("bob", "carol, dave"), 1, "f")
    assert found.kernel == {"name": "python3"}
    assert second.knows(kept.id, "carol, dave")
    revoked = second.by_id(gone.id)
    assert revoked is not None
    assert revoked.state == "revoked"
    first.close()
    second.close()


def test_limits_are_kept_in_the_table(store: ShareStore) -> None:
    store.add(new(), 2)
    store.add(new(expires=NOW), 2)  # expired ones do not count
    last = new()
    store.add(last, 2)
    with pytest.raises(LimitReached, match="2 active shares"):
        store.add(new(), 2)
    store.revise(last.id, content(size=60), (100, 1000), NOW)
    store.revise(last.id, content("g", 90), (100, 1000), NOW)  # its own old bytes do not count
    other = new(owner="bob")
    store.add(other, 2)
    with pytest.raises(LimitReached, match="all shared notebooks"):
        store.revise(other.id, content("h", 20), (100, 100), NOW)
    assert store.kept_bytes("alice") == store.kept_bytes() == 90


def test_ended_shares_of_a_user_do_not_grow_without_end(store: ShareStore) -> None:
    other = new(owner="bob")
    store.add(other, 2)
    store.revoke(other.id, NOW)
    made = [new(created=NOW + at) for at in range(15)]
    for at, kept in enumerate(made):
        store.add(kept, 2)
        store.revoke(kept.id, NOW + at)
    last = new(created=NOW + 20)
    store.add(last, 2)
    assert [k.id for k in store.of_owner("alice")] == [last.id, *[k.id for k in made[:4:-1]]]
    assert store.by_id(other.id) is not None


def test_what_is_not_there_is_not_found(store: ShareStore) -> None:
    for call in (
        lambda: store.use("x", NOW),
        lambda: store.revoke("x", NOW),
        lambda: store.forget("x"),
        lambda: store.change("x", NOW, None, NOW),
        lambda: store.revise("x", content(), ROOM, NOW),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_table_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    ShareStore(tmp_path / "s").close()
    with sqlite3.connect(tmp_path / "s" / "shares.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StorageError, match="newer version"):
        ShareStore(tmp_path / "s")


def test_a_damaged_table_is_said_to_be_one(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "shares.sqlite").write_bytes(b"rubbish " * 1000)
    with pytest.raises(StorageError, match=r"shares\.sqlite"):
        ShareStore(folder)


def test_a_bucket_fills_up_again_and_is_forgotten() -> None:
    now = 0.0
    rates = Rates(2, 60, clock=lambda: now)
    rates.take("a")
    rates.take("a")
    with pytest.raises(LimitReached):
        rates.take("a")
    rates.take("b")
    now = 31.0
    rates.take("a")
    with pytest.raises(LimitReached):
        rates.take("a", 0)
    now = 200.0
    rates.take("c")
    assert set(rates._buckets) == {"c"}
