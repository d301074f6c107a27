"""A notebook as a page that runs nothing, to be looked at before anybody trusts it.

nbconvert makes HTML of it, nh3 lets only known tags and attributes pass. The answer's
``Content-Security-Policy`` (``page.PREVIEW_HEADERS``) forbids everything else once more.
"""

from __future__ import annotations

import base64
import logging
import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

from ..errors import InvalidSpec
from .notebook import read, strip

if TYPE_CHECKING:
    from nbconvert import HTMLExporter

MOST_CELLS: Final = 2000
"""More are not shown."""

_TAGS: Final = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em h1"
        " h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary"
        " sup table tbody td tfoot th thead tr tt u ul var",
    )
)
_ATTRIBUTES: Final = {
    "*": {"class", "title", "align"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "scope", "style"},
    "span": {"style"},
    "table": {"border"},
    "ol": {"start"},
}
_STYLES: Final = frozenset(
    {"color", "background-color", "font-weight", "font-style", "text-align", "text-decoration"}
)
_SEEN: Final = (
    "text/html",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/svg+xml",
    "text/markdown",
    "text/latex",
    "text/plain",
)

STYLE: Final = """
body { color: #111; background: #fff; font: 14px/1.5 system-ui, sans-serif; margin: 1rem; }
pre, code, .prompt { font: 13px/1.4 ui-monospace, monospace; }
pre { margin: 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.cell { margin: 0 0 .75rem; } .prompt { color: #557; font-size: 11px; }
.input_area { background: #f5f5f5; border: 1px solid #ddd; padding: .4rem; }
.output_area { padding: .25rem .4rem; overflow-x: auto; }
.output_stderr, .output_error { background: #fdd; } img { max-width: 100%; height: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid #ddd; padding: .2rem .5rem; }
.k,.kn,.kc,.kd,.kr,.ow { color: #080; font-weight: bold; } .s,.s1,.s2,.sd,.sa { color: #a11; }
.c,.c1,.cm,.ch { color: #355; font-style: italic; }
.nf,.nc { color: #00c; } .mi,.mf { color: #165; }
.ansi-red-fg { color: #a00; } .ansi-green-fg { color: #060; } .ansi-blue-fg { color: #22a; }
.ansi-cyan-fg { color: #066; } .ansi-yellow-fg { color: #840; } .ansi-bold { font-weight: bold; }
"""


def preview(raw: bytes) -> str:
    """The page. Raises InvalidSpec when this is no notebook. Takes about a second a megabyte:
    call it in a thread, and ``note`` for what is too large."""
    notebook: Any = read(raw)
    strip(notebook)
    more = len(notebook["cells"]) - MOST_CELLS
    try:
        notebook["cells"] = [_seen(cell) for cell in notebook["cells"][:MOST_CELLS]]
        html, _ = _exporter().from_notebook_node(notebook)
        body = _clean(html)
    except Exception as error:  # nbconvert raises whatever its filters meet
        raise InvalidSpec(f"this notebook cannot be shown: {type(error).__name__}") from error
    tail = f"<p><em>{more} more cells are not shown.</em></p>" if more > 0 else ""
    return _page(body + tail)


def note(words: str) -> str:
    """A preview that only says why there is none."""
    return _page(f"<p>{escape(words)}</p>")


def _page(body: str) -> str:
    head = f'<meta charset="utf-8"><title>Preview</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def _clean(html: str) -> str:
    import nh3  # a second of a server's start is not for what few ask

    return nh3.clean(
        html.encode(errors="replace").decode(),  # halves of pairs of surrogates are no text
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_allowed,
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style", "iframe", "object", "template", "noscript"},
        link_rel="noopener noreferrer nofollow",
    )


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """Images are part of the notebook or not shown; links lead to nothing but pages."""
    if attribute == "src":
        return value if value.startswith("data:image/") else None
    if attribute == "href":
        return value if value.startswith(("http://", "https://", "mailto:")) else None
    return value


def _seen(cell: Any) -> Any:
    """A cell with only what is shown of its outputs: the best of the kinds that run nothing."""
    for output in cell.get("outputs", []):
        data = output.get("data")
        if data is None:
            continue
        best = next((kind for kind in _SEEN if _shows(kind, data.get(kind))), None)
        kept = {best: data[best]} if best else {"text/plain": "(shown after the import)"}
        if best in ("image/svg+xml", "image/gif"):
            kept = {"text/html": _image(best, str(data[best]))}
        output["data"] = type(data)(kept)
    return cell


def _shows(kind: str, content: Any) -> bool:
    """Whether something is seen of it: of many HTML outputs nothing is, without their scripts."""
    if kind != "text/html" or not content:
        return bool(content)
    clean = _clean(str(content))
    return 'src="data:' in clean or bool(re.sub("<[^>]*>", "", clean).strip())


def _image(kind: str, content: str) -> str:
    """An image in an address of its own: a script in an SVG does not run there."""
    packed = (
        base64.b64encode(content.encode(errors="replace")).decode()
        if "svg" in kind
        else content.strip()
    )
    return f'<img src="data:{kind};base64,{escape(packed)}" alt="">'


def _exporter() -> HTMLExporter:
    """A new one each time: it keeps the notebook it works on, and threads must not meet."""
    from nbconvert import HTMLExporter  # half a second of a server's start, and few ask

    quiet = logging.getLogger("jupyter_remote.preview")
    quiet.setLevel(logging.ERROR)
    options = {"template_name": "basic", "exclude_anchor_links": True, "log": quiet}
    return HTMLExporter(**options)  # type: ignore[no-untyped-call]
