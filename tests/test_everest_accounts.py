"""Accounts on Everest servers: logins, where tokens lie, warnings."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from jupyter_remote.errors import InvalidSpec
from jupyter_remote.everest import (
    Account,
    Accounts,
    AsyncEverest,
    Everest,
    EverestError,
    LoginNeeded,
    NotEverest,
    add_token,
    log_in,
    login,
)
from jupyter_remote.everest.accounts import duration
from jupyter_remote.everest.secret import Secret
from jupyter_remote.everest.transport import Transport

from . import everest_rig
from .conftest import until
from .everest_rig import PASSWORD, USER
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


class MemoryKeyring(KeyringBackend):
    """A stand-in for the desktop's keyring."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVEREST_TOKEN", "EVEREST_TASK_TOKEN", "EVEREST_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


async def test_a_login_becomes_an_account(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None
) -> None:
    folder = tmp_path / "mine"
    account = await log_in(server.url, USER, PASSWORD, lifetime=3600, folder=folder)
    assert (account.username, account.kept) == (USER, "file")
    assert 3500 < (account.left() or 0) <= 3600
    assert "expires in" in account.warning()
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((folder / "tokens").stat().st_mode) == 0o700
    listed = (folder / "accounts.json").read_text()
    token = Accounts(folder).token(account)
    assert token
    assert PASSWORD not in listed
    assert token.reveal() not in listed
    everything = "".join(p.read_text() for p in folder.rglob("*") if p.is_file())
    assert PASSWORD not in everything


def test_an_account_is_all_that_a_notebook_needs(
    server: everest_rig.Everest, tmp_path: Path, ring: MemoryKeyring
) -> None:
    account = asyncio.run(log_in(server.url, USER, PASSWORD, name="lab", folder=tmp_path))
    assert account.kept == "keyring"
    assert not (tmp_path / "tokens").exists()
    assert len(ring.kept) == 1
    with Everest(folder=tmp_path, settings=QUICK) as client:
        assert client.submit("demo/hostname").result(timeout=30)
    with Everest(account="lab", folder=tmp_path) as client:
        assert "lab" in client._repr_html_()
        assert "valid for" in client._repr_html_()
        given = dataclasses.replace(account, expires=None)
        client._client.renew(given)
        assert "lifetime of the token unknown" in client._repr_html_()
    Accounts(tmp_path).remove("lab")
    assert ring.kept == {}
    with pytest.raises(InvalidSpec, match="which Everest server"):
        Everest(folder=tmp_path)


async def test_a_request_on_its_way_goes_on_with_the_new_token(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None
) -> None:
    old = await log_in(server.url, USER, PASSWORD, name="lab", label="old", folder=tmp_path)
    async with AsyncEverest(account="lab", folder=tmp_path, settings=QUICK) as client:
        await client.jobs()
        server.control.fault("jobs.list", "delay", seconds=0.5)
        server.control.reset_counts()
        asking = asyncio.ensure_future(client.jobs())
        await until(lambda: server.control.load()["in_flight"], "the request")
        server.control.revoke(USER, "old")
        client.renew(await log_in(server.url, USER, PASSWORD, name=old.name, folder=tmp_path))
        assert len(await asking) == 0
        assert await client.token_info()


async def test_wrong_passwords_and_old_servers(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None
) -> None:
    with pytest.raises(LoginNeeded, match="user name and password") as found:
        await log_in(server.url, USER, "wrong password", folder=tmp_path)
    assert "wrong password" not in str(found.value)
    server.control.fault("auth.login", "status", status=404)
    account = await log_in(server.url, USER, PASSWORD, folder=tmp_path)
    assert [r["uri"] for r in server.control.requests()][-1] == "/auth/access_token"
    assert account.name.startswith(f"{USER}@127.0.0.1-")


