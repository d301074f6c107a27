"""Two servers of one home share the same notebooks: what one ends, the other does not revive."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.errors import NotFound
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
