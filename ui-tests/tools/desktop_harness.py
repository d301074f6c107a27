"""Serve one desktop without Jupyter: page, client files and websocket, for quick experiments.

``python ui-tests/tools/desktop_harness.py PORT [COMMAND]``: prints the address. With COMMAND,
the app is ``program``. The real server is used by the tests; this one has no login at all, so
it listens on 127.0.0.1 and under a random path.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tornado import iostream, web

sys.path.insert(0, str(Path(__file__).parents[2]))
from jupyter_remote.apps.desktop import DesktopApp, ProgramApp, RemoteDesktop
from jupyter_remote.apps.desktop_page import content_type, packed
from jupyter_remote.model import Session, State, new_session_id, now

SECRET = secrets.token_hex(16)


def session(app: str, options: dict[str, str]) -> Session:
    """A record such as the server makes."""
    stamp = now()
    return Session(
        id=new_session_id(),
        name=app,
        app=app,
        backend="local",
        state=State.RUNNING,
        revision=1,
        time=stamp,
        created=stamp,
        options=options,
    )


def start(app: DesktopApp | ProgramApp, record: Session, run: Path) -> subprocess.Popen[bytes]:
    """What the agent does: files, placeholders, program."""
    spec = app.job(record, "/")
    names = {"{run}": str(run), "{job}": str(run), "{socket}": str(run / "app.sock")}

    def fill(text: str) -> str:
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    for name, text in spec.files.items():
        path = run / name
        path.touch(0o600)
        path.write_text(fill(text))
    return subprocess.Popen([fill(word) for word in spec.argv], env=os.environ | dict(spec.env))


class Page(web.RequestHandler):
    def initialize(self, app, record, run):
        self.app, self.record, self.run = app, record, run

    async def get(self, path):
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            await self.splice()
        else:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(self.app.page(self.record, self.request.path))

    async def splice(self):
        browser = self.detach()
        lines = [f"GET / HTTP/1.1", "Host: localhost"]
        keep = ("upgrade", "connection", "sec-websocket-key", "sec-websocket-version")
        keep += ("sec-websocket-protocol",)
        for name, value in self.request.headers.get_all():
            if name.lower() in keep:
                lines.append(f"{name}: {value}")
        for _ in range(1500):
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(str(self.run / "app.sock"))
                break
            await asyncio.sleep(0.02)
        browser.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

        async def up():
            while True:
                writer.write(await browser.read_bytes(1 << 16, partial=True))
                await writer.drain()

        async def down():
            while data := await reader.read(1 << 16):
                await browser.write(data)

        tasks = [asyncio.create_task(up()), asyncio.create_task(down())]
        with contextlib.suppress(iostream.StreamClosedError, OSError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        browser.close()
        writer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Static(web.RequestHandler):
    def initialize(self, files):
        self.files = files

    def get(self, path):
        file = self.files.locate(path.partition("/")[2])
        if not file:
            raise web.HTTPError(404)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Content-Type", content_type(file))
        self.set_header("Content-Encoding", "gzip")
        self.finish(packed(file, file.stat().st_mtime_ns))


class Record(web.RequestHandler):
    def initialize(self, job):
        self.job = job

    def get(self, rest):
        ended = self.job.poll() is not None
        self.finish(json.dumps({"state": "stopped" if ended else "running", "reason": ""}))

    def post(self, rest):
        self.set_status(204)


async def main() -> None:
    port, command = int(sys.argv[1]), sys.argv[2:]
    shared = RemoteDesktop(secret=lambda _: SECRET)
    app = ProgramApp(shared) if command else DesktopApp(shared)
    options = {"command": command[0]} if command else {}
    if os.environ.get("LAYOUT"):
        options["keyboard_layout"] = os.environ["LAYOUT"]
    record = session("program" if command else "desktop", options)
    run = Path(tempfile.mkdtemp(prefix="jr-harness-"))
    began = time.monotonic()
    job = start(app, record, run)
    base = f"/{secrets.token_hex(4)}/jupyter-remote/"
    server = web.Application(
        [
            (rf"{base}s/{record.id}/(.*)", Page, {"app": app, "record": record, "run": run}),
            (rf"{base}desktop-client/(.*)", Static, {"files": shared.files()}),
            (rf"{base}sessions/{record.id}(.*)", Record, {"job": job}),
        ]
    ).listen(port, "127.0.0.1")
    print(json.dumps({"url": f"http://127.0.0.1:{port}{base}s/{record.id}/", "run": str(run), "pid": job.pid}), flush=True)
    try:
        while job.poll() is None:
            await asyncio.sleep(0.05)
    finally:
        job.terminate()
        code = job.wait()
        print(json.dumps({"code": code, "seconds": round(time.monotonic() - began, 2)}), flush=True)
        server.stop()
        shutil.rmtree(run)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
