"""The pages that people see who open a link in a browser: no script, nothing from elsewhere.

Both modes use them. Every text that comes from a sender is escaped by the template.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from tornado.template import DictLoader

from .model import EXPIRED, REVOKED, USED, Description
from .names import as_day, as_size
from .render import note, preview

__all__ = [
    "PAGE_HEADERS",
    "PREVIEW_HEADERS",
    "Action",
    "gone_page",
    "message_page",
    "note",
    "preview",
    "share_page",
]

_PRIVATE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
PAGE_HEADERS: Final[Mapping[str, str]] = {
    **_PRIVATE,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}
PREVIEW_HEADERS: Final[Mapping[str, str]] = {
    **_PRIVATE,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Action:
    """A button: a link to ``href``; ``note`` is a sentence below it. ``download``: the browser
    shall save what it leads to."""

    label: str
    href: str
    note: str = ""
    primary: bool = False
    download: bool = False


_BASE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --line: #8884; --quiet: #667; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --quiet: #aab; --link: #8ab4f8; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1rem 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
ul { list-style: none; margin: 1.5rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: 1rem; }
li { max-width: 24rem; } li p { color: var(--quiet); font-size: .875rem; margin: .25rem 0; }
.button { border: 1px solid var(--link); border-radius: 4px; color: var(--link);
  display: inline-block; padding: .4rem 1rem; text-decoration: none; }
.primary { background: #0b57d0; border-color: #0b57d0; color: #fff; }
.button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
iframe { background: #fff; border: 1px solid var(--line); height: 70vh; width: 100%; }
</style></head><body><main>
{% block main %}{% end %}
</main></body></html>
"""
_SHARE = """{% extends "base" %}{% block main %}
<h1>{{ about.name }}</h1>
<p>{{ sender }} shares a copy of this notebook with you. Opening this page runs nothing.</p>
<dl>{% for term, value in facts %}<dt>{{ term }}</dt><dd>{{ value }}</dd>{% end %}</dl>
<ul>{% for a in actions %}<li><a class="button{{ ' primary' if a.primary else '' }}" \
href="{{ a.href }}"{% if a.download %} download{% end %} rel="noreferrer">{{ a.label }}</a>\
{% if a.note %}<p>{{ a.note }}</p>{% end %}</li>{% end %}</ul>
<iframe src="{{ preview_url }}" sandbox title="Preview of {{ about.name }}"></iframe>
{% end %}"""
_MESSAGE = """{% extends "base" %}{% block main %}
<h1>{{ title }}</h1><p>{{ message }}</p>{% end %}"""
_LOADER: Final = DictLoader({"base": _BASE, "share": _SHARE, "message": _MESSAGE})


def share_page(description: Description, actions: Sequence[Action], *, preview_url: str) -> str:
    """The page of a link that opens: who, which file, until when; ``actions`` as buttons; a
    preview in a frame that runs nothing. Addresses are the caller's: relative or of its own
    origin."""
    html: bytes = _LOADER.load("share").generate(
        title=f"{description.name}: shared notebook",
        about=description,
        sender=description.sender or "Somebody",
        facts=_facts(description),
        actions=actions,
        preview_url=preview_url,
    )
    return html.decode()


def _facts(about: Description) -> list[tuple[str, str]]:
    kernel = about.kernel or {}
    server = about.options.get("server") or {}
    cells = "1 cell" if about.cells == 1 else f"{about.cells} cells"
    whole = [
        ("From", about.sender),
        ("Size", f"{as_size(about.size)}, {cells}{'' if about.outputs else ', without outputs'}"),
        ("Kernel", str(kernel.get("display_name") or kernel.get("name") or "")),
        ("Version", f"{about.revision}, {as_day(about.updated)}"),
        ("Until", as_day(about.expires)),
        ("Can be opened", "once: the first copy or download ends the link" if about.once else ""),
        *((f"Server: {key}", str(value)) for key, value in server.items()),
    ]
    return [(term, value) for term, value in whole if value]


_GONE: Final = {
    EXPIRED: ("This link has expired", "The time that its sender chose is over."),
    REVOKED: ("This link was revoked", "Its sender has withdrawn it."),
    USED: ("This link was used", "It could be used once, and somebody has done so."),
}


def gone_page(state: str, name: str) -> str:
    """For those who hold a link that once opened: why it does no more (``state`` of a share)
    and what to do. ``name`` of the notebook."""
    title, why = _GONE[state]
    return message_page(title, f"{why} If you still need {name}, ask its sender for a new link.")


def gone_words(state: str) -> str:
    """The same in one sentence, for programs."""
    title, why = _GONE[state]
    return f"{title}. {why} Ask its sender for a new one."


def message_page(title: str, message: str) -> str:
    """A page that says one thing."""
    html: bytes = _LOADER.load("message").generate(title=title, message=message)
    return html.decode()
