"""The stand-in in a thread of this process: for tests, and for notebooks that show something."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from .control import Control
from .server import Server


class StandIn:
    """A running stand-in: ``url``, ``control``; a context manager, or ``start`` and ``stop``.

    Without a ``folder`` it forgets everything at its end. Further arguments: of ``Server``.
    Stopped and started again in its folder it goes on, at the same port.
    """

    server: Server

    def __init__(self, folder: Path | None = None, port: int = 0, **options: Any) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="everest-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self._port, self._options = port, options

    @property
    def url(self) -> str:
        """The base URL, without ``/api``."""
        return self.server.url

    @property
    def control(self) -> Control:
        """What tests may do behind the API. After a restart it is another one."""
        return self.server.control

    def start(self) -> StandIn:
        """Listen; returns when it does."""
        started = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(started,), name="everest-stand-in")
        self._thread.daemon = True
        self._thread.start()
        started.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def stop(self) -> None:
        """End it, with all its commands."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def close(self) -> None:
        """End it and forget what it kept in a temporary folder."""
        if self._thread.is_alive():
            self.stop()
        if self._temporary:
            self._temporary.cleanup()

    def _run(self, started: threading.Event) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:  # told to the thread that waits for the start
            self._failed = error
        finally:
            started.set()

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        self.server = Server(self.folder, **self._options)
        self.server.start(self._port)
        self._port = self.server.port
        started.set()
        await self._stopped.wait()
        await self.server.stop()

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
