"""The share service in real JupyterHubs, 6.1 and 5.5: real logins, real servers of users."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from .hub_desk_rig import notebook
from .hub_people import Caller, Person, link, mine, save, share, take
from .hub_rig import Hub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EVIL = "<script>document.title = 'owned'</script><b>figure</b>"


@pytest.fixture(scope="module")
def alice(hub: Hub) -> Person:
    """A user with a server."""
    person = hub.person("alice")
    person.start()
    return person


@pytest.fixture(scope="module")
def bob(hub: Hub) -> Person:
    """A user who has no server yet."""
    return hub.person("bob")


@pytest.fixture
def sender(alice: Person) -> Caller:
    """Alice's server, which may have been stopped by the test before."""
    if not alice.runs():
        alice.start()
    return Caller(alice)


def unasked(text: str) -> str:
    """An answer without what the hub draws anew for every login."""
    return re.sub(r"(code_challenge|state)(=|%3D)[\w-]+", r"\1", text)


def button(page: str, label: str) -> str:
    """Where a button of a page leads."""
    found = re.search(rf'href="([^"]*)"[^>]*>{re.escape(label)}<', unescape(page))
    assert found, page
    return found[1]


def test_a_link_works_while_its_sender_is_away(hub: Hub, sender: Caller, alice: Person) -> None:
    _, token = sender.share(notebook("print(1)", output="<i>seen</i>"))
    alice.stop()
    receiver = hub.person("carol")
    page = receiver("GET", link(hub, token))
    assert page.status_code == 200
    assert urlsplit(page.url).path == link(hub, token)
    assert "alice" in page.text
    assert "shared.ipynb" in page.text
    assert "seen" in receiver("GET", link(hub, token, "/preview")).text
    got = receiver("GET", link(hub, token, "/notebook"))
    assert got.json()["cells"][0]["source"] == "print(1)"
    assert "trusted" not in got.text


def test_who_is_not_signed_in_signs_in_first(hub: Hub, sender: Caller) -> None:
    share, token = sender.share()
    stranger, pages = Person(hub, "dave"), set()
    for key in (token, "x" * 43, f"id-{share}"):
        first = stranger("GET", link(hub, key), allow_redirects=False)
        assert first.status_code == 302
        page = stranger("GET", link(hub, key))
        assert urlsplit(page.url).path == f"{hub.base}hub/login"
        pages.add((first.text, unasked(first.headers["Location"]), unasked(page.text)))
        assert key not in page.text
    (told,) = pages  # a real link, a wrong one and a name: one answer
    assert not [word for word in ("alice", "shared.ipynb") if word in " ".join(told)]
    page = stranger("GET", link(hub, token))
    next_url = parse_qs(urlsplit(page.url).query)["next"][0]
    form = {"username": "dave", "password": "x", "_xsrf": stranger.xsrf(f"{hub.base}hub/")}
    landed = stranger("POST", f"{hub.base}hub/login?next={quote(next_url)}", data=form)
    assert urlsplit(landed.url).path == link(hub, token)
    assert "shared.ipynb" in landed.text
    assert stranger("GET", link(hub, "x" * 43)).status_code == 404


def test_the_api_wants_a_token_and_no_cookie(hub: Hub, sender: Caller, bob: Person) -> None:
    share, token = sender.share()
    bob("GET", link(hub, token))  # now bob's browser is known to the service
    for method, path in (
        ("GET", "shares"),
        ("GET", f"links/{token}"),
        ("DELETE", f"shares/{share}"),
    ):
        answer = bob(method, f"{hub.base}services/share/api/{path}")
        assert answer.status_code == 403
    wrong = {"Authorization": "token " + "0" * 32}
    assert requests.get(f"{hub.direct}/api/shares", headers=wrong, timeout=9).status_code == 403


def test_nobody_gets_more_than_the_service(hub: Hub, sender: Caller, bob: Person) -> None:
    """What the helper grants, asked of the hub itself."""
    mine = requests.get(f"{hub.api_url}/user", headers=sender.headers, timeout=9).json()
    service = {s for s in mine["scopes"] if "services" in s}
    assert service == {"access:services!service=share"}
    others = [s for s in mine["scopes"] if s not in service and "alice" not in s]
    assert others == []
    secret = hub.service_process().environ()["JUPYTERHUB_API_TOKEN"]
    own = {"Authorization": f"token {secret}"}
    itself = requests.get(f"{hub.api_url}/user", headers=own, timeout=9).json()
    assert not [s for s in itself["scopes"] if not s.endswith("service=share")], itself
    for method, path in (
        ("GET", "users"),
        ("GET", "users/alice"),
        ("POST", "users/bob/server"),
        ("GET", "proxy"),
    ):
        answer = requests.request(method, f"{hub.api_url}/{path}", headers=own, timeout=9)
        assert answer.status_code in (403, 404), path
    contents = f"{hub.site}{hub.base}user/alice/api/contents"
    assert requests.get(contents, headers=own, timeout=9).status_code == 403
    page = bob("GET", f"{hub.base}user/alice/api/contents")
    assert page.status_code in (403, 404)


