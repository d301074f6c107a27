"""When /tmp was cleaned: the name of our folder is anybody's, and what stands there is not ours."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.backends.local import care
from jupyter_remote.backends.local.files import JobFolders, Record
from jupyter_remote.backends.local.watch import AgentWatch, ask_to_stop
from jupyter_remote.errors import BackendUnreachable
from jupyter_remote.proxy.http import dial

STRANGER = """
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
server.listen()
print("ready", flush=True)
while True:
    client = server.accept()[0]
    client.sendall(b'{"state": "stopped", "revision": 99, "run": "/"}' + bytes([10]))
"""
Impostor = Callable[[Path], None]


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    """Another user's program that listens at a path."""
    running: list[subprocess.Popen[bytes]] = []

    def start(path: Path) -> None:
        argv = [sys.executable, "-c", STRANGER, str(path)]
        running.append(subprocess.Popen(argv, stdout=subprocess.PIPE))
        assert running[-1].stdout
        assert running[-1].stdout.readline() == b"ready\n"

    yield start
    for process in running:
        process.kill()
        process.communicate()


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to act as another user")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel must say who listens")


@needs_root
@linux
async def test_the_proxy_does_not_talk_to_an_impostor(run_dir: Path, impostor: Impostor) -> None:
    impostor(run_dir / "app.sock")
    with pytest.raises(BackendUnreachable, match="Another user's program"):
        await dial(run_dir / "app.sock", wait=5, retry=0.1, alive=lambda: True)


@needs_root
@linux
async def test_an_impostors_news_are_not_heard(run_dir: Path, impostor: Impostor) -> None:
    path = str(run_dir / "agent.sock")
    impostor(Path(path))
    watch = AgentWatch()
    watch.follow("a", path, 0, 5.0)
    await asyncio.wait_for(watch.news.wait(), 10)
    assert watch.heard == {}
    assert not await ask_to_stop(path, 5.0)
    await watch.close()


@pytest.mark.parametrize("ours", [True, False])
async def test_only_a_private_folder_is_cleared(tmp_path: Path, ours: bool) -> None:
    """Whoever may write to the folder around could lead us to delete other things."""
    parent, kept = tmp_path / "runs", tmp_path / "kept"
    run = parent / "a"
    run.mkdir(parents=True)
    parent.chmod(0o700 if ours else 0o777)
    lock = tmp_path / "lock"
    lock.write_text(str(2**22 - 1))
    kept.write_text("")
    (run / "stale.json").write_text(f'[["{lock}", ["{kept}"]]]')
    root = tmp_path / "local"
    (root / "a").mkdir(parents=True)
    data = {"state": "failed", "revision": 2, "run": str(run)}
    await care.clear_away(Record("a", data, 0.0), JobFolders(root))
    assert (run.exists(), kept.exists()) == (not ours, not ours)
