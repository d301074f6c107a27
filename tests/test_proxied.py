"""Apps made for jupyter-server-proxy: a sample of every flavour, read."""

from __future__ import annotations

import os
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from traitlets.config import Config, Configurable

from jupyter_remote.apps import CommandApp, RemoteApps
from jupyter_remote.apps.proxied import asked
from jupyter_remote.apps.registry import found
from jupyter_remote.errors import InvalidSpec

from .proxied_rig import PREFIX, SAMPLE, SESSION, apps, argv, info

__all__ = ["apps"]


# -- what is read ----------------------------------------------------------------------------


def test_a_full_description(apps: RemoteApps) -> None:
    app, shown = apps.get("plain"), info(apps, "plain")
    assert (shown.title, shown.opens, shown.launcher) == ("Plain & simple", "tab", True)
    assert "sample-apps" in shown.caption
    assert shown.icon == (SAMPLE / "sample.svg").read_text()
    assert shown.reason == ""
    spec = app.job(SESSION, PREFIX)
    assert spec.argv == (sys.executable, str(SAMPLE / "sample_server.py"), "--port", "{port}")
    assert spec.env == {"SAMPLE_BASE": PREFIX, "SAMPLE_{port}": "{braces}"}
    assert (spec.name, spec.listen, spec.cwd) == ("jr-abc", "port", os.getcwd())
    assert (spec.ready.kind, spec.ready.path, spec.ready.timeout) == ("http", "/", 12.0)
    upstream = app.upstream(SESSION, PREFIX)
    assert upstream.waits == 12.0
    assert upstream.strip_prefix
    assert upstream.request_headers == {"X-Sample": PREFIX}
    assert (upstream.mappath, upstream.rewrite) == ({}, None)
    page = app.page(SESSION, PREFIX)
    assert page is not None
    assert 'content="0; url=./start?a=&lt;b&gt;"' in page
    assert "<title>Plain &amp; simple</title>" in page


def test_the_least_description(apps: RemoteApps) -> None:
    app, shown = apps.get("minimal"), info(apps, "minimal")
    assert (shown.title, shown.opens, shown.launcher) == ("minimal", "browser", True)
    assert (shown.icon, app.page(SESSION, PREFIX)) == ("", None)
    assert argv(apps, "minimal") == ["--port={port}"]
    assert app.job(SESSION, PREFIX).ready.timeout == 60.0


def test_functions_get_what_they_ask_for(apps: RemoteApps) -> None:
    app, shown = apps.get("by_function"), info(apps, "by_function")
    assert argv(apps, "by_function") == ["--port", "{port}"]
    env = app.job(SESSION, PREFIX).env
    assert env == {"SAMPLE_PORT": "{port}", "SAMPLE_BASE": PREFIX}
    assert app.upstream(SESSION, PREFIX).request_headers == {"X-Sample": PREFIX}
    assert not shown.launcher
    assert '<image href="data:image/png;base64,iVBOR' in shown.icon


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("object_with_call", ["--port", "{port}", "--base", PREFIX, "[]"]),
        ("positional_only", ["--port", "{port}", "--base", PREFIX]),
        ("partial", ["--port", "{port}", "--base", "fixed"]),
        ("keywords", ["--port={port}", "base_url", "port", "unix_socket"]),
        ("own_socket", ["--socket", "{socket}", "--not-port=0"]),
        ("fixed_socket", ["--socket={socket}"]),
        ("fixed_port", ["--port={port}", "--id=18384"]),
        ("absolute", ["--port", "{port}", "--base", PREFIX + "absolute"]),
        ("rooted", ["--port={port}", f"--base={PREFIX}", PREFIX + "rooted-2"]),
    ],
)
def test_signatures_and_placeholders(apps: RemoteApps, name: str, words: list[str]) -> None:
    assert argv(apps, name) == words
    spec = apps.get(name).job(SESSION, PREFIX)
    assert spec.listen == ("socket" if "socket" in name else "port")


