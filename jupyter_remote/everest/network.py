"""How a server is reached: through which proxy, and whose certificates are believed."""

from __future__ import annotations

import re
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from .errors import NotEverest


def connections(timeout: float, ca: str | None, proxy: str | None) -> httpx.AsyncClient:
    """Connections that keep no cookies and follow no redirects: neither may carry the token.
    Raises NotEverest when ``ca`` is no file of certificates, or ``proxy`` no address of one; or
    those that the environment names."""
    verify, through = _trust(ca), _way(proxy)
    try:
        return httpx.AsyncClient(
            timeout=timeout,
            verify=verify,
            proxy=through,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
            headers={"Accept": "application/json"},
        )
    except ImportError as error:
        raise NotEverest(f"the proxy cannot be used: {error}") from None
    except OSError as error:
        raise NotEverest(
            f"cannot read certificates (SSL_CERT_FILE, SSL_CERT_DIR): {error}"
        ) from None
    except (ValueError, httpx.InvalidURL) as error:
        words = _hidden(str(error))
        raise NotEverest(f"HTTPS_PROXY or another one of the environment: {words}") from None


def _way(proxy: str | None) -> httpx.Proxy | None:
    """The proxy; None: those of the environment."""
    if not proxy:
        return None
    try:
        way = httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL):
        way = None
    if way is None or not way.url.host:
        raise NotEverest(
            f"{_hidden(proxy)!r} is no address of a proxy: it looks like "
            "http://proxy.example.org:3128 (proxy=, for JupyterLab RemoteEverest.proxy)"
        )
    return way


def _hidden(words: str) -> str:
    """Without a password of a proxy."""
    return re.sub(r"[^/\s'\"]*@", "", words)


def _trust(ca: str | None) -> ssl.SSLContext | bool:
    """Whose certificates are believed: those of a file, else the usual ones."""
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise NotEverest(f"cannot read certificates from {ca}: {error}") from None


def tls_words(url: str, error: ssl.SSLError) -> str:
    """What is wrong with a server's certificate or TLS, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or error.reason
        return (
            f"the certificate of {url} is not trusted ({why}). "
            "If it is your institute's own, give its file: ca='/path/to/ca.pem', "
            "or for JupyterLab RemoteEverest.certificates"
        )
    return f"{url} does not speak TLS as it should: {error.reason or error}"
