"""Fixtures of the tests in which a program uses Everest; their modules import all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.everest import AsyncEverest

from .everest_rig import Everest
from .test_everest_road import QUICK

__all__ = ["client", "server"]

Factory = Callable[..., Everest]


@pytest.fixture
def server(everest: Factory) -> Everest:
    """A stand-in for an Everest server."""
    return everest()


@pytest.fixture
def client(
    server: Everest, tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[AsyncEverest]:
    """A client of it, with a folder of its own."""
    client = AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path / "mine")
    yield client
    jp_asyncio_loop.run_until_complete(client.close())
