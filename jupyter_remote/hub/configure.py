"""The configuration of JupyterHub (5 and 6) that the share service needs, and nothing more.

What is granted: every user, and every user's own server, may reach this one service
(``access:services!service=share``). The service itself has no role and no scope.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

USUAL = {"user": ["self"], "server": ["users:activity!user", "access:servers!server"]}
"""Scopes of the roles of users, and of tokens of their servers, without any configuration."""


def add_share_service(
    c: Any,
    *,
    name: str = "share",
    url: str = "http://127.0.0.1:10105",
    reach: str = "",
    data_dir: str = "",
    user: str = "",
    options: Sequence[str] = (),
    limits: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Add the share service to ``c``, the configuration object of ``jupyterhub_config.py``.

    Call it at the end of the file. ``name``: of the service, and part of its links. ``url``:
    where it listens. ``reach``: its address as users' servers reach it, when that is not
    ``url`` (in containers: ``http://proxy-public/services/share``). ``data_dir``: its folder.
    ``user``: the system user that runs it, instead of the hub's. ``options``: keys of
    ``user_options`` (``image``, ``profile``) that links may carry. ``limits`` and ``settings``:
    traits of ``RemoteShareLimits`` and ``RemoteShareService``.

    Raises ValueError for what cannot work.
    """
    if not urlsplit(url).port:
        raise ValueError(f"url must name a host and a port, not {url!r}")
    traits = {f"RemoteShareLimits.{key}": value for key, value in (limits or {}).items()}
    traits |= {f"RemoteShareService.{key}": value for key, value in (settings or {}).items()}
    if data_dir:
        traits["RemoteShareService.data_dir"] = data_dir
    if c.JupyterHub.get("allow_named_servers") is True:
        traits.setdefault("RemoteShareService.named_servers", True)
    if options:
        traits["RemoteShareLimits.options"] = list(options)
    service = {
        "name": name,
        "url": url,
        "command": [sys.executable, "-m", "jupyter_remote.hub", *_words(traits)],
        "oauth_no_confirm": True,
        "display": False,
    }
    c.JupyterHub.services.append(service | ({"user": user} if user else {}))
    _allow(c, f"access:services!service={name}")
    place = reach.rstrip("/") if reach else _place(url, name)
    told: dict[str, Any] = {"JUPYTER_REMOTE_SHARE_URL": place}
    if options:
        told["JUPYTER_REMOTE_SHARE_OPTIONS"] = _carried(tuple(options))
    c.Spawner.environment.update(told)


def _words(traits: Mapping[str, Any]) -> list[str]:
    """Traits as words of a command line. Raises ValueError for one that does not exist."""
    words = []
    for trait, value in sorted(traits.items()):
        owner, _, key = trait.partition(".")
        known = _known(owner)
        if key not in known:
            kind = "limit" if owner == "RemoteShareLimits" else "setting"
            raise ValueError(f"there is no {kind} {key!r}: {', '.join(sorted(known))}")
        values = value if isinstance(value, list | tuple) else [value]
        words += [f"--{trait}={one}" for one in values]
    return words


def _known(owner: str) -> list[str]:
    from .limits import RemoteShareLimits
    from .service import RemoteShareService

    cls = RemoteShareLimits if owner == "RemoteShareLimits" else RemoteShareService
    names: list[str] = cls.class_trait_names(config=True)
    return names


def _allow(c: Any, scope: str) -> None:
    """Let users, and the tokens of their own servers, use the service."""
    import jupyterhub

    roles = c.JupyterHub.load_roles
    if _add_to_defined(roles, "user", scope):
        pass  # JupyterHub 6 ignores extra_user_scopes when the file defines that role
    elif jupyterhub.version_info[0] >= 6:
        _add_extra(c, scope)
    else:
        roles.append({"name": "user", "scopes": [*USUAL["user"], scope]})
    granted = c.Spawner.get("server_token_scopes")
    if callable(granted):
        c.Spawner.server_token_scopes = _and(granted, scope)
    elif granted:
        c.Spawner.server_token_scopes.append(scope)
    elif not _add_to_defined(roles, "server", scope):
        c.Spawner.server_token_scopes = [*USUAL["server"], scope]


def _add_to_defined(roles: Any, name: str, scope: str) -> bool:
    """Add a scope to a role that the file defines; answers whether it does."""
    defined = roles if isinstance(roles, list) else (roles.to_dict().get("extend") or [])
    found = [role for role in defined if role["name"] == name]
    for role in found:
        role["scopes"] = [*role.get("scopes", USUAL[name]), scope]
    return bool(found)


def _add_extra(c: Any, scope: str) -> None:
    """A set, given as one, as a list, or not at all."""
    given = c.JupyterHub.extra_user_scopes
    if isinstance(given, list | tuple):
        c.JupyterHub.extra_user_scopes = [*given, scope]
    else:
        given.update({scope})


def _and(granted: Callable[[Any], Any], scope: str) -> Callable[[Any], list[str]]:
    return lambda spawner: [*granted(spawner), scope]


def _place(url: str, name: str) -> Callable[[Any], str]:
    """The service's own address, below the path of the whole hub, which each spawner knows."""

    def place(spawner: Any) -> str:
        base: str = spawner.hub.base_url.removesuffix("hub/")
        return f"{url.rstrip('/')}{base}services/{name}"

    return place


def _carried(options: tuple[str, ...]) -> Callable[[Any], str]:
    """The spawn options of one server that its user's links may carry."""

    def carried(spawner: Any) -> str:
        chosen = spawner.user_options or {}
        return json.dumps({key: chosen[key] for key in options if key in chosen})

    return carried
