"""From a login and password, or a token, to a stored account."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from urllib.parse import urlsplit

from .accounts import Account, Accounts
from .errors import LoginNeeded, NoSuchThing, NotEverest
from .model import text
from .secret import Secret
from .transport import Transport

WEEK = 7 * 86400
PATIENCE = 20.0
"""Seconds for which a login is tried again: somebody waits for it."""
_PATHS = ("/api/auth/access_token", "/auth/access_token")


async def log_in(
    url: str, username: str, password: str, *,
    label: str = "jupyter_remote", lifetime: int = WEEK, name: str = "",
    ca: str | None = None, proxy: str | None = None, allow_http: bool = False,
    folder: str | Path | None = None, replace: bool = True,
) -> Account:  # fmt: skip
    r"""Exchange a password for a token of ``lifetime`` seconds, stored as account ``name`` (empty:
    made from user and server). Raises LoginNeeded, EverestError, StorageError, and InvalidSpec
    when there is such an account and it shall not be ``replace``\ d."""
    hidden = [Secret(password)]
    transport = Transport(
        url, None, patience=PATIENCE, ca=ca, proxy=proxy, allow_http=allow_http, secrets=hidden
    )
    who = {"username": username, "label": label}
    began = time.time()
    try:
        token = await _token(transport, {**who, "password": password, "lifetime": lifetime})
    finally:
        await transport.close()
    account = Account(
        name=name or default_name(username, transport.url),
        url=transport.url,
        created=began,
        expires=began + lifetime,
        **who,
    )
    return await _kept(folder, account, token, replace)


async def add_token(
    url: str,
    token: str,
    *,
    name: str = "",
    username: str = "",
    ca: str | None = None,
    proxy: str | None = None,
    allow_http: bool = False,
    folder: str | Path | None = None,
    replace: bool = True,
) -> Account:
    """Store a token that somebody already has, after the server has accepted it. ``username``:
    whose it is, where the server does not tell. Raises as ``log_in``."""
    secret = Secret(token.strip())
    transport = Transport(url, secret, ca=ca, proxy=proxy, allow_http=allow_http, patience=PATIENCE)
    try:
        info = await transport.call("GET", _PATHS[0])
    finally:
        await transport.close()
    fields = info if isinstance(info, dict) else {}
    user = text(fields.get("user")) or text(fields.get("username")) or username
    account = Account(
        name=name or default_name(user, transport.url),
        url=transport.url,
        username=user,
        label=text(fields.get("label")),
    )
    return await _kept(folder, account, secret, replace)


async def _kept(
    folder: str | Path | None, account: Account, token: Secret, replace: bool
) -> Account:
    accounts = Accounts(Path(folder) if folder else None)
    return await asyncio.to_thread(accounts.save, account, token, replace=replace)


def default_name(username: str, url: str) -> str:
    """``user@host``, with the port where there is one, of characters that names may have."""
    host = urlsplit(url).netloc.replace(":", "-")
    kept = "".join(each if each.isalnum() or each in "._+-" else "-" for each in username)
    return f"{kept}@{host}" if kept else host


async def _token(transport: Transport, body: dict[str, str | int]) -> Secret:
    for last, path in zip((False, True), _PATHS, strict=True):
        try:
            data = await transport.call("POST", path, json=body)
        except LoginNeeded as error:
            words = f"{transport.url} does not accept this user name and password"
            raise LoginNeeded(words, error.code, error.body) from None
        except (NoSuchThing, NotEverest):
            if last:
                raise
            continue
        if isinstance(data, dict) and text(data.get("access_token")):
            return Secret(data["access_token"])
        raise NotEverest(f"{transport.url} answered a login without a token")
    raise AssertionError
