"""The registry of apps, the check of options, and the app "command"."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config, Configurable

from jupyter_remote.apps import App, AppInfo, CommandApp, RemoteApps, Upstream
from jupyter_remote.errors import Forbidden, InvalidSpec
from jupyter_remote.model import JobSpec, Session, State

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "screen": {"enum": ["small", "large"], "default": "small"},
        "dpi": {"type": "integer", "minimum": 50, "maximum": 300},
        "programs": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "label": {"type": ["string", "null"], "minLength": 1, "maxLength": 5, "pattern": "^x"},
        "more": {
            "type": "object",
            "additionalProperties": False,
            "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "list": {"default": []}},
        },
    },
}


class StandIn:
    """An app that answers what the test says."""

    def __init__(self, info: AppInfo | Exception) -> None:
        self._info = info

    def info(self) -> AppInfo:
        if isinstance(self._info, Exception):
            raise self._info
        return self._info

    def job(self, session: Session, prefix: str) -> JobSpec:
        return JobSpec(name=session.job_name, argv=("true",))

    def title(self, options: Mapping[str, Any]) -> str:
        return "Stand-in"

    def upstream(self, session: Session, prefix: str) -> Upstream:
        return Upstream()

    def page(self, session: Session, prefix: str) -> str | None:
        return None


def session(app: str, **options: Any) -> Session:
    """A record as the registry's caller would have it."""
    return Session(
        id="abc",
        name="",
        app=app,
        backend="local",
        state=State.SUBMITTING,
        revision=1,
        time="",
        created="",
        options=options,
    )


def registry(*apps: App, **config: Any) -> RemoteApps:
    """A registry without the packages of this machine."""
    parent = Configurable(config=Config({"RemoteApps": config}))
    return RemoteApps(parent, apps, entry_points=list)


DESKTOP = StandIn(AppInfo(name="desktop", title="Desktop", options=SCHEMA))


def test_get_knows_names_and_suggests() -> None:
    command = CommandApp()
    apps = registry(DESKTOP, command)
    assert apps.get("command") is command
    with pytest.raises(InvalidSpec, match="no app “dekstop”; did you mean “desktop”"):
        apps.get("dekstop")
    with pytest.raises(InvalidSpec, match="there is: desktop, command"):
        apps.get("rstudio")


def test_disabled_apps_are_neither_listed_nor_started() -> None:
    apps = registry(DESKTOP, CommandApp(), disabled=["command"])
    assert [info.name for info in apps.infos()] == ["desktop"]
    with pytest.raises(Forbidden, match="switched off"):
        apps.get("command")
    with pytest.raises(Forbidden):
        apps.validate("command", {"command": "true"})
    with pytest.raises(InvalidSpec, match=r"there is: desktop$"):
        apps.get("zzz")


def test_names_of_built_in_apps_are_unique() -> None:
    with pytest.raises(ValueError, match="desktop"):
        registry(DESKTOP, DESKTOP)


def test_a_broken_app_hides_no_other(caplog: pytest.LogCaptureFixture) -> None:
    apps = RemoteApps(
        None,
        [StandIn(OSError("no disk")), DESKTOP],
        entry_points=list,
        log=logging.getLogger("test"),
    )
    for _ in range(2):
        broken, desktop = apps.infos()
        assert desktop.name == "desktop"
        assert (broken.name, broken.launcher) == ("StandIn", False)
        assert "OSError: no disk" in broken.reason
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_defaults_are_filled_in_and_nothing_shared() -> None:
    apps, given = registry(DESKTOP), {"more": {"kind": "a"}}
    valid = apps.validate("desktop", given)
    assert valid == {"screen": "small", "more": {"kind": "a", "list": []}}
    valid["more"]["list"].append(1)
    assert given == {"more": {"kind": "a"}}
    assert apps.validate("desktop", given)["more"]["list"] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dip": 90}, "Desktop: there is no option “dip”; did you mean “dpi”?"),
        ({"zzz": 1}, "there is no option “zzz”; there is: screen, dpi, programs, label, more"),
        ({"dpi": "90"}, "“dpi” must be a whole number, not '90'"),
        ({"dpi": True}, "“dpi” must be a whole number, not True"),
        ({"dpi": 1}, "“dpi” must be at least 50, not 1"),
        ({"dpi": 999}, "“dpi” must be at most 300, not 999"),
        ({"screen": "big"}, "“screen” must be one of small, large, not 'big'"),
        ({"programs": "xterm"}, "“programs” must be a list, not 'xterm'"),
        ({"programs": ["a", 1]}, "“programs.1” must be text, not 1"),
        ({"programs": ["a"] * 3}, "“programs” must not have more than 2 entries"),
        ({"label": 1}, "“label” must be text or empty, not 1"),
        ({"label": ""}, "“label” must not be empty"),
        ({"label": "xxxxxx"}, "“label” must not have more than 5 characters"),
        ({"label": "y"}, "“label” does not allow 'y'"),
        ({"more": {}}, "“more” needs “kind”"),
        ({"more": {"kind": "a", "king": 1}}, "no option “more.king”; did you mean “kind”?"),
        ([], "options must be an object"),
    ],
)
def test_wrong_options_are_named_in_plain_words(options: Any, words: str) -> None:
    with pytest.raises(InvalidSpec) as error:
        registry(DESKTOP).validate("desktop", options)
    assert words in str(error.value)


