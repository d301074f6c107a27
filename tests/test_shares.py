"""Share links in local mode, from the notebook to the file of the receiver, on a real server."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_remote.events import SHARE
from jupyter_remote.shares.store import ShareStore

from .conftest import until
from .share_rig import KERNEL, Links, hostile, simple, write
from .test_api import check

HOUR = 3600
Fetch = Callable[..., Any]


@pytest.fixture
def links(jp_fetch: Fetch, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


async def test_the_whole_road(links: Links) -> None:
    path = write(links.root, "Analysis.ipynb", hostile())
    share = await links("POST", "shares", body={"path": path, "expires_in": HOUR})
    check(share, "Share")
    assert (share["mode"], share["state"], share["revision"]) == ("local", "active", 1)
    assert share["options"] == {"kernel": KERNEL, "server": {}}
    page = await links.open(share)
    assert page.code == 200
    assert "Analysis.ipynb" in page.body.decode()
    about = await links.open(share, "about")
    check(json.loads(about.body), "Description")
    assert about.headers["Access-Control-Allow-Origin"] == "*"
    sent = json.loads((await links.open(share, "notebook")).body)
    assert "trusted" not in json.dumps(sent)
    assert "<script" not in (await links.open(share, "preview")).body.decode()
    look = await links("POST", "imports", "look", body={"link": share["link"]})
    check(look, "Description")
    assert (look["cells"], look["mine"], look["kernel"]) == (4, [], KERNEL)
    (links.root / "inbox").mkdir()
    copied = await links("POST", "imports", body={"link": share["link"], "folder": "inbox"})
    check(copied, "Received")
    assert copied["path"] == "inbox/Analysis.ipynb"
    received = json.loads((links.root / copied["path"]).read_text())
    assert [c["source"] for c in received["cells"][1:]] == [["1 + 1"], ["js"], ["svg"]]
    listing = await links("GET", "shares")
    check(listing, "Shares")
    (mine,) = listing["shares"]
    assert (mine["uses"], mine["changed"], mine["problem"]) == (2, False, "")
    assert mine["last_used"] >= mine["created"]
    assert [r["path"] for r in listing["received"]] == ["inbox/Analysis.ipynb"]
    look = await links("POST", "imports", "look", body={"link": share["link"]})
    assert [r["id"] for r in look["mine"]] == [copied["id"]]


async def test_nothing_is_overwritten(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    before = (links.root / "a.ipynb").read_bytes()
    body = {"link": share["link"]}
    paths = [(await links("POST", "imports", body=body))["path"] for _ in range(3)]
    assert len({*paths, "a.ipynb"}) == 4
    assert (links.root / "a.ipynb").read_bytes() == before


async def test_revoke_is_at_once_and_friendly(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    assert await links("DELETE", "shares", share["id"]) is None
    for tail in ("about", "notebook", "preview", "bundle", ""):
        answer = await links.open(share, *filter(None, [tail]))
        assert answer.code == 410, tail
        assert "revoked" in answer.body.decode()
    status, error = await links.refusal("POST", "imports", body={"link": share["link"]})
    assert (status, error["reason"]) == (410, "expired")
    assert (await links("GET", "shares"))["shares"][0]["state"] == "revoked"
    assert await links("DELETE", "shares", share["id"]) is None, "once more is no error"
    assert list(links.store(share).glob("notebook-*")) == []
    assert await links("DELETE", "shares", share["id"], forget=1) is None
    assert (await links.open(share)).code == 404
    assert (await links("GET", "shares"))["shares"] == []


async def test_expiry_and_extension(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    longer = await links("PATCH", "shares", share["id"], body={"expires_in": 5 * HOUR})
    assert longer["expires"] > share["expires"]
    links.expire(share)
    answer = await links.open(share)
    assert (answer.code, "expired" in answer.body.decode()) == (410, True)
    status, error = await links.refusal("PATCH", "shares", share["id"], body={"expires_in": HOUR})
    assert (status, error["reason"]) == (409, "wrong-state")
    await links.sharing.follower.tidy()
    assert list(links.store(share).glob("notebook-*")) == []
    await until(lambda: links.told(share)["state"] == "expired", "the end to be told")
    await links("DELETE", "shares", share["id"], forget=1)
    assert not links.store(share).exists()


async def test_a_one_time_link_gives_one_copy(links: Links) -> None:
    share = await links.share("a.ipynb", simple(), once=True)
    for tail in ([], ["about"], ["preview"], []):
        assert (await links.open(share, *tail)).code == 200, "looking is no use"
    assert (await links.open(share, "notebook", method="HEAD")).code in (404, 405)
    assert (await links.open(share, "notebook")).code == 200
    for tail in (["notebook"], ["bundle"], [], ["preview"]):
        assert (await links.open(share, *tail)).code == 410
    (mine,) = (await links("GET", "shares"))["shares"]
    assert (mine["state"], mine["uses"]) == ("used", 1)


async def test_a_one_time_link_gives_one_copy_to_many_at_once(links: Links) -> None:
    share = await links.share("a.ipynb", simple(), once=True)
    answers = await asyncio.gather(*[links.open(share, "notebook") for _ in range(20)])
    assert sorted(a.code for a in answers) == [200] + [410] * 19


async def test_a_download_that_breaks_off_has_used_a_one_time_link(links: Links) -> None:
    share = await links.share("a.ipynb", simple("x" * 10_000_000), once=True)
    reader, writer = await asyncio.open_connection("127.0.0.1", links.server.port)
    writer.write(f"GET {share['link']}/notebook HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    answer = await links.open(share)
    assert answer.code == 410
    assert "It could be used once" in answer.body.decode()


async def test_update_now_and_what_changed_behind_lab(links: Links) -> None:
    share = await links.share("a.ipynb", simple("one"), follow=False)
    same = await links("POST", "shares", share["id"], "update", body={})
    assert same["revision"] == 1
    write(links.root, "a.ipynb", simple("two, longer"))
    (listed,) = (await links("GET", "shares"))["shares"]
    assert (listed["changed"], listed["revision"]) == (True, 1)
    assert "one" in (await links.open(share, "notebook")).body.decode()
    updated = await links("POST", "shares", share["id"], "update", body={})
    assert (updated["revision"], updated["changed"]) == (2, False)
    assert "two, longer" in (await links.open(share, "notebook")).body.decode()
    (listed,) = (await links("GET", "shares"))["shares"]
    assert (listed["changed"], listed["revision"]) == (False, 2)
    assert len(list(links.store(share).glob("notebook-*"))) == 1


async def test_saves_in_lab_are_sent(links: Links) -> None:
    followed = await links.share("a.ipynb", simple("one"))
    fixed = await links.share("a.ipynb", simple("one"), follow=False)
    await links.save("a.ipynb", simple("two"))
    await until(lambda: links.told(followed)["revision"] == 2, "the second revision")
    assert "two" in (await links.open(followed, "notebook")).body.decode()
    assert "one" in (await links.open(fixed, "notebook")).body.decode()
    (changed,) = [s for s in (await links("GET", "shares"))["shares"] if s["id"] == fixed["id"]]
    assert changed["changed"] is True
    for n in range(10):
        await links.save("a.ipynb", simple(f"save {n}"))
    await until(lambda: "save 9" in links.snapshot(followed), "the last save")


async def test_a_save_while_a_link_is_made_hides_it_from_no_later_one(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, follower = links.sharing.shares.publisher, links.sharing.follower
    put = publisher.put

    async def slowly(kept: Any, content: bytes) -> Any:
        await follower._saved("other.ipynb")
        return await put(kept, content)

    with monkeypatch.context() as patch:
        patch.setattr(publisher, "put", slowly)
        share = await links.share("a.ipynb", simple("one"))
    await links.save("a.ipynb", simple("two"))
    await until(lambda: links.told(share)["revision"] == 2, "the save after it", 20)


async def test_a_renamed_file_is_followed_and_a_deleted_one_is_a_problem(links: Links) -> None:
    (links.root / "old").mkdir()
    share = await links.share("old/a.ipynb", simple("one"))
    copied = await links("POST", "imports", body={"link": share["link"], "folder": "old"})
    await links.rename("old", "new")
    await until(lambda: links.told(share)["path"] == "new/a.ipynb", "the new path")
    await links.save("new/a.ipynb", simple("two"))
    await until(lambda: links.told(share)["revision"] == 2, "the save under the new name")
    listing = await links("GET", "shares")
    assert [r["path"] for r in listing["received"]] == [copied["path"].replace("old", "new")]
    (links.root / "new" / "a.ipynb").unlink()
    (listed,) = (await links("GET", "shares"))["shares"]
    assert "there is no file new/a.ipynb" in listed["problem"]
    assert (await links.open(share, "notebook")).code == 200, "the last version stays"


async def test_a_save_that_cannot_be_sent_is_a_problem_of_the_record(links: Links) -> None:
    share = await links.share("a.ipynb", simple("one"))
    links.sharing.shares.max_bytes = 600
    await links.save("a.ipynb", simple("x" * 2000))
    await until(lambda: links.told(share)["problem"], "the problem")
    assert "too large: at most 600 bytes" in links.told(share)["problem"]
    assert links.told(share)["changed"] is True


async def test_bundles(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    (links.root / "requirements.txt").write_text("numpy\n")
    mine = (await links.fetch("shares", share["id"], "bundle")).body
    plain = (await links.fetch("bundles", method="POST", body=json.dumps({"path": "a.ipynb"}))).body
    public = (await links.open(share, "bundle")).body
    names = [sorted(zipfile.ZipFile(io.BytesIO(b)).namelist()) for b in (mine, plain, public)]
    both = ["a.ipynb", "options.json", "requirements.txt"]
    assert names == [both, both, both[:2]], "what lies beside the notebook was not shared"
    (links.root / "in").mkdir()
    answer = await links.fetch(
        "imports", "upload", method="POST", body=mine, params={"folder": "in", "name": "b.zip"}
    )
    received = json.loads(answer.body)
    check(received, "Received")
    assert received["path"] == "in/a.ipynb"
    assert (links.root / "in" / "requirements.txt").read_text() == "numpy\n"


async def test_events_tell_all_but_the_link(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    await links("PATCH", "shares", share["id"], body={"follow": False})
    await links.open(share, "notebook")
    await until(lambda: links.told(share)["uses"] == 1, "the use")
    await links("DELETE", "shares", share["id"])
    await links("DELETE", "shares", share["id"], forget=1)
    await until(lambda: links.told(share)["forgotten"], "the last event")
    assert [e["sequence"] for e in links.events] == [1, 2, 3, 4, 5]
    assert [e["forgotten"] for e in links.events] == [False] * 4 + [True]
    assert [e["state"] for e in links.events] == ["active"] * 3 + ["revoked"] * 2
    token = share["link"].rsplit("/", 1)[1]
    assert token not in json.dumps(links.events)
    assert (await links("GET", "shares"))["sequence"] == 5
    assert SHARE.endswith("share/v1")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "'path' is a required property"),
        ({"path": "no.ipynb", "expires_in": HOUR}, 404, "there is no file no.ipynb"),
        ({"path": "folder", "expires_in": HOUR}, 400, "folder is no notebook"),
        ({"path": "text.txt", "expires_in": HOUR}, 400, "text.txt is no notebook"),
        ({"path": "bad.ipynb", "expires_in": HOUR}, 400, "this is no notebook"),
        ({"path": "a.ipynb", "expires_in": 10**9}, 400, "a link may last 720 hours here"),
        ({"path": "a.ipynb", "expires_in": -1}, 400, "expires_in"),
        ({"path": "a.ipynb", "expires_in": HOUR, "users": ["bob"]}, 400, "nobody can be named"),
        ({"path": "a.ipynb", "expires_in": HOUR, "carry": ["image"]}, 400, "no option image"),
        ({"path": "a.ipynb", "expires_in": HOUR, "colour": 1}, 400, "colour"),
    ],
)
async def test_what_cannot_be_shared(links: Links, body: Any, status: int, words: str) -> None:
    write(links.root, "a.ipynb", simple())
    (links.root / "folder").mkdir()
    (links.root / "text.txt").write_text("x")
    (links.root / "bad.ipynb").write_text("x")
    refused, error = await links.refusal("POST", "shares", body=body)
    assert (refused, words in error["message"]) == (status, True), error
    assert (await links("GET", "shares"))["shares"] == []
    assert list((links.data / "shares").iterdir()) == []


async def test_ids_that_do_not_exist(links: Links) -> None:
    for method, tail in (("PATCH", []), ("DELETE", []), ("POST", ["update"]), ("GET", ["bundle"])):
        body = {"follow": True} if method in ("PATCH", "POST") else None
        assert (await links.refusal(method, "shares", "0" * 24, *tail, body=body))[0] == 404
    for method, tail in (("GET", []), ("DELETE", []), ("POST", ["newer"]), ("GET", ["difference"])):
        body = {} if method == "POST" else None
        assert (await links.refusal(method, "imports", "a" * 20, *tail, body=body))[0] == 404
    with pytest.raises(HTTPClientError):
        await links.fetch("shares", "..%2f..%2fetc")


async def test_shares_outlive_the_record_in_memory(links: Links) -> None:
    """Another server of the same home finds them, and a revocation there counts here."""
    share = await links.share("a.ipynb", simple())
    other = ShareStore(links.data)
    assert [kept.share.link for kept in other.all()] == [share["link"]]
    other.revoke(share["id"])
    assert (await links.open(share)).code == 410
    await links.save("a.ipynb", simple("later"))
    assert (await links.open(share)).code == 410, "nothing brings it back"
