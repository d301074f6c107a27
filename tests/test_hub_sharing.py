"""Share links in a real JupyterHub: what does not depend on its version. Users' own servers as
senders and receivers, ends of the service and of the hub."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from .hub_desk_rig import notebook
from .hub_people import Caller, Person, link, mine, save, share, take
from .hub_rig import NEWEST, Hub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), NEWEST]


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


@pytest.fixture
def sender(alice: Person) -> Caller:
    return Caller(alice)


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


def test_saves_follow_and_meet(hub: Hub, sender: Caller, bob: Person) -> None:
    share, token = sender.share()
    bob("GET", link(hub, token))

    def send(number: int) -> int:
        content = notebook(f"version {number}")
        while True:
            answer = sender("PUT", f"shares/{share}/notebook", data=content)
            if answer.status_code != 429:
                return int(answer.json()["revision"])

    def read(_: int) -> str:
        got = bob("GET", link(hub, token, "/notebook"))
        return str(got.json()["cells"][0]["source"])

    with ThreadPoolExecutor(6) as pool:
        sent = list(pool.map(send, range(10)))
        seen = set(pool.map(read, range(10)))
    assert sorted(sent) == list(range(2, 12))
    assert seen <= {f"version {i}" for i in range(10)}


def test_links_outlive_the_service(hub: Hub, sender: Caller, bob: Person) -> None:
    _, token = sender.share(notebook("x" * 5_000_000))
    bob("GET", link(hub, token))
    old = hub.service_process()
    old.kill()  # the hub notices, and starts another one
    hub.wait(lambda: set(hub.service_processes()) - {old}, "another process of the service")
    hub.wait(hub.service_answers, "the service to answer again")
    got = bob("GET", link(hub, token, "/notebook"))
    assert got.status_code == 200
    assert len(got.json()["cells"][0]["source"]) == 5_000_000
    assert sender("GET", "shares").status_code == 200


def test_links_outlive_the_hub(hub: Hub, sender: Caller) -> None:
    share, token = sender.share()
    once, single = sender.share(once=True)
    bob = hub.person("bob")
    assert bob("GET", link(hub, single, "/notebook")).status_code == 200
    hub.stop()
    hub.start()
    assert bob("GET", link(hub, token)).status_code == 200
    assert bob("GET", link(hub, single)).status_code == 410
    newer = sender("PUT", f"shares/{share}/notebook", data=notebook("after"))
    assert newer.json()["revision"] == 2
    got = bob("GET", link(hub, token, "/notebook"))
    assert got.json()["cells"][0]["source"] == "after"
    assert sender("DELETE", f"shares/{once}").status_code == 204


def test_what_expires_goes(hub: Hub, sender: Caller, bob: Person) -> None:
    share, token = sender.share(expires_in=0.5)
    folder = hub.folder / "shares"

    def gone() -> bool:
        lines = map(json.loads, (folder / "audit.log").read_text().splitlines())
        return any(line["event"] == "expire" and line["share"] == share for line in lines)

    hub.wait(gone, "the purge")
    assert bob("GET", link(hub, token)).status_code == 410
