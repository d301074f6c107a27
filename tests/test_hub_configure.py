"""The configuration helper: what it adds to which JupyterHub, and that it takes nothing away."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

import jupyterhub
import pytest
from traitlets.config import Config

from jupyter_remote.hub import add_share_service

SCOPE = "access:services!service=share"
USUAL = ["users:activity!user", "access:servers!server"]


@pytest.fixture(params=[5, 6])
def major(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    number: int = request.param
    monkeypatch.setattr(jupyterhub, "version_info", (number, 1, 1, "", ""))
    return number


def settled(c: Config, section: str, name: str, default: Any) -> Any:
    """The value of a trait as JupyterHub will see it."""
    value = c[section][name]
    return value.get_value(default) if hasattr(value, "get_value") else value


def user_scopes(c: Config, major: int) -> list[str]:
    if major >= 6:
        return sorted(settled(c, "JupyterHub", "extra_user_scopes", set()))
    (role,) = [r for r in settled(c, "JupyterHub", "load_roles", []) if r["name"] == "user"]
    return list(role["scopes"])


def test_two_lines_are_enough(major: int) -> None:
    c = Config()
    add_share_service(c)
    (service,) = settled(c, "JupyterHub", "services", [])
    assert service["name"] == "share"
    assert service["command"] == [sys.executable, "-m", "jupyter_remote.hub"]
    assert not {"admin", "roles", "api_token", "user"} & set(service)
    assert user_scopes(c, major) == ([SCOPE] if major >= 6 else ["self", SCOPE])
    assert settled(c, "Spawner", "server_token_scopes", []) == [*USUAL, SCOPE]


def test_users_servers_are_told_where_the_service_is(major: int) -> None:
    c = Config()
    add_share_service(c, url="http://127.0.0.1:1234", options=["image"])
    environment = settled(c, "Spawner", "environment", {})
    spawner = SimpleNamespace(
        hub=SimpleNamespace(base_url="/lab/hub/"),
        user_options={"image": "a", "password": "secret"},
    )
    place = environment["JUPYTER_REMOTE_SHARE_URL"](spawner)
    assert place == "http://127.0.0.1:1234/lab/services/share"
    carried = environment["JUPYTER_REMOTE_SHARE_OPTIONS"](spawner)
    assert json.loads(carried) == {"image": "a"}
    c = Config()
    add_share_service(c, reach="http://proxy-public/services/share/")
    environment = settled(c, "Spawner", "environment", {})
    assert environment == {"JUPYTER_REMOTE_SHARE_URL": "http://proxy-public/services/share"}


def test_what_the_file_says_already_stays(major: int) -> None:
    c = Config()
    c.JupyterHub.services = [{"name": "culler"}]
    c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "x"]}, {"name": "culler"}]
    c.Spawner.server_token_scopes = ["y"]
    c.Spawner.environment = {"A": "1"}
    add_share_service(c)
    assert [s["name"] for s in c.JupyterHub.services] == ["culler", "share"]
    roles = {role["name"]: role.get("scopes") for role in c.JupyterHub.load_roles}
    assert roles == {"user": ["self", "x", SCOPE], "culler": None}
    assert c.Spawner.server_token_scopes == ["y", SCOPE]
    assert c.Spawner.environment["A"] == "1"


def test_lists_that_were_only_added_to(major: int) -> None:
    c = Config()
    c.JupyterHub.load_roles.append({"name": "user", "scopes": ["self", "x"]})
    c.JupyterHub.load_roles.append({"name": "server"})
    c.Spawner.environment.update({"A": "1"})
    add_share_service(c)
    roles = settled(c, "JupyterHub", "load_roles", [])
    scopes = {role["name"]: role["scopes"] for role in roles}
    assert scopes == {"user": ["self", "x", SCOPE], "server": [*USUAL, SCOPE]}
    assert len(roles) == 2
    assert "server_token_scopes" not in c.Spawner
    assert settled(c, "Spawner", "environment", {}).keys() == {"A", "JUPYTER_REMOTE_SHARE_URL"}


@pytest.mark.parametrize("given", [["x"], {"x"}])
def test_scopes_of_all_users(given: Any) -> None:
    if jupyterhub.version_info[0] < 6:
        pytest.skip("since JupyterHub 6")
    c = Config()
    c.JupyterHub.extra_user_scopes = given
    add_share_service(c)
    assert sorted(c.JupyterHub.extra_user_scopes) == [SCOPE, "x"]


def test_scopes_by_a_function(major: int) -> None:
    c = Config()
    c.Spawner.server_token_scopes = lambda spawner: [f"mine!user={spawner.name}"]
    add_share_service(c)
    spawner = SimpleNamespace(name="a")
    assert c.Spawner.server_token_scopes(spawner) == ["mine!user=a", SCOPE]


def test_limits_and_settings_become_words() -> None:
    c = Config()
    c.JupyterHub.allow_named_servers = True
    add_share_service(
        c,
        data_dir="/srv/shares",
        user="jupyter-share",
        options=["image", "profile"],
        limits={"max_expiry": 3600},
        settings={"trusted_proxies": ["10.0.0.1"]},
    )
    (service,) = settled(c, "JupyterHub", "services", [])
    assert service["user"] == "jupyter-share"
    assert service["command"][3:] == [
        "--RemoteShareLimits.max_expiry=3600",
        "--RemoteShareLimits.options=image",
        "--RemoteShareLimits.options=profile",
        "--RemoteShareService.data_dir=/srv/shares",
        "--RemoteShareService.named_servers=True",
        "--RemoteShareService.trusted_proxies=10.0.0.1",
    ]


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="there is no limit 'max_expire'"):
        add_share_service(Config(), limits={"max_expire": 1})
    with pytest.raises(ValueError, match="there is no setting 'x'"):
        add_share_service(Config(), settings={"x": 1})
    with pytest.raises(ValueError, match="port"):
        add_share_service(Config(), url="http://127.0.0.1")
