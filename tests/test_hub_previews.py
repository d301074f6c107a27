"""The share service over HTTP: what previews and bundles may cost, and what is in a bundle."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from jupyter_remote.errors import LimitReached
from jupyter_remote.hub import worker
from jupyter_remote.shares.bundle import read_bundle

from . import hub_desk_rig
from .conftest import until
from .hub_desk_rig import PREFIX, notebook


class TestPreviews:
    async def test_previews_keep_nobody_from_sharing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They have a place, a queue and a time of their own; who finds them full is told."""
        gate, real = asyncio.Event(), worker.run

        async def held(argv: list[str], *args: Any, **how: Any) -> Any:
            if "show" in argv:
                await gate.wait()
            return await real(argv, *args, **how)

        monkeypatch.setattr(worker, "run", held)
        async with hub_desk_rig.running(tmp_path / "s", preview_queue=1) as rig:
            tokens = [(await rig.share("alice", notebook(f"{n}")))[1] for n in range(3)]
            async with rig.browser("bob") as browser:
                first, second = [
                    asyncio.create_task(browser.get(f"s/{token}/preview")) for token in tokens[:2]
                ]
                await until(lambda: rig.showing() == 2, "one preview to run and one to wait")
                full = await browser.get(f"s/{tokens[2]}/preview")
                assert "many previews are being made just now" in full.text
                large = rig.share("alice", notebook("x" * 1_500_000))
                assert await asyncio.wait_for(large, 60), "uploads have places of their own"
                assert not first.done()
                assert not second.done()
                gate.set()
                assert ["There is no preview" in (await one).text for one in (first, second)] == [
                    False,
                    False,
                ]
                again = await browser.get(f"s/{tokens[2]}/preview")
                assert "There is no preview" not in again.text

    async def test_a_preview_that_takes_too_long_is_tried_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried, real = [], worker.run

        async def counted(argv: list[str], *args: Any, **how: Any) -> Any:
            tried.append(argv)
            return await real(argv, *args, **how)

        monkeypatch.setattr(worker, "run", counted)
        async with hub_desk_rig.running(tmp_path / "s", preview_timeout=0.1) as rig:
            _, token = await rig.share("alice")
            async with rig.browser("bob") as browser:
                pages = {(await browser.get(f"s/{token}/preview")).text for _ in range(2)}
        (page,) = pages
        assert "making it takes too long just now" in page
        assert len(tried) == 1


class TestBundles:
    async def test_a_bundle_is_the_notebook_with_its_options(self, tmp_path: Path) -> None:
        limits = {"options": ["image"]}
        async with hub_desk_rig.running(tmp_path / "s", limits=limits) as rig:
            options = {"kernel": None, "server": {"image": "sci:1"}}
            share, token = await rig.share(
                "alice", notebook("x" * 3_000_000), name="Größe.ipynb", once=True, options=options
            )
            async with rig.browser("bob") as browser, rig.client("alice") as alice:
                page = (await browser.get(f"s/{token}")).text
                assert f'href="{PREFIX}s/{token}/bundle"' in page
                head = await browser.head(f"s/{token}/bundle")
                assert (head.status_code, head.content) == (200, b"")
                assert (await alice.get(f"shares/{share}")).json()["uses"] == 0
                got = await browser.get(f"s/{token}/bundle")
                assert got.headers["Content-Type"] == "application/zip"
                assert quote("Größe.zip") in got.headers["Content-Disposition"]
                assert (await alice.get(f"shares/{share}")).json()["uses"] == 1
                assert (await browser.get(f"s/{token}/bundle")).status_code == 410
        bundle = read_bundle(io.BytesIO(got.content), most=10**7)
        assert bundle.name == "Größe.ipynb"
        assert bundle.options == options
        assert len(json.loads(bundle.notebook)["cells"][0]["source"]) == 3_000_000
        assert b"trusted" not in bundle.notebook

    async def test_one_user_fetches_some_at_a_time(self, tmp_path: Path) -> None:
        """Each takes room on the disk as long as its receiver reads."""
        async with hub_desk_rig.running(tmp_path / "s", limits={"uploads": 1}) as rig:
            share, token = await rig.share("alice", once=True)
            with rig.links.fetching("bob", True):
                async with rig.browser("bob") as bob, rig.browser("carol") as carol:
                    full = await bob.get(f"s/{token}/bundle")
                    assert full.status_code == LimitReached.status
                    assert "at most 1 bundles at a time" in full.text.lower()
                    got = await carol.get(f"s/{token}/bundle")
                    assert got.status_code == 200, "bob used nothing up, and stands in no way"
            async with rig.client("alice") as alice:
                assert (await alice.get(f"shares/{share}")).json()["uses"] == 1
                rig.vault.limits.fetches = 1
                with rig.links.fetching("alice", False):
                    full = await alice.get(f"links/id-{share}/notebook")
                    assert full.status_code == LimitReached.status
                    assert "at most 1 notebooks at a time" in full.text
