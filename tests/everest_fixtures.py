"""Fixtures of the tests in which a person uses Everest in JupyterLab; their modules import all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .everest_lab import QUICK
from .everest_rig import Everest
from .test_api import Client

__all__ = ["client", "remote_config", "server"]

Factory = Callable[..., Everest]


@pytest.fixture
def client(jp_fetch: Any, jp_serverapp: Any) -> Client:
    """The REST API of a real Jupyter server."""
    return Client(jp_fetch)


@pytest.fixture
def server(everest: Factory) -> Everest:
    """A stand-in for an Everest server."""
    return everest()


@pytest.fixture
def remote_config() -> dict[str, Any]:
    """Looks often, and gives up soon."""
    return QUICK
