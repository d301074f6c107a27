"""The share service over HTTP: who may do what, and what everybody else is told."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psutil
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


class TestStrangers:
    """All who may not know of a share see the same answer."""

    async def answers(self, rig: Rig, user: str, keys: list[str]) -> set[tuple[Any, ...]]:
        found = set()
        async with rig.client(user) as client, rig.browser(user) as browser:
            for key in keys:
                for tail in ("", "/notebook"):
                    answer = await client.get(f"links/{key}{tail}")
                    found.add((answer.status_code, answer.text))
                for tail in ("", "/about", "/preview", "/notebook"):
                    page = await browser.get(f"s/{key}{tail}")
                    found.add((page.status_code, page.text))
        return found

    async def test_unknown_foreign_and_unfilled_links_look_the_same(self, rig: Rig) -> None:
        share, token = await rig.share("alice", users=["carol"])
        other, _ = await rig.share("alice")
        forgotten, old = await rig.share("alice")
        ended, _ = await rig.share("alice", expires_in=60)
        rig.now += 61
        async with rig.client("alice") as alice:
            await alice.delete(f"shares/{forgotten}", params={"forget": "1"})
            body = {"name": "b", "expires_in": 60}
            empty = (await alice.post("shares", json=body)).json()["token"]
        keys = [
            "x" * 43,
            token,
            old,
            empty,
            f"id-{share}",
            f"id-{other}",
            f"id-{ended}",
            "id-",
            "a",
        ]
        answers = await self.answers(rig, "bob", keys)
        assert len(answers) == 2, answers  # one for programs, one for people
        assert {status for status, _ in answers} == {404}

    @pytest.mark.parametrize("state", ["expired", "revoked", "used"])
    async def test_holders_learn_why_a_link_is_over(self, rig: Rig, state: str) -> None:
        share, token = await rig.share("alice", once=state == "used", name="mine.ipynb")
        if state == "revoked":
            async with rig.client("alice") as alice:
                assert (await alice.delete(f"shares/{share}")).status_code == 204
                assert (await alice.delete(f"shares/{share}")).status_code == 204
        elif state == "expired":
            rig.now += 3601
        async with rig.client("bob") as bob, rig.browser("bob") as browser:
            if state == "used":
                assert (await bob.get(f"links/{token}/notebook")).status_code == 200
            for tail in ("", "/notebook"):
                answer = await bob.get(f"links/{token}{tail}")
                assert answer.status_code == 410
                assert answer.json()["state"] == state
            page = await browser.get(f"s/{token}")
            assert page.status_code == 410
            assert "mine.ipynb" in page.text
        assert (await self.answers(rig, "mallory", [f"id-{share}"])) & {(404,)} == set()
        async with rig.client("alice") as alice:
            (record,) = (await alice.get("shares")).json()["shares"]
        assert record["state"] == state
        if state != "expired":
            assert rig.files() == []
        await rig.vault.purge()
        assert rig.files() == []

    async def test_another_users_share_can_neither_be_seen_nor_touched(self, rig: Rig) -> None:
        share, _ = await rig.share("alice")
        async with rig.client("bob") as bob:
            assert (await bob.get("shares")).json() == {"shares": []}
            for answer in (
                await bob.get(f"shares/{share}"),
                await bob.put(f"shares/{share}/notebook", content=notebook("evil")),
                await bob.patch(f"shares/{share}", json={"expires_in": 60}),
                await bob.delete(f"shares/{share}"),
                await bob.delete("shares/" + "a" * 20),
            ):
                assert answer.status_code == 404
                assert answer.json()["message"] == "there is no such share of yours"
        async with rig.client("alice") as alice:
            assert (await alice.get(f"shares/{share}")).json()["revision"] == 1

    async def test_nobody_gets_in_without_a_name(self, rig: Rig) -> None:
        share, token = await rig.share("alice")
        async with rig.browser("alice") as browser:  # a cookie is no key to the API
            for method, path in (
                ("GET", "api/shares"),
                ("POST", "api/shares"),
                ("PUT", f"api/shares/{share}/notebook"),
                ("DELETE", f"api/shares/{share}"),
                ("GET", f"api/links/{token}"),
                ("GET", f"api/links/{token}/notebook"),
                ("GET", "api/received"),
                ("GET", "api/limits"),
            ):
                assert (await browser.request(method, path)).status_code == 403, path
        async with rig.browser(None) as nobody:
            answers = [
                await nobody.get(f"s/{key}{tail}")
                for key in (token, "x" * 43)
                for tail in ("", "/preview", "/notebook", "/about")
            ]
        assert {answer.status_code for answer in answers} == {302}
        assert {answer.headers["Location"].split("?")[0] for answer in answers} == {"/hub/login"}


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
        assert rig.files() == []

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


class TestPages:
    async def test_a_page_says_who_what_and_until_when(self, rig: Rig) -> None:
        share, token = await rig.share("alice", name="<b>&.ipynb", users=["bob"])
        async with rig.browser("bob") as browser:
            page = await browser.get(f"s/{token}")
        assert "alice" in page.text
        assert "<b>" not in page.text
        assert f'src="{PREFIX}s/{token}/preview"' in page.text
        lab = f"/hub/user-redirect/lab?jupyter-remote-share=%2Fservices%2Fshare%2Fs%2Fid-{share}"
        assert f'href="{lab}"' in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "script" not in page.headers["Content-Security-Policy"]
        assert "127.0.0.1" not in page.text

    async def test_no_address_is_made_of_the_host_header(self, rig: Rig) -> None:
        _, token = await rig.share("alice")
        async with rig.browser("bob") as browser:
            evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
            page = await browser.get(f"s/{token}", headers=evil)
        assert page.status_code == 200
        assert "evil" not in page.text + str(page.headers)

    async def test_a_preview_runs_nothing(self, rig: Rig) -> None:
        evil = '<script>alert(1)</script><img src=x onerror=alert(1)><b id="k">kept</b>'
        _, token = await rig.share("alice", notebook(output=evil))
        async with rig.browser("bob") as browser:
            first = await browser.get(f"s/{token}/preview")
            again = await browser.get(f"s/{token}/preview")
        assert first.text == again.text
        assert "kept" in first.text
        assert "alert" not in first.text
        assert first.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")

    async def test_a_preview_of_a_large_notebook_says_so(self, tmp_path: Path) -> None:
        async with hub_desk_rig.running(tmp_path / "s", limits={"preview_bytes": 100}) as rig:
            _, token = await rig.share("alice")
            async with rig.browser("bob") as browser:
                assert "too large for a preview" in (await browser.get(f"s/{token}/preview")).text


class TestPrivacy:
    async def test_tokens_are_nowhere(self, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        _, token = await rig.share("alice")
        async with rig.client("bob") as bob, rig.browser("bob") as browser:
            for tail in ("", "/notebook", "/wrong", "?x=1"):
                await bob.get(f"links/{token}{tail}")
                await browser.get(f"s/{token}{tail}")
            await bob.delete(f"links/{token}")
        for path in [*rig.folder.rglob("*")]:
            assert not path.is_file() or token.encode() not in path.read_bytes()
        ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
        assert any("[secret]" in record.getMessage() for record in ours)
        assert not any(token in record.getMessage() for record in ours)

    async def test_the_audit_log_says_who_did_what(self, rig: Rig) -> None:
        share, token = await rig.share("alice", name="n.ipynb")
        async with rig.client("bob") as bob, rig.client("alice") as alice:
            await bob.get(f"links/{token}/notebook")
            await bob.delete(f"shares/{share}")
            await alice.delete(f"shares/{share}")
        found = [(line["event"], line["user"], line["share"]) for line in rig.audit()]
        assert found == [
            ("create", "alice", share),
            ("update", "alice", share),
            ("fetch", "bob", share),
            ("denied", "bob", share),
            ("revoke", "alice", share),
        ]

    async def test_files_are_private(self, rig: Rig) -> None:
        await rig.share("alice")
        assert stat.S_IMODE(rig.folder.stat().st_mode) == 0o700
        for path in rig.folder.rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, (path, oct(mode))


class TestLargeNotebooks:
    @pytest.mark.slow
    async def test_a_hundred_megabytes_stream_both_ways(self, rig: Rig) -> None:
        content = memoryview(notebook("y" * 99_000_000))
        share, token = await rig.share("alice")
        before = psutil.Process().memory_info().rss
        highest = before

        async def watch() -> None:
            nonlocal highest
            while True:
                highest = max(highest, psutil.Process().memory_info().rss)
                await asyncio.sleep(0.01)

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(content), 1 << 18):
                yield bytes(content[start : start + (1 << 18)])

        watching = asyncio.create_task(watch())
        async with rig.client("alice") as alice:
            sent = await alice.put(f"shares/{share}/notebook", content=pieces())
            assert sent.json()["revision"] == 2
        async with rig.client("bob") as bob, bob.stream("GET", f"links/{token}/notebook") as got:
            size = sum([len(chunk) async for chunk in got.aiter_bytes()])
        watching.cancel()
        assert size == pytest.approx(len(content), rel=0.01)
        assert highest - before < 60_000_000

    @pytest.mark.parametrize("declared", [True, False])
    async def test_too_large_is_said_with_the_limit(self, tmp_path: Path, declared: bool) -> None:
        async with hub_desk_rig.running(tmp_path / "s", limits={"max_bytes": 1_000_000}) as rig:
            share, token = await rig.share("alice")

            async def pieces() -> AsyncIterator[bytes]:
                for _ in range(30):
                    yield b"z" * 100_000

            async with rig.client("alice") as alice, rig.client("bob") as bob:
                content = b"z" * 3_000_000 if declared else pieces()
                answer = await alice.put(f"shares/{share}/notebook", content=content)
                assert (answer.status_code, answer.json()["reason"]) == (413, "too-large")
                assert "1 MB" in answer.json()["message"]
                body = {"name": "a", "expires_in": 60, "size": 1_000_001}
                assert (await alice.post("shares", json=body)).status_code == 413
                assert (await bob.get(f"links/{token}/notebook")).status_code == 200
            assert len(rig.files()) == 1

    async def test_a_sender_who_goes_away_leaves_nothing(self, rig: Rig) -> None:
        share, _ = await rig.share("alice")
        port = int(rig.url.split(":")[2].split("/")[0])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"PUT {PREFIX}api/shares/{share}/notebook HTTP/1.1\r\nHost: x\r\n"
        writer.write(f"{head}Authorization: token alice\r\nContent-Length: 900000\r\n\r\n".encode())
        writer.write(b"x" * 400_000)
        await writer.drain()
        await until(lambda: len(rig.files()) == 2, "the first bytes")
        writer.transport.abort()
        await until(lambda: len(rig.files()) == 1, "the bytes to go")
        async with rig.client("alice") as alice:
            sent = await alice.put(f"shares/{share}/notebook", content=notebook("two"))
            assert sent.json()["revision"] == 2

    async def test_a_body_that_is_no_request_is_refused(self, rig: Rig) -> None:
        async with rig.client("alice") as alice:
            answer = await alice.post("shares", content=b"[" * 1_000_000)
            assert answer.status_code == 413
            assert (await alice.post("shares", content=b"[" * 60_000)).status_code == 400


class TestManyAtOnce:
    async def test_updates_that_meet_leave_one_whole_revision(self, rig: Rig) -> None:
        share, token = await rig.share("alice")
        contents = [notebook(f"version {i} " + "x" * 10_000 * i) for i in range(1, 11)]
        async with rig.client("alice") as alice, rig.client("bob") as bob:

            async def send(content: bytes) -> int:
                while True:
                    answer = await alice.put(f"shares/{share}/notebook", content=content)
                    if answer.status_code != 429:  # four at once are allowed
                        return int(answer.json()["revision"])

            async def read() -> str:
                got = await bob.get(f"links/{token}/notebook")
                assert got.status_code == 200
                return str(json.loads(got.content)["cells"][0]["source"])

            done = await asyncio.gather(*map(send, contents), *(read() for _ in range(30)))
            last = await read()
        sources = {json.loads(content)["cells"][0]["source"] for content in contents}
        assert sorted(done[:10]) == list(range(2, 12))
        assert set(done[10:]) <= sources | {"one"}
        assert last in sources
        assert len(rig.files()) == 1

    async def test_quotas_hold_for_those_who_hurry(self, tmp_path: Path) -> None:
        size = len(notebook("x" * 1000))
        limits = {"user_bytes": 3 * size, "uploads": 100}
        async with hub_desk_rig.running(tmp_path / "s", limits=limits) as rig:
            async with rig.client("alice") as alice:
                made = [
                    (await alice.post("shares", json={"name": "a", "expires_in": 60})).json()["id"]
                    for _ in range(8)
                ]
                answers = await asyncio.gather(
                    *(alice.put(f"shares/{i}/notebook", content=notebook("x" * 1000)) for i in made)
                )
                codes = sorted(answer.status_code for answer in answers)
                assert codes == [200] * 3 + [429] * 5
                used = (await alice.get("limits")).json()
                assert used["used"] <= used["total"]
            assert len(rig.files()) == 3
            await rig.share("bob", notebook("x" * 1000))


class TestQuotasAndRates:
    async def test_each_quota_says_which_it_is(self, tmp_path: Path) -> None:
        size = len(notebook())
        limits = {"user_shares": 2, "user_bytes": 2 * size, "total_bytes": 3 * size}
        async with hub_desk_rig.running(tmp_path / "s", limits=limits) as rig:
            first, _ = await rig.share("alice")
            await rig.share("alice")
            async with rig.client("alice") as alice:
                third = await alice.post("shares", json={"name": "a", "expires_in": 60})
                assert third.status_code == 429
                assert "2 active shares" in third.json()["message"]
                await alice.delete(f"shares/{first}")
            await rig.share("alice")
            await rig.share("bob")
            async with rig.client("carol") as carol:
                body = {"name": "a", "expires_in": 60, "size": size}
                full = await carol.post("shares", json=body)
                assert full.status_code == 429
                assert "full" in full.json()["message"]

    async def test_who_asks_too_often_waits(self, tmp_path: Path) -> None:
        limits = {"user_rate": 5}
        async with (
            hub_desk_rig.running(tmp_path / "s", limits=limits) as rig,
            rig.client("alice") as alice,
            rig.client("bob") as bob,
        ):
            codes = [(await alice.get("shares")).status_code for _ in range(30)]
            assert codes[:5] == [200] * 5
            assert 429 in codes[5:]
            assert (await bob.get("shares")).status_code == 200

    async def test_who_guesses_is_stopped(self, tmp_path: Path) -> None:
        async with hub_desk_rig.running(tmp_path / "s", limits={"misses": 3}) as rig:
            _, token = await rig.share("alice")
            async with rig.client("eve") as eve, rig.client("bob") as bob:
                codes = [(await eve.get(f"links/{c * 43}")).status_code for c in "abcde"]
                assert codes == [404] * 3 + [429] * 2
                assert (await eve.get(f"links/{token}")).status_code == 429
                assert (await bob.get(f"links/{token}")).status_code == 200

    async def test_an_address_cannot_try_keys_without_end(self, tmp_path: Path) -> None:
        limits = {"address_rate": 3}
        async with (
            hub_desk_rig.running(tmp_path / "s", limits=limits) as rig,
            rig.browser(None) as nobody,
        ):

            async def tried(hops: str) -> int:
                headers = {"X-Forwarded-For": hops}
                return (await nobody.get("api/shares", headers=headers)).status_code

            assert [await tried("10.0.0.1") for _ in range(30)][-1] == 429
            assert await tried("10.0.0.7, 10.0.0.1") == 429  # what a client claims counts nothing
            assert await tried("10.0.0.1, 10.0.0.2") == 403


class TestPurge:
    async def test_what_is_over_goes_in_steps(self, tmp_path: Path) -> None:
        async with hub_desk_rig.running(tmp_path / "s", limits={"keep_ended": DAY}) as rig:
            share, token = await rig.share("alice", expires_in=60)
            rig.now += 61
            await rig.vault.purge()
            assert rig.files() == []
            assert rig.audit()[-1]["event"] == "expire"
            async with rig.client("alice") as alice, rig.client("bob") as bob:
                assert (await alice.get(f"shares/{share}")).json()["state"] == "expired"
                assert (await bob.get(f"links/{token}")).status_code == 410
                rig.now += DAY
                await rig.vault.purge()
                assert (await alice.get("shares")).json() == {"shares": []}
                assert (await bob.get(f"links/{token}")).status_code == 404

    async def test_strays_go_and_what_is_needed_stays(self, rig: Rig) -> None:
        _, token = await rig.share("alice")
        for name in ("a" * 32, "b" * 32 + ".part", "c" * 32 + ".html"):
            (rig.folder / "files" / name).write_text("left by a crash")
        await rig.vault.purge()
        assert len(rig.files()) == 1
        async with rig.client("bob") as bob:
            assert (await bob.get(f"links/{token}/notebook")).status_code == 200

    async def test_a_purge_leaves_alone_what_is_being_sent(self, rig: Rig) -> None:
        share, _ = await rig.share("alice")
        started, go = asyncio.Event(), asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            content = notebook("slowly")
            yield content[:50]
            started.set()
            await go.wait()
            yield content[50:]

        async with rig.client("alice") as alice:
            sending = asyncio.create_task(alice.put(f"shares/{share}/notebook", content=pieces()))
            await started.wait()
            await until(lambda: len(rig.files()) == 2, "the first bytes")
            await rig.vault.purge()
            go.set()
            assert (await sending).json()["revision"] == 2


async def test_the_disk_is_full(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    share, token = await rig.share("alice")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    async with rig.client("alice") as alice, rig.client("bob") as bob:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            answer = await alice.put(f"shares/{share}/notebook", content=notebook("two"))
            assert (answer.status_code, answer.json()["reason"]) == (507, "storage")
            assert "No space left" in answer.json()["message"]
        assert len(rig.files()) == 1
        assert (await bob.get(f"links/{token}/notebook")).status_code == 200
