"""Which schedulers are asked at all."""

from __future__ import annotations

import pytest

from . import slurm_rig


@pytest.fixture(params=["usual", "off"])
def remote_config(request):
    return {"RemoteApp": {"schedulers": []}} if request.param == "off" else {}


@pytest.mark.skipif(bool(slurm_rig.missing()), reason=slurm_rig.missing())
async def test_a_scheduler_that_is_switched_off_is_not_there(jp_fetch, remote_config):
    path = ("jupyter-remote", "backends", "slurm", "offers")
    answer = await jp_fetch(*path, raise_error=False)
    words = answer.body.decode()
    assert ("there is no backend 'slurm'" in words) == bool(remote_config)
    assert (answer.code == 404) == bool(remote_config)