def test_asked_gives_only_what_is_named() -> None:
    assert asked(lambda: 1, path="/") == 1
    assert asked(lambda **given: given, path="/") == {"path": "/"}
    assert asked(dict, path="/") == {}
    with pytest.raises(TypeError):
        asked(lambda path, other: 1, path="/")


def test_absolute_urls_keep_the_prefix(apps: RemoteApps) -> None:
    app = apps.get("absolute")
    upstream = app.upstream(SESSION, PREFIX)
    assert not upstream.strip_prefix
    assert app.job(SESSION, PREFIX).ready.path == PREFIX + "absolute/"
    assert "url=./absolute/" in str(app.page(SESSION, PREFIX))
    place = PREFIX + "absolute"
    assert upstream.mappath.get(place + "/old") == place + "/new"
    assert upstream.mappath.get(place + "/", "") == place + "/first"
    assert upstream.mappath.get("/old") is None
    assert sorted(upstream.mappath) == [place + "/", place + "/old"]


@pytest.mark.parametrize("hub", [None, "/user/me/"])
def test_a_place_taken_from_the_hub_is_moved(
    apps: RemoteApps, monkeypatch: pytest.MonkeyPatch, hub: str | None
) -> None:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    if hub:
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", hub)
    assert argv(apps, "hub") == ["--port={port}", "--base", PREFIX + "hub"]


def test_a_stripped_app_is_told_the_prefix_as_its_root(apps: RemoteApps) -> None:
    app = apps.get("rooted")
    assert app.job(SESSION, PREFIX).env == {"SAMPLE_BASE": PREFIX.rstrip("/")}
    assert "url=./?tkn=1" in str(app.page(SESSION, PREFIX))
    mappath = app.upstream(SESSION, PREFIX).mappath
    assert mappath
    assert mappath.get("/", "") == "/index.html?key=1"
    assert mappath.get("/other", "") == "/other"
    assert list(mappath) == []


def test_answers_are_rewritten_in_order(apps: RemoteApps) -> None:
    rewrite = apps.get("rewriting").upstream(SESSION, PREFIX).rewrite
    assert rewrite is not None
    response = SimpleNamespace(code=200, reason="OK", headers={}, body=b"dogs")
    rewrite(response, request=" asked", path="/cat-club")
    assert (response.code, response.body) == (403, b"cats")
    assert response.headers == {"I-Like": "tacos"}
    assert response.reason == "dogs asked"


def test_a_page_outside_the_app_is_not_opened(apps: RemoteApps) -> None:
    assert apps.get("elsewhere").page(SESSION, PREFIX) is None
    assert apps.get("absent").page(SESSION, PREFIX) is None


def test_the_folder_is_an_option(apps: RemoteApps, tmp_path: Path) -> None:
    options = apps.validate("plain", {"cwd": str(tmp_path)})
    session = SimpleNamespace(options=options, job_name="jr-x")
    spec = apps.get("plain").job(session, PREFIX)  # type: ignore[arg-type]
    assert spec.cwd == str(tmp_path)
    with pytest.raises(InvalidSpec, match="no option “port”"):
        apps.validate("plain", {"port": 1})


# -- what does not work ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raw", "raw speaks a protocol of its own"),
        ("elsewhere", "Elsewhere is started by somebody else and listens at 8765"),
        ("stubborn", "listens at 8384 of its own choice"),
        ("absent", "needs the program “no-such-program-here”"),
        ("none_in_command", "text is expected, not None"),
        ("braces", "cannot be used here (command)"),
        ("raises", "the package sample-apps and fails with KeyError: 'JUPYTERHUB_SERVICE_PREFIX'"),
        ("exits", "SystemExit: no licence"),
        ("nothing", "a dictionary is expected, not None"),
        ("needs", "TypeError: needs() missing 1 required positional argument"),
        ("wrong_type", "command must be a list or a function, not 'server --port {port}'"),
        ("no_module", "ModuleNotFoundError"),
        ("no_attribute", "AttributeError"),
        ("no_function", "not callable"),
    ],
)
def test_what_cannot_be_used_is_listed_with_the_reason(
    apps: RemoteApps, name: str, words: str
) -> None:
    assert words in info(apps, name).reason
    with pytest.raises(InvalidSpec) as error:
        apps.get(name).job(SESSION, PREFIX)
    assert words in str(error.value)
    assert apps.get(name).title({})


