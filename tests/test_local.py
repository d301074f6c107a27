"""The local backend: every end of a job, and what outlives what."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
import uuid
from pathlib import Path

import pytest

from jupyter_remote.agent import proc
from jupyter_remote.backends.local import care
from jupyter_remote.errors import (
    NotFound,
    WrongState,
)
from jupyter_remote.model import Ready, State
from jupyter_remote.process import Identity

from .conftest import until
from .local_rig import LISTENING, local
from .test_process import living


async def test_exit_status(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        good = await here.end(await here.start("true"))
        assert (good.state, good.exit_code, good.reason) == (State.STOPPED, 0, "")
        bad = await here.end(await here.start("sh", "-c", "exit 3"))
        assert (bad.state, bad.exit_code) == (State.FAILED, 3)
        assert bad.reason == "ended with exit code 3"
        assert bad.submitted is not None
        assert bad.started is not None
        assert bad.ended is not None
        assert bad.submitted <= bad.started <= bad.ended
        lost = await here.end(await here.start("no-such-command"))
        assert (lost.state, lost.reason) == (State.FAILED, "command not found: no-such-command")
        assert lost.started is None
        killed = await here.end(await here.start("sh", "-c", "kill -9 $$"))
        assert (killed.state, killed.signal) == (State.FAILED, "SIGKILL")
        assert (killed.exit_code, killed.reason) == (None, "killed by SIGKILL")


async def test_stop_and_stop_again(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        job_id = await here.start("sleep", "1000")
        await here.reach(job_id, State.RUNNING)
        await asyncio.gather(here.backend.cancel(job_id), here.backend.cancel(job_id))
        end = await here.end(job_id)
        assert (end.state, end.signal, end.reason) == (State.STOPPED, "SIGTERM", "")
        await here.backend.cancel(job_id)
        assert await here.job(job_id) == end


async def test_stop_while_starting(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        job_id = await here.start("sleep", "1000", **LISTENING)
        assert (await here.job(job_id)).state is State.STARTING
        await here.backend.cancel(job_id)
        assert (await here.end(job_id)).state is State.STOPPED


async def test_never_ready(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        ready = Ready(kind="http", timeout=0.5)
        job_id = await here.start("sleep", "1000", listen="socket", ready=ready)
        end = await here.end(job_id)
        assert end.state is State.FAILED
        assert end.reason == "not ready after 0.5 s: nothing answered on its socket"


async def test_a_stubborn_app_is_killed(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        script = "trap '' TERM; echo up; while :; do sleep 0.1; done"
        job_id = await here.start("sh", "-c", script, stop_grace=0.2)
        await until(lambda: (here.root / job_id / "log").read_text() == "up\n")
        await here.backend.cancel(job_id)
        end = await here.end(job_id)
        assert (end.state, end.signal) == (State.STOPPED, "SIGKILL")


async def test_the_agent_is_killed(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        mark = uuid.uuid4().hex
        lock, sock = tmp_path / "lock", tmp_path / "sock"
        script = (
            f"setsid sh -c 'setsid sleep 1000; : {mark}' & (trap '' TERM; sleep 1000; : {mark}) &"
            f"echo $$ > {lock}; touch {sock}; exec sleep 1000"
        )
        stale = ((str(lock), (str(sock),)),)
        job_id = await here.start("sh", "-c", script, stale=stale)
        await here.reach(job_id, State.RUNNING)
        await until(lambda: sock.exists() and living(mark))
        os.kill(here.state(job_id)["agent"]["pid"], signal.SIGKILL)
        end = await here.end(job_id)
        assert (end.state, end.reason) == (State.FAILED, care.KILLED)
        await until(lambda: here.state(job_id)["state"] == "failed")
        assert not living(mark)
        assert not (here.run / job_id).exists()
        assert not sock.exists()
        assert not lock.exists()
        assert (await here.job(job_id)).reason == care.KILLED
        await here.backend.forget(job_id)


async def test_forget_of_a_killed_job_clears_away_first(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        mark = uuid.uuid4().hex
        job_id = await here.start("sh", "-c", f"trap '' TERM; sleep 1000; sleep 1000; : {mark}")
        pid = here.state(job_id)["agent"]["pid"]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: proc.proc_stat(pid)[:1] in ([], ["Z"]))
        await here.backend.forget(job_id)
        assert await here.backend.jobs() == []
        assert not living(mark)
        assert not any(here.run.iterdir())
        assert not any(here.root.iterdir())


OWNER = """
import asyncio, sys
from jupyter_remote.backends.local import RemoteLocalBackend
from jupyter_remote.model import JobSpec
async def main():
    backend = RemoteLocalBackend(data_dir=sys.argv[1], run_dir=sys.argv[2])
    wait = "while [ ! -e {job}/go ]; do sleep 0.05; done; exit 7"
    print(await backend.submit(JobSpec(name="jr-lives", argv=("sh", "-c", wait))), flush=True)
    await asyncio.sleep(1000)
