"""Secrets stay out of logs and are private on disk; sizes have limits, and long bodies stream."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tornado.httpclient import AsyncHTTPClient

from .conftest import until
from .share_rig import Links, simple, token_of, write


@pytest.fixture
def remote_config() -> dict[str, Any]:
    return {"RemoteShares": {"requests_per_minute": 1_000_000}}


@pytest.fixture
def links(jp_fetch: Any, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


# -- secrets ----------------------------------------------------------------------------------


async def test_logs_hold_no_tokens(links: Links, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    share = await links.share("a.ipynb", simple())
    for tail in ([], ["about"], ["preview"], ["notebook"], ["bundle"]):
        await links.open(share, *tail)
    await links("POST", "imports", body={"link": share["link"]})
    await links("POST", "imports", "look", body={"link": share["link"]})
    url = links.url(f"{links.base}lab?jupyter-remote-share={share['link']}")
    await links.get(url)
    await links.get(links.url(f"{links.base}nothing"), headers={"Referer": url})
    for tail in ("", "/nothing", "/notebook/"):
        assert (await links.get(links.url(f"{share['link']}/{tail}"))).code == 404
    for n, body in enumerate([json.dumps(simple()), "no notebook"]):
        answer = await links.upload(body.encode(), link=share["link"])
        assert answer.code == (201, 400)[n]
    await links("DELETE", "shares", share["id"])
    await links.open(share)
    await links.open(share, "notebook")
    await links.refusal("POST", "imports", body={"link": share["link"]})
    await until(lambda: len(links.events) >= 5, "the events")
    assert "[secret]" in caplog.text
    assert token_of(share) not in caplog.text


async def test_the_way_to_lab_shows_no_token(
    links: Links, caplog: pytest.LogCaptureFixture
) -> None:
    share = await links.share("a.ipynb", simple())
    token = token_of(share)
    caplog.set_level(logging.DEBUG)
    page = (await links.open(share)).body.decode()
    (button,) = [tag for tag in page.split("<a ") if "Open in JupyterLab</a>" in tag]
    address = links.url(button.split('href="')[1].split('"')[0])
    stranger = await links.get(address)
    login = stranger.headers["Location"]
    assert (stranger.code, "/login?next=" in login, token in login) == (302, True, False)
    assert (await links.get(links.url(login))).code == 200
    back = links.url(parse_qs(urlsplit(login).query)["next"][0])
    landed = await links.get(back, headers={"Cookie": await links.login_cookie()})
    lab = urlsplit(landed.headers["Location"])
    assert (landed.code, lab.path, lab.query) == (302, f"{links.base}lab", "")
    assert parse_qs(lab.fragment) == {"jupyter-remote-share": [share["link"]]}
    assert (await links.get(links.url(f"{links.base}lab"))).code in (200, 302)
    unknown = address.replace(share["id"], "0" * 24)
    assert (await links.get(unknown, headers={"Cookie": await links.login_cookie()})).code == 404
    assert "/open" in caplog.text
    assert token not in caplog.text


async def test_what_is_stored_is_private(links: Links) -> None:
    share = await links.share("a.ipynb", simple(), once=True)
    await links("POST", "imports", body={"link": share["link"]})
    found = [*links.data.rglob("*")]
    assert any(path.name == "uses" for path in found)
    assert any(path.parent.name == "received" for path in found)
    for path in found:
        if not path.is_symlink():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


# -- sizes ------------------------------------------------------------------------------------


class TestSizes:
    @pytest.fixture
    def remote_config(self) -> dict[str, Any]:
        return {"RemoteShares": {"max_bytes": 100_000, "preview_bytes": 5000}}

    async def test_too_large_is_said_with_the_limit(self, links: Links) -> None:
        large = json.dumps(simple("x" * 60_000))
        write(links.root, "a.ipynb", simple("x" * 60_000))
        body = {"path": "a.ipynb", "expires_in": 3600}
        status, error = await links.refusal("POST", "shares", body=body)
        assert (status, error["reason"]) == (413, "too-large")
        assert "at most 0.1 MB" in error["message"]
        answer = await links.upload(large.encode())
        assert (answer.code, "at most 0.1 MB" in answer.body.decode()) == (413, True)
        chunked = await links.upload(large.encode(), chunked=True)
        assert chunked.code == 413, "the limit counts what arrives"
        assert [p.name for p in links.root.iterdir()] == ["a.ipynb"]

    async def test_a_large_preview_is_a_sentence(self, links: Links) -> None:
        share = await links.share("a.ipynb", simple("x" * 20_000))
        assert "too large for a preview" in (await links.open(share, "preview")).body.decode()


async def test_a_large_notebook_streams(links: Links) -> None:
    """Of an upload that stops in the middle nothing is left, and parts arrive as parts."""
    share = await links.share("a.ipynb", simple("x" * 3_000_000))
    parts: list[int] = []
    url = links.url(share["link"] + "/notebook")
    await AsyncHTTPClient().fetch(url, streaming_callback=lambda part: parts.append(len(part)))
    assert len(parts) > 5
    assert max(parts) < 1_000_000
    before = len(os.listdir("/proc/self/fd"))
    await links.broken_upload()
    await until(lambda: len(os.listdir("/proc/self/fd")) <= before + 1, "the file to be closed")
    assert [p.name for p in links.root.iterdir()] == ["a.ipynb"]
