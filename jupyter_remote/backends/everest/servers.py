"""RemoteEverest: the accounts on Everest servers, each of them a backend."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from traitlets import Bool, Float, Int, Unicode
from traitlets.config import LoggingConfigurable

from ...contract import Backend
from ...errors import InvalidSpec, NotFound, RemoteError
from ...everest import Account, Accounts, AsyncEverest, Settings, add_token, log_in
from ...everest.accounts import changeable
from ...everest.login import default_name
from ...model import Json, as_time
from .apps import described
from .backend import EverestBackend
from .moves import Moves

PREFIX: Final = "everest:"
"""Before the name of an account: the name of its backend."""


class RemoteEverest(LoggingConfigurable):
    """Accounts, kept in ``folder`` with their tokens; ``added`` and ``removed`` are told of their
    backends, whose files are paths below ``root``: ``moves`` sends and fetches them."""

    timeout = Float(
        15.0, config=True, help="Seconds without a byte from an Everest server: then it failed."
    )
    patience = Float(
        10.0,
        config=True,
        help="Seconds for which a request that failed is tried again, with growing pauses.",
    )
    gone_after = Float(
        10.0,
        config=True,
        help="Seconds after which a job that a server still does not know counts as deleted there.",
    )
    keep_days = Float(
        90.0,
        config=True,
        help="Days after which our own record of a job that has ended is forgotten.",
    )
    lifetime = Int(
        7 * 86400, config=True, help="Seconds for which a new token is asked, unless a user says."
    )
    certificates = Unicode(
        config=True,
        help="File of certificates to believe, for servers whose certificate is signed by an "
        "institute. Default: those that Python believes.",
    )
    proxy = Unicode(
        config=True,
        help="Address of the HTTP proxy to Everest servers. Default: ``HTTPS_PROXY``.",
    )
    allow_http = Bool(
        False,
        config=True,
        help="Let tokens travel unencrypted to other machines; to this one they always may.",
    )

    def __init__(
        self,
        *,
        folder: Path,
        root: str,
        added: Callable[[str, Backend], None],
        removed: Callable[[str], None],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._folder = folder
        self._accounts = Accounts(folder)
        self._added, self._removed = added, removed
        self._backends: dict[str, tuple[Account, EverestBackend]] = {}
        self._changing = asyncio.Lock()
        self.moves = Moves(self.backend, root)

    # -- accounts ---------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the accounts again: another server or a notebook may have changed them."""
        async with self._changing:
            accounts = {each.name: each for each in await asyncio.to_thread(self._accounts.all)}
            for name in [name for name in self._backends if name not in accounts]:
                await self._drop(name)
            for account in accounts.values():
                await self._take(account)

    async def servers(self) -> list[dict[str, Json]]:
        """All accounts, without their tokens."""
        await self.load()
        pairs = self._backends.values()
        return [{**self.shown(a), "wrong": b.wrong, "reason": b.reason} for a, b in pairs]

    def shown(self, account: Account) -> dict[str, Json]:
        """An account as it is sent: ``left`` are the seconds until its token ends, ``warning`` is a
        sentence when that is soon, ``kept_in`` says where the token is, ``wrong`` what is wrong,
        if anything is (``reason``: its code)."""
        fields = dataclasses.asdict(account)
        fields["expires"] = None if account.expires is None else as_time(account.expires)
        fields["created"] = as_time(account.created)
        backend = PREFIX + account.name
        more = {"warning": account.warning(), "backend": backend, "wrong": "", "reason": ""}
        where = self._accounts.where(account)
        return {**fields, **more, "left": account.left(), "kept_in": where}

    async def add(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        """Add an account with a ``token``, or with ``username`` and ``password``, for which the
        server gives one. The password is kept nowhere. Raises InvalidSpec when there is one of
        this name, LoginNeeded, NotEverest, Unreachable, StorageError."""
        name = fields.get("name") or default_name(fields.get("username", ""), fields["url"])
        if await asyncio.to_thread(self._accounts.get, name) is not None:
            raise InvalidSpec(f"there is an account {name!r} already: renew it, or choose a name")
        return await self._log_in(fields["url"], {**fields, "name": name}, replace=False)

    async def renew(self, name: str, fields: Mapping[str, Json]) -> dict[str, Json]:
        """A new token for an account, from ``token`` or ``password``. Raises as ``add``."""
        account, _ = self._find(name)
        changeable(account)
        known = {"name": name, "username": account.username, "label": account.label}
        return await self._log_in(account.url, {**known, **fields})

    async def _log_in(
        self, url: str, fields: Mapping[str, Json], replace: bool = True
    ) -> dict[str, Json]:
        if bool(fields.get("token")) == bool(fields.get("password")):
            raise InvalidSpec("either a token is needed, or a user name and a password")
        more = {"name": fields["name"], "replace": replace, **self._how}
        if fields.get("token"):
            more["username"] = fields.get("username", "")
            entering = add_token(url, fields["token"], **more)
        else:
            entering = log_in(
                url,
                fields.get("username", ""),
                fields["password"],
                label=fields.get("label") or "JupyterLab",
                lifetime=fields.get("lifetime") or self.lifetime,
                **more,
            )
        account = await entering
        async with self._changing:
            await self._take(account)
        return self.shown(account)

    async def remove(self, name: str, revoke: bool = True) -> str:
        """Forget an account; ``revoke``: and make its token worthless. Answers why that could not
        be done, or empty. Jobs go on."""
        account, backend = self._find(name)
        changeable(account)
        wrong = ""
        if revoke:
            try:
                await (await backend.client()).revoke()
            except RemoteError as error:
                wrong = str(error)
                self.log.warning("the token of %s was not revoked: %s", name, wrong)
        async with self._changing:
            await self._drop(name)
            await asyncio.to_thread(self._accounts.remove, name)
        return wrong

    async def check(self, name: str) -> dict[str, Json]:
        """An account, and what is ``wrong`` with its server or token now: a sentence, or empty;
        with its ``reason``, a code."""
        account, backend = self._find(name)
        wrong, reason = "", ""
        try:
            await (await backend.client()).token_info()
        except RemoteError as error:
            wrong, reason = str(error), error.reason
        return {**self.shown(account), "wrong": wrong, "reason": reason}

    def backend(self, name: str) -> EverestBackend:
        """The backend of an account. Raises NotFound."""
        return self._find(name)[1]

    async def close(self) -> None:
        """End transfers and connections; jobs go on."""
        await self.moves.transfers.close()
        for _, backend in self._backends.values():
            await backend.close()

    # -- applications -----------------------------------------------------------------------

    async def apps(self, name: str, search: str) -> list[dict[str, Json]]:
        """Applications of a server, in short. Raises what the server says."""
        client = await self.backend(name).client()
        keys = ("id", "alias", "name", "annotation")
        return [{key: getattr(app, key) for key in keys} for app in await client.apps(search)]

    async def app(self, name: str, app: str) -> dict[str, Json]:
        """One application: its inputs and outputs, in order. Raises NotFound."""
        client = await self.backend(name).client()
        about = await client.app(app)
        return described(about, {each for one in client.records.all() for each in one.resources})

    # -- backends ---------------------------------------------------------------------------

    @property
    def _how(self) -> dict[str, Json]:
        return {
            "ca": self.certificates or None,
            "proxy": self.proxy or None,
            "allow_http": self.allow_http,
            "folder": self._folder,
        }

    def _connect(self, name: str) -> AsyncEverest:
        keys = ("timeout", "patience", "gone_after", "keep_days")
        settings = Settings(**{key: getattr(self, key) for key in keys})
        return AsyncEverest(account=name, settings=settings, **self._how)

    def _find(self, name: str) -> tuple[Account, EverestBackend]:
        if name not in self._backends:
            raise NotFound(f"there is no Everest account {name!r}")
        return self._backends[name]

    async def _take(self, account: Account) -> None:
        """A new account gets a backend; one with a new token keeps the one it has."""
        known, backend = self._backends.get(account.name, (None, None))
        if known == account:
            return
        if known is not None and backend is not None and _same(known, account):
            backend.renew(account)
        else:
            await self._drop(account.name)
            backend = EverestBackend(PREFIX + account.name, lambda: self._connect(account.name))
            self._added(backend.name, backend)
        self._backends[account.name] = (account, backend)

    async def _drop(self, name: str) -> None:
        account, backend = self._backends.pop(name, (None, None))
        if account is not None and backend is not None:
            self._removed(backend.name)
            with contextlib.suppress(RemoteError):
                await backend.close()


def _same(one: Account, other: Account) -> bool:
    """Whether two accounts of one name have the same jobs. A token that somebody gave does not say
    whose it is: that of the account then, as its name says."""
    users = {one.username, other.username} - {""}
    return (one.url, one.scheme) == (other.url, other.scheme) and len(users) <= 1
