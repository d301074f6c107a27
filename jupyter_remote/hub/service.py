"""RemoteShareService: the program that JupyterHub starts (``python -m jupyter_remote.hub``)."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jupyterhub
from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.web import Application as WebApplication
from traitlets import Bool, Float, Int, List, Unicode, default
from traitlets.config import Application

from ..errors import RemoteError, StorageError
from ..files import SecretKey
from . import api, pages
from .audit import Audit
from .base import Formatter, Service, log_request
from .desk import OwnerDesk
from .identity import Identity
from .limits import Rates, RemoteShareLimits
from .opening import LinkDesk
from .places import Places
from .vault import Vault
from .worker import Bounds, Worker

_KEY = r"(?P<key>[^/]+)"
_SHARE = r"(?P<share>[a-z2-7]{20})"
_ROUTES: list[tuple[str, type]] = [
    ("api/shares", api.SharesHandler),
    (f"api/shares/{_SHARE}", api.ShareHandler),
    (f"api/shares/{_SHARE}/notebook", api.NotebookHandler),
    ("api/received", api.ReceivedHandler),
    ("api/limits", api.LimitsHandler),
    (f"api/links/{_KEY}", api.LinkHandler),
    (f"api/links/{_KEY}/notebook", api.LinkNotebookHandler),
    ("api/.*", api.UnknownHandler),
    ("oauth_callback", pages.CallbackHandler),
    (f"s/{_KEY}", pages.SharePageHandler),
    (f"s/{_KEY}/about", pages.AboutHandler),
    (f"s/{_KEY}/preview", pages.PreviewHandler),
    (f"s/{_KEY}/notebook", pages.DownloadHandler),
    (f"s/{_KEY}/bundle", pages.BundleHandler),
    ("", pages.StartHandler),
    (".*", pages.UnknownPageHandler),
]
LARGEST_BODY = 65536
"""Bytes of every request but those that send a notebook, which are counted as they arrive."""


class RemoteShareService(Application):
    """Keeps snapshots of shared notebooks for the users of one JupyterHub."""

    name = "jupyter-remote-share"
    description = __doc__ or ""
    classes = [RemoteShareLimits]  # noqa: RUF012 (as Application has it)

    data_dir = Unicode(
        config=True, help="Folder (0700) of notebooks, table and audit log, on a local disk."
    )
    audit_file = Unicode(
        config=True, help="File of the audit log; '' for none. Default: audit.log in data_dir."
    )
    named_servers = Bool(
        False, config=True, help="Offer to start a named server with a link's spawn options."
    )
    trusted_proxies = List(
        Unicode(),
        ["127.0.0.1", "::1"],
        config=True,
        help="Addresses of proxies that say in X-Forwarded-For where a request came from.",
    )
    identity_seconds = Int(
        30,
        min=1,
        config=True,
        help="Seconds for which the hub's word of who a token's user is "
        "counts: so long a token works on that was revoked at the hub.",
    )
    hub_timeout = Float(20, min=0.1, config=True, help="Seconds for the hub to answer.")
    stall_timeout = Float(
        60, min=0.1, config=True, help="Seconds for a receiver to take the next megabyte."
    )
    upload_timeout = Float(600, min=1, config=True, help="Seconds for a sender to send a notebook.")
    reader_timeout = Float(120, min=1, config=True, help="Seconds to read one notebook.")
    reader_memory = Int(
        2 << 30, min=1 << 28, config=True, help="Bytes of memory to read one notebook."
    )
    preview_timeout = Float(30, min=0.1, config=True, help="Seconds to make one preview.")
    preview_memory = Int(
        1 << 30, min=1 << 28, config=True, help="Bytes of memory to make one preview."
    )
    preview_queue = Int(
        20,
        min=0,
        config=True,
        help="Previews that may wait while one is made; who wants more is told to look again.",
    )
    purge_interval = Float(
        300, min=0.1, config=True, help="Seconds between two looks for what has expired."
    )

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return os.path.abspath("jupyter_remote_shares")

    @default("audit_file")
    def _default_audit_file(self) -> str:
        return str(Path(self.data_dir) / "audit.log")

    def start(self) -> None:
        """Serve until SIGTERM. Exits with a sentence when it cannot."""
        os.umask(0o077)
        lines = logging.StreamHandler()
        lines.setFormatter(Formatter("[%(levelname)1.1s %(asctime)s %(name)s] %(message)s"))
        logging.basicConfig(handlers=[lines])
        logging.getLogger("jupyter_remote").setLevel(logging.INFO)
        if not os.environ.get("JUPYTERHUB_SERVICE_URL"):
            sys.exit("JupyterHub starts this service: see add_share_service in its documentation")
        try:
            asyncio.run(self._serve())
        except StorageError as error:
            sys.exit(str(error))

    async def _serve(self) -> None:
        url = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
        vault = self.vault()
        web = self.web(vault, Identity(self.auth(), self.hub_timeout))
        server = HTTPServer(
            web,
            max_body_size=LARGEST_BODY,
            body_timeout=self.upload_timeout,
            idle_connection_timeout=60,
            chunk_size=1 << 18,
        )
        server.listen(url.port or 80, url.hostname or "127.0.0.1")
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        purging = asyncio.create_task(self._purge(vault))
        await ended.wait()
        purging.cancel()
        server.stop()
        await server.close_all_connections()
        await asyncio.gather(purging, return_exceptions=True)
        await vault.close()

    async def _purge(self, vault: Vault) -> None:
        while True:
            try:
                await vault.purge()
            except (RemoteError, OSError) as error:
                self.log.error("nothing was purged: %s", error)
            await asyncio.sleep(self.purge_interval)

    def vault(self) -> Vault:
        """Open the folder. Raises StorageError."""
        folder = Path(self.data_dir)
        limits = RemoteShareLimits(parent=self)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Vault(folder, limits, Audit(self.audit_file))
        except OSError as error:
            raise StorageError(f"cannot use {error.filename}: {error.strerror}") from error

    def auth(self) -> HubOAuth:
        """The hub's own client; its settings come from the hub by the environment."""
        return HubOAuth(parent=self, cache_max_age=self.identity_seconds)

    def web(self, vault: Vault, identity: Identity) -> WebApplication:
        """The routes, all below the service's prefix."""
        worker = self._worker()
        prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
        service = Service(
            owners=OwnerDesk(vault, worker),
            links=LinkDesk(vault, worker),
            identity=identity,
            places=self._places(prefix, identity.auth),
            by_user=Rates(vault.limits.user_rate, 60),
            by_address=Rates(vault.limits.address_rate, 60),
            trusted=frozenset(self.trusted_proxies),
            stall=self.stall_timeout,
        )
        parts: dict[str, Any] = {"service": service}
        return WebApplication(
            [(f"{prefix}{path}", handler, parts) for path, handler in _ROUTES],
            cookie_secret=SecretKey(Path(self.data_dir) / "key").secret("cookies"),
            log_function=log_request,
            default_handler_class=api.UnknownHandler,
            default_handler_args=parts,
        )

    def _worker(self) -> Worker:
        """Previews wait for each other, and for nothing that is sent."""
        return Worker(
            Bounds(timeout=self.reader_timeout, memory=self.reader_memory, places=2),
            Bounds(
                timeout=self.preview_timeout,
                memory=self.preview_memory,
                places=1,
                queue=self.preview_queue,
            ),
        )

    def _places(self, prefix: str, auth: HubOAuth) -> Places:
        """Of the hub, as browsers see it."""
        site = auth.hub_prefix.removesuffix("hub/")
        major = jupyterhub.version_info[0]
        base = f"{auth.hub_host}{site}"
        return Places(prefix=prefix, base=base, major=major, named=self.named_servers)
