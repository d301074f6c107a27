"""Accounts on Everest servers: logins, where tokens lie, warnings; parameter sweeps; records."""

from __future__ import annotations

import json
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from jupyter_remote.errors import InvalidSpec
from jupyter_remote.everest import (
    Account,
    Accounts,
    Damaged,
    Everest,
    InvalidInput,
    JobFailed,
    LoginNeeded,
    NotEverest,
    Plan,
    Sweep,
    add_token,
    log_in,
    span,
)
from jupyter_remote.everest.accounts import duration
from jupyter_remote.everest.records import Record, Records
from jupyter_remote.everest.secret import Secret
from jupyter_remote.everest.sweeps import unpack

from . import everest_rig
from .everest_rig import PASSWORD, USER
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


class MemoryKeyring(KeyringBackend):
    """A stand-in for the desktop's keyring."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
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
    keyring.set_keyring(fail.Keyring())
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
    import asyncio

    account = asyncio.run(log_in(server.url, USER, PASSWORD, name="lab", folder=tmp_path))
    assert account.kept == "keyring"
    assert not (tmp_path / "tokens").exists()
    assert len(ring.kept) == 1
    with Everest(folder=tmp_path, settings=QUICK) as client:
        assert client.submit("demo/hostname").result(timeout=30)
    with Everest(account="lab", folder=tmp_path) as client:
        assert "lab" in client._repr_html_()
    Accounts(tmp_path).remove("lab")
    assert ring.kept == {}
    with pytest.raises(InvalidSpec, match="which Everest server"):
        Everest(folder=tmp_path)


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


def test_a_token_of_the_environment_goes_to_named_servers_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_ring: None
) -> None:
    from jupyter_remote.everest.accounts import resolve

    monkeypatch.setenv("EVEREST_TASK_TOKEN", "of the task")
    Accounts(tmp_path).save(Account(name="a", url="https://one.org"), Secret("kept"))
    assert "kept" == getattr(resolve(None, None, None, tmp_path).token, "_value", "")
    named = resolve("https://two.org", None, None, tmp_path)
    assert named.token
    assert named.token.reveal() == "of the task"
    monkeypatch.setenv("EVEREST_TOKEN", "mine")
    monkeypatch.setenv("EVEREST_URL", "https://three.org")
    from_environment = resolve(None, None, None, tmp_path)
    assert from_environment.url == "https://three.org"
    assert from_environment.token
    assert from_environment.token.reveal() == "mine"


def test_durations_and_warnings() -> None:
    assert [duration(s) for s in (5, 90, 3700, 90000)] == ["5 s", "1 min", "1 h 1 min", "1 d 1 h"]
    soon = Account(name="a", url="u", expires=time.time() + 7260)
    assert soon.warning() == "The token of a expires in 2 h"
    assert "has expired" in Account(name="a", url="u", expires=1.0).warning()
    assert Account(name="a", url="u").warning() == ""


# -- sweeps ------------------------------------------------------------------------------------


def test_a_plan_is_written_out() -> None:
    plan = Plan(
        "sh run.sh ${x} ${mode}",
        {"x": span(0, 0.3, 0.1), "mode": ["fast", "slow"]},
        input_files=["run.sh", "in_${mode}.txt"],
        output_files=["out_${x}.txt", "stdout"],
    )
    assert len(plan) == 8 == len(list(plan.tasks()))
    assert plan.text().splitlines() == [
        "parameter x 0.0 0.1 0.2 0.3",
        "parameter mode fast slow",
        "input_files run.sh in_${mode}.txt",
        "command sh run.sh ${x} ${mode}",
        "output_files out_${x}.txt stdout",
    ]
    assert "8 tasks" in plan._repr_html_()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"command": " "}, "command"),
        ({"command": "a\nb"}, "one line"),
        ({"command": "run ${y}"}, "no such parameter"),
        ({"parameters": {"x y": [1]}}, "no name"),
        ({"parameters": {"x": []}}, "list of values"),
        ({"parameters": {"x": "abc"}}, "list of values"),
        ({"parameters": {"x": ["two words"]}}, "no blanks"),
        ({"parameters": {"x": [float("nan")]}}, "cannot be a value"),
        ({"parameters": {"x": [True]}}, "neither a number"),
        ({"parameters": {"x": range(400), "y": range(400)}}, "160000 tasks"),
        ({"output_files": ["two words"]}, "no blanks"),
    ],
)
def test_what_no_plan_can_say(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Plan(**{"command": "true", "parameters": {"x": [1]}, **fields})


@pytest.mark.parametrize("bounds", [(0, 1, 0), (0, 1, -1), (0, float("inf"), 1), (0, 1e9, 1)])
def test_spans_that_never_end(bounds: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidInput):
        span(*bounds)


def test_a_sweep(server: everest_rig.Everest, tmp_path: Path) -> None:
    script = tmp_path / "add.sh"
    script.write_text("echo $(($1 + $2)); cp $0 copy_$1.sh\n")
    plan = Plan("sh add.sh ${a} ${b}", {"a": [1, 2], "b": [10, 20, 30]}, ["add.sh"],
                ["stdout", "copy_${a}.sh"])  # fmt: skip
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        sweep = client.sweep(plan, [script], key="adding")
        results = sweep.results(tmp_path / "out", timeout=60)
        assert (len(results), results.missing) == (6, 0)
        assert {(r["a"], r["b"], r["stdout"]) for r in results.table()} == {
            (task["a"], task["b"], task["a"] + task["b"]) for task in plan.tasks()
        }
        assert sorted(results.frame()["stdout"]) == [11, 12, 21, 22, 31, 32]
        first = next(iter(results.values()))
        assert first.files().keys() == {"stdout", f"copy_{first.parameters['a']}.sh"}
        assert "6 tasks" in results._repr_html_()
        again = Sweep.of(client.job(sweep.job.id), plan)
        assert len(again.results(tmp_path / "again")) == 6


def test_a_sweep_that_fails_in_part(server: everest_rig.Everest, tmp_path: Path) -> None:
    plan = Plan("sh -c ${x}", {"x": ["true", "false"]}, output_files=["stdout"])
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        sweep = client.sweep(plan)
        with pytest.raises(JobFailed):
            sweep.results(tmp_path / "out", timeout=60)
        results = sweep.results(tmp_path / "out", partial=True)
        assert len(results) >= 1


def test_archives_stay_in_their_folder(tmp_path: Path) -> None:
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("1/../../outside", "x")
    with pytest.raises(Damaged, match="outside"):
        unpack(evil, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(Damaged, match="no zip"):
        unpack(tmp_path / "text.zip", tmp_path / "out")


# -- records -----------------------------------------------------------------------------------


def record(name: str, **more: Any) -> Record:
    return Record(name=name, server="s", app="a", inputs={"x": 1}, time=time.time(), **more)


def test_records_outlive_torn_lines_and_other_processes(tmp_path: Path) -> None:
    first, second = Records(tmp_path, "s"), Records(tmp_path, "s")
    first.add(record("one", key="k"))
    second.add(record("two"))
    first.note("one", id="1", state="DONE")
    (path, *_) = sorted(tmp_path.glob("*.jsonl"))
    with open(path, "a") as file:
        file.write('{"name": "torn", "app": "a", "ser')
    second.add(record("three"))
    first.add(record("four"))
    found = {each.name: each for each in Records(tmp_path, "s").all()}
    assert found.keys() == {"one", "two", "three", "four"}
    assert (found["one"].id, found["one"].state, found["one"].inputs) == ("1", "DONE", {"x": 1})
    assert Records(tmp_path, "another server").all() == []
    first.forget("one")
    assert "one" not in {each.name for each in second.all(again=True)}
    for each in (first, second):
        each.close()
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()} == {0o600}


def test_old_records_go_when_all_has_ended(tmp_path: Path) -> None:
    import os

    kept, ended = Records(tmp_path, "s"), Records(tmp_path, "s")
    kept.add(record("runs", id="1"))
    ended.add(record("ended", id="2", state="DONE"))
    for each in (kept, ended):
        each.close()
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    assert [each.name for each in Records(tmp_path, "s").all()] == ["runs"]
    assert len(list(tmp_path.iterdir())) == 1


def test_records_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    line = {"version": 99, "name": "n", "server": "s", "app": "a", "inputs": {}, "new": 1}
    (tmp_path / "x.jsonl").write_text(json.dumps(line) + "\n")
    assert Records(tmp_path, "s").all() == []


async def test_no_everest_takes_no_password(tmp_path: Path) -> None:
    with pytest.raises(NotEverest):
        await log_in("http://example.org", USER, PASSWORD, folder=tmp_path)
