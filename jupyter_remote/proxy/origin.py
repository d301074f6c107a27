"""Who may send a request in the user's name.

The proxy adds credentials of the app to what it passes on, so that a request which another
web site made the browser send would act with the user's power. Every method but GET and
HEAD, and every upgrade to a websocket, must therefore pass this rule; the XSRF token of
Jupyter is not asked for, because apps cannot know it.

1. ``Sec-Fetch-Site: same-origin`` passes. Browsers set it, pages cannot.
2. With an ``Origin``: it passes when its host is the ``Host`` of the request and the browser
   does not say ``cross-site`` or ``same-site`` (another host of the same domain is a
   stranger: under JupyterHub it can be another user).
3. Without an ``Origin``: ``Sec-Fetch-Site: none`` passes (typed into the address bar); with
   neither header it is no present-day browser, and passes only with a token of its own, in
   ``Authorization`` or ``?token=``. A cookie alone is not enough.
4. Anything else is foreign, ``Origin: null`` included, and needs a licence:

   * ``allow_origin`` naming that very origin, or ``allow_origin_pat`` matching all of it;
   * or ``allow_origin = "*"`` AND a token in ``Authorization`` AND no cookie of Jupyter.

   ``"*"`` alone is no licence. mybinder.org sets it for all its servers, and there the
   browser holds a cookie once a link with ``?token=`` was opened: every web site could then
   open a websocket to the user's desktop. A header is not sent unless a script that knows
   the token puts it there. With no authentication at all ``"*"`` licenses nobody.

GET and HEAD: a browser that says it fetches a part for a page of another site (not a page to
show: ``Sec-Fetch-Mode: navigate``) needs the licence too; answers could be read or timed.
"""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import urlsplit


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asking:
    """What the rule looks at; header values are as received, None when absent.

    ``header_token``: authenticated by a token in ``Authorization``; ``url_token``: by one in
    the URL; ``cookie``: a login cookie of Jupyter came along, whether it was needed or not.
    """

    host: str
    origin: str | None
    site: str | None
    mode: str | None
    safe: bool
    header_token: bool = False
    url_token: bool = False
    cookie: bool = False


def allowed(asking: Asking, allow_origin: str = "", allow_origin_pat: str | None = None) -> bool:
    """The rule above; ``safe`` requests are GET and HEAD without an upgrade."""
    if asking.safe:
        return not _foreign_part(asking) or licensed(asking, allow_origin, allow_origin_pat)
    if asking.site == "same-origin":
        return True
    if asking.origin is None:
        return _without_origin(asking)
    if asking.site in (None, "none") and same_host(asking.origin, asking.host):
        return True
    return licensed(asking, allow_origin, allow_origin_pat)


def same_host(origin: str, host: str) -> bool:
    """``origin`` is a web origin on this host and port."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc == host.lower()


def _foreign_part(asking: Asking) -> bool:
    return asking.site in ("cross-site", "same-site") and asking.mode != "navigate"


def _without_origin(asking: Asking) -> bool:
    if asking.site is None:
        return asking.header_token or asking.url_token
    return asking.site == "none"


def licensed(asking: Asking, allow_origin: str, allow_origin_pat: str | None) -> bool:
    """Point 4: the configuration allows this foreign origin."""
    if asking.origin is None or asking.origin == "null":
        return False
    if allow_origin == "*":
        return asking.header_token and not asking.cookie
    if allow_origin:
        return asking.origin.lower() == allow_origin.lower()
    return bool(allow_origin_pat and re.fullmatch(allow_origin_pat, asking.origin.lower()))
