"""The share service over HTTP: large notebooks, many at once, quotas, rates, purge."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
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
            for path in ("shares", "received", "wrong", "../s/x"):
                try:
                    answer = await alice.post(path, content=b"[" * 1_000_000)
                except httpx.TransportError:  # cut off in the middle, the rest unread
                    continue
                assert answer.status_code == 400
            assert (await alice.post("shares", content=b"[" * 60_000)).status_code == 400

    async def test_a_refusal_leaves_the_connection_to_the_next(self, rig: Rig) -> None:
        """A proxy uses it again, for somebody else's request."""
        port = int(rig.url.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for method, path in (
            ("GET", "shares"),
            ("POST", "shares"),
            ("PUT", "shares/" + "a" * 20 + "/notebook"),
            ("GET", "links/x"),
        ):
            for who in ("", "Authorization: token eve\r\n"):
                head = f"{method} {PREFIX}api/{path} HTTP/1.1\r\nHost: x\r\n{who}"
                writer.write(f"{head}Content-Length: 2\r\n\r\n{{}}".encode())
                answer = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"Content-Length: (\d+)", answer)
                assert length, answer
                await reader.readexactly(int(length[1]))
        writer.close()
        await writer.wait_closed()


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