def test_an_app_without_options_takes_none() -> None:
    apps = registry(StandIn(AppInfo(name="bare", title="Bare")))
    assert apps.validate("bare", {}) == {}
    with pytest.raises(InvalidSpec, match="no option “a”; it has none"):
        apps.validate("bare", {"a": 1})


def test_every_built_in_schema_is_one() -> None:
    from jsonschema import Draft202012Validator

    for info in registry(CommandApp()).infos():
        Draft202012Validator.check_schema(dict(info.options))
        assert info.options["additionalProperties"] is False


# -- command ---------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a folder, a program and a file in it."""
    home = tmp_path / "home"
    (home / "work" / "deep").mkdir(parents=True)
    (home / "data").write_text("")
    program = home / "work" / "run.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    return home


def command(**options: Any) -> JobSpec:
    """What the registry and the app make of these options."""
    valid = registry(CommandApp()).validate("command", options)
    return CommandApp().job(session("command", **valid), "/s/abc/")


def test_a_line_is_split_as_by_a_shell(home: Path) -> None:
    spec = command(command="echo 'a b'  c\\ d \"e\"")
    assert spec.argv == ("echo", "a b", "c d", "e")
    assert (spec.name, spec.listen, spec.cwd, dict(spec.env)) == ("jr-abc", "nothing", "", {})
    assert spec.ready.kind == "started"


def test_a_list_stays_as_it_is(home: Path) -> None:
    spec = command(command=["echo", "a 'b", ""], env={"A_1": "x"}, cwd="work/deep/..")
    assert spec.argv == ("echo", "a 'b", "")
    assert spec.env == {"A_1": "x"}
    assert spec.cwd == str(home / "work")


@pytest.mark.parametrize("cwd", ["~/work", "work"])
def test_a_program_is_looked_for_in_the_folder(home: Path, cwd: str) -> None:
    assert command(command="./run.sh", cwd=cwd).cwd == str(home / "work")
    assert command(command="work/run.sh", cwd="").argv == ("work/run.sh",)
    with pytest.raises(InvalidSpec, match=r"no program “\./run\.sh”"):
        command(command="./run.sh")


def test_a_program_is_looked_for_on_the_path_it_will_have(home: Path) -> None:
    assert command(command="run.sh", env={"PATH": str(home / "work")}).argv == ("run.sh",)
    with pytest.raises(InvalidSpec, match=r"no program “run\.sh”"):
        command(command="run.sh")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"command": "echo 'a"}, "a quote is opened and not closed"),
        ({"command": "   "}, "The command is empty"),
        ({"command": [""]}, "The command is empty"),
        ({"command": ""}, "“command” must not be empty"),
        ({"command": []}, "“command” must not be empty"),
        ({"command": 5}, "“command” must be text or a list"),
        ({"command": ["echo", 5]}, "“command.1” must be text"),
        ({"command": ["echo", "a\0b"]}, "zero byte"),
        ({}, "“command” is missing"),
        ({"command": "no-such-program-here"}, "There is no program “no-such-program-here”"),
        ({"command": "echo", "cwd": "nowhere"}, "There is no folder"),
        ({"command": "echo", "cwd": "data"}, "There is no folder"),
        ({"command": "echo", "cwd": "work/../.."}, "leads out of your home"),
        ({"command": "echo", "cwd": "~nobody-of-this-name/x"}, "cannot be found"),
        ({"command": "echo", "cwd": "a\0b"}, "There is no folder"),
        ({"command": "echo", "cwd": "~\0"}, "cannot be found"),
        ({"command": "echo", "cwd": "~\ud800"}, "cannot be found"),
        ({"command": "echo", "cwd": "x" * 5000}, "There is no folder"),
        ({"command": "/" + "x" * 5000}, "There is no program"),
        ({"command": "echo", "env": {"A": 1}}, "“env.A” must be text"),
        ({"command": "echo", "env": {"1A": "x"}}, "does not allow '1A'"),
        ({"command": "echo", "commend": 1}, "did you mean “command”"),
    ],
)
def test_wrong_commands(home: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidSpec) as error:
        command(**options)
    assert words in str(error.value)


def test_absolute_folders_may_lie_anywhere(home: Path) -> None:
    assert command(command="echo", cwd=os.sep).cwd == os.sep


def test_the_command_is_the_title() -> None:
    app = CommandApp()
    assert app.title({"command": "  python  a.py\n"}) == "python a.py"
    assert app.title({"command": ["echo", "a b"]}) == "echo 'a b'"
    assert len(app.title({"command": "x" * 200})) == 60


def test_command_is_no_launcher_card_and_opens_nothing() -> None:
    info = CommandApp().info()
    assert (info.opens, info.launcher, info.reason) == ("nothing", False, "")
    assert CommandApp().page(session("command"), "/s/abc/") is None
    assert CommandApp().upstream(session("command"), "/s/abc/") == Upstream()
