"""The share service over HTTP: what strangers learn, pages, logs and files."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import hub_desk_rig
from .hub_desk_rig import PREFIX, Rig, notebook

DAY = 86400


@pytest.fixture
def rig(tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Rig]:
    service = hub_desk_rig.running(tmp_path / "shares")
    yield jp_asyncio_loop.run_until_complete(service.__aenter__())
    jp_asyncio_loop.run_until_complete(service.__aexit__(None, None, None))


class TestStrangers:
    """All who may not know of a share see the same answer."""

    async def answers(self, rig: Rig, user: str, keys: list[str]) -> set[tuple[Any, ...]]:
        found = set()
        async with rig.client(user) as client, rig.browser(user) as browser:
            for key in keys:
                for tail in ("", "/notebook"):
                    answer = await client.get(f"links/{key}{tail}")
                    found.add((answer.status_code, answer.text))
                for tail in ("", "/about", "/preview", "/notebook", "/bundle"):
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
        answers = await self.answers(rig, "mallory", [f"id-{share}"])
        assert {status for status, _ in answers} == {404}
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
                for tail in ("", "/preview", "/notebook", "/bundle", "/about")
            ]
        assert {answer.status_code for answer in answers} == {302}
        assert {answer.headers["Location"].split("?")[0] for answer in answers} == {"/hub/login"}


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
                text = (await browser.get(f"s/{token}/preview")).text
        assert "too large for a preview: " in text
        assert "of at most 100 bytes" in text


class TestPrivacy:
    async def test_tokens_are_nowhere(self, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        _, token = await rig.share("alice")
        async with rig.client("bob") as bob, rig.browser("bob") as browser:
            for tail in ("", "/notebook", "/wrong", "?x=1"):
                await bob.get(f"links/{token}{tail}")
                await browser.get(f"s/{token}{tail}")
            for slip in (f"s//{token}", token, f"S/{token}/x"):
                assert (await browser.get(slip)).status_code == 404
            await bob.delete(f"links/{token}")
        for path in [*rig.folder.rglob("*")]:
            assert not path.is_file() or token.encode() not in path.read_bytes()
        ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
        assert any("[secret]" in record.getMessage() for record in ours)
        assert not any(token in record.getMessage() for record in ours)

    async def test_the_audit_log_says_who_did_what(self, rig: Rig) -> None:
        share, token = await rig.share("alice", name="n.ipynb")
        async with rig.browser("bob") as browser:
            await browser.get(f"s/{token}/preview")
        async with rig.client("bob") as bob, rig.client("alice") as alice:
            await bob.get(f"links/{token}/notebook")
            await bob.delete(f"shares/{share}")
            await alice.delete(f"shares/{share}")
        found = [(line["event"], line["user"], line["share"]) for line in rig.audit()]
        assert found == [
            ("create", "alice", share),
            ("update", "alice", share),
            ("preview", "bob", share),
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
