"""RemoteApp: builds the parts and adds the routes (composition root)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from traitlets import List, Unicode, default

from .activity import LOOK, Activity
from .apps.base import App
from .apps.command import CommandApp
from .apps.desktop import DesktopApp, ProgramApp, RemoteDesktop
from .apps.desktop_size import taken
from .apps.registry import RemoteApps
from .backends.everest import RemoteEverest
from .backends.htcondor import RemoteHTCondorBackend
from .backends.local import RemoteLocalBackend
from .backends.slurm import RemoteSlurmBackend
from .contract import Backend
from .errors import RemoteError, StorageError
from .events import Events
from .files import SecretKey
from .handlers import broken_routes, routes
from .jobdesk import RemoteJobDesk
from .jobs import RemoteJobs
from .journal import Journal
from .model import Job
from .proxy.targets import SessionTargets
from .sessions import RemoteSessions
from .shares.address import PARAMETER
from .shares.parts import sharing
from .store import HEARTBEAT, SessionStore
from .upkeep import RemoteUpkeep
from .watch import RemoteWatch

JOURNAL = 5.0
"""Seconds between two writings of the journal of ended jobs."""
TIDY = 60.0
"""Seconds between two looks for links that expired."""

ACCOUNTS = 30.0
"""Seconds between two looks at the accounts of Everest, which notebooks may change."""


class RemoteApp(ExtensionApp):
    """Desktops, web apps and commands of this user, as sessions in JupyterLab."""

    name = "jupyter_remote"
    description = __doc__ or ""

    data_dir = Unicode(
        config=True,
        help="Folder of session records and logs (0700). "
        "Default: ``jupyter_remote`` in Jupyter's data folder.",
    )
    schedulers = List(
        Unicode(),
        ["slurm", "htcondor"],
        config=True,
        help="Schedulers whose jobs are shown when their commands (or HTCondor's Python bindings) "
        "are here; [] for none.",
    )

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "jupyter_remote")

    broken: StorageError | None = None

    def initialize_settings(self) -> None:
        """Build every part; without its folder the extension only says what is wrong."""
        try:
            self._build()
        except StorageError as error:
            self.log.error("jupyter_remote does not work: %s", error)
            self.broken = error

    def _build(self) -> None:
        """Nothing here needs a running event loop."""
        folder = Path(self.data_dir)
        store = SessionStore(folder)
        key = SecretKey(folder / "key")
        self.desktop = RemoteDesktop(parent=self, secret=lambda s: key.secret(s.id))
        built_in: list[App] = [DesktopApp(self.desktop), ProgramApp(self.desktop), CommandApp()]
        self.apps = RemoteApps(parent=self, apps=built_in)
        local: dict[str, Backend] = {"local": RemoteLocalBackend(parent=self, data_dir=str(folder))}
        self.backends = {**local, **self._schedulers(str(folder))}
        events = Events(self._server.event_logger)
        self.sessions = RemoteSessions(
            parent=self,
            store=store,
            backends=local,
            apps=self.apps,
            events=events,
            prefix=self._prefix,
        )
        self.sessions.taken = lambda s: taken(
            s, local[s.backend].socket(s.job_id or s.id), self.log
        )
        self._build_jobs(events, Journal(folder / "ended"))
        self.sharing = sharing(self, self._server, folder, events)
        self.upkeep = RemoteUpkeep(parent=self, sessions=self.sessions)
        self.targets = SessionTargets(self.sessions, self.apps, self._prefix)

    def _build_jobs(self, events: Events, journal: Journal) -> None:
        self.jobs = RemoteJobs(
            parent=self,
            backends=self.backends,
            events=events,
            sessions_of=self.sessions.table.by_job,
            journal=journal,
        )
        self.desk = RemoteJobDesk(
            parent=self,
            jobs=self.jobs,
            session_of=lambda backend, job: self.sessions.table.by_job(backend).get(job),
            stop=self.sessions.stop,
            root=os.path.expanduser(self._server.root_dir),
        )
        self.everest = RemoteEverest(
            parent=self,
            folder=Path(self.data_dir) / "everest",
            root=os.path.abspath(os.path.expanduser(self._server.root_dir)),
            added=self._add_backend,
            removed=self._remove_backend,
        )

    def _add_backend(self, name: str, backend: Backend) -> None:
        """A backend that came while the server runs."""
        self.backends[name] = backend
        self.jobs.add(name)
        self.watch.add(name)

    def _remove_backend(self, name: str) -> None:
        self.watch.remove(name)
        self.jobs.remove(name)
        del self.backends[name]

    def initialize_handlers(self) -> None:
        """Add the routes, then start to observe as soon as the loop runs."""
        if self.broken:
            self.handlers.extend(broken_routes(self.broken))
            return
        settings = self._server.web_app.settings
        self.activity = Activity(self.sessions, self.targets, settings)
        self.sessions.ended = self.activity.ended
        table = routes(
            sessions=self.sessions,
            apps=self.apps,
            targets=self.targets,
            streams=self.activity.streams,
            note=self.activity.note,
            expect=self.upkeep.expect,
            client=self.desktop,
            jobs=self.jobs,
            desk=self.desk,
            sharing=self.sharing,
            everest=self.everest,
        )
        self.handlers.extend(table)
        # Lab's address may hold a link, which is a secret: it stays out of the log.
        settings.setdefault("extra_log_scrub_param_keys", []).append(PARAMETER)
        self._server.io_loop.add_callback(self._start)

    async def _start(self) -> None:
        """Adopt what lives on from earlier servers, and watch."""
        self.watch = RemoteWatch(
            parent=self,
            backends=self.backends,
            seen=self._seen,
            silent=self._silent,
            pace=lambda name: max(self.sessions.pace(name), self.jobs.pace(name)),
        )
        self.sessions.kick = self.jobs.kick = self.watch.kick
        self.jobs.wake = self.watch.wake
        try:
            self.sessions.table.load()
        except RemoteError as error:
            self.log.error("%s", error)
        self.watch.every(HEARTBEAT, self._beat)
        self.watch.every(LOOK, self.activity.look)
        self.watch.every(self.watch.busy_interval, self._read_others)
        self.watch.every(self.upkeep.interval, self.upkeep.tidy)
        self.watch.every(JOURNAL, self._write_journal)
        self.watch.every(TIDY, self.sharing.follower.tidy)
        self.sharing.follower.start()
        self.watch.every(ACCOUNTS, self.everest.load)
        self.watch.start()
        await self.everest.load()

    async def stop_extension(self) -> None:
        """Leave sessions running, unless the trait ``stop_on_exit`` says otherwise."""
        if self.broken:
            return
        if hasattr(self, "watch"):
            await self.watch.stop()
        await self.upkeep.close()
        if self.sessions.stop_on_exit:
            await self.sessions.stop_all()
        await self.sessions.close()
        await self.sharing.close()
        self.activity.streams.close_all()
        await self.everest.close()
        for backend in self.backends.values():
            await backend.close()
        self.sessions.table.store.drop_lease()

    def _schedulers(self, data_dir: str) -> dict[str, Backend]:
        """Those whose programs, or bindings, are on this machine."""
        looked_for: list[RemoteSlurmBackend | RemoteHTCondorBackend] = []
        if "slurm" in self.schedulers:
            looked_for.append(RemoteSlurmBackend(parent=self))
        if "htcondor" in self.schedulers:
            looked_for.append(RemoteHTCondorBackend(parent=self, data_dir=data_dir))
        return {one.name: one for one in looked_for if one.found()}

    async def _seen(self, backend: str, jobs: Sequence[Job]) -> None:
        """One observation serves sessions and jobs; sessions first, whose jobs these are."""
        if backend not in self.backends:  # it went while it was asked
            return
        if backend in self.sessions.backends:
            self.sessions.seen(backend, jobs)
        await self.jobs.look_through(backend, jobs)

    def _silent(self, backend: str, error: RemoteError) -> None:
        if backend not in self.backends:
            return
        if backend in self.sessions.backends:
            self.sessions.silent(backend, error)
        self.jobs.silent(backend, error)

    @property
    def _server(self) -> Any:
        """The Jupyter server, which loads this extension before anything here is called."""
        return self.serverapp

    def _prefix(self, session_id: str) -> str:
        base: str = url_path_join(self._server.base_url, "jupyter-remote", "s", session_id)
        return base + "/"

    async def _beat(self) -> None:
        await asyncio.to_thread(self.sessions.table.store.take_lease)

    async def _write_journal(self) -> None:
        await asyncio.to_thread(self.jobs.journal.flush)

    async def _read_others(self) -> None:
        if await asyncio.to_thread(self.sessions.table.store.others):
            self.sessions.refresh()
