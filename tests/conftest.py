"""Fixtures for all tests: a real Jupyter server with the extension, all folders temporary."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.backends.htcondor import RemoteHTCondorBackend
from jupyter_remote.model import Job, State

from . import condor_rig, everest_rig, hub_rig, slurm_accounts, slurm_rig, slurm_tree

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


LONGEST = (
    "binder", "survival", "hub_real", "hub_sharing", "leaks", "htcondor", "slurm_offers", "faults",
    "everest_survival", "everest_watch", "slurm_history", "security", "local_queue", "slurm",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that none of them is left for one worker at the end."""
    place = {f"test_{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says BOTH_SLURMS is tested with this machine's Slurm and with a newer one."""
    if "slurm" in metafunc.fixturenames and hasattr(metafunc.module, "BOTH_SLURMS"):
        kinds = ["installed", "24.11"]
        metafunc.parametrize("slurm", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def slurm(request: pytest.FixtureRequest) -> Iterator[slurm_rig.Slurm]:
    """A real Slurm, quickly started, without accounting: the one of this machine, or
    Debian 13's."""
    if why := slurm_rig.missing():
        pytest.skip(f"Slurm stays UNTESTED: {why}")
    kind = slurm_rig.slurm()
    if getattr(request, "param", "") == "24.11":
        where = condor_rig.tree("slurm")
        if isinstance(where, str):
            pytest.skip(f"Slurm 24.11 stays UNTESTED: {where}")
        kind = slurm_tree.slurm(where)
    with kind as running:
        yield running


@pytest.fixture(scope="module")
def accounted() -> Iterator[slurm_accounts.AccountedSlurm]:
    """A real Slurm with accounts, limits and users of its own."""
    if why := slurm_accounts.missing():
        pytest.skip(f"Slurm with accounting stays UNTESTED: {why}")
    with slurm_accounts.accounted() as running:
        yield running


@pytest.fixture(scope="module", params=["6", "5"])
def hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[hub_rig.Hub]:
    """A real JupyterHub with the share service, of each version that is supported."""
    yield from hub_rig.of_version(request.param, tmp_path_factory.mktemp("hub"))


@pytest.fixture
def everest(tmp_path: Path) -> Iterator[Callable[..., everest_rig.Everest]]:
    """A factory of stand-ins for an Everest server, each with ``url``, ``token``, ``control``."""
    with everest_rig.everests(tmp_path) as make:
        yield make


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


async def find(backend: Any, job_id: str) -> Job | None:
    """The job as the backend shows it now."""
    return next((job for job in await backend.jobs() if job.job_id == job_id), None)


async def reach(backend: Any, job_id: str, *states: State) -> Any:
    """The job as soon as it is in one of these states."""

    async def there() -> Job | None:
        job = await find(backend, job_id)
        return job if job and job.state in states else None

    return await until(there, f"{job_id} to be one of {states}")
