"""Promises of jupyter_remote.proxy.headers and .origin: pure functions."""

from __future__ import annotations

import string
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.proxy import headers


def words(text):
    return text.split()


PREFIX = "/user/a@b/jupyter-remote/s/abcdefghijklmnopqrst/"
LOGIN = "username-127-0-0-1-8888"
TEXT = st.text(max_size=60)
NAMES = st.one_of(
    st.sampled_from(
        words(
            "Cookie Set-Cookie Authorization Referer Location Connection Upgrade TE Host "
            "X-Forwarded-For X-XSRFToken Service-Worker-Allowed Clear-Site-Data Refresh "
            "Content-Security-Policy Access-Control-Allow-Origin X_Remote_User X-Remote-User"
        )
    ),
    TEXT,
)
FIELDS = st.lists(st.tuples(NAMES, TEXT), max_size=12)
COOKIE_NAMES = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=12)
RESERVED = st.sampled_from(
    [
        LOGIN,
        "_xsrf",
        "username-host",
        "jupyterhub-user-eve",
        "jupyterhub-session-id",
        "__Host-jupyterhub-user-eve",
        "__Secure-_xsrf",
        "JUPYTERHUB-hub-login",
        "service-share-oauth-state",
    ]
)


def to_app(fields, added=None, forwarded=None):
    return headers.to_app(fields, forwarded=forwarded or {}, added=added or {}, login_cookie=LOGIN)


def to_browser(fields, stripped=True, added=None):
    return headers.to_browser(
        fields,
        prefix=PREFIX,
        stripped=stripped,
        host="hub.example",
        frame_ancestors="'self'",
        added=added or {},
        login_cookie=LOGIN,
    )


def values(fields, name):
    return [value for key, value in fields if key.lower() == name.lower()]


# To the app


@given(FIELDS)
def test_nothing_of_the_user_reaches_the_app(fields):
    passed = to_app(fields, added={"X-Remote-User": "me"})
    names = {name.lower() for name, _ in passed}
    assert not names & {"authorization", "x-xsrftoken", "connection", "upgrade", "te", "host"}
    assert values(passed, "X-Remote-User") == ["me"]
    assert "x_remote_user" not in names
    for name, value in passed:
        assert headers.sound(name, value)
        assert not set("\r\n\0") & set(name + value)


@given(st.lists(st.tuples(st.one_of(RESERVED, COOKIE_NAMES), COOKIE_NAMES), max_size=8))
def test_only_cookies_of_apps_pass(pairs):
    sent = "; ".join(f"{name}={value}" for name, value in pairs)
    cleaned = headers.clean_cookies(sent, LOGIN)
    kept = [tuple(pair.split("=")) for pair in cleaned.split("; ")] if cleaned else []
    assert kept == [pair for pair in pairs if not headers.reserved(pair[0], LOGIN)]


@given(RESERVED)
def test_reserved(name):
    assert headers.reserved(name, LOGIN)
    assert headers.clean_cookies(f'a=1; {name}="secret"; b=2', LOGIN) == "a=1; b=2"
    assert headers.set_cookie(f"{name}=evil; Path=/", PREFIX, True, LOGIN) is None


@pytest.mark.parametrize("name", ["sessionid", "xsrf", "my_xsrf", "_xsrf2", "user", "csrftoken"])
def test_other_cookies_are_the_apps_own(name):
    assert not headers.reserved(name, LOGIN)


@given(st.lists(st.tuples(st.one_of(st.just("token"), st.text(max_size=8)), TEXT), max_size=6))
def test_query_loses_the_token_and_nothing_else(pairs):
    query = "&".join(
        headers.quote(name, safe="") + "=" + headers.quote(value, safe="") for name, value in pairs
    )
    kept = parse_qsl(headers.clean_query(query), keep_blank_values=True, errors="strict")
    secret = {"token", "_xsrf"}
    assert kept == [(n, v) for n, v in pairs if n.strip() not in secret and (n or v or query)]


@pytest.mark.parametrize("query", ["token=x", "%74oken=x", "a&token=x&a", "t%6Fken", "token"])
def test_token_in_any_spelling(query):
    assert "oken" not in headers.clean_query(query)


def test_query_bytes_are_kept():
    assert headers.clean_query("a=%2F+b&&c;d=ü&token=1") == "a=%2F+b&&c;d=ü"


def test_referer_loses_the_token():
    passed = to_app([("Referer", "https://hub.example/lab?token=secret&a=1")])
    assert passed == [("Referer", "https://hub.example/lab?a=1")]


def test_hop_by_hop_by_name():
    fields = [("Connection", "close, X-Mine"), ("X-Mine", "1"), ("X-Kept", "2")]
    assert to_app(fields) == [("X-Kept", "2")]
    assert values(to_browser(fields), "X-Mine") == []


def test_gates_keep_their_tokens():
    fields = [("X-Forwarded-Access-Token", "t"), ("X-Amzn-Oidc-Data", "t"), ("X-Real-Ip", "1")]
    assert to_app(fields) == []


