"""Share links in hub mode: this server as the client of the real share service."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.shares.hub import HubPublisher

from .conftest import until
from .hub_desk_rig import Rig, running
from .servers import free_port
from .share_rig import KERNEL, Links, hostile, simple, token_of
from .test_api import check


@pytest.fixture
def service(tmp_path: Path, jp_asyncio_loop: Any) -> Iterator[Rig]:
    """The service, which takes a token for the name of its user."""
    stack = contextlib.AsyncExitStack()
    limits = {"options": ["image"]}
    entering = stack.enter_async_context(running(tmp_path / "service", limits=limits))
    yield jp_asyncio_loop.run_until_complete(entering)
    jp_asyncio_loop.run_until_complete(stack.aclose())


@pytest.fixture
def environment(service: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hub tells its users' servers."""
    monkeypatch.setitem(os.environ, "JUPYTER_REMOTE_SHARE_URL", service.url.rstrip("/"))
    monkeypatch.setitem(os.environ, "JUPYTERHUB_API_TOKEN", "alice")
    options = json.dumps({"image": "scipy"})
    monkeypatch.setitem(os.environ, "JUPYTER_REMOTE_SPAWN_OPTIONS", options)


@pytest.fixture
def links(environment: None, jp_fetch: Any, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


async def test_the_whole_road_by_the_hub(links: Links, service: Rig) -> None:
    listing = await links("GET", "shares")
    check(listing, "Shares")
    assert (listing["mode"], listing["why"]) == ("hub", "")
    assert listing["limits"]["users"] is True
    assert listing["limits"]["options"]["server"] == {"image": "scipy"}
    share = await links.share("a.ipynb", hostile(), users=["bob"], carry=["kernel", "image"])
    check(share, "Share")
    assert share["link"].startswith("/services/share/s/")
    assert (share["mode"], share["users"]) == ("hub", ["bob"])
    assert share["options"] == {"kernel": KERNEL, "server": {"image": "scipy"}}
    assert list(links.store(share).glob("notebook-*")) == [], "the service has it"
    async with service.client("bob") as bob:
        about = (await bob.get(f"links/{token_of(share)}")).json()
        assert (about["sender"], about["name"], about["revision"]) == ("alice", "a.ipynb", 1)
        sent = await bob.get(f"links/{token_of(share)}/notebook")
        assert sent.status_code == 200
        assert "trusted" not in sent.text
    (mine,) = (await links("GET", "shares"))["shares"]
    assert (mine["uses"], bool(mine["last_used"])) == (1, True)
    await links.save("a.ipynb", simple("two"))
    await until(lambda: links.told(share)["revision"] == 2, "the second revision")
    async with service.client("bob") as bob:
        assert "two" in (await bob.get(f"links/{token_of(share)}/notebook")).text
    changed = await links(
        "PATCH", "shares", share["id"], body={"expires_in": 7200, "users": ["carol"]}
    )
    assert (changed["users"], changed["expires"] > share["expires"]) == (["carol"], True)
    async with service.client("bob") as bob:
        assert (await bob.get(f"links/{token_of(share)}")).status_code == 404
    await links("DELETE", "shares", share["id"])
    async with service.client("carol") as carol:
        assert (await carol.get(f"links/{token_of(share)}")).status_code in (404, 410)
    assert (await links("GET", "shares"))["shares"][0]["state"] == "revoked"


async def test_what_the_service_counted_is_kept_and_told(links: Links, service: Rig) -> None:
    once = await links.share("a.ipynb", simple(), once=True)
    many = await links.share("b.ipynb", simple())
    async with service.client("bob") as bob:
        for share in (once, many):
            assert (await bob.get(f"links/{token_of(share)}/notebook")).status_code == 200
    await links("GET", "shares")
    for share, state in ((once, "used"), (many, "active")):
        await until(lambda share=share: links.told(share)["uses"] == 1, "the use to be told")
        stored = json.loads((links.store(share) / "share.json").read_text())["share"]
        told = links.told(share)
        assert (stored["state"], stored["uses"], bool(stored["last_used"])) == (state, 1, True)
        assert (told["state"], told["last_used"]) == (state, stored["last_used"])
    events = len(links.events)
    await links("GET", "shares")
    assert len(links.events) == events, "nothing new, nothing told"
    await links.save("a.ipynb", simple("two"))
    await links.sharing.follower.close()
    assert links.told(once)["problem"] == "", "an ended link is followed no more"
    await links("DELETE", "shares", once["id"], forget=1)
    assert [s["id"] for s in (await links("GET", "shares"))["shares"]] == [many["id"]]


async def test_a_share_that_the_service_forgot_has_ended(links: Links, service: Rig) -> None:
    gone, kept = [await links.share(name, simple()) for name in ("a.ipynb", "b.ipynb")]
    hub_id = json.loads((links.store(gone) / "share.json").read_text())["hub_id"]
    async with service.client("alice") as alice:
        assert (await alice.delete(f"shares/{hub_id}?forget=1")).status_code == 204
    states = {s["id"]: s["state"] for s in (await links("GET", "shares"))["shares"]}
    assert states == {gone["id"]: "revoked", kept["id"]: "active"}
    await until(lambda: "does not know" in links.told(gone)["problem"], "the end to be told")
    await links("DELETE", "shares", gone["id"], forget=1)


async def test_a_one_time_link_whose_fetch_broke_off_opens_again(
    links: Links, service: Rig
) -> None:
    share = await links.share("a.ipynb", simple(), once=True)
    hub_id = json.loads((links.store(share) / "share.json").read_text())["hub_id"]
    for step, state in (
        (service.vault.store.use, "used"),
        (service.vault.store.give_back, "active"),
    ):
        arguments = (service.now,) if state == "used" else ()
        await service.vault.do(step, hub_id, *arguments)
        (listed,) = (await links("GET", "shares"))["shares"]
        assert (listed["state"], listed["uses"]) == (state, int(state == "used"))


async def test_what_others_share_by_the_hub(links: Links, service: Rig) -> None:
    content = json.dumps(hostile()).encode()
    _, token = await service.share("bob", content, name="Bob's.ipynb", users=["alice"])
    (named,) = (await links("GET", "shares"))["received"]
    assert (named["name"], named["sender"], named["path"]) == ("Bob's.ipynb", "bob", "")
    for link in (named["link"], f"/services/share/s/{token}"):
        look = await links("POST", "imports", "look", body={"link": link})
        check(look, "Description")
        assert look["sender"] == "bob"
    copied = await links("POST", "imports", body={"link": f"/services/share/s/{token}"})
    check(copied, "Received")
    assert copied["link"] == named["link"], "remembered without its secret"
    text = (links.root / copied["path"]).read_text()
    assert "trusted" not in text
    assert "widget" not in text
    listing = await links("GET", "shares")
    assert [r["path"] for r in listing["received"]] == [copied["path"]]
    assert (await links("GET", "imports", copied["id"]))["newest"] == 1
    assert token not in "".join(p.read_text() for p in links.data.rglob("*.json"))


async def test_a_copy_has_the_revision_that_was_fetched(
    links: Links, service: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_id, token = await service.share("bob", json.dumps(simple("one")).encode())
    real = HubPublisher.fetch

    async def late(self: HubPublisher, key: str) -> Any:  # a new version after the look
        async with service.client("bob") as bob:
            await bob.put(f"shares/{hub_id}/notebook", content=json.dumps(simple("two")).encode())
        return await real(self, key)

    monkeypatch.setattr(HubPublisher, "fetch", late)
    copied = await links("POST", "imports", body={"link": f"/services/share/s/{token}"})
    assert (copied["revision"], copied["newest"]) == (2, 2)
    assert "two" in (links.root / copied["path"]).read_text()


async def test_local_links_are_off_in_hub_mode(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    local = f"{links.base}jupyter-remote/shared/{token_of(share)}"
    assert (await links.get(links.url(local))).code == 404
    status, error = await links.refusal("POST", "imports", "look", body={"link": local})
    assert (status, error["reason"]) == (400, "foreign-link")


async def test_a_silent_service_is_said_and_nothing_is_lost(links: Links, service: Rig) -> None:
    share = await links.share("a.ipynb", simple())
    links.sharing.shares.publisher._url = f"http://127.0.0.1:{free_port()}/services/share/"
    (mine,) = (await links("GET", "shares"))["shares"]
    assert "does not answer" in mine["problem"]
    status, error = await links.refusal("DELETE", "shares", share["id"])
    assert (status, error["reason"]) == (502, "backend-unreachable")
    assert (await links("GET", "shares"))["shares"][0]["state"] == "active", "it still opens"
    await links.save("a.ipynb", simple("two"))
    await until(lambda: links.told(share)["changed"], "the problem to be told")
    links.sharing.shares.publisher._url = service.url
    updated = await links("POST", "shares", share["id"], "update", body={})
    assert (updated["revision"], updated["problem"]) == (2, "")


async def test_a_share_that_the_service_refuses_leaves_nothing(links: Links) -> None:
    links.sharing.shares.publisher._token = ""
    body = {"path": "a.ipynb", "expires_in": 3600}
    (links.root / "a.ipynb").write_text(json.dumps(simple()))
    status, _ = await links.refusal("POST", "shares", body=body)
    assert status in (401, 403, 502)
    assert list((links.data / "shares").iterdir()) == []


async def test_the_list_itself_tells_of_newer_versions_and_of_ends(
    links: Links, service: Rig
) -> None:
    """Nobody opens the tab of a copy: the list that the panel asks for now and then says it."""
    hub_id, token = await service.share("bob", json.dumps(simple("one")).encode())
    copied = await links("POST", "imports", body={"link": f"/services/share/s/{token}"})
    own = await links.share("mine.ipynb", simple())
    of_mine = await links("POST", "imports", body={"link": own["link"]})

    async def listed() -> dict[str, Any]:
        received = (await links("GET", "shares"))["received"]
        return {r["id"]: (r["revision"], r["newest"], r["gone"]) for r in received}

    assert await listed() == {copied["id"]: (1, 1, False), of_mine["id"]: (1, 1, False)}
    async with service.client("bob") as bob:
        await bob.put(f"shares/{hub_id}/notebook", content=json.dumps(simple("two")).encode())
        assert (await listed())[copied["id"]] == (1, 2, False)
        working = links.sharing.shares.publisher._url
        links.sharing.shares.publisher._url = f"http://127.0.0.1:{free_port()}/"
        assert (await listed())[copied["id"]] == (1, 2, False), "silence says nothing"
        links.sharing.shares.publisher._url = working
        await bob.delete(f"shares/{hub_id}")
    await links("DELETE", "shares", own["id"])
    assert await listed() == {copied["id"]: (1, 2, True), of_mine["id"]: (1, 1, True)}
    stored = json.loads((links.data / "received" / f"{copied['id']}.json").read_text())
    assert stored["received"]["gone"] is True


async def test_who_is_named_is_told_once(links: Links, service: Rig) -> None:
    _, first = await service.share("bob", name="one.ipynb", users=["alice"])
    await service.share("bob", name="two.ipynb", users=["alice", "carol"])
    _, everybody = await service.share("bob", name="all.ipynb")
    async with service.client("alice") as me:
        await me.get(f"links/{everybody}")  # opened by its link: no news

    async def news() -> dict[str, str]:
        listing = await links("GET", "shares")
        check(listing, "Shares")
        return {r["name"]: r["news"] for r in listing["received"]}

    assert await news() == {"one.ipynb": "new", "two.ipynb": "new", "all.ipynb": ""}
    ids = [r["id"] for r in (await links("GET", "shares"))["received"] if r["news"]]
    told = await asyncio.gather(
        *(links("POST", "imports", "told", body={"ids": ids}) for _ in range(3))
    )
    assert sorted(i for answer in told for i in answer["ids"]) == sorted(ids), "by one tab each"
    assert await news() == {"one.ipynb": "told", "two.ipynb": "told", "all.ipynb": ""}
    await links("POST", "imports", "look", body={"link": f"/services/share/s/{first}"})
    assert await news() == {"one.ipynb": "", "two.ipynb": "told", "all.ipynb": ""}
    for bad in ("hub-../../x", "hub-", "x" * 99):
        assert (await links("POST", "imports", "told", body={"ids": [bad]}))["ids"] == []
    async with service.client("bob") as bob:
        for share in (await bob.get("shares")).json()["shares"]:
            await bob.delete(f"shares/{share['id']}")
    assert await news() == {}
    marks = [*(links.data / "news").iterdir()]
    assert len(marks) == 3
    for mark in marks:
        os.utime(mark, (1, 1))
    assert await news() == {}
    assert not any(mark.exists() for mark in marks)
