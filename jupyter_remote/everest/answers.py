"""What an answer that is no success means. Bodies of errors are documented nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import httpx

from .errors import (
    EverestError,
    LoginNeeded,
    NoSuchThing,
    NotAllowed,
    NotEverest,
    Refused,
    TooMany,
    Unreachable,
)
from .model import explanation
from .retry import Trouble, retry_after

KEPT = 10_000
"""Characters of an error's body that are kept."""
SHOWN = 300
"""Characters of it that are put into the message."""


def said(answer: httpx.Response, hide: Callable[[str], str] = str) -> str:
    """The server's own words: the message in a JSON body, else its text without HTML tags.
    ``hide`` is asked before they are cut: a half of a secret could not be found."""
    try:
        words = explanation(json.loads(answer.content))
    except ValueError:
        words = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", answer.text, flags=re.S | re.I)
    words = " ".join(hide(words).split())
    return words if len(words) <= SHOWN else words[:SHOWN] + "…"


def is_json(answer: httpx.Response) -> bool:
    """Whether the body can be read as JSON."""
    try:
        json.loads(answer.content)
    except ValueError:
        return False
    return True


def unreadable(url: str, answer: httpx.Response) -> EverestError:
    """An answer with a good status whose body is not JSON."""
    where = answer.request.url.path
    kind = answer.headers.get("Content-Type", "something").split(";")[0]
    return NotEverest(
        f"{url} answers {where} with {kind} that is not JSON: "
        "is it the address of an Everest server?"
    )


def judge(
    url: str, answer: httpx.Response, *, known: bool, hide: Callable[[str], str]
) -> Exception:
    """The error for an answer with a bad status: a Trouble when trying again may help.
    ``known``: this server has spoken like Everest before; ``hide`` removes secrets."""
    code, body, words = answer.status_code, hide(answer.text)[:KEPT], said(answer, hide)
    method, where = answer.request.method, answer.request.url.path
    detail = f": {words}" if words else ""
    if 300 <= code < 400:
        target = hide(answer.headers.get("Location", "nowhere"))
        return NotEverest(f"{url} redirects {where} to {target}: give the address that it has now")
    if code == 401:
        return LoginNeeded(
            f"{url} does not accept the token: it is missing, expired or revoked{detail}",
            code,
            body,
        )
    if code == 403:
        return NotAllowed(f"{url} does not allow {method} {where}{detail}", code, body)
    if code == 404 and not known and not is_json(answer):
        return NotEverest(f"{url} does not know {where}: is it the address of an Everest server?")
    if code == 404:
        return NoSuchThing(f"{url} does not know {where}{detail}", code, body)
    return _passing(url, answer, code, f"{method} {where}", detail, body)


def _passing(
    url: str, answer: httpx.Response, code: int, what: str, detail: str, body: str
) -> Exception:
    wait = retry_after(answer.headers.get("Retry-After"), answer.headers.get("Date"))
    if code in (425, 429):
        words = f"{url} asks for fewer requests (429){detail}"
        return Trouble(TooMany(words, code, body), maybe=False, wait=wait)
    if code == 408 or code >= 500:  # proxies have numbers of their own: 507, 520 to 524, 599
        error = Unreachable(f"{url} answered {what} with an error of its own ({code}){detail}")
        return Trouble(error, maybe=True, wait=wait)
    return Refused(f"{url} refused {what} ({code}){detail}", code, body)
