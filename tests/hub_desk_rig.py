"""The share service without a hub: its real program, files and HTTP server; only who asks is
told by a stand-in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tornado import web
from tornado.httpserver import HTTPServer
from traitlets.config import Config

from jupyter_remote.errors import Forbidden
from jupyter_remote.hub.opening import LinkDesk
from jupyter_remote.hub.service import LARGEST_BODY, RemoteShareService
from jupyter_remote.hub.vault import Vault

PREFIX = "/services/share/"


class StandInIdentity:
    """Believes what it is told: a token, or the cookie ``user``, is the user's name."""

    auth = SimpleNamespace(hub_prefix="/hub/", hub_host="", login_url="/hub/login")

    async def of_token(self, header: str) -> str:
        if not header.startswith("token "):
            raise Forbidden("who are you?")
        return header.removeprefix("token ")

    async def of_browser(self, handler: web.RequestHandler) -> str | None:
        return handler.get_cookie("user")


class Rig:
    """The running service; ``clock`` moves when a test says so."""

    def __init__(self, folder: Path, **traits: Any) -> None:
        self.folder, self.now = folder, 1_800_000_000.0
        limits = {"user_rate": 10**6, "address_rate": 10**6, "misses": 10**6}
        config = {"RemoteShareLimits": limits | traits.pop("limits", {})}
        self.program = RemoteShareService(data_dir=str(folder), **traits)
        self.program.update_config(Config(config))
        self.vault: Vault = self.program.vault()
        self.vault.clock = lambda: self.now
        web = self.program.web(self.vault, StandInIdentity())  # type: ignore[arg-type]
        self.links: LinkDesk = web.wildcard_router.rules[0].target_kwargs["service"].links
        self.server = HTTPServer(
            web,
            max_body_size=LARGEST_BODY,
        )

    def showing(self) -> int:
        """Previews that are made or wait for that."""
        return self.links._worker._showing._inside

    def client(self, user: str, **how: Any) -> httpx.AsyncClient:
        """Somebody's Jupyter server, as far as the service knows."""
        headers = {"Authorization": f"token {user}"}
        return httpx.AsyncClient(base_url=f"{self.url}api/", headers=headers, timeout=60, **how)

    def browser(self, user: str | None) -> httpx.AsyncClient:
        """Somebody's browser."""
        cookies = {"user": user} if user else {}
        return httpx.AsyncClient(base_url=self.url, cookies=cookies, timeout=60)

    async def share(self, user: str, content: bytes = b"", **terms: Any) -> tuple[str, str]:
        """A share that is filled; answers its id and its token."""
        body = {"name": "a.ipynb", "expires_in": 3600, **terms}
        async with self.client(user) as client:
            made = await client.post("shares", json=body)
            assert made.status_code == 201, made.text
            share, token = made.json()["id"], made.json()["token"]
            sent = await client.put(f"shares/{share}/notebook", content=content or notebook("one"))
            assert sent.status_code == 200, sent.text
        return share, token

    def audit(self) -> list[dict[str, Any]]:
        """Lines of the audit log."""
        text = (self.folder / "audit.log").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def files(self) -> list[Path]:
        """What lies on disk besides the table."""
        return sorted((self.folder / "files").iterdir())


@contextlib.asynccontextmanager
async def running(folder: Path, **traits: Any) -> AsyncIterator[Rig]:
    """The service on a free port."""
    patch = pytest.MonkeyPatch()
    patch.setenv("JUPYTERHUB_SERVICE_PREFIX", PREFIX)
    rig = Rig(folder, **traits)
    rig.server.listen(0, "127.0.0.1")
    (socket,) = list(rig.server._sockets.values())[:1]
    rig.url = f"http://127.0.0.1:{socket.getsockname()[1]}{PREFIX}"
    try:
        yield rig
    finally:
        rig.server.stop()
        await rig.server.close_all_connections()
        await rig.vault.close()
        rig.vault.audit.close()
        patch.undo()


def notebook(text: str = "one", *, output: Any = None, **metadata: Any) -> bytes:
    """A notebook with one cell; ``output`` is HTML that it shows."""
    outputs = (
        []
        if output is None
        else [{"output_type": "display_data", "data": {"text/html": output}, "metadata": {}}]
    )
    cell = {"cell_type": "code", "id": "a", "source": text, "metadata": {"trusted": True}}
    cell |= {"outputs": outputs, "execution_count": 1}
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": [cell], "metadata": {"kernelspec": spec, **metadata}}
    return json.dumps(content | {"nbformat": 4, "nbformat_minor": 5}).encode()
