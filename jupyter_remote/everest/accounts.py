"""Accounts on Everest servers, and where their tokens are kept.

``accounts.json`` (0600) names servers and accounts and holds no secret. A token is in the system's
keyring where there is one (the library ``keyring``), else in a 0600 file in a 0700 folder.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import time
from pathlib import Path
from typing import Any, Final

from jupyter_core.paths import jupyter_data_dir

from ..errors import InvalidSpec, StorageError
from ..files import make_private, write_private
from .locks import locked
from .secret import Secret

SERVICE: Final = "jupyter_remote everest"
"""Under which tokens stand in the keyring."""
WARN_BEFORE: Final = 12 * 3600.0
"""Seconds before its end at which a token counts as about to expire."""
ENVIRONMENT: Final = "environment"
"""Name of the account that the environment makes, and where its token is kept."""
_NAME = re.compile(r"[\w.@+-]{1,100}")


def data_folder() -> Path:
    """Where accounts and records are kept, for Jupyter's servers and notebooks alike."""
    return Path(jupyter_data_dir()) / "jupyter_remote" / "everest"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Account:
    """One user of one server. Times are seconds since 1970; ``expires`` is None when it is not
    known (a token that was given as it is). ``kept`` says where: keyring, file or environment."""

    name: str
    url: str
    username: str = ""
    label: str = ""
    created: float = 0.0
    expires: float | None = None
    scheme: str = "bearer"
    kept: str = "file"

    def left(self) -> float | None:
        """Seconds until the token expires; None when that is not known."""
        return None if self.expires is None else self.expires - time.time()

    def warning(self) -> str:
        """A sentence when the token has expired or is about to; else empty."""
        left = self.left()
        if left is None or left > WARN_BEFORE:
            return ""
        if left <= 0:
            return f"The token of {self.name} has expired: log in again"
        return f"The token of {self.name} expires in {duration(left)}"


def duration(seconds: float) -> str:
    """A length of time in two units at most: ``3 h 20 min``."""
    minutes = int(seconds // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    words = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(words[:2]) or f"{int(seconds)} s"


class Accounts:
    """The accounts below ``folder``; raises StorageError and InvalidSpec."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or data_folder()
        self._file = self._folder / "accounts.json"

    def all(self) -> list[Account]:
        """Every account, by name; that of the environment too, when it names a server."""
        stored = self._stored()
        named = {each.name for each in stored}
        more = [each for each in _of_environment() if each.name not in named]
        return sorted(stored + more, key=lambda each: each.name)

    def _stored(self) -> list[Account]:
        try:
            data = json.loads(self._file.read_text())
            return [Account(**entry) for entry in data]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise StorageError(f"cannot read {self._file}: {error}") from error

    def get(self, name: str) -> Account | None:
        """The account of this name."""
        return next((each for each in self.all() if each.name == name), None)

    def find(self, url: str) -> Account | None:
        """The account of this server: the newest, when there are several."""
        found = [each for each in self.all() if each.url == url]
        return max(found, key=lambda each: each.created, default=None)

    def save(self, account: Account, token: Secret, *, replace: bool = True) -> Account:
        """Store an account and its token, in place of one of the same name. Raises InvalidSpec
        when there is one and it shall not be replaced."""
        if not _NAME.fullmatch(account.name):
            raise InvalidSpec(
                f"{account.name!r} is no name of an account: letters, digits and . _ @ + - only"
            )
        with self._changing():
            old = self.get(account.name)
            if old and not replace:
                words = f"there is an account {account.name!r} already"
                raise InvalidSpec(f"{words}: renew it, or choose a name")
            if old and old.kept == "keyring":
                self._drop(old)
            return self._save(account, token)

    def _save(self, account: Account, token: Secret) -> Account:
        kept = "keyring" if _to_keyring(account.name, token) else "file"
        if kept == "file":
            make_private(self._folder / "tokens")
            write_private(self._token_file(account.name), token.reveal())
        account = dataclasses.replace(account, kept=kept, created=account.created or time.time())
        self._write([each for each in self._stored() if each.name != account.name] + [account])
        if kept == "keyring":  # a former token may be in the file, from before there was one
            self._token_file(account.name).unlink(missing_ok=True)
        return account

    def token(self, account: Account) -> Secret | None:
        """The account's token; None when it is gone from where it was kept."""
        if account.kept == "keyring":
            return _from_keyring(account.name)
        if account.kept == ENVIRONMENT:
            return from_environment()
        try:
            return Secret(self._token_file(account.name).read_text().strip())
        except OSError:
            return None

    def remove(self, name: str) -> None:
        """Forget an account and its token; one that is not there is no error. Raises InvalidSpec
        for that of the environment."""
        with self._changing():
            account = self.get(name)
            if account:
                changeable(account)
                self._drop(account)
                self._write([each for each in self._stored() if each.name != name])

    def _changing(self) -> contextlib.AbstractContextManager[None]:
        """One process at a time reads, changes and writes."""
        return locked(self._file.with_suffix(".lock"))

    def _write(self, accounts: list[Account]) -> None:
        make_private(self._folder)
        entries = [dataclasses.asdict(each) for each in accounts]
        write_private(self._file, json.dumps(entries, indent=1))

    def where(self, account: Account) -> str:
        """Where a token is kept, in words."""
        if account.kept == "keyring":
            return "the system's keyring"
        if account.kept == ENVIRONMENT:
            return "the environment of this server (EVEREST_TOKEN)"
        return f"the file {self._token_file(account.name)}, which only you can read"

    def _token_file(self, name: str) -> Path:
        return self._folder / "tokens" / f"{name}.token"

    def _drop(self, account: Account) -> None:
        keyring = _keyring()
        if account.kept == "keyring" and keyring:
            with contextlib.suppress(Exception):  # a keyring's own errors are of any kind
                keyring.delete_password(SERVICE, account.name)
        self._token_file(account.name).unlink(missing_ok=True)


def _keyring() -> Any:
    """The library, if it is installed and finds a keyring that can keep something."""
    try:
        import keyring
        from keyring.backends import fail, null
    except ImportError:
        return None
    try:
        backend = keyring.get_keyring()
        usable = not isinstance(backend, fail.Keyring | null.Keyring) and backend.priority > 0
    except Exception:
        return None
    return keyring if usable else None


def _to_keyring(name: str, token: Secret) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, name, token.reveal())
        return bool(keyring.get_password(SERVICE, name) == token.reveal())
    except Exception:  # locked, or no desktop session: the file then
        return False


