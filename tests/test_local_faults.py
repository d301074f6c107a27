"""The local backend: other machines, broken folders, full disks, and that nothing is left."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
import uuid
from pathlib import Path

import psutil
import pytest

from jupyter_remote.backends.local import RemoteLocalBackend
from jupyter_remote.backends.local.spec import check_spec
from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    InvalidSpec,
    NotFound,
    StorageError,
)
from jupyter_remote.links import local as links
from jupyter_remote.model import JobSpec, Ready, State

from .agent_rig import SERVER, fill, small_disk
from .conftest import until
from .local_rig import local
from .test_process import living

__all__ = ["small_disk"]


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


async def test_thirty_jobs_leave_nothing(tmp_path: Path, run_dir: Path) -> None:
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
        for first in range(0, 30, 10):
            await asyncio.gather(*(cycle(first + number) for number in range(10)))
        assert await here.backend.jobs() == []
        await until(lambda: not living(mark) and not living(str(here.root)))
        await until(lambda: not any(here.run.iterdir()))
        assert not any(here.root.iterdir())
        await until(lambda: psutil.Process().num_fds() <= fds)