def test_forwarded():
    fields = headers.forwarded(
        prefix=PREFIX, stripped=True, host="h", scheme="https", peer="1.2.3.4", chain="5.6.7.8"
    )
    assert fields["X-Forwarded-For"] == "5.6.7.8, 1.2.3.4"
    assert fields["X-Forwarded-Prefix"] == PREFIX[:-1] == fields["X-ProxyContextPath"]
    whole = headers.forwarded(prefix=PREFIX, stripped=False, host="h", scheme="http", peer="1")
    assert "X-Forwarded-Prefix" not in whole


def test_added_wins():
    fields = to_app([("X-A", "1")], added={"x-a": "2", "Host": "h"}, forwarded={"X-A": "3"})
    assert fields == [("x-a", "2"), ("Host", "h")]


@given(TEXT, TEXT)
def test_target_is_always_ascii(path, query):
    target = headers.ascii_target("/" + path, query)
    assert target.isascii()
    assert not set(b" \r\n\t\0") & set(target)


# To the browser


@given(FIELDS, st.booleans())
def test_answers_cannot_be_split(fields, stripped):
    for name, value in to_browser(fields, stripped):
        assert headers.sound(name, value)


@given(FIELDS)
def test_nothing_reaches_beyond_the_app(fields):
    passed = to_browser(fields)
    names = {name.lower() for name, _ in passed}
    assert not names & {"clear-site-data", "access-control-allow-origin", "connection"}
    assert set(values(passed, "Service-Worker-Allowed")) <= {PREFIX}
    assert values(passed, "Content-Security-Policy")[-1] == "frame-ancestors 'self'"
    for cookie in values(passed, "Set-Cookie"):
        assert cookie.rpartition("; Path=")[2].startswith(PREFIX)
        assert "domain" not in [a.split("=")[0].strip().lower() for a in cookie.split(";")[1:]]


@pytest.mark.parametrize(
    "name",
    words(
        "Clear-Site-Data Strict-Transport-Security Public-Key-Pins Report-To NEL Alt-Svc Set-Login "
        "Access-Control-Allow-Origin Access-Control-Allow-Credentials X-Frame-Options Keep-Alive "
        "X-Accel-Redirect WWW-Authenticate Origin-Agent-Cluster"
    ),
)
def test_dropped(name):
    assert values(to_browser([(name, "x")]), name) == []


@pytest.mark.parametrize(
    ("cookie", "stripped", "path"),
    [
        ("a=1", True, PREFIX),
        ("a=1; Path=/", True, PREFIX),
        ("a=1; path=/sub/x", True, PREFIX + "sub/x"),
        ("a=1; PATH=/lab", False, PREFIX),
        (f"a=1; Path={PREFIX}sub", False, PREFIX + "sub"),
        ("a=1; Path=relative", True, PREFIX),
        ("a=1; Path=//x", True, PREFIX + "x"),
    ],
)
def test_cookie_path(cookie, stripped, path):
    assert headers.set_cookie(cookie, PREFIX, stripped) == f"a=1; Path={path}"


def test_cookie_attributes():
    cookie = "s=ab; Domain=.example; Secure; HttpOnly; SameSite=None; Max-Age=5; Path=/"
    changed = headers.set_cookie(cookie, PREFIX, True)
    morsel = SimpleCookie(changed)["s"]
    assert (morsel["domain"], morsel["path"], morsel["samesite"]) == ("", PREFIX, "None")
    assert morsel["secure"]
    assert morsel["httponly"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/login?next=/", PREFIX + "login?next=/"),
        ("next", "next"),
        ("?a", "?a"),
        ("http://hub.example/x#y", PREFIX + "x#y"),
        ("https://HUB.example", PREFIX),
        ("//hub.example/x", PREFIX + "x"),
        (PREFIX + "x", PREFIX + "x"),
        (PREFIX[:-1], PREFIX[:-1]),
        ("https://other.example/x", "https://other.example/x"),
        ("http://[bad", PREFIX),
    ],
)
def test_location(url, expected):
    assert headers.location(url, PREFIX, True, "hub.example") == expected


@given(TEXT)
def test_location_on_this_host_stays_in_the_app(rest):
    url = headers.location("/" + rest, PREFIX, True, "hub.example")
    absolute = urlsplit(urljoin("http://hub.example/", url))
    if absolute.netloc == "hub.example":
        assert absolute.path.startswith(PREFIX[:-1]) or ".." in rest


def test_content_security_policy():
    fields = [
        ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; report-uri /r"),
        ("content-security-policy", "Frame-Ancestors x, img-src *"),
        ("X-Frame-Options", "DENY"),
    ]
    assert values(to_browser(fields), "Content-Security-Policy") == [
        "default-src 'self'",
        "img-src *",
        "frame-ancestors 'self'",
    ]
    assert values(to_browser(fields), "X-Frame-Options") == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", "'self'"),
        ("frame-ancestors 'none'", "'self'"),
        ("frame-ancestors 'self'; report-uri /x", "'self'"),
        ("default-src *; frame-ancestors https://portal.example 'self'",
         "'self' https://portal.example"),
    ],
)  # fmt: skip
def test_frame_ancestors(policy, expected):
    assert headers.frame_ancestors(policy) == expected


def test_added_to_the_answer():
    passed = to_browser([("Cache-Control", "max-age=9")], added={"cache-control": "no-store"})
    assert values(passed, "Cache-Control") == ["no-store"]


# Origin
