"""What a page with the list of jobs asks of a server: ours, and jupyterlab-slurm's."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable
from typing import Any

from _desktop import Lab
from _probe import at_once, stall
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

OURS, THEIRS = "jupyter_remote", "jupyterlab-slurm"


class Server:
    """One Jupyter server and what a tab asks of it."""

    def __init__(self, kind: str, lab: Lab) -> None:
        self.kind, self.base = kind, lab.base
        self.pid = lab.process.pid
        self.where = lab.base.removeprefix("http://").rstrip("/")
        self.path = "jupyter-remote/jobs" if kind == OURS else "jupyterlab_slurm/squeue"
        self.http = AsyncHTTPClient(force_instance=True, max_clients=100)

    async def ask(
        self, path: str, method: str = "GET", body: Any = None, *, compressed: bool = True
    ) -> bytes:
        """The answer as it travels, compressed where the server does."""
        return (await self.fetch(path, method, body, compressed=compressed)).body

    async def fetch(
        self, path: str, method: str = "GET", body: Any = None, *, compressed: bool = False
    ) -> HTTPResponse:
        """The same, with its headers."""
        request = HTTPRequest(
            self.base + path,
            method=method,
            body=None if body is None else json.dumps(body),
            headers={"Accept-Encoding": "gzip"} if compressed else None,
            decompress_response=False,
            request_timeout=120,
        )
        return await self.http.fetch(request)

    async def list(self) -> bytes:
        """The list, as a page asks for it when it opens."""
        return await self.ask(self.path)

    async def opened(self, tabs: int) -> int:
        """The lists of so many pages that open at the same moment, in bytes."""
        return await asyncio.to_thread(at_once, self.where, f"/{self.path}", tabs)

    async def stall(self, work: Awaitable[Any]) -> float:
        """Longest time in ms that a small request waited while the work was done."""
        return await stall(self.where, self.pid, work)

    async def look(self) -> bytes:
        return await self.ask("jupyter-remote/jobs/look", "POST", {})


class Tab:
    """An open page of ours: counts the bytes of events, and keeps those about jobs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.heard: list[tuple[float, int, dict[str, Any]]] = []
        self.bytes = 0

    async def __aenter__(self) -> Tab:
        base = self.server.base.replace("http", "ws", 1)
        self.socket = await websocket_connect(base + "api/events/subscribe")
        self.task = asyncio.create_task(self._listen())
        await self.server.list()
        await self.server.look()
        return self

    async def _listen(self) -> None:
        while (message := await self.socket.read_message()) is not None:
            self.bytes += len(message)
            data = json.loads(message)
            if "jupyter_remote/job" in data.get("schema_id", ""):
                self.heard.append((time.monotonic(), len(message), data))

    async def __aexit__(self, *_: object) -> None:
        self.socket.close()
        self.task.cancel()


def size(answer: HTTPResponse) -> int:
    """Bytes of an answer as it travels to a browser, which has the cookie already."""
    lines = [one for one in answer.headers.get_all() if one[0] != "Set-Cookie"]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return len(f"HTTP/1.1 {answer.code} {answer.reason}\r\n{head}\r\n") + len(answer.body)
