"""Users of a hub: their browsers, and their own servers as callers of the share service."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import psutil
import requests

from .hub_desk_rig import notebook

if TYPE_CHECKING:
    from .hub_rig import Hub


class Person:
    """A user's browser, as far as HTTP goes: cookies, redirects, XSRF tokens."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.session = requests.Session()

    def __call__(self, method: str, path: str, **how: Any) -> requests.Response:
        """One request and its redirects; ``path`` begins with the hub's base path."""
        how.setdefault("timeout", 60)
        return self.session.request(method, self.hub.site + path, **how)

    def sign_in(self) -> Person:
        """Type a name and a password into the hub's page."""
        page = self("GET", f"{self.hub.base}hub/login")
        assert page.ok, page.text
        form = {"username": self.name, "password": "x", "_xsrf": self.xsrf(f"{self.hub.base}hub/")}
        done = self("POST", f"{self.hub.base}hub/login", data=form, allow_redirects=False)
        assert done.status_code == 302, done.text
        return self

    def xsrf(self, path: str) -> str:
        """The XSRF cookie that belongs to a path."""
        found = [c.value for c in self.session.cookies if c.name == "_xsrf" and c.path == path]
        assert found, f"{self.name} has no _xsrf for {path}"
        return str(found[0])

    def api(self, method: str, path: str, **how: Any) -> requests.Response:
        """A request to the hub's API as its own pages send them."""
        headers = {"X-XSRFToken": self.xsrf(f"{self.hub.base}hub/"), "Sec-Fetch-Mode": "cors"}
        headers["Referer"] = f"{self.hub.site}{self.hub.base}hub/home"
        return self(method, f"{self.hub.base}hub/api/{path}", headers=headers, **how)

    def start(self) -> None:
        """Start my own server, if it does not run."""
        if self.runs():
            return
        mine = [c for c in self.session.cookies if c.path == f"{self.hub.base}user/{self.name}/"]
        for cookie in mine:  # of an earlier server, which signed with another secret
            self.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
        answer = self.api("POST", f"users/{self.name}/server")
        assert answer.status_code in (201, 202), answer.text
        self.hub.wait(self.runs, f"{self.name}'s server")

    def stop(self) -> None:
        """Stop my own server."""
        answer = self.api("DELETE", f"users/{self.name}/server")
        assert answer.status_code in (202, 204), answer.text
        self.hub.wait(lambda: not self.runs(), f"the end of {self.name}'s server")

    def runs(self) -> bool:
        """Whether the hub says that my server is ready."""
        model = self.api("GET", f"users/{self.name}").json()
        return bool(model["servers"].get("", {}).get("ready")) or bool(model["server"])

    def own(self, method: str, path: str, **how: Any) -> requests.Response:
        """A request to my own server as a page of it would send it."""
        prefix = f"{self.hub.base}user/{self.name}/"
        if not any(c.path == prefix and c.name == "_xsrf" for c in self.session.cookies):
            self("GET", f"{prefix}files/none")  # signs in at the server, and finds no such file
        headers = {"X-XSRFToken": self.xsrf(prefix), "Sec-Fetch-Mode": "cors"}
        return self(method, f"{prefix}{path}", headers=headers, **how)

    def token(self) -> str:
        """The token that my running server has from the hub."""
        for process in psutil.process_iter(["pid"]):
            with contextlib.suppress(psutil.Error):
                env = process.environ()
                mine = env.get("JUPYTERHUB_USER") == self.name
                if mine and env.get("JUPYTERHUB_API_URL", "") == self.hub.api_url:
                    return env["JUPYTERHUB_API_TOKEN"]
        raise AssertionError(f"{self.name} has no server")


class Caller:
    """A user's own server, which calls the service with the token that it has from the hub."""

    def __init__(self, person: Person) -> None:
        self.hub, self.headers = person.hub, {"Authorization": f"token {person.token()}"}

    def __call__(self, method: str, path: str, **how: Any) -> requests.Response:
        url = f"{self.hub.direct}/api/{path}"
        return requests.request(method, url, headers=self.headers, timeout=60, **how)

    def share(self, content: bytes = b"", **terms: Any) -> tuple[str, str]:
        """A share that is filled; answers its id and its token."""
        made = self("POST", "shares", json={"name": "shared.ipynb", "expires_in": 600, **terms})
        assert made.status_code == 201, made.text
        share, token = made.json()["id"], made.json()["token"]
        sent = self("PUT", f"shares/{share}/notebook", data=content or notebook("from alice"))
        assert sent.status_code == 200, sent.text
        return share, token


def save(person: Person, path: str, content: bytes) -> None:
    """As JupyterLab saves."""
    model = {"type": "notebook", "format": "json", "content": json.loads(content)}
    answer = person.own("PUT", f"api/contents/{path}", json=model)
    assert answer.status_code in (200, 201), answer.text


def share(person: Person, path: str, **terms: Any) -> dict[str, Any]:
    """Make a link by my own server."""
    body = {"path": path, "expires_in": 600, **terms}
    answer = person.own("POST", "jupyter-remote/shares", json=body)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def mine(person: Person, share_id: str) -> dict[str, Any]:
    """My share, as my own list shows it."""
    listed = person.own("GET", "jupyter-remote/shares").json()["shares"]
    (found,) = [record for record in listed if record["id"] == share_id]
    return dict(found)


def take(person: Person, link: str) -> dict[str, Any]:
    """Copy what a link leads to into my files."""
    answer = person.own("POST", "jupyter-remote/imports", json={"link": link, "folder": ""})
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def link(hub: Hub, key: str, tail: str = "") -> str:
    """The path of a link and what is below it."""
    return f"{hub.base}services/share/s/{key}{tail}"