def _from_keyring(name: str) -> Secret | None:
    keyring = _keyring()
    with contextlib.suppress(Exception):
        value = keyring.get_password(SERVICE, name) if keyring else None
        return Secret(value) if value else None
    return None


def changeable(account: Account) -> None:
    """Raises InvalidSpec for the account of the environment."""
    if account.kept == ENVIRONMENT:
        raise InvalidSpec(
            "this account is of the environment: change EVEREST_URL and EVEREST_TOKEN where they "
            "are set, and start JupyterLab again"
        )


def _of_environment() -> list[Account]:
    """The account that EVEREST_URL and EVEREST_TOKEN make together."""
    url = os.environ.get("EVEREST_URL", "").rstrip("/").removesuffix("/api")
    there = url and from_environment() is not None
    return [Account(name=ENVIRONMENT, url=url, kept=ENVIRONMENT)] if there else []


def from_environment() -> Secret | None:
    """The token in the environment: EVEREST_TOKEN, or EVEREST_TASK_TOKEN, which the platform
    gives to a task so that it can submit jobs of its own."""
    value = os.environ.get("EVEREST_TOKEN") or os.environ.get("EVEREST_TASK_TOKEN")
    return Secret(value.strip()) if value else None


@dataclasses.dataclass(frozen=True)
class Identity:
    """Whom a client is: which server, with which token, by which account (None: by none)."""

    url: str
    given: Secret | None
    account: Account | None
    accounts: Accounts

    def token(self) -> Secret | None:
        """The token given, else that of the account. May wait for the keyring, and for a person
        who unlocks it: call it in a thread."""
        return self.given or (self.accounts.token(self.account) if self.account else None)


def resolve(url: str | None, token: str | None, account: str | None, folder: Path) -> Identity:
    """Server and token from what was given, the environment (EVEREST_URL), and the accounts, in
    this order. A token of the environment goes only to a server that was named: never to whichever
    account there happens to be. Raises InvalidSpec when that names no server, or more than one."""
    accounts = Accounts(folder)
    given = Secret(token.strip()) if token else None
    if account is not None:
        found = accounts.get(account)
        if found is None:
            names = ", ".join(each.name for each in accounts.all()) or "none"
            raise InvalidSpec(f"there is no account {account!r}; there are: {names}")
        return Identity(found.url, given, found, accounts)
    url = url or os.environ.get("EVEREST_URL")
    if url is None:
        return _only(accounts, given)
    given = given or from_environment()
    found = None if given else accounts.find(url.rstrip("/").removesuffix("/api"))
    return Identity(url, given, found, accounts)


def _only(accounts: Accounts, token: Secret | None) -> Identity:
    every = accounts.all()
    if len(every) != 1:
        which = ", ".join(each.name for each in every)
        raise InvalidSpec(
            f"which Everest server? There are several accounts: account= one of {which}"
            if every
            else "which Everest server? Give its address: Everest('https://everest.distcomp.org')"
        )
    return Identity(every[0].url, token, every[0], accounts)
