"""Ended jobs of this machine are deleted, and nothing else with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_remote.errors import NotFound, WrongState
from jupyter_remote.model import State

from .conftest import until
from .local_rig import WAIT, local


async def test_a_damaged_job_is_deleted_alone_and_not_while_it_runs(
    tmp_path: Path, run_dir: Path
) -> None:
    async with local(tmp_path, run_dir, slots=2) as here:
        ended, damaged = [await here.submit(WAIT.format("")) for _ in range(2)]
        await here.reach(damaged, State.RUNNING)
        state = here.root / damaged / "state.json"
        whole = state.read_bytes()
        state.write_text("{")
        with pytest.raises(WrongState, match=r"still runs|is running"):
            await here.backend.delete(damaged)
        state.write_bytes(whole)
        (tmp_path / "go").touch()
        for job in (ended, damaged):
            await here.end(job)
        await until(lambda: not (here.run / damaged).exists(), "its agent to be gone")
        state.write_text("{")
        assert (await here.job(damaged)).state is State.LOST
        await here.backend.delete(damaged)
        assert [job.job_id for job in await here.backend.jobs()] == [ended]
        assert not (here.root / damaged).exists()
        assert (await here.backend.details(ended)).script
        assert (tmp_path / "go").exists()
        await here.backend.delete(ended)
        assert await here.backend.jobs() == []
        with pytest.raises(NotFound):
            await here.backend.delete(ended)
