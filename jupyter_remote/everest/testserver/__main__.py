"""``python -m jupyter_remote.everest.testserver``: a stand-in for demos, on this machine only."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import tempfile
from pathlib import Path

from .server import Server

WORDS = """A STAND-IN for an Everest server: it is not Everest, and all jobs run on this machine.
  base URL   {url}
  user       {user}
  password   {password}
  token      {token}
End it with Ctrl+C."""


def arguments() -> argparse.Namespace:
    """The command line. Secrets come from the environment, or are made up."""
    parser = argparse.ArgumentParser(
        prog="python -m jupyter_remote.everest.testserver",
        description="A stand-in for an Everest server, for demos and tests. It is not Everest: "
        "jobs run on this machine, which alone can reach it.",
        epilog="Environment: EVEREST_STAND_IN_PASSWORD (else one is made up), "
        "EVEREST_STAND_IN_KEY (opens the control of faults and clock below /_test/).",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: a free one")
    parser.add_argument("--user", default="demo", help="who can log in (default: demo)")
    parser.add_argument("--folder", type=Path, help="keeps everything, to go on after a restart")
    parser.add_argument("--slots", type=int, default=4, help="commands at once (default: 4)")
    parser.add_argument(
        "--cost", type=float, default=0.0, help="seconds of the platform's own work per job"
    )
    return parser.parse_args()


async def serve(options: argparse.Namespace, folder: Path) -> None:
    """Serve until a signal comes."""
    server = Server(folder, slots=options.slots, key=os.environ.get("EVEREST_STAND_IN_KEY", ""))
    password = os.environ.get("EVEREST_STAND_IN_PASSWORD") or secrets.token_urlsafe(9)
    server.control.add_user(options.user, password)
    server.control.options(cost=options.cost)
    server.start(options.port)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    token = server.control.token(options.user, "made at the start")
    about = {"url": server.url, "user": options.user, "password": password, "token": token}
    print(WORDS.format(**about), flush=True)  # noqa: T201
    await stopped.wait()
    await server.stop()


def main() -> None:
    """Run it."""
    options = arguments()
    if options.folder is not None:
        asyncio.run(serve(options, options.folder))
    else:
        with tempfile.TemporaryDirectory(prefix="everest-") as folder:
            asyncio.run(serve(options, Path(folder)))


if __name__ == "__main__":
    main()
