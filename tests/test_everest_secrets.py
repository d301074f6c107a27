"""Tokens and passwords of Everest go to their server only, and no message shows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.everest import AsyncEverest, EverestError, InvalidInput, NoSuchThing

from . import everest_rig
from .test_everest_faults import SHORT
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


@pytest.fixture
def client(
    everest: Factory, tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[AsyncEverest]:
    server = everest()
    client = AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path / "mine")
    yield client
    jp_asyncio_loop.run_until_complete(client.close())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
async def test_an_error_that_repeats_the_token_does_not_show_it(
    everest: Factory, tmp_path: Path, status: int
) -> None:
    server = everest()
    async with AsyncEverest(server.url, server.token, folder=tmp_path, settings=SHORT) as client:
        server.control.fault("jobs.list", "status", status=status, body="echo", times=0)
        with pytest.raises(EverestError, match=r"asked for: \[token\]") as found:
            await client.jobs()
        assert server.token not in str(found.value) + str(getattr(found.value, "body", ""))


@pytest.mark.parametrize(
    "path", ["@evil.example/x", ".evil.example/x", ":8443/x", "//evil.example", ""]
)
async def test_the_token_goes_to_this_server_only(client: AsyncEverest, path: str) -> None:
    for method in ("GET", "DELETE"):
        with pytest.raises(EverestError, match="no path below"):
            await client.transport.call(method, path)


@pytest.mark.parametrize("uri", ["http://e.org/api/files/1/x", "@e.org/x", ".e.org/x", ":1/x"])
async def test_a_file_elsewhere_is_not_deleted(client: AsyncEverest, uri: str) -> None:
    with pytest.raises(InvalidInput, match="is no file of"):
        await client.file(uri).delete()
    assert not await client.uploads.still_there(uri)


async def test_a_file_is_deleted(client: AsyncEverest, tmp_path: Path) -> None:
    for base in ("", client.url):  # outputs may be whole addresses
        (tmp_path / "text").write_text(f"one {base}\n")
        file = client.file(base + (await client.upload(tmp_path / "text")).uri)
        assert await client.uploads.still_there(file.uri)
        await file.delete()
        with pytest.raises(NoSuchThing):
            await file.read()
