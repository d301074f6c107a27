"""The parts of sharing, put together for one Jupyter server."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jupyter_server.utils import url_path_join

from ..errors import RemoteError
from ..events import Events
from ..model import Json
from .desk import RemoteShares
from .files import UserFiles
from .follow import Follower
from .hub import HubPublisher
from .imports import RemoteImports
from .inbox import Inbox
from .limits import RateLimit
from .links import LocalLinks
from .publish import LOCAL, LocalPublisher, NoPublisher, Publisher
from .store import ShareStore

URL: Final = "JUPYTER_REMOTE_SHARE_URL"
"""Environment variable: where the hub's share service is."""
OPTIONS: Final = "JUPYTER_REMOTE_SPAWN_OPTIONS"
"""Environment variable: those options of this server, as JSON, that a link may carry."""
_OFF: Final = (
    "sharing is off on this server: its hub runs no share service, and links that the server "
    "itself serves are not allowed (RemoteShares.local_links)"
)
_LOCAL: Final = (
    "the links work while this server runs, for everybody who has one and can reach the server"
)


@dataclasses.dataclass(frozen=True)
class Sharing:
    """What handlers need; ``why`` says what limits sharing, or keeps it off."""

    shares: RemoteShares
    links: LocalLinks
    imports: RemoteImports
    follower: Follower
    why: str

    async def listing(self) -> dict[str, Json]:
        """What ``GET shares`` answers."""
        sequence = self.shares.sequence
        shares = [share.to_json() for share in await self.follower.look()]
        received = [one.to_json() for one in await self.imports.all()]
        known = {"sequence": sequence, "mode": self.shares.publisher.mode}
        limits, why = await self._limits()
        return {"shares": shares, "received": received, **known, "why": why, "limits": limits}

    async def _limits(self) -> tuple[dict[str, Json], str]:
        options = {"kernel": None, "server": self.shares.server_options}
        why = self.why
        try:
            known = await self.shares.publisher.limits()
        except RemoteError as error:
            known, why = {"expires_in": 0, "bytes": 0, "users": False}, str(error)
        return {**known, "options": options}, why

    async def close(self) -> None:
        """Finish what is being sent."""
        await self.follower.close()
        await self.shares.close()


def sharing(parent: Any, server: Any, folder: Path, events: Events) -> Sharing:
    """All parts. Raises StorageError when the folder cannot be used."""
    store, files = ShareStore(folder), UserFiles(server.contents_manager)
    prefix = url_path_join(server.base_url, "jupyter-remote", "shared") + "/"
    shares = RemoteShares(
        parent=parent,
        store=store,
        files=files,
        publisher=NoPublisher(_OFF),
        events=events,
        server_options=_server_options(),
    )
    hub = _hub(shares)
    shares.publisher = hub or _local(shares, store, prefix, server.identity_provider)
    links = LocalLinks(shares, RateLimit(shares.requests_per_minute))
    prefix = prefix if shares.publisher.mode == LOCAL else ""
    inbox = Inbox(parent=parent, store=store, hub=hub, prefix=prefix, folder=folder / "news")
    imports = RemoteImports(
        parent=parent,
        store=store,
        files=files,
        links=links,
        hub=hub,
        inbox=inbox,
        prefix=prefix,
        most=shares.max_bytes,
    )
    follower = Follower(shares, server.event_logger)
    why = {LOCAL: _LOCAL, "": _OFF}.get(shares.publisher.mode, "")
    return Sharing(shares, links, imports, follower, why)


def _hub(shares: RemoteShares) -> HubPublisher | None:
    url, token = os.environ.get(URL, ""), os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not url or not token:
        return None
    return HubPublisher(url, token, shares.hub_timeout, shares.max_bytes)


def _local(shares: RemoteShares, store: ShareStore, prefix: str, identity: object) -> Publisher:
    """JUPYTERHUB_* variables say nothing: Binder has them, and no hub that signs people in."""
    of_hub = any(cls.__module__.startswith("jupyterhub") for cls in type(identity).__mro__)
    allowed = shares.local_links
    if of_hub if allowed is None else not allowed:
        return NoPublisher(_OFF)
    return LocalPublisher(store, prefix, shares.max_bytes, shares.max_expiry)


def _server_options() -> Mapping[str, Json]:
    try:
        options = json.loads(os.environ.get(OPTIONS) or "{}")
    except ValueError:
        return {}
    return options if isinstance(options, dict) else {}