def test_a_function_that_fails_says_so_when_the_app_is_started(apps: RemoteApps) -> None:
    assert info(apps, "absent_function").reason == ""
    with pytest.raises(InvalidSpec, match="Could not find rserver in PATH"):
        apps.get("absent_function").job(SESSION, PREFIX)


def test_each_problem_is_logged_once(apps: RemoteApps, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        assert info(apps, "wrong_icon").icon == info(apps, "absent").icon == ""
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == len(set(said))
    for name in ("wrong_icon has no icon", "absent has no icon", "raises cannot be used"):
        assert sum(name in line for line in said) == 1


@pytest.mark.parametrize("text", ["<svg " + " " * (1 << 18), "<html>", "\xff"])
def test_a_bad_icon_is_left_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "icon.svg"
    path.write_bytes(text.encode("latin-1"))
    apps = configured(web={"command": ["true", "{port}"], "launcher_entry": {"icon_path": path}})
    assert info(apps, "web").icon == ""


# -- names and sources -----------------------------------------------------------------------


def configured(**servers: Any) -> RemoteApps:
    """A registry with ``c.ServerProxy.servers`` only."""
    config = Config({"ServerProxy": {"servers": servers}})
    return RemoteApps(Configurable(config=config), [CommandApp()], entry_points=list)


def test_taken_names_get_another(apps: RemoteApps) -> None:
    names = [info.name for info in apps.infos()]
    assert len(set(names)) == len(names)
    assert names[0] == "command"
    taken = {"proxy-command", "proxy-command-2", "absolute", "proxy-absolute"}
    assert taken <= set(names)
    assert argv(apps, "proxy-absolute") == ["--port={port}"]
    app = apps.get("proxy-command")
    assert app.info().title == "command"


def test_the_configuration_wins_over_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SAMPLE))
    config = Config()
    config.ServerProxy.servers.update({"plain": {"command": ["true", "{port}"]}})
    apps = RemoteApps(Configurable(config=config), [])
    assert info(apps, "plain").title == "plain"
    assert "proxy-plain" not in {info.name for info in apps.infos()}


def test_objects_of_jupyter_server_proxy_are_read_too() -> None:
    entry = SimpleNamespace(title="Server", enabled=True, icon_path="", path_info="it/x")
    process = SimpleNamespace(
        name="it", command=["true", "{port}"], launcher_entry=entry, unix_socket=None, timeout=5.0
    )
    apps = configured(web=process)
    assert info(apps, "web").title == "Server"
    assert "url=./x" in str(apps.get("web").page(SESSION, PREFIX))


def test_nonsense_in_the_configuration_hides_nothing() -> None:
    assert [info.name for info in configured(a=5, b=None).infos()] == ["command", "a", "b"]
    odd = RemoteApps(Configurable(config=Config({"ServerProxy": {"servers": []}})), [])
    assert odd.infos() is not None


def test_they_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SAMPLE))
    config = Config({"RemoteApps": {"enabled_proxied": False}})
    apps = RemoteApps(Configurable(config=config), [CommandApp()])
    assert [info.name for info in apps.infos()] == ["command"]
    with pytest.raises(InvalidSpec):
        apps.get("plain")


def test_a_damaged_package_hides_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged-1.dist-info"
    damaged.mkdir()
    (damaged / "entry_points.txt").write_bytes(b"[\xff\xfe]")
    monkeypatch.syspath_prepend(str(SAMPLE))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "plain" in {entry.name for entry in found()}


def test_a_package_installed_later_is_found() -> None:
    entries: list[EntryPoint] = []
    apps = RemoteApps(None, [], entry_points=lambda: entries)
    assert apps.infos() == []
    entries.append(EntryPoint("late", "json:nothing", "jupyter_serverproxy_servers"))
    assert [info.name for info in apps.infos()] == ["late"]
