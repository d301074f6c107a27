"""A Jupyter server for bench_proxy.py: ``ours`` or ``jsp`` (jupyter-server-proxy).

Prints its port. ``GET /block`` makes a handler block the event loop for 300 ms each second
during five seconds, as handlers that compute or write to slow disks do.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from tornado.web import RequestHandler
from traitlets.config import Config

TOKEN = "benchmark"
OTHERS = ("jupyter_remote", "jupyterlab", "jupyter_lsp", "notebook_shim")
SESSION = "abcdefghijklmnopqrst"


class Block(RequestHandler):
    def get(self) -> None:
        for start in range(5):
            asyncio.get_running_loop().call_later(start, time.sleep, 0.3)


def add_ours(app: ServerApp, path: str) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from jupyter_remote.apps.base import Upstream
    from jupyter_remote.proxy import Streams, Target, routes

    target = Target(socket=Path(path), upstream=Upstream(), prefix=f"/jupyter-remote/s/{SESSION}/")

    class Table:
        def target(self, session_id: str) -> Target:
            return target

    app.web_app.add_handlers(".*", routes(Table(), Streams()))


def main(kind: str, path: str) -> None:
    config = Config()
    config.IdentityProvider.token = TOKEN
    config.ServerApp.update(
        open_browser=False, port=0, allow_root=True, ip="127.0.0.1", log_level=logging.ERROR,
        jpserver_extensions={**dict.fromkeys(OTHERS, False), "jupyter_server_proxy": kind == "jsp"},
    )  # fmt: skip
    server = {"command": [], "unix_socket": path, "absolute_url": False}
    config.ServerProxy.servers = {"bench": server} if kind == "jsp" else {}
    app = ServerApp(config=config)
    app.initialize(argv=[])
    if kind == "ours":
        add_ours(app, path)
    app.web_app.add_handlers(".*", [("/block", Block)])
    print(app.port, flush=True)
    app.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
