"""The security of share links: each point of the promise is a test."""

from __future__ import annotations

import asyncio
import json
import os
import re
import string
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.handlers import share_routes
from jupyter_remote.shares import tokens

from .share_rig import Links, hostile, simple, token_of, write

SOURCES = Path(__file__).parent.parent / "jupyter_remote"
ALPHABET = string.ascii_letters + string.digits + "-_"


@pytest.fixture
def remote_config() -> dict[str, Any]:
    return {"RemoteShares": {"requests_per_minute": 1_000_000}}


@pytest.fixture
def links(jp_fetch: Any, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


# -- trust never travels ------------------------------------------------------------------------


async def test_an_import_is_not_trusted_by_the_server_that_saved_it(links: Links) -> None:
    share = await links.share("a.ipynb", hostile())
    contents = links.contents
    contents.trust_notebook("a.ipynb")
    assert contents.get("a.ipynb")["content"]["cells"][1]["metadata"]["trusted"] is True
    await links("POST", "shares", share["id"], "update", body={})
    copied = await links("POST", "imports", body={"link": share["link"]})
    content = contents.get(copied["path"])["content"]
    assert [c["metadata"]["trusted"] for c in content["cells"][1:]] == [False] * 3
    raw = (links.root / copied["path"]).read_text()
    assert not re.search("trusted|signature|widget", raw)


async def test_an_uploaded_notebook_is_not_trusted_either(links: Links) -> None:
    body = json.dumps(hostile())
    answer = await links.fetch(
        "imports", "upload", method="POST", body=body, params={"name": "x.ipynb"}
    )
    content = links.contents.get(json.loads(answer.body)["path"])["content"]
    assert not any(c["metadata"].get("trusted") for c in content["cells"])
    assert "widgets" not in content["metadata"]


# -- import is a POST with XSRF check -----------------------------------------------------------


async def test_a_cookie_alone_imports_nothing(links: Links, jp_serverapp: Any) -> None:
    share = await links.share("a.ipynb", simple())
    cookie = await links.login_cookie()
    body = json.dumps({"link": share["link"]})
    for path in (
        "imports",
        "imports/upload?name=x.ipynb",
        "shares",
        f"shares/{share['id']}/update",
    ):
        refused = await links.as_browser(path, cookie, body)
        assert refused.code == 403, path
        taken = await links.as_browser(path, cookie, body, xsrf=True)
        assert taken.code in (200, 201, 400), path
    assert (await links.as_browser(f"shares/{share['id']}", cookie, method="DELETE")).code == 403
    files = {p.name for p in links.root.glob("*.ipynb")}
    assert files == {"a.ipynb", "a1.ipynb"}, "one import had the XSRF token"
    for path in ("imports", "imports/look", "imports/upload"):
        answer = await links.as_browser(path, cookie, method="GET")
        assert answer.code == 405, "nothing happens by GET"


# -- the Host header --------------------------------------------------------------------------


async def test_no_address_follows_from_the_host_header(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    assert share["link"].startswith("/")
    for tail in ("", "/about", "/preview"):
        url = links.url(share["link"] + tail)
        plain = (await links.get(url)).body
        links.server.web_app.settings["allow_remote_access"] = True
        forged = await links.get(url, headers={"Host": "evil.example"})
        assert (forged.code, forged.body) == (200, plain)
        assert "evil.example" not in str(list(forged.headers.get_all()))
    for path in [*SOURCES.glob("shares/*.py"), *SOURCES.glob("handlers/s*.py")]:
        assert not re.search(r"request\.host|[\"']Host[\"']|full_url", path.read_text()), path


# -- paths ------------------------------------------------------------------------------------


async def test_only_files_of_the_file_browser_are_shared(links: Links, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, "secret.ipynb", simple())
    write(links.root, ".hidden.ipynb", simple())
    write(links.root / ".folder", "a.ipynb", simple())
    os.symlink(outside, links.root / "way")
    os.symlink(outside / "secret.ipynb", links.root / "link.ipynb")
    os.mkfifo(links.root / "pipe.ipynb")
    for path in (
        "../outside/secret.ipynb",
        "x/../../outside/secret.ipynb",
        str(outside / "secret.ipynb"),
        "way/secret.ipynb",
        "link.ipynb",
        ".hidden.ipynb",
        ".folder/a.ipynb",
        "pipe.ipynb",
        "a\x00.ipynb",
    ):
        body = {"path": path, "expires_in": 3600}
        status, error = await links.refusal("POST", "shares", body=body)
        assert status in (400, 403, 404), path
        assert str(outside) not in error["message"] or path.startswith("/")
        assert (await links.refusal("POST", "bundles", body={"path": path}))[0] in (400, 403, 404)
    assert (await links("GET", "shares"))["shares"] == []


async def test_a_file_that_became_a_link_is_sent_no_more(links: Links, tmp_path: Path) -> None:
    write(tmp_path, "secret.ipynb", simple("secret"))
    share = await links.share("a.ipynb", simple())
    (links.root / "a.ipynb").unlink()
    os.symlink(tmp_path / "secret.ipynb", links.root / "a.ipynb")
    assert (await links.refusal("POST", "shares", share["id"], "update", body={}))[0] == 403
    assert "secret" not in (await links.open(share, "notebook")).body.decode()


async def test_imports_stay_in_the_file_browser(links: Links, tmp_path: Path) -> None:
    share = await links.share("a.ipynb", simple())
    outside = tmp_path / "outside"
    outside.mkdir()
    os.symlink(outside, links.root / "way")
    for folder in ("..", "../..", "way", "nowhere", "a.ipynb", ".", ".jupyter/.."):
        status, _ = await links.refusal(
            "POST", "imports", body={"link": share["link"], "folder": folder}
        )
        assert status in (400, 403, 404), folder
    for name in ("../../evil.ipynb", "/etc/evil.ipynb", ".evil.ipynb", "..\\evil.ipynb"):
        answer = await links.fetch(
            "imports", "upload", method="POST", body=json.dumps(simple()), params={"name": name}
        )
        assert re.fullmatch(r"evil\d*\.ipynb", json.loads(answer.body)["path"])
    assert os.listdir(outside) == []
    assert not {"evil.ipynb", "a.ipynb"} & set(os.listdir(tmp_path))


# -- strangers --------------------------------------------------------------------------------


async def test_strangers_learn_nothing(links: Links) -> None:
    """Unknown links are alike, whatever is wrong with them; only holders are told of an end."""
    ends = {}
    for state in ("active", "expired", "revoked", "used"):
        share = await links.share(f"{state}.ipynb", simple(), once=state == "used")
        ends[state] = share
    links.expire(ends["expired"])
    await links("DELETE", "shares", ends["revoked"]["id"])
    await links.open(ends["used"], "notebook")
    prefix = ends["active"]["link"].removesuffix(token_of(ends["active"]))
    wrong = [tokens.new_token(), "x", "x" * 43, "%00", "..%2f..", "a" * 5000, "ü"]
    wrong += [token_of(s)[:-1] + ("A" if token_of(s)[-1] != "A" else "B") for s in ends.values()]
    wrong += [s["id"] for s in ends.values()]
    wrong += [tokens.digest(token_of(s)) for s in ends.values()]
    for tail in ("", "/about", "/notebook", "/preview", "/bundle"):
        answers = set()
        for token in wrong:
            answer = await links.get(links.url(f"{prefix}{token}{tail}"))
            kept = {k: v for k, v in answer.headers.get_all() if k not in ("Date", "Set-Cookie")}
            answers.add((answer.code, answer.body, json.dumps(kept, sort_keys=True)))
        assert len(answers) == 1, "one answer for all that is wrong"
        assert answers.pop()[0] == 404
    for state in ("expired", "revoked", "used"):
        assert (await links.open(ends[state])).code == 410


async def test_answers_are_kept_nowhere(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    assert (await links.open(share, "nothing")).code == 404
    for tail in ([], ["about"], ["preview"], ["notebook"], ["bundle"]):
        answer = await links.open(share, *tail)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, tail
    policy = (await links.open(share, "preview")).headers["Content-Security-Policy"]
    assert policy.split(";")[0] == "sandbox"


# -- rates ------------------------------------------------------------------------------------


class TestRates:
    @pytest.fixture
    def remote_config(self) -> dict[str, Any]:
        return {"RemoteShares": {"requests_per_minute": 30}}

    async def test_who_guesses_is_stopped(self, links: Links) -> None:
        share = await links.share("a.ipynb", simple())
        assert (await links.open(share, "about")).code == 200
        wrong = {"link": share["link"][:-4] + "AAAA"}
        codes = [(await links.open(wrong)).code for _ in range(6)]
        assert codes[0] == 404
        assert codes[-1] == 429
        stopped = await links.open(share, "about")
        assert (stopped.code, stopped.headers["Retry-After"]) == (429, "60")
        assert (await links("GET", "shares"))["shares"][0]["state"] == "active"


# -- nobody without credentials -----------------------------------------------------------------


async def test_only_shared_is_open_without_credentials(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    names = {"share": share["id"], "one": "a" * 20}
    asked = 0
    for path, handler, _ in share_routes({"sharing": None}):
        if path.startswith("shared/"):
            continue
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: names[found[1]], path)
        for method in ("GET", "POST", "PATCH", "DELETE"):
            if method.lower() in vars(handler):
                body = "{}" if method in ("POST", "PATCH") else None
                url = links.url(f"{links.base}jupyter-remote/{plain}")
                answer = await links.get(url, method=method, body=body)
                assert answer.code in (302, 403), (method, plain)
                asked += 1
    assert asked == 17
    assert (await links("GET", "shares"))["shares"][0]["state"] == "active"


# -- other users ------------------------------------------------------------------------------


async def test_the_link_gives_nothing_but_the_copy(links: Links) -> None:
    """Whoever has it may not list, update, extend or revoke."""
    share = await links.share("a.ipynb", simple())
    base = links.base
    for method, path in (
        ("GET", "shares"),
        ("DELETE", f"shares/{share['id']}"),
        ("PATCH", f"shares/{share['id']}"),
        ("POST", f"shares/{share['id']}/update"),
        ("DELETE", f"shared/{token_of(share)}"),
        ("PUT", f"shared/{token_of(share)}/notebook"),
        ("POST", f"shared/{token_of(share)}"),
    ):
        body = "{}" if method in ("POST", "PATCH", "PUT") else None
        answer = await links.get(
            links.url(f"{base}jupyter-remote/{path}"), method=method, body=body
        )
        assert answer.code in (302, 403, 404, 405), (method, path)
    assert (await links("GET", "shares"))["shares"][0]["state"] == "active"


def test_we_ask_the_hub_for_nothing_that_is_others() -> None:
    """Sources of both sides name no scope over servers, tokens or everything."""
    for path in [p for room in ("shares", "handlers", "hub") for p in SOURCES.glob(f"{room}/*.py")]:
        text = path.read_text()
        for scope in ("access:servers", "admin:", "tokens!", '"tokens"', "start:servers"):
            named = text.replace("access:servers!server", "")  # one's own server, by its name
            assert scope not in named, f"{path} names {scope}"
    client = (SOURCES / "shares" / "hub.py").read_text()
    assert "hub/api" not in client
    assert "follow_redirects=False" in client


async def test_this_server_fetches_no_foreign_address(links: Links) -> None:
    asked: list[str] = []

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.close()

    listener = await asyncio.start_server(heard, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    share = await links.share("a.ipynb", simple())
    unknown = share["link"][:-4] + "AAAA"
    for link in (f"http://127.0.0.1:{port}/a.ipynb", f"http://127.0.0.1:{port}{unknown}"):
        for path in (["imports"], ["imports", "look"]):
            status, error = await links.refusal("POST", *path, body={"link": link})
            assert (status, error["reason"]) == (400, "foreign-link")
    assert (await links.refusal("POST", "imports", "look", body={"link": unknown}))[0] == 404
    listener.close()
    await listener.wait_closed()
    assert asked == []
