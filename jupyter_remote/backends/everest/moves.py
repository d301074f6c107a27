"""What goes between the files of Lab's file browser and an account: it takes its time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ...errors import InvalidSpec, NotFound
from ...everest.disk import on_disk
from ...everest.sweeps import packable
from ...model import Json
from . import sweeps
from .backend import EverestBackend
from .transfers import Report, Transfer, Transfers


class Moves:
    """Uploads, downloads, and what needs them; ``backend`` gives that of an account, ``root`` is
    the folder that the file browser shows. All raise NotFound, InvalidSpec, LimitReached."""

    def __init__(self, backend: Callable[[str], EverestBackend], root: str) -> None:
        self._backend, self._root = backend, root
        self.transfers = Transfers()

    def upload(self, name: str, path: str) -> Transfer:
        """Send a file of Lab's file browser; its ``result`` is the address on the server. The same
        content is not sent twice."""
        backend, where = self._backend(name), self._path(path)

        async def work(report: Report) -> Json:
            return (await (await backend.client()).upload(where, report)).uri

        return self.transfers.begin(where.name, work)

    async def download(self, name: str, job_id: str, outputs: list[str], folder: str) -> Transfer:
        """Store outputs of a job (all, when none is named) in a folder of Lab's file browser; its
        ``result`` are their paths there. Nothing that is there is replaced."""
        backend, where = self._backend(name), self._path(folder)
        if not await on_disk(where, where.is_dir):
            raise NotFound(f"there is no folder {folder or '/'}")

        async def work(report: Report) -> Json:
            paths = await backend.download(job_id, outputs, where, report)
            return [str(path.relative_to(self._root)) for path in paths]

        return self.transfers.begin(job_id, work)

    def unpack(self, name: str, job_id: str, folder: str, output: str) -> Transfer:
        """Put the results of a sweep into a new folder below one of Lab's file browser; its
        ``result`` has the ``folder`` and the ``rows`` of a table with this output of each task, see
        ``sweeps.unpacked``."""
        backend, where = self._backend(name), self._path(folder)

        async def work(report: Report) -> Json:
            found = await sweeps.unpacked(backend, job_id, where, output, report)
            return {**found, "folder": str((where / found["folder"]).relative_to(self._root))}

        return self.transfers.begin(job_id, work)

    async def sweep(self, name: str, fields: Mapping[str, Json]) -> Transfer:
        """Send the files of a parameter sweep and submit it; its ``result`` is where the job is.
        Raises InvalidInput with the name of what is wrong."""
        backend, plan = self._backend(name), sweeps.plan_of(fields)
        paths = [self._path(path) for path in fields.get("files", [])]
        files = await on_disk("files", packable, paths)

        async def work(report: Report) -> Json:
            return await sweeps.submit(backend, plan, files, fields, report)

        return self.transfers.begin(fields.get("name") or "sweep", work)

    def trial(self, name: str, fields: Mapping[str, Json]) -> dict[str, Json]:
        """How many tasks a sweep would have. Raises InvalidInput."""
        self._backend(name)
        return sweeps.trial(sweeps.plan_of(fields))

    def _path(self, path: str) -> Path:
        """A path of Lab's file browser. Raises InvalidSpec when it leads out of it."""
        where = os.path.normpath(os.path.join(self._root, path.lstrip("/")))
        root = os.path.normpath(self._root)
        if os.path.commonpath([root, where]) != root:
            raise InvalidSpec(f"{path} is not below the folder that the file browser shows")
        return Path(where)
