"""What an app may see of a request, and a browser of its answer. Pure functions.

To the app go neither the user's Jupyter cookies nor ``Authorization`` nor ``?token=``; what
the app needs to know of its place in the world is added (``X-Forwarded-*``). From the app
come neither cookies nor directives that would reach beyond its own path: all apps share the
origin of Jupyter itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

Headers = list[tuple[str, str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HOP_BY_HOP = _words(
    "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    "transfer-encoding upgrade http2-settings"
)
_NOT_TO_APP = _HOP_BY_HOP | _words(
    "host authorization x-xsrftoken expect content-length forwarded x-proxycontextpath "
    "x-real-ip x-scheme"
)
# What gates in front of Jupyter add: where a request came from, and tokens of the user.
_FROM_GATES = (
    "x-forwarded-",
    "x-auth-request-",
    "x-amzn-oidc-",
    "x-goog-iap-",
    "x-ms-token-",
    "cf-access-",
)
_NOT_TO_BROWSER = _HOP_BY_HOP | _words(
    "service-worker-allowed clear-site-data strict-transport-security public-key-pins "
    "public-key-pins-report-only report-to reporting-endpoints nel alt-svc set-login expect-ct "
    "accept-ch critical-ch origin-agent-cluster observe-browsing-topics speculation-rules "
    "activate-storage-access x-frame-options x-accel-redirect x-sendfile www-authenticate "
    "set-cookie2"
)
_SECRET_ARGUMENTS = frozenset({"token", "_xsrf"})
# Cookies of Jupyter, of JupyterHub (with its services) and of gates in front of both.
_RESERVED = re.compile(
    r"(__host-|__secure-)?(_xsrf$|username-|jupyterhub|service-|jupyter-hub|_oauth2_proxy|"
    r"cf_authorization|awselbauth|_shibsession|mod_auth_openidc|authelia)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def reserved(cookie: str, login_cookie: str = "") -> bool:
    """A cookie of this name belongs to Jupyter or to something in front of it."""
    return cookie == login_cookie or _RESERVED.match(cookie) is not None


def sound(name: str, value: str) -> bool:
    """Name and value cannot end the header or begin another one."""
    return bool(_TOKEN.fullmatch(name) and _VALUE.fullmatch(value))


def clean_query(query: str) -> str:
    """The query without Jupyter's own arguments; all other bytes as they were."""
    kept = (
        part
        for part in query.split("&")
        if unquote_plus(part.partition("=")[0]).strip() not in _SECRET_ARGUMENTS
    )
    return "&".join(kept)


def clean_cookies(cookies: str, login_cookie: str = "") -> str:
    """A ``Cookie`` header without the reserved names; empty when nothing is left."""
    pairs = (part.strip() for part in cookies.split(";"))
    kept = (
        pair
        for pair in pairs
        if pair and not reserved(pair.partition("=")[0].strip().strip('"'), login_cookie)
    )
    return "; ".join(kept)


