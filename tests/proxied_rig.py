"""The sample package of apps made for jupyter-server-proxy."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path

import pytest

from jupyter_remote.apps import AppInfo, CommandApp, RemoteApps
from jupyter_remote.model import Session, State

SAMPLE = Path(__file__).parent / "data" / "serverproxy"
PREFIX = "/user/me/jupyter-remote/s/abc/"
SESSION = Session(
    id="abc",
    name="",
    app="",
    backend="local",
    state=State.RUNNING,
    revision=1,
    time="",
    created="",
)
MARK = re.compile("61973")


@pytest.fixture
def apps(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> RemoteApps:
    """A registry that sees the sample packages (and those of this machine)."""
    monkeypatch.syspath_prepend(str(SAMPLE))
    monkeypatch.delitem(sys.modules, "sample_apps", raising=False)
    return RemoteApps(None, [CommandApp()], log=logging.getLogger("test"))


def info(apps: RemoteApps, name: str) -> AppInfo:
    """The app as it is listed."""
    return next(info for info in apps.infos() if info.name == name)


def argv(apps: RemoteApps, name: str) -> list[str]:
    """The words after the sample server's name."""
    words = apps.get(name).job(SESSION, PREFIX).argv
    assert words[0] == sys.executable
    assert not any(map(MARK.search, words))
    return list(words[2:])
