"""Share links from one user's JupyterLab to another's, through a real JupyterHub."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .hub_desk_rig import notebook
from .hub_people import Person
from .hub_rig import NEWEST, Hub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EVIL = "<script>document.title = 'owned'</script><b>figure</b>"


@pytest.fixture(scope="module")
def alice(hub: Hub) -> Person:
    person = hub.person("alice")
    person.start()
    return person


@pytest.fixture(scope="module")
def bob(hub: Hub) -> Person:
    person = hub.person("bob")
    person.start()
    return person


def save(person: Person, path: str, content: bytes) -> None:
    """As JupyterLab saves."""
    model = {"type": "notebook", "format": "json", "content": json.loads(content)}
    answer = person.own("PUT", f"api/contents/{path}", json=model)
    assert answer.status_code in (200, 201), answer.text


def share(person: Person, path: str, **terms: Any) -> dict[str, Any]:
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


def test_from_one_lab_to_another_while_the_sender_is_away(
    hub: Hub, alice: Person, bob: Person
) -> None:
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


@NEWEST
def test_only_a_page_of_my_own_can_copy_something_into_my_files(
    hub: Hub, alice: Person, bob: Person
) -> None:
    save(alice, "other.ipynb", notebook())
    made = share(alice, "other.ipynb")
    prefix = f"{hub.base}user/bob/jupyter-remote/imports"
    body = {"link": made["link"], "folder": ""}
    before = bob.own("GET", "api/contents/").json()["content"]
    assert bob("POST", prefix, json=body).status_code == 403
    assert bob("GET", prefix, params=body).status_code in (404, 405)
    theirs = f"{hub.base}user/alice/jupyter-remote/shares"
    assert bob("GET", theirs).status_code in (403, 404)
    after = bob.own("GET", "api/contents/").json()["content"]
    assert [one["name"] for one in after] == [one["name"] for one in before]


@NEWEST
def test_newer_versions_and_one_time_links(hub: Hub, alice: Person, bob: Person) -> None:
    save(alice, "steps.ipynb", notebook("one"))
    made = share(alice, "steps.ipynb", follow=False)
    copy = take(bob, made["link"])
    save(alice, "steps.ipynb", notebook("two"))
    assert mine(alice, made["id"])["changed"] is True
    updated = alice.own("POST", f"jupyter-remote/shares/{made['id']}/update")
    assert updated.json()["revision"] == 2
    news = bob.own("GET", f"jupyter-remote/imports/{copy['id']}").json()
    assert (news["revision"], news["newest"]) == (1, 2)
    newer = bob.own("POST", f"jupyter-remote/imports/{copy['id']}/newer", json={"how": "second"})
    assert newer.status_code == 201, newer.text
    got = bob.own("GET", f"api/contents/{newer.json()['path']}").json()
    assert got["content"]["cells"][0]["source"] == "two"
    single = share(alice, "steps.ipynb", once=True)
    take(bob, single["link"])
    again = bob.own("POST", "jupyter-remote/imports", json={"link": single["link"], "folder": ""})
    assert again.status_code == 410
    assert mine(alice, single["id"])["state"] == "used"


@NEWEST
def test_limits_reach_the_dialog(alice: Person) -> None:
    listed = alice.own("GET", "jupyter-remote/shares").json()
    assert listed["mode"] == "hub"
    assert listed["limits"]["expires_in"] == 30 * 86400
    assert listed["limits"]["users"] is True
    save(alice, "long.ipynb", notebook())
    body = {"path": "long.ipynb", "expires_in": 31 * 86400}
    late = alice.own("POST", "jupyter-remote/shares", json=body)
    assert late.status_code == 400
    assert "at most" in late.json()["message"] or "may last" in late.json()["message"]


@NEWEST
def test_without_the_service_a_server_of_a_hub_serves_no_links(hub: Hub) -> None:
    lone = hub.person("lone")
    lone.start()
    listed = lone.own("GET", "jupyter-remote/shares").json()
    assert listed["mode"] == ""
    assert "sharing is off on this server" in listed["why"]
    save(lone, "mine.ipynb", notebook())
    body = {"path": "mine.ipynb", "expires_in": 600}
    refused = lone.own("POST", "jupyter-remote/shares", json=body)
    assert (refused.status_code, "RemoteShares.local_links" in refused.text) == (403, True)
    lone.stop()


@NEWEST
def test_logs_of_all_servers_are_free_of_tokens(hub: Hub, alice: Person, bob: Person) -> None:
    save(alice, "quiet.ipynb", notebook())
    made = share(alice, "quiet.ipynb")
    token = made["link"].rsplit("/", 1)[1]
    take(bob, made["link"])
    bob("GET", made["link"])
    keeper = {hub.folder / "home" / "alice" / "data"}
    for path in hub.folder.rglob("*"):
        if path.is_file() and not keeper & set(path.parents):
            assert token.encode() not in path.read_bytes(), path