def clean_url(url: str) -> str:
    """A URL (``Referer``) without Jupyter's own arguments; empty when it cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(query=clean_query(parts.query)))


def ascii_target(path: str, query: str) -> bytes:
    """A request target of path and query; what HTTP does not allow in it is escaped."""
    printable = "".join(map(chr, range(0x21, 0x7F)))
    target = path + ("?" + query if query else "")
    return quote(target, safe=printable, encoding="latin-1", errors="replace").encode("ascii")


def to_app(
    received: Iterable[tuple[str, str]],
    *,
    forwarded: Mapping[str, str],
    added: Mapping[str, str],
    login_cookie: str = "",
) -> Headers:
    """The headers an app gets: cleaned, then those that ``forwarded`` and ``added`` (which
    wins over everything the browser sent) say. Framing headers are left to the caller."""
    received = list(received)
    dropped = _NOT_TO_APP | _named_by_connection(received)
    dropped |= {_plain(name) for name in (*forwarded, *added)}
    headers = [
        (name, value)
        for name, value in _cleaned(received, login_cookie)
        if not (_plain(name) in dropped or _plain(name).startswith(_FROM_GATES))
        and sound(name, value)
    ]
    headers += [(n, v) for n, v in forwarded.items() if n.lower() not in map(str.lower, added)]
    return headers + [(n, v) for n, v in added.items() if sound(n, v)]


def framing(received: Mapping[str, str], *, upgrades: bool) -> Headers:
    """How the app learns where the request ends, or what it shall become."""
    if upgrades:
        return [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    if "Transfer-Encoding" in received:
        return [("Transfer-Encoding", "chunked")]
    length = received.get("Content-Length")
    return [] if length is None else [("Content-Length", length)]


def _plain(name: str) -> str:
    # WSGI and CGI cannot tell X_Remote_User from X-Remote-User: neither may be smuggled in.
    return name.lower().replace("_", "-")


def _cleaned(received: Headers, login_cookie: str) -> Iterator[tuple[str, str]]:
    for name, value in received:
        lower = name.lower()
        if lower == "cookie":
            value = clean_cookies(value, login_cookie)  # noqa: PLW2901
        elif lower == "referer":
            value = clean_url(value)  # noqa: PLW2901
        if value or lower not in ("cookie", "referer"):
            yield name, value


def _named_by_connection(headers: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(
        _plain(part.strip())
        for name, value in headers
        if name.lower() == "connection"
        for part in value.split(",")
    )


def forwarded(
    *, prefix: str, stripped: bool, host: str, scheme: str, peer: str, chain: str = ""
) -> dict[str, str]:
    """How an app learns where it is seen from. ``chain`` is what proxies in front of us said
    in ``X-Forwarded-For``. Apps that know their whole path get no prefix (as
    jupyter-server-proxy does)."""
    headers = {
        "X-Forwarded-For": f"{chain}, {peer}" if chain else peer,
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": scheme,
    }
    if stripped:
        path = prefix.rstrip("/")
        headers |= dict.fromkeys(
            ("X-Forwarded-Prefix", "X-Forwarded-Context", "X-ProxyContextPath"), path
        )
    return {name: value for name, value in headers.items() if sound(name, value)}


def to_browser(
    received: Iterable[tuple[str, str]],
    *,
    prefix: str,
    stripped: bool,
    host: str,
    frame_ancestors: str,
    added: Mapping[str, str],
    login_cookie: str = "",
) -> Headers:
    """The headers a browser gets of an app's answer: cleaned, confined to ``prefix``, fit to
    be shown in a frame of Lab; ``added`` wins over what the app said."""
    received = list(received)
    dropped = _NOT_TO_BROWSER | _named_by_connection(received) | {n.lower() for n in added}
    headers: Headers = []
    for name, value in received:
        lower = name.lower()
        if lower == "service-worker-allowed":
            # A worker's scope ends where the app ends; "/" is what apps say in good faith.
            headers.append((name, prefix))
        if lower in dropped or lower.startswith("access-control-"):
            continue
        confined = _confine(lower, value, prefix, stripped, host, login_cookie)
        if confined is not None and sound(name, confined):
            headers.append((name, confined))
    headers += [(n, v) for n, v in added.items() if sound(n, v)]
    return [*headers, ("Content-Security-Policy", f"frame-ancestors {frame_ancestors}")]


def _confine(
    name: str, value: str, prefix: str, stripped: bool, host: str, login_cookie: str
) -> str | None:
    if name == "set-cookie":
        return set_cookie(value, prefix, stripped, login_cookie)
    if name in ("location", "content-location"):
        return location(value, prefix, stripped, host)
    if name == "refresh":
        delay, found, url = value.partition("=")
        return f"{delay}={location(url.strip(), prefix, stripped, host)}" if found else value
    if name in ("content-security-policy", "content-security-policy-report-only"):
        return without_frame_ancestors(value) or None
    return value


def confined_path(path: str, prefix: str, stripped: bool) -> str:
    """An absolute path as the app sees it, as the browser must see it."""
    if path.startswith(prefix) or path + "/" == prefix:
        return path
    return (prefix if stripped else "/") + path.lstrip("/")


def set_cookie(cookie: str, prefix: str, stripped: bool, login_cookie: str = "") -> str | None:
    """The cookie confined to ``prefix``, or None when its name is not the app's to use."""
    pair, *attributes = cookie.split(";")
    name, _, _ = pair.partition("=")
    if not name.strip() or reserved(name.strip(), login_cookie):
        return None
    path, kept = prefix, [pair.strip()]
    for attribute in map(str.strip, attributes):
        key, _, value = attribute.partition("=")
        if key.strip().lower() == "path":
            path = _cookie_path(value.strip(), prefix, stripped)
        elif attribute and key.strip().lower() != "domain":
            kept.append(attribute)
    return "; ".join([*kept, f"Path={path}"])


def _cookie_path(path: str, prefix: str, stripped: bool) -> str:
    if not path.startswith("/"):
        return prefix
    path = confined_path(path, prefix, stripped)
    return path if path.startswith(prefix) else prefix


def location(url: str, prefix: str, stripped: bool, host: str) -> str:
    """A redirect of the app as the browser must see it; other sites stay as they are."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return prefix
    if parts.netloc and parts.netloc.lower() != host.lower():
        return url
    if not parts.path.startswith("/"):
        return prefix if parts.netloc or url.startswith("//") else url
    path = confined_path(parts.path, prefix, stripped)
    return urlunsplit(("", "", path, parts.query, parts.fragment))


def without_frame_ancestors(policies: str) -> str:
    """A Content-Security-Policy without its say on who may frame the page."""
    kept = (
        "; ".join(
            directive.strip()
            for directive in policy.split(";")
            if directive.strip()
            and directive.split()[0].lower() not in ("frame-ancestors", "report-uri", "report-to")
        )
        for policy in policies.split(",")
    )
    return ", ".join(filter(None, kept))


def frame_ancestors(policy: str) -> str:
    """Who may frame an app: Lab, and whoever may frame Lab by Jupyter's own ``policy``."""
    sources: list[str] = []
    for directive in policy.split(",")[0].split(";"):
        name, *words = directive.split() or [""]
        if name.lower() == "frame-ancestors" and words != ["'none'"]:
            sources = words
    return " ".join(dict.fromkeys(["'self'", *filter(_VALUE.fullmatch, sources)]))
