"""The share service over HTTP: what owners and receivers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import hub_desk_rig
from .conftest import until
from .hub_desk_rig import PREFIX, Rig, notebook

DAY = 86400


@pytest.fixture
def rig(tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Rig]:
    service = hub_desk_rig.running(tmp_path / "shares")
    yield jp_asyncio_loop.run_until_complete(service.__aenter__())
    jp_asyncio_loop.run_until_complete(service.__aexit__(None, None, None))


class TestRoundTrip:
    async def test_what_is_sent_arrives_without_trust(self, rig: Rig) -> None:
        _, token = await rig.share("alice", notebook("print(1)", output="<b>x</b>"))
        async with rig.client("bob") as bob:
            about = (await bob.get(f"links/{token}")).json()
            got = await bob.get(f"links/{token}/notebook")
        assert (about["name"], about["sender"], about["revision"]) == ("a.ipynb", "alice", 1)
        assert (about["cells"], about["kernel"]["name"]) == (1, "python3")
        assert about["size"] == len(got.content)
        cell = got.json()["cells"][0]
        assert cell["source"] == "print(1)"
        assert cell["outputs"][0]["data"]["text/html"] == "<b>x</b>"
        assert "trusted" not in got.text

    async def test_outputs_stay_here_when_the_share_says_so(self, rig: Rig) -> None:
        _, token = await rig.share("alice", notebook(output="secret figure"), outputs=False)
        async with rig.client("bob") as bob:
            assert "secret figure" not in (await bob.get(f"links/{token}/notebook")).text

    @pytest.mark.parametrize("user", ["alice", "bob"])
    async def test_size_revision_and_bytes_are_of_one_version(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch, user: str
    ) -> None:
        share, token = await rig.share("alice", notebook("one"))
        real, longer = rig.vault.do, notebook("two" * 1000)

        async def late(call: Any, *args: Any) -> Any:
            if getattr(call, "__name__", "") == "_take":  # a new version just before it is opened
                monkeypatch.setattr(rig.vault, "do", real)
                monkeypatch.setattr(rig.vault.files, "remove", lambda *names: None)  # not yet
                async with rig.client("alice") as alice:
                    await alice.put(f"shares/{share}/notebook", content=longer)
            return await real(call, *args)

        monkeypatch.setattr(rig.vault, "do", late)
        async with rig.client(user) as client:
            got = await client.get(f"links/{token}/notebook")
        assert (got.status_code, got.headers["X-Revision"]) == (200, "2")
        assert got.json()["cells"][0]["source"] == "two" * 1000

    async def test_the_owner_sees_uses_and_revisions(self, rig: Rig) -> None:
        share, token = await rig.share("alice")
        async with rig.client("alice") as alice, rig.client("bob") as bob:
            await bob.get(f"links/{token}/notebook")
            await alice.get(f"links/{token}/notebook")  # the owner's own do not count
            rig.now += 60
            sent = await alice.put(f"shares/{share}/notebook", content=notebook("two"))
            assert sent.json()["revision"] == 2
            same = await alice.put(f"shares/{share}/notebook", content=notebook("two"))
            assert same.json()["revision"] == 2
            (record,) = (await alice.get("shares")).json()["shares"]
            assert (await alice.get(f"shares/{share}")).json() == record
            newest = (await bob.get(f"links/{token}/notebook")).json()
        assert newest["cells"][0]["source"] == "two"
        assert (record["uses"], record["revision"], record["state"]) == (1, 2, "active")
        assert record["last_used"] < record["updated"]
        assert token not in json.dumps(record)
        assert len(rig.files()) == 1

    async def test_a_name_cannot_leave_the_folder(self, rig: Rig) -> None:
        _, token = await rig.share("alice", name="../../.ssh/x\r\ny<b>.ipynb")
        async with rig.client("bob") as bob, rig.browser("bob") as browser:
            assert (await bob.get(f"links/{token}")).json()["name"] == "xy_b_.ipynb"
            sent = await browser.get(f"s/{token}/notebook")
        assert sent.headers["Content-Disposition"] == "attachment; filename*=UTF-8''xy_b_.ipynb"

    @pytest.mark.parametrize("content", [b"", b"no json", b"[]", b'{"cells": 1}', b"[" * 10**6])
    async def test_what_is_no_notebook_is_refused(self, rig: Rig, content: bytes) -> None:
        share, token = await rig.share("alice")
        async with rig.client("alice") as alice, rig.client("bob") as bob:
            sent = await alice.put(f"shares/{share}/notebook", content=content)
            assert (sent.status_code, sent.json()["reason"]) == (400, "invalid-spec")
            assert "notebook" in sent.json()["message"]
            assert (await bob.get(f"links/{token}/notebook")).status_code == 200
        assert len(rig.files()) == 1


class TestNamedUsers:
    async def test_only_they_open_it_and_without_the_token(self, rig: Rig) -> None:
        share, token = await rig.share("alice", users=["bob"])
        async with rig.client("bob") as bob, rig.client("carol") as carol:
            (seen,) = (await bob.get("received")).json()["shares"]
            assert (seen["link_id"], seen["sender"]) == (f"id-{share}", "alice")
            assert (await bob.get(f"links/{seen['link_id']}/notebook")).status_code == 200
            assert (await bob.get(f"links/{token}")).status_code == 200
            assert (await carol.get("received")).json() == {"shares": []}
            assert (await carol.get(f"links/{token}")).status_code == 404
        async with rig.client("alice") as alice:
            changed = await alice.patch(f"shares/{share}", json={"users": ["carol"]})
            assert changed.json()["users"] == ["carol"]
        async with rig.client("bob") as bob, rig.client("carol") as carol:
            assert (await bob.get(f"links/id-{share}")).status_code == 404
            assert (await bob.get("received")).json() == {"shares": []}
            assert (await carol.get(f"links/id-{share}")).status_code == 200

    async def test_who_opened_a_link_finds_it_again(self, rig: Rig) -> None:
        share, token = await rig.share("alice")
        async with rig.client("bob") as bob, rig.client("alice") as alice:
            assert (await bob.get(f"links/id-{share}")).status_code == 404
            about = (await bob.get(f"links/{token}")).json()
            assert about["link_id"] == f"id-{share}"
            assert (await bob.get(f"links/id-{share}/notebook")).status_code == 200
            assert [s["id"] for s in (await bob.get("received")).json()["shares"]] == [share]
            await alice.delete(f"shares/{share}")
            assert (await bob.get(f"links/id-{share}")).status_code == 410
            assert (await bob.get("received")).json() == {"shares": []}


class TestOneTime:
    async def test_of_many_at_once_one_gets_it(self, rig: Rig) -> None:
        _, token = await rig.share("alice", once=True)
        async with rig.client("bob") as bob:
            answers = await asyncio.gather(*(bob.get(f"links/{token}/notebook") for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [200] + [410] * 19
        await until(lambda: rig.files() == [], "the notebook to go")

    async def test_looking_does_not_use_it_up(self, rig: Rig) -> None:
        _, token = await rig.share("alice", once=True)
        async with rig.client("bob") as bob, rig.browser("bob") as browser:
            for _ in range(2):
                assert (await bob.get(f"links/{token}")).status_code == 200
                assert (await browser.get(f"s/{token}")).status_code == 200
                assert (await browser.head(f"s/{token}")).status_code == 200
                assert (await browser.head(f"s/{token}/notebook")).status_code == 200
                assert (await browser.get(f"s/{token}/about")).status_code == 200
            assert (await browser.get(f"s/{token}/notebook")).status_code == 200
            assert (await browser.get(f"s/{token}/notebook")).status_code == 410

    async def test_a_fetch_that_breaks_off_may_be_repeated(self, rig: Rig) -> None:
        big = notebook("x" * 20_000_000)
        share, token = await rig.share("alice", big, once=True)
        port = int(rig.url.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        path = f"{PREFIX}api/links/{token}/notebook"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: token bob\r\n\r\n".encode())
        assert await reader.read(1000)
        async with rig.client("alice") as alice, rig.client("bob") as bob:
            assert (await alice.get(f"shares/{share}")).json()["state"] == "used"
            await rig.vault.purge()
            writer.transport.abort()

            async def given_back() -> bool:
                record = (await alice.get(f"shares/{share}")).json()
                return bool(record["state"] == "active")

            await until(given_back, "the link to be whole again")
            got = await bob.get(f"links/{token}/notebook")
        assert len(got.json()["cells"][0]["source"]) == 20_000_000


class TestTerms:
    async def test_extended_from_now(self, rig: Rig) -> None:
        share, token = await rig.share("alice", expires_in=60)
        rig.now += 50
        async with rig.client("alice") as alice, rig.client("bob") as bob:
            await alice.patch(f"shares/{share}", json={"expires_in": 60})
            rig.now += 59
            assert (await bob.get(f"links/{token}")).status_code == 200
            rig.now += 2
            assert (await bob.get(f"links/{token}")).status_code == 410
            late = await alice.patch(f"shares/{share}", json={"expires_in": 60})
            assert late.status_code == 409
            sent = await alice.put(f"shares/{share}/notebook", content=notebook())
            assert sent.status_code == 409

    @pytest.mark.parametrize(
        ("wrong", "word"),
        [
            ({"expires_in": 31 * DAY}, "30 days"),
            ({"expires_in": 0}, "expires_in"),
            ({"expires_in": True}, "expires_in"),
            ({"name": ""}, "name"),
            ({"users": ["a"] * 2}, "users"),
            ({"users": [f"u{i}" for i in range(101)]}, "100"),
            ({"options": {"server": {"image": "x"}}}, "image"),
            ({"owner": "bob"}, "owner"),
            ({"id": "x"}, "id"),
        ],
    )
    async def test_wrong_ones_are_named(self, rig: Rig, wrong: dict[str, Any], word: str) -> None:
        async with rig.client("alice") as alice:
            body = {"name": "a", "expires_in": 60, **wrong}
            answer = await alice.post("shares", json=body)
            assert (answer.status_code, answer.json()["reason"]) == (400, "invalid-spec")
            assert word in answer.json()["message"]
            assert (await alice.get("shares")).json() == {"shares": []}

    async def test_options_are_those_the_administrator_allows(self, tmp_path: Path) -> None:
        limits = {"options": ["image", "gpus"]}
        async with hub_desk_rig.running(tmp_path / "s", limits=limits) as rig:
            server = {"image": "a/b:1", "gpus": 2}
            _, token = await rig.share("alice", options={"server": server})
            async with rig.client("bob") as bob, rig.browser("bob") as browser:
                assert (await bob.get(f"links/{token}")).json()["options"]["server"] == server
                page = (await browser.get(f"s/{token}")).text
            assert "/hub/spawn?opt-image=a%2Fb%3A1&amp;opt-gpus=2&amp;next=" in page
            async with rig.client("alice") as alice:
                for wrong in ({"image": ["x"]}, {"image": "x" * 501}, {"image": None}):
                    body = {"name": "a", "expires_in": 60, "options": {"server": wrong}}
                    assert (await alice.post("shares", json=body)).status_code == 400
