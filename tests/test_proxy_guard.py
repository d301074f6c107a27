"""Who may pass: credentials, origins, and what of them an app gets to see."""

from __future__ import annotations

import json

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from .proxy_apps.fixtures import *  # noqa: F403
from .proxy_apps.requests import answers

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
EVIL = {"Origin": "https://evil.example"}
SITE = {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("method", METHODS)
async def test_no_credentials(proxy, scripted, method):
    app = scripted(answers)
    response = await proxy.fetch(method=method, token=False)
    assert response.code == 403
    if method != "HEAD":
        assert json.loads(response.body)["reason"] == "forbidden"
    wrong = await proxy.fetch(method=method, token=False, headers={"Authorization": "token no"})
    assert wrong.code == 403
    assert app.connections == 0


async def test_no_credentials_websocket(proxy, scripted):
    app = scripted(answers)
    for headers in ({}, {"Origin": f"http://{proxy.host}"}, {"Cookie": "username-x=1"}):
        with pytest.raises(HTTPClientError) as caught:
            await proxy.websocket(token=False, headers=headers)
        assert caught.value.code == 403
    assert app.connections == 0


async def test_person_is_sent_to_the_login_page(proxy, scripted):
    app = scripted(answers)
    response = await proxy.fetch(token=False, headers={"Accept": "text/html"})
    assert response.code == 302
    assert response.headers["Location"].startswith(f"{proxy.base}login?next=")
    assert app.connections == 0


async def test_unknown_session(proxy):
    response = await proxy.fetch()
    assert response.code == 404
    assert json.loads(response.body) == {
        "message": "There is no such session.",
        "reason": "not-found",
    }
    with pytest.raises(HTTPClientError) as caught:
        await proxy.websocket()
    assert caught.value.code == 404


@pytest.mark.parametrize("headers", [EVIL, SITE, EVIL | SITE, {"Sec-Fetch-Site": "same-site"}, {}])
async def test_cookie_alone_is_no_licence(proxy, scripted, headers):
    app = scripted(answers)
    fields = {"Cookie": await proxy.cookie(), **headers}
    for method in METHODS[2:]:
        response = await proxy.fetch(method=method, token=False, headers=fields)
        assert response.code == 403, method
    with pytest.raises(HTTPClientError) as caught:
        await proxy.websocket(token=False, headers=fields)
    assert caught.value.code == 403
    assert app.connections == 0


async def test_own_pages_may_use_the_cookie(proxy, web_app):
    cookie = await proxy.cookie()
    for fields in ({"Origin": f"http://{proxy.host}"}, {"Sec-Fetch-Site": "same-origin"}):
        response = await proxy.fetch("x", "POST", token=False, headers={"Cookie": cookie, **fields})
        assert response.code == 200
    ws = await proxy.websocket(
        token=False, headers={"Cookie": cookie, "Origin": f"http://{proxy.host}"}
    )
    assert "username-" not in await ws.read_message()
    ws.close()
    await ws.read_message()


async def test_parts_for_other_sites(proxy, web_app):
    cookie = {"Cookie": await proxy.cookie()}
    shown = {**cookie, **SITE, "Sec-Fetch-Mode": "navigate"}
    assert (await proxy.fetch(token=False, headers=shown)).code == 200
    embedded = {**cookie, **SITE, "Sec-Fetch-Mode": "no-cors"}
    assert (await proxy.fetch(token=False, headers=embedded)).code == 403


class TestAllowOriginStar:
    """As on mybinder.org."""

    @pytest.fixture
    def server_options(self):
        return {"allow_origin": "*"}

    async def test_no_licence_for_cookies(self, proxy, scripted):
        app = scripted(answers)
        cookie = await proxy.cookie()
        with pytest.raises(HTTPClientError) as caught:
            await proxy.websocket(token=False, headers={"Cookie": cookie, **EVIL})
        assert caught.value.code == 403
        assert (await proxy.fetch(headers={"Cookie": cookie, **EVIL}, method="POST")).code == 403
        assert app.connections == 0

    async def test_header_token_has_one(self, proxy, web_app):
        response = await proxy.fetch(headers=EVIL, method="POST")
        assert response.code == 200
        assert response.headers["Access-Control-Allow-Origin"] == "*"


class TestAllowOriginNamed:
    @pytest.fixture
    def server_options(self):
        return {"allow_origin": EVIL["Origin"]}

    async def test_licence(self, proxy, web_app):
        cookie = {"Cookie": await proxy.cookie()}
        response = await proxy.fetch(token=False, headers=cookie | EVIL, method="POST")
        assert response.code == 200
        other = cookie | {"Origin": "https://other.example"}
        assert (await proxy.fetch(token=False, headers=other, method="POST")).code == 403


class ReadOnly(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        assert resource == "jupyter_remote" or handler.auth_resource != "jupyter_remote"
        return action == "read"


class TestAuthorizer:
    @pytest.fixture
    def server_options(self):
        return {"authorizer_class": ReadOnly}

    async def test_asked_before_the_app(self, proxy, scripted):
        app = scripted(answers)
        assert (await proxy.fetch()).code == 200
        for method in METHODS[2:-1]:
            response = await proxy.fetch(method=method)
            assert response.code == 403, method
        with pytest.raises(HTTPClientError) as caught:
            await proxy.websocket()
        assert caught.value.code == 403
        assert app.connections == 1


async def test_the_app_sees_no_credentials(proxy, web_app):
    proxy.serve(web_app.path, upstream={"request_headers": {"Authorization": "Basic own"}})
    cookie = await proxy.cookie()
    fields = {
        "Cookie": f"{cookie}; mine=1; _xsrf=2|3; jupyterhub-session-id=4",
        "X-XSRFToken": "2|3",
        "X-Forwarded-Access-Token": "gate",
        "Referer": f"http://{proxy.host}/lab?token={proxy.token}",
        "Origin": f"http://{proxy.host}",
    }
    response = await proxy.fetch(f"p?a=1&token={proxy.token}", "POST", headers=fields)
    seen = json.loads(response.body)
    assert seen["uri"] == "/p?a=1"
    assert ["Cookie", "mine=1"] in seen["headers"]
    assert ["Authorization", "Basic own"] in seen["headers"]
    secret = cookie.partition("=")[2]
    for word in (proxy.token, secret, "_xsrf", "2|3", "jupyterhub", "gate"):
        assert word not in response.body.decode(), word
    ws = await proxy.websocket(headers=fields)
    head = await ws.read_message()
    for word in (proxy.token, secret, "_xsrf", "2|3", "jupyterhub", "gate"):
        assert word not in head, word
    ws.close()
    await ws.read_message()


async def test_the_app_knows_where_it_is(proxy, web_app):
    seen = dict(json.loads((await proxy.fetch("x")).body)["headers"])
    assert seen["Host"] == seen["X-Forwarded-Host"] == proxy.host
    assert seen["X-Forwarded-Proto"] == "http"
    assert seen["X-Forwarded-Prefix"] == seen["X-Proxycontextpath"] == proxy.prefix[:-1]


HOSTILE = [
    "Set-Cookie: _xsrf=attacker; Path=/",
    "Set-Cookie: username-127-0-0-1=evil; Path=/; Domain=127.0.0.1",
    "Set-Cookie: own=1; Path=/; Domain=127.0.0.1",
    "Service-Worker-Allowed: /",
    "Clear-Site-Data: *",
    "Strict-Transport-Security: max-age=9",
    "Access-Control-Allow-Origin: *",
    "Content-Security-Policy: default-src x; frame-ancestors 'none'",
    "X-Frame-Options: DENY",
    "Location: /login",
    "Connection: X-Secret",
    "X-Secret: 1",
]


async def test_hostile_answer(proxy, scripted):
    def hostile(app, conn):
        app.read_head(conn)
        head = "\r\n".join(["HTTP/1.1 302 Found", "Content-Length: 0", *HOSTILE, "", ""])
        conn.sendall(head.encode())

    scripted(hostile)
    fields = (await proxy.fetch("x")).headers
    own, *jupyters = fields.get_list("Set-Cookie")
    assert own == f"own=1; Path={proxy.prefix}"
    assert not any("evil" in cookie or "attacker" in cookie for cookie in jupyters)
    assert fields["Service-Worker-Allowed"] == proxy.prefix
    assert fields["Location"] == proxy.prefix + "login"
    assert fields.get_list("Content-Security-Policy") == ["default-src x", "frame-ancestors 'self'"]
    for name in ("Clear-Site-Data", "Strict-Transport-Security", "Access-Control-Allow-Origin",
                 "X-Frame-Options", "X-Secret"):  # fmt: skip
        assert name not in fields


class TestFramedUnderJupyterHub:
    """JupyterHub forbids all frames; the app is shown in one of Lab."""

    @pytest.fixture
    def server_options(self):
        headers = {"Content-Security-Policy": "frame-ancestors 'none'"}
        return {"tornado_settings": {"headers": headers}}

    async def test_frame(self, proxy, web_app):
        response = await proxy.fetch("x")
        assert response.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
        proxy.serve(web_app.path, page=lambda: "<p>own page")
        response = await proxy.fetch()
        assert response.headers["Content-Security-Policy"] == "frame-ancestors 'self'"


async def test_errors_show_nothing_of_the_request(proxy):
    evil = "<script>alert(1)</script>"
    response = await proxy.fetch(
        "%3Cscript%3E?q=" + evil, headers={"Accept": "text/html", "X-Evil": evil}
    )
    assert response.code == 404
    assert b"script" not in response.body
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
