"""Jobs that people submit to this machine: what is refused, how they end, what is known of them."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_remote.backends.local import RemoteLocalBackend
from jupyter_remote.backends.local.cores import cores
from jupyter_remote.contract import JobRequest, Trial
from jupyter_remote.errors import InvalidSpec, NotFound
from jupyter_remote.model import State

from .conftest import until
from .local_rig import WAIT, local


async def test_a_time_limit(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        job_id = await here.submit("echo up; sleep 1000", time=1)
        end = await here.end(job_id)
        assert (end.state, end.signal) == (State.FAILED, "SIGTERM")
        assert end.reason == "ended at its time limit of 1 s"
        details = await here.backend.details(job_id)
        assert details.ending == "Ended at its time limit of 1 s."
        assert details.efficiency["time"] == 1.0


NAMES = ["a b", 'it\'s "quoted"', "a|b;c$(d)", "two\nlines", "<img src=x>", "ä€😀", "x" * 200]


async def test_odd_names_and_folders(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=2) as here:
        folder = tmp_path / "it's a\n<b>folder {job} $HOME"
        folder.mkdir()
        jobs = [await here.submit("pwd", name=name, folder=str(folder)) for name in NAMES]
        ends = [await here.end(job) for job in jobs]
        assert [end.name for end in ends] == NAMES
        assert {end.folder for end in ends} == {str(folder)}
        assert (await here.backend.log(jobs[0], 0, 9999)).data.decode() == f"{folder}\n"
        with pytest.raises(InvalidSpec, match="1 to 200"):
            await here.submit("true", name="x" * 201)


async def test_what_is_refused(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=2) as here:
        for script, words in [
            ("echo hello", "must begin with #!"),
            ("#!\ntrue", "must begin with #!"),
            ("#!/bin/sh\r\ntrue\r\n", "CR LF"),
            ("#!/bin/sh\n\ud800", "no text"),
        ]:
            request = JobRequest(script=script, tag="t", folder="/")
            for ask in (here.backend.submit_request, here.backend.test_request):
                with pytest.raises(InvalidSpec, match=words):
                    await ask(request)
        for folder in ("relative", str(tmp_path / "none")):
            with pytest.raises(InvalidSpec, match="no folder"):
                await here.submit("true", folder=folder)
        for cpus in (0, 3, 1.5, True, "two"):
            with pytest.raises(InvalidSpec, match="this machine has 2 slots"):
                await here.submit("true", cpus=cpus)
        for seconds in (0, -1, "1h", float("nan"), float("inf")):
            with pytest.raises(InvalidSpec, match="a number of seconds"):
                await here.submit("true", time=seconds)
        assert await here.backend.jobs() == []


async def test_scripts_streams_and_environment(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "sesame")
    monkeypatch.setenv("MY_OWN", "mine")
    async with local(tmp_path, run_dir, slots=1) as here:
        waits = await here.submit(WAIT.format(""))
        code = "import os, sys; print(os.environ['MY_OWN'], *sys.argv[1:]); sys.exit('bad')"
        job_id = await here.submit(f"#!{sys.executable} -I\n{code}\n")
        monkeypatch.setenv("MY_OWN", "changed later")
        kept = here.root / job_id / "environment.json"
        assert "sesame" not in kept.read_text()
        assert kept.stat().st_mode & 0o777 == 0o600
        (tmp_path / "go").touch()
        assert (await here.end(waits)).exit_code == 0
        end = await here.end(job_id)
        assert (end.state, end.exit_code) == (State.FAILED, 1)
        await until(lambda: not kept.exists())
        assert (await here.backend.log(job_id, 0, 99)).data == b"mine\n"
        assert (await here.backend.log(job_id, 0, 99, "stderr")).data == b"bad\n"
        assert (await here.backend.log(job_id, 0, 99, "other")).data == b""
        details = await here.backend.details(job_id)
        assert details.script.endswith(f"{code}\n")
        assert details.logs["stderr"] == str(here.root / job_id / "err")


@pytest.mark.parametrize(
    ("script", "reason", "ending"),
    [
        ("#!/no/such/shell\n", "command not found: /no/such/shell", "Command not found"),
        ("no-such-command", "ended with exit code 127", "a command was not found: look at stderr"),
        ("/etc/passwd", "ended with exit code 126", "look at its permissions"),
        ("kill -9 $$", "killed by SIGKILL", "Ended by SIGKILL: it was killed: by somebody"),
        ("sh -c 'kill -9 $$'; exit $?", "ended with exit code 137", "because memory ran out"),
        ("kill -SEGV $$", "killed by SIGSEGV", "the program crashed"),
        ("exit 3", "ended with exit code 3", "Exit code 3: the program reports an error"),
        ("true", "", "It ended by itself, without an error."),
        ("#!/etc/passwd\n", "cannot start /etc/passwd: Permission denied", "Cannot start"),
    ],
)
async def test_ends(tmp_path: Path, run_dir: Path, script: str, reason: str, ending: str) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        job_id = await here.submit(script)
        assert (await here.end(job_id)).reason == reason
        assert ending in (await here.backend.details(job_id)).ending


async def test_a_job_that_takes_its_cancel_well_did_not_finish(
    tmp_path: Path, run_dir: Path
) -> None:
    async with local(tmp_path, run_dir, slots=1) as here:
        job_id = await here.submit("trap 'exit 0' TERM; echo on; while :; do sleep 0.05; done")

        async def says() -> bytes:
            return (await here.backend.log(job_id, 0, 9)).data

        await until(says)
        await here.backend.cancel(job_id)
        end = await here.end(job_id)
        assert (end.state, end.exit_code, end.reason) == (State.STOPPED, 0, "cancelled")
        assert (await here.backend.details(job_id)).ending == "Cancelled."


async def test_details_and_looking_back(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=2) as here:
        busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
        job_id = await here.submit(f"{busy}; {WAIT.format('')}", cpus=2, time=100, name="x")
        await here.reach(job_id, State.RUNNING)

        async def measured() -> bool:
            used = (await here.backend.details(job_id)).used
            return used.get("cpu_time", 0) > 0.05 and used.get("memory", 0) > 0

        await until(measured)
        (tmp_path / "go").touch()
        end = await here.end(job_id)
        details = await here.backend.details(job_id)
        assert details.asked == {"cpus": 2, "time": 100}
        assert details.used["cpu_time"] > 0.05
        assert details.used["memory"] > 1_000_000
        assert 0 < details.efficiency["cpu"] <= 1
        assert details.folder == str(tmp_path)
        script = here.root / job_id / "script"
        assert shlex.split(details.command) == ["/bin/sh", str(script)]
        assert details.rows["host"] == here.host
        assert await here.backend.ended(time.time() - 100) == [end]
        assert await here.backend.ended(time.time() + 100) == []
        session = await here.end(await here.start("sh", "-c", "exit 3"))
        assert (await here.backend.details(session.job_id)).command == "sh -c 'exit 3'"
        assert await here.backend.ended(0) == [session, end]
        with pytest.raises(NotFound):
            await here.backend.details("nobody")


async def test_what_would_become_of_it(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, slots=4) as here:

        async def ask(**options: Any) -> Trial:
            request = JobRequest(script="#!/bin/sh\n", tag="t", folder="/", options=options)
            return await here.backend.test_request(request)

        await here.submit(WAIT.format(""))
        trial = await ask()
        assert trial.starts is not None
        assert trial.words == "It would start at once: 3 of 4 slots are free."
        trial = await ask(cpus=4)
        assert trial.starts is None
        assert trial.words == "It would wait: it asks for 4 slots, and 3 of 4 slots are free."
        await here.submit("true", cpus=4)
        await here.submit("true")
        assert (await ask()).words == "It would wait: 2 jobs before it."
        offers = await here.backend.offers()
        assert offers.available
        cpus, limit = offers.fields
        assert (cpus.least, cpus.most, cpus.default) == (1, 4, 1)
        assert cpus.caption.endswith("3 of 4 slots are free, 2 jobs waiting.")
        assert (limit.name, limit.kind, limit.default) == ("time", "seconds", None)
        assert len(await here.backend.jobs()) == 3, "asking submits nothing"


def test_cores_of_this_process(tmp_path: Path) -> None:
    own, groups = tmp_path / "own", tmp_path / "groups"
    (groups / "a/b").mkdir(parents=True)
    own.write_text("0::/a/b\n")
    allowed = len(psutil.Process().cpu_affinity() or [0])
    assert cores(groups, own) == allowed
    (groups / "a/b/cpu.max").write_text("max 100000\n")
    assert cores(groups, own) == allowed
    (groups / "a/cpu.max").write_text("50000 100000\n")
    assert cores(groups, own) == 1
    assert cores(tmp_path / "none", tmp_path / "none") == allowed
    assert RemoteLocalBackend(slots=0)._terms().slots == cores()