asyncio.run(main())
"""


async def test_a_job_outlives_its_server(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        argv = [sys.executable, "-c", OWNER, str(here.root.parent), str(here.run)]
        server = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
        assert server.stdout is not None
        job_id = (await asyncio.wait_for(server.stdout.readline(), 60)).decode().strip()
        assert job_id == "lives"
        server.kill()
        await server.wait()
        assert (await here.reach(job_id, State.RUNNING)).name == "jr-lives"
        (here.root / job_id / "go").touch()
        end = await here.end(job_id)
        assert (end.state, end.exit_code) == (State.FAILED, 7)


async def test_two_backends_on_one_folder(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here, local(tmp_path, run_dir) as there:
        job_id = await here.start("sleep", "1000", name="jr-both")
        assert (await there.reach(job_id, State.RUNNING)).name == "jr-both"
        with pytest.raises(WrongState, match="there is a local job both already"):
            await there.start("true", name="jr-both")
        with pytest.raises(WrongState, match="stop it before"):
            await there.backend.forget(job_id)
        await there.backend.cancel(job_id)
        assert (await here.end(job_id)).state is State.STOPPED
        await here.backend.forget(job_id)
        assert await there.backend.jobs() == []
        with pytest.raises(NotFound):
            await there.backend.forget(job_id)


def test_a_server_that_is_process_1_takes_in_its_agents() -> None:
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.read(out, 1)
        os._exit(0)
    who = Identity.of(child)
    assert who is not None
    assert not care.reap(who)
    os.write(into, b"x")
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert care.reap(who)
    with pytest.raises(ChildProcessError):
        os.waitpid(child, 0)
    assert care.reap(who)
    os.close(out)
    os.close(into)


async def test_two_janitors_at_once(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here, local(tmp_path, run_dir) as there:
        job_id = await here.start("sleep", "1000")
        os.kill(here.state(job_id)["agent"]["pid"], signal.SIGKILL)
        ends = await asyncio.gather(here.end(job_id), there.end(job_id))
        assert {end.reason for end in ends} == {care.KILLED}
        await until(lambda: here.state(job_id)["state"] == "failed")


async def test_a_reused_number_is_not_the_agent(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        stranger = await asyncio.create_subprocess_exec("sleep", "1000", start_new_session=True)
        forged = proc.identity(stranger.pid)
        forged["start_time"] -= 100
        here.forge("reused", agent=forged, app=forged)
        (job,) = await here.backend.jobs()
        assert (job.state, job.reason) == (State.FAILED, care.KILLED)
        await here.backend.cancel("reused")
        await here.backend.forget("reused")
        assert stranger.returncode is None
        assert Identity.of(stranger.pid) is not None
        stranger.kill()
        await stranger.wait()


async def test_restarts_and_other_machines(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, foreign_silence=600.0) as here:
        old = {**proc.identity(os.getpid()), "boot_id": "an earlier boot"}
        here.forge("restarted", agent=old)
        here.forge("elsewhere", agent=old, host="node7")
        here.forge("silent", agent=old, host="node8")
        here.forge("named", host="renamed")
        an_hour_ago = time.time() - 3600
        os.utime(here.root / "silent" / "state.json", (an_hour_ago, an_hour_ago))
        jobs = {job.job_id: (job.state, job.reason) for job in await here.backend.jobs()}
        assert jobs == {
            "restarted": (State.FAILED, care.RESTARTED),
            "elsewhere": (State.RUNNING, ""),
            "silent": (State.LOST, "node8 gave no sign of life for 60 minutes"),
            "named": (State.RUNNING, ""),
        }
        with pytest.raises(WrongState, match="runs on node7"):
            await here.backend.cancel("elsewhere")
        with pytest.raises(WrongState):
            await here.backend.forget("elsewhere")
        await here.backend.forget("silent")
        shutil.rmtree(here.root)


async def test_a_job_without_an_agent(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        here.forge("new")
        (here.root / "new" / "state.json").unlink()
        assert (await here.job("new")).state is State.SUBMITTING
        with pytest.raises(WrongState, match="being submitted"):
            await here.backend.cancel("new")
        os.utime(here.root / "new" / "spec.json", (0, 0))
        job = await here.job("new")
        assert (job.state, job.name) == (State.FAILED, "jr-new")
        assert job.reason == "its agent did not start"
        await here.backend.forget("new")