def test_services_and_other_programs_are_nobody(hub: Hub) -> None:
    secret = hub.service_process().environ()["JUPYTERHUB_API_TOKEN"]
    own = {"Authorization": f"token {secret}"}
    assert requests.get(f"{hub.direct}/api/shares", headers=own, timeout=9).status_code == 403


def test_named_users_only(hub: Hub, sender: Caller, bob: Person) -> None:
    share, token = sender.share(users=["bob"])
    assert bob("GET", link(hub, f"id-{share}")).status_code == 200
    eve = hub.person("eve")
    stranger = {eve("GET", link(hub, key)).text for key in (token, f"id-{share}", "y" * 43)}
    assert len(stranger) == 1


def test_revoked_at_once(hub: Hub, sender: Caller, bob: Person) -> None:
    share, token = sender.share()
    assert bob("GET", link(hub, token, "/notebook")).status_code == 200
    assert sender("DELETE", f"shares/{share}").status_code == 204
    page = bob("GET", link(hub, token))
    assert page.status_code == 410
    assert "revoked" in page.text
    assert bob("GET", link(hub, token, "/notebook")).status_code == 410


def test_the_button_starts_my_server_and_opens_the_link(
    hub: Hub, sender: Caller, bob: Person
) -> None:
    _, token = sender.share()
    if bob.runs():
        bob.stop()
    lab = button(bob("GET", link(hub, token)).text, "Open in JupyterLab")
    first = bob("GET", lab)
    assert urlsplit(first.url).path.startswith(f"{hub.base}hub/spawn"), first.url
    assert not bob.runs()
    assert token not in first.url


def test_options_travel(hub: Hub, sender: Caller, bob: Person) -> None:
    share, token = sender.share(options={"server": {"image": "sci/lab:1"}})
    if bob.runs():
        bob.stop()
    page = bob("GET", link(hub, token)).text
    bob("GET", button(page, "Start my server like the sender's"))
    hub.wait(bob.runs, "bob's server")
    landed = bob("GET", button(page, "Start my server like the sender's"))
    assert urlsplit(landed.url).path == f"{hub.base}user/bob/lab"
    asked = parse_qs(urlsplit(landed.url).query)
    assert asked["jupyter-remote-share"] == [link(hub, f"id-{share}")]
    server = bob.api("GET", "users/bob").json()["servers"][""]
    assert server["user_options"] == {"image": "sci/lab:1"}
    page = bob("GET", link(hub, token)).text
    bob("GET", button(page, "Start another server like the sender's"))

    def named() -> Any:
        servers = bob.api("GET", "users/bob").json()["servers"]
        return [s for name, s in servers.items() if name.startswith("jr-") and s["ready"]]

    (other,) = hub.wait(named, "bob's other server")
    assert other["user_options"] == {"image": "sci/lab:1"}
    bob.api("DELETE", f"users/bob/servers/{other['name']}")


def test_from_one_lab_to_another_while_the_sender_is_away(
    hub: Hub, alice: Person, bob: Person
) -> None:
    alice.start()
    bob.start()
    save(alice, "work.ipynb", notebook("print(1)", output=EVIL))
    made = share(alice, "work.ipynb", users=["bob"])
    assert made["mode"] == "hub"
    assert made["link"].startswith(f"{hub.base}services/share/s/")
    save(alice, "work.ipynb", notebook("print(2)", output=EVIL))
    hub.wait(lambda: mine(alice, made["id"])["revision"] == 2, "the save to follow")
    alice.stop()
    look = bob.own("POST", "jupyter-remote/imports/look", json={"link": made["link"]})
    about = look.json()
    assert (about["name"], about["sender"], about["revision"]) == ("work.ipynb", "alice", 2)
    assert about["kernel_here"] is True
    listed = bob.own("GET", "jupyter-remote/shares").json()["received"]
    assert "work.ipynb" in [record["name"] for record in listed]
    first, second = take(bob, made["link"]), take(bob, made["link"])
    assert first["path"] != second["path"]
    cell = bob.own("GET", f"api/contents/{first['path']}").json()["content"]["cells"][0]
    assert cell["source"] == "print(2)"
    assert EVIL in json.dumps(cell["outputs"][0]["data"]["text/html"])
    assert cell["metadata"].get("trusted") is not True
    alice.start()
    assert mine(alice, made["id"])["uses"] == 2
    gone = alice.own("DELETE", f"jupyter-remote/shares/{made['id']}")
    assert gone.status_code == 204
    dead = bob.own("POST", "jupyter-remote/imports/look", json={"link": made["link"]})
    assert dead.status_code == 410
    kept = bob.own("GET", f"api/contents/{first['path']}")
    assert kept.status_code == 200


def test_no_log_has_a_token_and_no_other_user_can_read_the_store(
    hub: Hub, sender: Caller, bob: Person
) -> None:
    _, token = sender.share()
    bob("GET", link(hub, token))
    bob("GET", link(hub, token, "/notebook"))
    Person(hub, "frank")("GET", link(hub, token))
    hub.wait(lambda: f"{hub.base}services/share/s/[secret]" in hub.log(), "the log")
    for path in hub.folder.rglob("*"):
        if path.is_file():
            assert token.encode() not in path.read_bytes(), path
    shares: Path = hub.folder / "shares"
    assert shares.stat().st_mode & 0o777 == 0o700
