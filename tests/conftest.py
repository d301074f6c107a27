"""Fixtures for all tests: a real Jupyter server with the extension, all folders temporary."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.htcondor import RemoteHTCondorBackend

from . import condor_rig

pytest_plugins = ["pytest_jupyter.jupyter_server"]


@pytest.fixture
def remote_config() -> dict[str, Any]:
    """Configuration of the extension's own classes; tests override it."""
    return {}


@pytest.fixture
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short folder for sockets: their paths may have 107 bytes at most."""
    return tmp_path_factory.mktemp("r")


@pytest.fixture
def jp_server_config(remote_config: dict[str, Any], run_dir: Path) -> dict[str, Any]:
    """Every handler must say who may call it; a broken extension fails the test."""
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_remote": True},
            "allow_unauthenticated_access": False,
            "reraise_server_extension_failures": True,
        },
        "RemoteLocalBackend": {"run_dir": str(run_dir)},
        **remote_config,
    }


@pytest.fixture(scope="session")
def condor() -> Iterator[condor_rig.Condor]:
    """A real HTCondor, for all tests that want one."""
    where = condor_rig.tree()
    if isinstance(where, str):
        pytest.skip(f"the HTCondor backend stays UNTESTED: {where}")
    with condor_rig.condor(where) as running:
        yield running


@pytest.fixture
def backend(condor: condor_rig.Condor) -> Iterator[RemoteHTCondorBackend]:
    """Alice's in that HTCondor; modules for other backends have their own."""
    yield condor_rig.make(condor)
    condor.clear()


async def until(
    condition: Callable[[], Any | Awaitable[Any]], what: str = "", seconds: float = 60.0
) -> Any:
    """Wait until ``condition`` answers something true, and answer that."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what or condition}"
        await asyncio.sleep(0.02)
