"""Fixtures of the tests of ann's jobs on a Slurm with accounting; their modules import all."""

from __future__ import annotations

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend

__all__ = ["backend", "slurm"]


@pytest.fixture(scope="module")
def slurm(accounted):
    """A real Slurm with slurmdbd."""
    return accounted


@pytest.fixture
def backend(slurm, monkeypatch):
    """As ann, though root runs the tests."""
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    backend = RemoteSlurmBackend(bin_dir=slurm.bin_dir(slurm.ann), queue_interval=0.0)
    backend.user = slurm.ann
    yield backend
    slurm.clear()