@pytest.mark.parametrize("status", [400, 401, 403, 500])
async def test_an_error_that_repeats_the_password_does_not_show_it(
    server: everest_rig.Everest,
    tmp_path: Path,
    no_ring: None,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(login, "PATIENCE", 0.1)
    server.control.fault("auth.login", "status", status=status, body="echo", times=0)
    for password in ('pass "word" <1>', PASSWORD):
        with pytest.raises(EverestError) as found:
            await log_in(server.url, USER, password, folder=tmp_path)
        shown = str(found.value) + str(getattr(found.value, "body", ""))
        assert not [part for part in (password, json.dumps(password)[1:-1]) if part in shown]


async def test_a_token_is_tried_before_it_is_kept(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None
) -> None:
    with pytest.raises(LoginNeeded):
        await add_token(server.url, "wrong", folder=tmp_path)
    assert Accounts(tmp_path).all() == []
    account = await add_token(server.url, f" {server.token}\n", folder=tmp_path)
    kept = Accounts(tmp_path).token(account)
    assert kept
    assert kept.reveal() == server.token


async def test_a_new_token_is_kept_with_its_account(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None
) -> None:
    await add_token(server.url, server.token, name="work", folder=tmp_path)
    fresh = server.control.token(label="fresh")
    server.control.revoke(label="test")

    async def ask(sentence: str) -> str:
        return fresh

    async with AsyncEverest(folder=tmp_path, ask=ask, settings=QUICK) as client:
        await client.jobs()
    async with AsyncEverest(folder=tmp_path, settings=QUICK) as client:
        assert len(await client.jobs()) == 0


async def test_cookies_of_a_login_are_neither_kept_nor_logged(
    server: everest_rig.Everest, tmp_path: Path, caplog: pytest.LogCaptureFixture, no_ring: None
) -> None:
    caplog.set_level(logging.DEBUG)
    transport = Transport(server.url, None)
    body = {"username": USER, "password": PASSWORD, "label": "x"}
    token = (await transport.call("POST", "/api/auth/access_token", json=body))["access_token"]
    with pytest.raises(LoginNeeded):
        await transport.call("GET", "/api/jobs")
    await transport.close()
    assert token not in caplog.text
    assert PASSWORD not in caplog.text
    assert caplog.text


async def test_several_accounts(tmp_path: Path, no_ring: None) -> None:
    accounts = Accounts(tmp_path)
    for name, url in (("a", "https://one.org"), ("b", "https://two.org"), ("c", "https://one.org")):
        accounts.save(Account(name=name, url=url, created=ord(name)), Secret(f"token of {name}"))
    with pytest.raises(InvalidSpec, match="a, b, c"):
        Everest(folder=tmp_path)
    with pytest.raises(InvalidSpec, match="no account 'd'"):
        Everest(account="d", folder=tmp_path)
    newest = accounts.find("https://one.org")
    assert newest
    assert newest.name == "c"
    with pytest.raises(InvalidSpec, match="no name of an account"):
        accounts.save(Account(name="../x", url="https://one.org"), Secret("t"))


def two_people(server: everest_rig.Everest, folder: Path) -> dict[str, str]:
    """Accounts of two users of one server, in one home; name -> token."""
    server.control.add_user("eve", PASSWORD)
    tokens = {"mine": server.token, "eves": server.control.token("eve")}
    for name, token in tokens.items():
        Accounts(folder).save(Account(name=name, url=server.url), Secret(token))
    return tokens


async def test_two_people_do_not_share_keys(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None
) -> None:
    two_people(server, tmp_path)
    for name in ("mine", "eves"):
        for _ in range(2):
            async with AsyncEverest(account=name, settings=QUICK, folder=tmp_path) as client:
                job = await client.submit("demo/hostname", key="the one")
                assert (await job.wait(30)).state == "DONE"
    assert sorted(job["user"] for job in server.control.jobs()) == [USER, "eve"]


@pytest.mark.parametrize("account", ["eves", None])
async def test_a_job_of_somebody_else_does_not_make_a_list_doubtful(
    server: everest_rig.Everest, tmp_path: Path, no_ring: None, account: str | None
) -> None:
    tokens = two_people(server, tmp_path)
    who = {"account": account} if account else {"url": server.url, "token": tokens["eves"]}
    async with AsyncEverest(**who, settings=QUICK, folder=tmp_path) as eve:  # type: ignore[arg-type]
        hers = await eve.submit("demo/sleep", {"duration": 30})
        async with AsyncEverest(account="mine", settings=QUICK, folder=tmp_path) as client:
            server.control.fault("submit", "reset")
            await (await client.submit("demo/hostname")).wait(30)
        await hers.cancel()


def test_a_token_of_the_environment_goes_to_named_servers_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_ring: None
) -> None:
    from jupyter_remote.everest.accounts import resolve

    monkeypatch.setenv("EVEREST_TASK_TOKEN", "of the task")
    Accounts(tmp_path).save(Account(name="a", url="https://one.org"), Secret("kept"))
    assert getattr(resolve(None, None, None, tmp_path).token(), "_value", "") == "kept"
    named = resolve("https://two.org", None, None, tmp_path)
    assert getattr(named.token(), "_value", "") == "of the task"
    monkeypatch.setenv("EVEREST_TOKEN", "mine")
    monkeypatch.setenv("EVEREST_URL", "https://three.org")
    from_environment = resolve(None, None, None, tmp_path)
    assert from_environment.url == "https://three.org"
    assert getattr(from_environment.token(), "_value", "") == "mine"


def test_durations_and_warnings() -> None:
    assert [duration(s) for s in (5, 90, 3700, 90000)] == ["5 s", "1 min", "1 h 1 min", "1 d 1 h"]
    soon = Account(name="a", url="u", expires=time.time() + 7260)
    assert soon.warning() == "The token of a expires in 2 h"
    assert "has expired" in Account(name="a", url="u", expires=1.0).warning()
    assert Account(name="a", url="u").warning() == ""


async def test_no_everest_takes_no_password(tmp_path: Path) -> None:
    with pytest.raises(NotEverest):
        await log_in("http://example.org", USER, PASSWORD, folder=tmp_path)
