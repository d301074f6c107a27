"""What desktops say of themselves, their jobs, their pages; nothing is started here."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_remote.apps import desktop_page, xpra
from jupyter_remote.apps.desktop import DesktopApp, ProgramApp, RemoteDesktop, is_young
from jupyter_remote.apps.desktop_page import OURS, SCRIPTS, ClientFiles, build
from jupyter_remote.apps.desktop_runner import accepted_options, fit_options
from jupyter_remote.apps.desktop_size import taken
from jupyter_remote.errors import BackendError, InvalidSpec, NotFound
from jupyter_remote.machine import Claimed, transition
from jupyter_remote.model import Session, State, as_time, now

from .desktop_rig import SECRET, a_session

DATA = Path(__file__).parent / "data"
HELP = {version: (DATA / f"xpra-help-{version}.txt").read_text() for version in ("3.1.3", "6.5.5")}
INDEX = """<!DOCTYPE html><html><head lang="en"><meta charset="utf-8">
<script type="text/javascript" src="js/lib/aurora/aurora.js"></script>
<script src="js/Protocol.js"></script>
<script src="js/Client.js"></script>
</head><body><script>var client</script></body></html>"""


def make(**traits: object) -> RemoteDesktop:
    return RemoteDesktop(secret=lambda session: SECRET, **traits)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine on which only what the test installs is found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(xpra, "CLIENT_FOLDERS", (str(tmp_path / "www"),))
    xpra._help_text.cache_clear()
    yield folder
    xpra._help_text.cache_clear()


def install(folder: Path, *names: str, says: str = "") -> None:
    for name in names:
        path = folder / name
        path.write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{says}\nEND\n")
        path.chmod(0o755)


def install_all(folder: Path, version: str = "3.1.3") -> None:
    install(folder, "xpra", says=HELP[version])
    install(folder, "Xvfb", "openbox", "xterm")
    (folder.parent / "www/js").mkdir(parents=True)
    (folder.parent / "www/index.html").write_text(INDEX)
    (folder.parent / "www/js/Client.js").write_text("var XpraClient;")


@pytest.mark.parametrize("version", HELP)
def test_options_fit_the_version(version: str) -> None:
    known = accepted_options(HELP[version])
    options = fit_options(xpra.server_options("/www", "/password", 96), HELP[version])
    assert {option.partition("=")[0] for option in options} <= set(known)
    needed = {"--use-display=yes", "--daemon=no", "--sharing=yes", "--html=/www", "--mdns=no"}
    assert {*needed, "--auth=file:filename=/password", "--start-new-commands=no"} <= set(options)
    gone = {"--dbus-proxy=no", "--global-menus=no"}
    new = {"--splash=no", "--audio=no", "--rdp-upgrade=no"}
    assert gone & set(options) == (gone if version == "3.1.3" else set())
    assert new & set(options) == (new if version == "6.5.5" else set())


def test_a_flag_is_given_without_a_value() -> None:
    text = "Options:\n  --use-display   Use it\n  -d X, --debug=X\n  --quiet  Hush\n"
    options = ["--use-display=yes", "--debug=all", "--quiet=no", "--unknown=yes"]
    assert fit_options(options, text) == ["--use-display", "--debug=all"]


def test_xpra_is_asked_once(machine: Path) -> None:
    install_all(machine)
    binary = str(machine / "xpra")
    assert "--bind" in accepted_options(xpra.help_text(binary))
    (machine / "xpra").write_text("#!/bin/sh\n")  # a new version is asked again
    assert xpra.help_text(binary) == ""


def test_what_is_missing_is_said_with_how_to_install_it(machine: Path) -> None:
    reason = DesktopApp(make()).info().reason
    assert "xpra, xpra-html5, xvfb" in reason
    assert "apt install" in reason
    assert "Debian 13 has no xpra" in reason
    install_all(machine)
    assert DesktopApp(make()).info().reason == ""
    (machine / "openbox").unlink()
    assert "window manager" in DesktopApp(make()).info().reason
    assert ProgramApp(make()).info().reason == ""


def test_the_job_of_a_desktop(machine: Path) -> None:
    install_all(machine)
    spec = DesktopApp(make()).job(a_session("desktop"), "/s/x/")
    settings = json.loads(spec.files["desktop.json"])
    assert spec.files["password"] == SECRET
    assert SECRET not in json.dumps([spec.argv, dict(spec.env), settings])
    assert spec.argv[-3:] == ("{run}/desktop_runner.py", "{run}", "{socket}")
    assert (spec.listen, spec.ready.kind) == ("socket", "http")
    assert settings["program"] == ["openbox"]
    assert settings["also"][0][0] == "xterm"
    assert "--dbus-proxy=no" in settings["options"]
    assert settings["fit"] is False


def test_another_machine_finds_its_own_programs(machine: Path) -> None:
    install_all(machine)
    there = a_session("program", command="paraview")
    fields = {**there.to_json(), "backend": "slurm"}
    spec = ProgramApp(make()).job(Session.from_json(fields), "/s/x/")
    settings = json.loads(spec.files["desktop.json"])
    assert (spec.argv[0], settings["xpra"], settings["fit"]) == ("python3", "xpra", True)


def test_source_that_is_shipped_has_no_placeholder_of_the_agent(machine: Path) -> None:
    install_all(machine)
    spec = DesktopApp(make()).job(a_session("desktop"), "/s/x/")
    for name, text in spec.files.items():
        if name.endswith(".py"):
            assert not re.search(r"\{(socket|port|run|job)\}", text), name


def test_commands_that_are_not_there(machine: Path) -> None:
    with pytest.raises(InvalidSpec, match="Missing here: xpra"):
        DesktopApp(make()).job(a_session("desktop"), "/s/x/")
    install_all(machine)
    app = ProgramApp(make())
    with pytest.raises(InvalidSpec, match="command not found: foo"):
        app.job(a_session("program", command="foo --bar"), "/s/x/")
    with pytest.raises(InvalidSpec, match="quote"):
        app.job(a_session("program", command="foo 'bar"), "/s/x/")
    with pytest.raises(InvalidSpec, match="no folder"):
        app.job(a_session("program", command="xterm", cwd="/nowhere"), "/s/x/")
    with pytest.raises(InvalidSpec, match="command not found: nowm"):
        DesktopApp(make(window_manager="nowm")).job(a_session("desktop"), "/s/x/")


def test_configured_commands(machine: Path) -> None:
    install_all(machine)
    install(machine, "mywm", "myterm")
    shared = make(window_manager="mywm --replace", terminal=["myterm", "a b"])
    settings = json.loads(DesktopApp(shared).job(a_session("desktop"), "/").files["desktop.json"])
    assert settings["program"] == ["mywm", "--replace"]
    assert settings["also"] == [["myterm", "a b"]]


def test_titles() -> None:
    assert DesktopApp(make()).title({}) == "Desktop"
    assert ProgramApp(make()).title({"command": "/opt/my/paraview --x"}) == "paraview"


def settings_in(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="jr-settings">(.*?)</script>', html)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_page(machine: Path) -> None:
    install_all(machine)
    session = a_session("desktop", keyboard_layout="de")
    prefix = f"/user/a/jupyter-remote/s/{session.id}/"
    html = DesktopApp(make()).page(session, prefix) or ""
    assert re.search(r'<base href="/user/a/jupyter-remote/desktop-client/\w{16}/">', html)
    data = settings_in(html)
    assert data["password"] == SECRET
    assert data["parameters"]["keyboard_layout"] == data["layout"] == "de"
    assert data["record"] == f"/user/a/jupyter-remote/sessions/{session.id}"
    assert data["young"] is True
    assert re.findall(r'<script src="([^"]+)"', html) == ["bundle/base.js", "bundle/page.js"]


def test_the_page_that_waits_knows_no_session(machine: Path) -> None:
    install_all(machine)
    index = machine.parent / "www/index.html"
    index.write_text(INDEX.replace("aurora/aurora", "forge"))
    desktop = make(keyboard_layout="de")
    html = desktop.parked("/user/a/jupyter-remote/")
    assert SECRET not in html
    data = settings_in(html)
    assert data["parked"] is True
    assert data["password"] == data["record"] == data["parameters"]["path"] == ""
    session = a_session("desktop")
    whole = DesktopApp(desktop).page(session, f"/user/a/jupyter-remote/s/{session.id}/") or ""
    base = re.compile(r'<base href="[^"]*">')
    assert base.findall(html) == base.findall(whole)
    known = settings_in(whole)
    assert {**data, **known} == {**known, "parked": True}  # nothing else must be told
    assert "=== 'adopt'" in html
    assert "=== 'adopt'" not in whole


def test_a_client_with_another_login_does_not_wait(machine: Path) -> None:
    install_all(machine)
    with pytest.raises(NotFound, match="before its session"):
        make().parked("/jupyter-remote/")


def test_the_page_of_a_client_whose_scripts_are_modules() -> None:
    html = build(INDEX.replace("<script src=", '<script type="module" src='), "/b/", {})
    assert "aurora" not in html
    order = [html.index(f"{name}.js") for name in ("Client", *SCRIPTS)]
    assert [*order, html.index("</head>")] == sorted([*order, html.index("</head>")])


def test_xpra_is_young_only_for_some_seconds(machine: Path) -> None:
    install_all(machine)
    started = dataclasses.replace(a_session("desktop"), started="2026-01-01T00:00:00.000Z")
    html = DesktopApp(make()).page(started, f"/s/{started.id}/") or ""
    assert '"young": false' in html


def test_the_xpra_of_a_spare_desktop_is_as_old_as_it_is() -> None:
    spare = dataclasses.replace(a_session("desktop"), state=State.RUNNING, spare=True)
    for started, young in ((now(), True), ("2026-01-01T00:00:00.000Z", False)):
        begun = dataclasses.replace(spare, started=started)
        at = as_time(time.time() + 0.5)
        assert is_young(transition(begun, Claimed("Desktop 2"), at)) is young


@pytest.mark.parametrize(
    "listed", ["", "[]", "{}", "null", "[[1]]", '[["/tmp/lock"]]', '[["/tmp/.X1-lock"]]']
)
def test_a_size_that_cannot_be_told_keeps_nobody_from_a_spare(tmp_path: Path, listed: str) -> None:
    (tmp_path / "stale.json").write_text(listed)
    session = dataclasses.replace(a_session("desktop"), options={"size": "950x679"})
    taken(session, tmp_path / "socket", logging.getLogger())


def test_text_in_the_page_cannot_end_its_script() -> None:
    html = build(INDEX, "/b/", {"layout": "</script><script>alert(1)"})
    assert "</script><script>alert" not in html


@pytest.mark.parametrize("html", ["", "<html></html>", INDEX.replace("Client.js", "IndexPage.js")])
def test_an_unknown_client_is_said(html: str) -> None:
    with pytest.raises(BackendError, match="not known"):
        build(html, "/b/", {})


@pytest.mark.parametrize(
    "name",
    ["", "../secret", "js/../../secret", "jr/../../app.py", "js", ".hidden", "js//Client.js"],
)
def test_no_file_outside_is_served(machine: Path, name: str) -> None:
    install_all(machine)
    (machine.parent / "secret").touch()
    files = ClientFiles(machine.parent / "www")
    assert files.locate("js/Client.js")
    assert files.locate("jr/bridge.js") == OURS / "bridge.js"
    assert files.locate(name) is None


def test_a_change_of_the_client_is_a_new_address(machine: Path) -> None:
    install_all(machine)
    before = ClientFiles(machine.parent / "www").digest
    assert ClientFiles(machine.parent / "www").digest == before
    script = machine.parent / "www/js/Client.js"
    script.write_text("changed")
    stat = script.stat()
    os.utime(script, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert ClientFiles(machine.parent / "www").digest != before


@pytest.mark.skipif(not shutil.which("xpra"), reason="needs Xpra's HTML5 client")
async def test_the_client_over_http(jp_fetch, jp_serverapp) -> None:  # type: ignore[no-untyped-def]
    files = make().files()
    base = ("jupyter-remote", "desktop-client", files.digest)
    answer = await jp_fetch(*base, "js", "Client.js", headers={"Accept-Encoding": "gzip"})
    assert "XpraClient" in answer.body.decode()
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    old = await jp_fetch("jupyter-remote", "desktop-client", "old", "jr", "bridge.js")
    assert old.headers["Cache-Control"] == "no-cache"
    for path in (("..", "app.py"), ("jr", "no.js"), ("js",)):
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch(*base, *path)
        assert caught.value.code == 404
    waits = await jp_fetch("jupyter-remote", "desktop-client", "parked")
    assert settings_in(waits.body.decode())["parked"] is True
    assert waits.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'self'" in waits.headers["Content-Security-Policy"]
    assert desktop_page.content_type(Path("a.css")) == "text/css; charset=utf-8"
