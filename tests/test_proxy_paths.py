"""No path leads out of a session."""

from __future__ import annotations

import pytest

from .proxy_apps.fixtures import *  # noqa: F403
from .proxy_apps.fixtures import OTHER, SESSION
from .proxy_apps.requests import answers


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "%2e%2e/x",
        "..%2fx",
        "//x",
        "a//b",
        "a%2Fb",
        f"../{OTHER}/x",
        f"..%2f{OTHER}/x",
        "%00",
        "%0d%0aX: y",
        "a;b=c",
        "http://evil.example/x",
    ],
)
async def test_path_tricks_stay_in_the_session(proxy, scripted, path):
    app = scripted(answers)
    other = proxy.folder / "other.sock"
    proxy.serve(other, OTHER)
    lines = [f"GET {proxy.prefix}{path.replace(' ', '%20')} HTTP/1.1", f"Host: {proxy.host}",
             f"Authorization: token {proxy.token}", "Connection: close", "", ""]  # fmt: skip
    reader, writer = await proxy.raw("\r\n".join(lines).encode())
    assert (await reader.read()).endswith(b"ok")
    writer.close()
    first = app.heads[0].split(b"\r\n")[0].decode()
    assert first == f"GET /{path.replace(' ', '%20')} HTTP/1.1"


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example{prefix}x",
        "{prefix_encoded}x",
        "/jupyter-remote/s/" + SESSION + "/x",
        "{base}jupyter-remote/s/" + SESSION.upper() + "/x",
        "{base}jupyter-remote/s/" + SESSION + "a/x",
        "{base}jupyter-remote/s/../s/" + SESSION + "/x",
    ],
)
async def test_other_spellings_do_not_reach_an_app(proxy, scripted, target):
    app = scripted(answers)
    encoded = proxy.prefix.replace("/s/", "/%73/")
    uri = target.format(prefix=proxy.prefix, base=proxy.base, prefix_encoded=encoded)
    lines = [f"GET {uri} HTTP/1.1", f"Host: {proxy.host}", f"Authorization: token {proxy.token}",
             "Connection: close", "", ""]  # fmt: skip
    reader, writer = await proxy.raw("\r\n".join(lines).encode())
    assert b" 404 " in (await reader.read()).split(b"\r\n")[0]
    writer.close()
    assert app.connections == 0
