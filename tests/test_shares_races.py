"""Two servers of one home share the same notebooks: what one ends, the other does not revive."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.filemanager import (
    AsyncFileContentsManager,
    FileContentsManager,
)

from jupyter_remote.errors import NotFound, StorageError
from jupyter_remote.shares.files import UserFiles
from jupyter_remote.shares.store import ShareStore

from .share_rig import Links, simple, write


@pytest.fixture
def links(jp_fetch: Any, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


async def test_what_was_forgotten_does_not_come_back(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server of the same home revokes and forgets while this one sends."""
    share = await links.share("a.ipynb", simple("one"))
    other, desk = ShareStore(links.data), links.sharing.shares
    kept = await desk.kept(share["id"])
    real = desk.publisher.put

    async def late(kept: Any, content: bytes) -> int:
        revision: int = await real(kept, content)
        other.revoke(share["id"])
        other.forget(share["id"])
        return revision

    monkeypatch.setattr(desk.publisher, "put", late)
    write(links.root, "a.ipynb", simple("two, longer"))
    assert (await links.refusal("POST", "shares", share["id"], "update", body={}))[0] == 404
    with pytest.raises(NotFound):
        await real(kept, b"{}")
    assert (await links.open(share)).code == 404
    assert list(other.shares.iterdir()) == []


async def test_terms_that_another_server_changed_stand(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await links.share("a.ipynb", simple("one"))
    other, desk = ShareStore(links.data), links.sharing.shares
    real = desk.publisher.put

    async def late(kept: Any, content: bytes) -> int:
        now = other.load(share["id"])
        assert now is not None
        terms = {"expires": "2099-01-01T00:00:00.000Z", "follow": False}
        other.save(dataclasses.replace(now, share=dataclasses.replace(now.share, **terms)))
        revision: int = await real(kept, content)
        return revision

    monkeypatch.setattr(desk.publisher, "put", late)
    write(links.root, "a.ipynb", simple("two, longer"))
    updated = await links("POST", "shares", share["id"], "update", body={})
    assert (updated["revision"], updated["follow"], updated["expires"][:4]) == (2, False, "2099")
    assert (await links("GET", "shares"))["shares"][0]["expires"][:4] == "2099"


@pytest.mark.parametrize("kind", ["manager", "async"])
async def test_a_file_that_another_program_just_made_is_not_overwritten(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server, or a batch job, takes the name between its choice and the copy."""
    managers = {"manager": FileContentsManager, "async": AsyncFileContentsManager}
    manager = managers[kind](root_dir=str(tmp_path))
    files, theirs, real = UserFiles(manager), [], manager.increment_filename

    async def late(name: str, path: str, insert: str) -> str:
        free: str = await ensure_async(real(name, path, insert=insert))
        if len(theirs) < 2:
            (tmp_path / free).write_text("theirs")
            theirs.append(free)
        return free

    monkeypatch.setattr(manager, "increment_filename", late)
    path = await files.write(simple("mine"), "a.ipynb", "")
    assert path not in theirs
    assert [(tmp_path / name).read_text() for name in theirs] == ["theirs", "theirs"]
    assert "mine" in (tmp_path / path).read_text()
    (tmp_path / "b.ipynb").symlink_to(tmp_path / "nowhere")
    again = await asyncio.wait_for(files.write(simple("mine"), "b.ipynb", ""), 30)
    assert "mine" in (tmp_path / again).read_text()
    assert not (tmp_path / "nowhere").exists()


async def test_a_copy_that_cannot_be_saved_leaves_no_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = FileContentsManager(root_dir=str(tmp_path))

    def full(model: Any, path: str = "") -> None:
        assert (tmp_path / path).exists()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(manager, "save", full)
    with pytest.raises(StorageError, match="No space left"):
        await UserFiles(manager).write(simple(), "a.ipynb", "")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("tail", ["notebook", "bundle"])
async def test_a_use_that_cannot_be_counted_is_none(links: Links, tail: str) -> None:
    share = await links.share("a.ipynb", simple(), once=True)
    uses = links.store(share) / "uses"
    uses.symlink_to("/dev/full")
    assert (await links.open(share, tail)).code == StorageError.status
    uses.unlink()
    assert (await links.open(share, tail)).code == 200
    assert (await links.open(share, tail)).code == 410


async def test_the_list_tells_what_became_of_links_of_this_server(links: Links) -> None:
    """Another server of the same home renews and ends what was copied here."""
    share = await links.share("a.ipynb", simple("one"))
    copied = await links("POST", "imports", body={"link": share["link"]})

    async def now() -> tuple[Any, ...]:
        (one,) = (await links("GET", "shares"))["received"]
        return one["id"], one["newest"], one["gone"]

    assert await now() == (copied["id"], 1, False)
    write(links.root, "a.ipynb", simple("two, longer"))
    await links("POST", "shares", share["id"], "update", body={})
    assert await now() == (copied["id"], 2, False)
    ShareStore(links.data).revoke(share["id"])
    assert await now() == (copied["id"], 2, True)
