"""Notebooks of 100 MB through a user's own server, in both modes: its memory has a bound, and what
is too large is refused with the limit."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from . import hub_desk_rig
from .servers import TOKEN, Server
from .share_rig import code, notebook, shown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SIZE = 100_000_000


def figures(path: Path, size: int) -> None:
    """A notebook of many large pictures."""
    picture = "iVBORw0KGgo" * 90_000
    cells = [code("plot()", shown(image_png=picture)) for _ in range(size // len(picture))]
    path.write_text(json.dumps(notebook(*cells)))


def huge(path: Path) -> None:
    """A file that says it is three times as large; it takes no room."""
    path.touch()
    os.truncate(path, 3 * SIZE)


class Measured:
    """A server whose memory is watched by the kernel."""

    def __init__(self, server: Server) -> None:
        assert server.process is not None
        self._proc = Path(f"/proc/{server.process.pid}")
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}",
            headers={"Authorization": f"token {TOKEN}"},
            timeout=120,
        )

    async def __aenter__(self) -> Measured:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()

    def _status(self, key: str) -> int:
        lines = (self._proc / "status").read_text().splitlines()
        (found,) = [line for line in lines if line.startswith(f"{key}:")]
        return int(found.split()[1]) * 1024

    async def grows(
        self, method: str, path: str, body: object = None
    ) -> tuple[httpx.Response, int]:
        """One request, and by how many bytes the server's memory grew while it lasted."""
        (self._proc / "clear_refs").write_text("5")
        before = self._status("VmRSS")
        answer = await self.client.request(method, path, json=body)
        return answer, self._status("VmHWM") - before


@pytest.fixture
def server(tmp_path: Path, run_dir: Path) -> Iterator[Server]:
    server = Server(tmp_path / "alice", run_dir)
    yield server
    server.close()


@pytest.mark.parametrize("mode", ["local", "hub"])
async def test_100_megabytes_through_my_own_server(
    server: Server, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jupyter's own way to read or save a notebook takes four to five times its size, as it is
    parsed; sharing and importing take no more than a little more. What is not parsed streams."""
    async with hub_desk_rig.running(tmp_path / "service") as service:
        if mode == "hub":
            monkeypatch.setenv("JUPYTER_REMOTE_SHARE_URL", service.url.rstrip("/"))
            monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "alice")
        await asyncio.to_thread(server.start)
        async with Measured(server) as measured:
            await measured.grows("GET", "/jupyter-remote/shares")
            await there_and_back(server, measured, mode)
            await refused(server, measured, mode)


async def there_and_back(server: Server, measured: Measured, mode: str) -> None:
    """Share and import."""
    (server.home / "copies").mkdir()
    figures(server.home / "large.ipynb", SIZE)
    body = {"path": "large.ipynb", "expires_in": 600}
    answer, growth = await measured.grows("POST", "/jupyter-remote/shares", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["mode"] == mode
    assert 0 < growth < 6 * SIZE
    wanted = {"link": answer.json()["link"], "folder": "copies"}
    answer, growth = await measured.grows("POST", "/jupyter-remote/imports", wanted)
    assert answer.status_code == 201, answer.text
    assert 0 < growth < 6 * SIZE
    same = [json.loads(path.read_text()) for path in server.home.rglob("large.ipynb")]
    assert len(same) == 2
    assert same[0]["cells"][-1]["outputs"] == same[1]["cells"][-1]["outputs"]
    for tail in ("/notebook", "/bundle") if mode == "local" else ():
        answer, growth = await measured.grows("GET", wanted["link"] + tail)
        assert answer.status_code == 200
        assert growth < 0.2 * SIZE
    _, growth = await measured.grows("GET", "/jupyter-remote/shares")
    assert growth < 0.2 * SIZE, "a list reads no notebook"


async def refused(server: Server, measured: Measured, mode: str) -> None:
    """What has more bytes than the server, or the service, takes is not even read."""
    huge(server.home / "huge.ipynb")
    limit = {"local": "200 MB", "hub": "105 MB"}[mode]
    for path, asked in (("shares", {"expires_in": 600}), ("bundles", {})):
        body = {"path": "huge.ipynb", **asked}
        answer, growth = await measured.grows("POST", f"/jupyter-remote/{path}", body)
        assert (answer.status_code, answer.json()["reason"]) == (413, "too-large"), path
        assert (limit if path == "shares" else "200 MB") in answer.json()["message"]
        assert growth < 0.2 * SIZE
