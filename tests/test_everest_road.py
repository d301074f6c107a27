"""From a token to a result, in plain and in asynchronous code, against the stand-in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.everest import AsyncEverest, Everest, RemoteFile, Settings

from . import everest_rig

Factory = Callable[..., everest_rig.Everest]
QUICK = Settings(
    patience=20, first_pause=0.02, settle=0.3, fastest=0.02, slowest=0.2, gone_after=0.2
)


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


@pytest.fixture
def client(server: everest_rig.Everest, tmp_path: Path) -> Iterator[Everest]:
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path / "mine") as client:
        yield client


def test_plain_road(client: Everest) -> None:
    job = client.submit("demo/hostname", name="where am I")
    assert job.result(timeout=30) == {"hostname": job.outputs()["hostname"]}
    assert job.outputs()["hostname"].strip() == socket.gethostname()
    assert (job.state, job.title) == ("DONE", "where am I")
    assert "Task" in job.log() or job.log()


async def test_asynchronous_road(server: everest_rig.Everest, tmp_path: Path) -> None:
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        job = await client.submit("demo/hostname")
        result = await job.result(timeout=30)
        assert result["hostname"].strip() == socket.gethostname()


def test_files_travel_once_and_outputs_not_at_all(
    client: Everest, server: everest_rig.Everest, tmp_path: Path
) -> None:
    path = tmp_path / "старый текст.txt"
    path.write_text("one\n")
    first = client.submit("demo/append", {"message": "two", "file": path})
    out = first.result(timeout=30)["file"]
    assert isinstance(out, RemoteFile)
    assert out.text() == "one\ntwo\n"
    server.control.reset_counts()
    second = client.submit("demo/append", {"message": "three", "file": out})
    again = client.submit("demo/append", {"message": "four", "file": path})
    assert second.result(timeout=30)["file"].text() == "one\ntwo\nthree\n"
    assert again.result(timeout=30)["file"].text() == "one\nfour\n"
    assert "files.upload" not in server.control.counts()
    (stored,) = second.download(tmp_path / "results")
    assert stored.read_text() == "one\ntwo\nthree\n"
