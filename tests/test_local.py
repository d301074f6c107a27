"""The local backend: every end of a job, what outlives what, and that nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_remote.agent import proc
from jupyter_remote.backends import _local_care as care
from jupyter_remote.backends.local import RemoteLocalBackend, check_spec
from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    InvalidSpec,
    NotFound,
    StorageError,
    WrongState,
)
from jupyter_remote.links import local as links
from jupyter_remote.model import Job, JobSpec, Json, Ready, State
from jupyter_remote.process import Identity

from .conftest import until
from .test_agent import SERVER, fill, small_disk
from .test_process import living

__all__ = ["small_disk"]


class Local:
    """A backend and shorter words for what the tests do with it."""

    def __init__(self, data: Path, run: Path, **traits: Any) -> None:
        self.root, self.run = data / "local", run
        self.backend = RemoteLocalBackend(data_dir=str(data), run_dir=str(run), **traits)

    async def start(self, *argv: str, **fields: Any) -> str:
        fields.setdefault("name", "jr-" + uuid.uuid4().hex[:12])
        return await self.backend.submit(JobSpec(argv=argv, cwd="/", **fields))

    async def job(self, job_id: str) -> Job:
        (job,) = [job for job in await self.backend.jobs() if job.job_id == job_id]
        return job

    async def reach(self, job_id: str, *states: State) -> Job:
        """Wait, as the server does, for news."""
        deadline = time.monotonic() + 60
        while (job := await self.job(job_id)).state not in states:
            assert time.monotonic() < deadline, job
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.backend.changed(), 5)
        return job

    async def end(self, job_id: str) -> Job:
        return await self.reach(job_id, State.STOPPED, State.FAILED, State.LOST)

    def state(self, job_id: str) -> dict[str, Json]:
        data: dict[str, Json] = json.loads((self.root / job_id / "state.json").read_text())
        return data

    def forge(self, job_id: str, **state: Json) -> None:
        """A job folder as somebody else left it."""
        folder = self.root / job_id
        folder.mkdir(mode=0o700, parents=True)
        own = proc.identity(os.getpid())
        data = {"state": "running", "revision": 2, "name": f"jr-{job_id}", "host": os.uname()[1]}
        data.update(agent=own, app=own, job=str(folder), run=str(self.run / job_id))
        (folder / "spec.json").write_text(json.dumps({"name": data["name"], "run": data["run"]}))
        (folder / "state.json").write_text(json.dumps({**data, **state}))

    async def clean(self) -> None:
        """End the jobs that a test left running."""
        for job in await self.backend.jobs():
            if not job.state.ended and self.state(job.job_id)["agent"]["pid"] != os.getpid():
                await self.backend.cancel(job.job_id)
                await self.end(job.job_id)


@contextlib.asynccontextmanager
async def local(tmp_path: Path, run_dir: Path, **traits: Any) -> AsyncIterator[Local]:
    one = Local(tmp_path / "data", run_dir / "run", **traits)
    try:
        yield one
        await one.clean()
    finally:
        await one.backend.close()


LISTENING: dict[str, Any] = {"listen": "socket", "ready": Ready(kind="connect", timeout=60)}


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


async def test_damaged_and_unreadable_folders(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        assert await here.backend.jobs() == []
        here.forge("damaged")
        (here.root / "empty").mkdir()
        (here.root / "file").touch()
        (here.root / "damaged" / "state.json").write_text("{")
        (job,) = await here.backend.jobs()
        assert job.state is State.LOST
        assert str(here.root / "damaged" / "state.json") in job.reason
        await here.backend.forget("damaged")
        shutil.rmtree(here.root)
        here.root.touch()
        with pytest.raises(StorageError, match=f"cannot read {here.root}: "):
            await here.backend.jobs()
        with pytest.raises(StorageError, match=str(here.root)):
            await here.start("true")
        here.root.unlink()


async def test_a_full_disk(tmp_path: Path, run_dir: Path, small_disk: Path) -> None:
    async with local(small_disk, run_dir) as here:
        here.root.mkdir(mode=0o700, parents=True)
        fill(small_disk / "fill")
        with pytest.raises(StorageError, match="No space left"):
            await here.start("true")
        assert await here.backend.jobs() == []
        assert not any(here.root.iterdir())
        (small_disk / "fill").unlink()
        script = "cat /dev/zero > {job}/fill; while [ ! -e {run}/go ]; do sleep 0.05; done; exit 3"
        job_id = await here.start("sh", "-c", script)
        await here.reach(job_id, State.RUNNING)
        await until(lambda: shutil.disk_usage(small_disk).free == 0)
        (here.run / job_id / "go").touch()
        end = await here.end(job_id)
        assert (end.state, end.exit_code) == (State.FAILED, 3)
        assert not State(here.state(job_id)["state"]).ended
        (here.root / job_id / "fill").unlink()
        await until(lambda: here.state(job_id)["state"] == "failed")
        assert (await here.job(job_id)).exit_code == 3


async def test_log_ranges(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        log = here.backend.log
        job_id = await here.start("sh", "-c", "printf 0123456789; printf abc >&2")
        await here.end(job_id)
        chunk = await log(job_id, 0, 100)
        assert (chunk.data, chunk.offset, chunk.size) == (b"0123456789abc", 0, 13)
        assert (await log(job_id, 3, 4)).data == b"3456"
        chunk = await log(job_id, -5, 100)
        assert (chunk.data, chunk.offset) == (b"89abc", 8)
        assert (await log(job_id, -500, 2)).data == b"01"
        chunk = await log(job_id, 500, 2)
        assert (chunk.data, chunk.offset, chunk.size) == (b"", 13, 13)
        assert (await log(job_id, 0, -1)).data == b""
        (here.root / job_id / "log").unlink()
        assert (await log(job_id, 0, 10)).size == 0
        (here.root / job_id / "log").symlink_to("/etc/passwd")
        with pytest.raises(StorageError):
            await log(job_id, 0, 10)
        for name in ("nobody", "../local", ".", ""):
            with pytest.raises(NotFound):
                await log(name, 0, 10)


async def test_modes_and_the_socket(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        ready = Ready(kind="http", timeout=60)
        argv = [sys.executable, "-c", SERVER, "{port}", "200"]
        job_id = await here.start(*argv, listen="port", ready=ready, files={"a": "b"})
        await here.reach(job_id, State.RUNNING)
        sock = here.backend.socket(job_id)
        assert sock.is_socket()
        for folder in (here.root, here.root / job_id, here.run, here.run / job_id):
            assert folder.stat().st_mode & 0o777 == 0o700, folder
        files = [*(here.root / job_id).iterdir(), *(here.run / job_id).iterdir()]
        assert len(files) == 6
        for file in files:
            assert file.stat().st_mode & 0o777 == 0o600, file
        other = RemoteLocalBackend(data_dir=str(tmp_path / "data"), run_dir="/elsewhere")
        assert other.socket(job_id) == sock
        coming = here.backend.socket("z" * 20)
        assert coming == here.run / ("z" * 20) / "app.sock", "a submit that is on its way"
        with pytest.raises(NotFound):
            other.socket("../nobody")


async def test_memory_is_measured_besides(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, memory_interval=0.01) as here:
        code = (
            "import time; x = bytearray(b'x') * 50_000_000; print(1, flush=True); time.sleep(1000)"
        )
        job_id = await here.start(sys.executable, "-c", code)

        async def enough() -> bool:
            return ((await here.job(job_id)).memory or 0) > 50_000_000

        await until(enough)
        await here.backend.cancel(job_id)
        assert (await here.end(job_id)).memory is None


async def test_the_environment_has_no_secrets(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = ["JUPYTERHUB_API_TOKEN", "JUPYTER_TOKEN", "JPY_PARENT_PID", "A_TOKEN", "DB_PASSWORD"]
    for name in [*secret, "VIRTUAL_ENV", "MY_OWN"]:
        monkeypatch.setenv(name, "sesame")
    async with local(tmp_path, run_dir, env_remove=["*_TOKEN", "JPY_*", "*_PASSWORD"]) as here:
        job_id = await here.start("env", env={"NEW": "{port}", "MY_OWN": "mine"})
        await here.end(job_id)
        lines = (await here.backend.log(job_id, 0, 1 << 20)).data.decode().splitlines()
        assert "VIRTUAL_ENV=sesame" in lines
        assert "MY_OWN=mine" in lines
        assert any(line.startswith("NEW=") and line[4:].isdigit() for line in lines)
        assert not {line.partition("=")[0] for line in lines} & set(secret)
        spec = (here.root / job_id / "spec.json").read_text()
        assert "sesame" not in spec


async def test_what_is_refused(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        for name in ("jr-", "jr-../x", "jr-a/b", "jr-.hidden", "jr-" + "x" * 65):
            with pytest.raises(InvalidSpec, match="no name for a job"):
                await here.start("true", name=name)
        with pytest.raises(InvalidSpec, match="no command"):
            await here.start()
        with pytest.raises(InvalidSpec, match="listens to nothing"):
            await here.start("true", ready=Ready(kind="http"))
        for file in ("/etc/x", "../x", "a/../../x", ""):
            with pytest.raises(InvalidSpec, match="not below"):
                await here.start("true", files={file: ""})
        for job_id in ("nobody", "..", "a/b", ""):
            with pytest.raises(NotFound):
                await here.backend.cancel(job_id)
        assert not here.root.exists()
        assert (await here.backend.offers()).available
    assert check_spec(JobSpec(name="jr-abc", argv=("x",))) == "abc"


async def test_an_agent_that_does_not_start(tmp_path: Path, run_dir: Path) -> None:
    for traits, error, words in [
        ({"python": "no-such-python"}, BackendError, "command not found: no-such-python"),
        ({"python": "false"}, BackendError, "the agent ended with status 1"),
        ({"agent_prefix": ["sleep", "1000"]}, BackendError, "invalid option"),
        ({"agent_prefix": ["sh", "-c", "sleep 1000"], "submit_timeout": 0.3}, BackendTimeout, "sh"),
    ]:
        async with local(tmp_path, run_dir, **traits) as here:  # type: ignore[arg-type]
            with pytest.raises(error, match=words):
                await here.start("true", name="jr-dud")
            left = [job.state for job in await here.backend.jobs()]
            assert left == ([State.SUBMITTING] if error is BackendTimeout else [])
            shutil.rmtree(here.root)


async def test_folders_for_sockets(tmp_path: Path, run_dir: Path) -> None:
    deep = run_dir / ("d" * 70)
    async with local(tmp_path, deep) as here:
        with pytest.raises(StorageError, match="too long for a socket"):
            await here.start("true")
    (run_dir / "open").mkdir(mode=0o755)
    (run_dir / "link").symlink_to(tmp_path)
    (run_dir / "file").touch()
    for name, words in [("open", "chmod 700"), ("link", "a link"), ("file", "cannot make")]:
        with pytest.raises(StorageError, match=words):
            links.private_folder(run_dir / name)
    with pytest.raises(StorageError, match="cannot make"):
        links.private_folder(run_dir / "file" / "below")
    assert len(str(links.default_run_dir())) <= links.SOCKET_BYTES - 40


def test_a_long_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/" + "t" * 90)
    assert links.default_run_dir() == Path(f"/tmp/jupyter-remote-{os.getuid()}")


async def test_a_deaf_agent_is_stopped_by_signal(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir, control_timeout=0.2) as here:
        job_id = await here.start("sleep", "1000")
        await here.reach(job_id, State.RUNNING)
        (here.run / job_id / "agent.sock").unlink()
        await here.backend.cancel(job_id)
        await until(lambda: here.state(job_id)["state"] == "stopped")
        assert (await here.job(job_id)).state is State.STOPPED


async def test_slow_folders_do_not_block(
    tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with local(tmp_path, run_dir, io_timeout=0.1) as here:
        with monkeypatch.context() as patch:
            patch.setattr(here.backend._folders, "records", lambda: time.sleep(0.5))
            with pytest.raises(BackendTimeout, match=r"did not answer within 0\.1 s"):
                await here.backend.jobs()


async def test_changed_is_quiet_when_nothing_happens(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        job_id = await here.start("sleep", "1000")
        await here.reach(job_id, State.RUNNING)
        while True:  # news that were under way
            await here.backend.jobs()
            try:
                await asyncio.wait_for(here.backend.changed(), 0.3)
            except asyncio.TimeoutError:
                break
        os.kill(here.state(job_id)["app"]["pid"], signal.SIGKILL)
        await asyncio.wait_for(here.backend.changed(), 60)
        assert (await here.end(job_id)).signal == "SIGKILL"


async def test_fifty_jobs_leave_nothing(tmp_path: Path, run_dir: Path) -> None:
    async with local(tmp_path, run_dir) as here:
        mark = uuid.uuid4().hex

        async def cycle(number: int) -> None:
            job_id = await here.start("sh", "-c", f"sleep 1000 & sleep 1000; : {mark}")
            if number % 2:
                await here.backend.cancel(job_id)
            else:
                os.kill(here.state(job_id)["app"]["pid"], signal.SIGKILL)
            await until(lambda: State(here.state(job_id)["state"]).ended)
            await here.job(job_id)
            await here.backend.forget(job_id)

        await cycle(0)
        await asyncio.sleep(0.1)
        fds = psutil.Process().num_fds()
        for first in range(0, 50, 10):
            await asyncio.gather(*(cycle(first + number) for number in range(10)))
        assert await here.backend.jobs() == []
        await until(lambda: not living(mark) and not living(str(here.root)))
        await until(lambda: not any(here.run.iterdir()))
        assert not any(here.root.iterdir())
        await until(lambda: psutil.Process().num_fds() <= fds)
