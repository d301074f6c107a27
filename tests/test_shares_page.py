"""The pages of links: they say what matters, and run nothing."""

from __future__ import annotations

import json
import re
from typing import Any

from jupyter_remote.shares import page
from jupyter_remote.shares.model import Description

from .share_rig import KERNEL, code, hostile, markdown, notebook, shown


def raw(content: Any) -> bytes:
    return json.dumps(content).encode()


EVIL = '"><script>alert(1)</script>'


def test_a_page_escapes_all_that_a_sender_chose() -> None:
    about = Description(
        name=EVIL,
        sender=EVIL,
        size=1,
        revision=1,
        updated=EVIL,
        expires=EVIL,
        kernel={"name": EVIL, "display_name": EVIL},
        options={"server": {EVIL: EVIL}},
    )
    action = page.Action(label=EVIL, href=EVIL, note=EVIL)
    for html in (
        page.share_page(about, [action], preview_url=EVIL),
        page.gone_page("expired", EVIL),
        page.message_page(EVIL, EVIL),
        page.note(EVIL),
    ):
        assert "<script" not in html
        assert EVIL not in html
    for headers in (page.PAGE_HEADERS, page.PREVIEW_HEADERS):
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]


def test_the_page_says_who_which_and_until_when() -> None:
    about = Description(
        name="A.ipynb",
        sender="alice",
        size=1500,
        revision=3,
        updated="2026-11-22T10:15:00.000Z",
        expires="2026-11-23T10:15:00.000Z",
        once=True,
        kernel=KERNEL,
        outputs=False,
        cells=1,
        options={"server": {"image": "scipy"}},
    )
    html = page.share_page(about, [], preview_url="x/preview")
    for words in (
        "alice",
        "A.ipynb",
        "1.5 kB, 1 cell, without outputs",
        "Python 3 (ipykernel)",
        "3, 22 November 2026, 10:15 UTC",
        "23 November 2026, 10:15 UTC",
        "scipy",
        "once",
    ):
        assert words in html


def test_a_preview_shows_much_and_runs_nothing() -> None:
    table = "<table border='1'><tr><td style='color: red; position: fixed'>cell</td></tr></table>"
    png = "iVBORw0KGgo="
    html = page.preview(
        raw(
            notebook(
                *hostile()["cells"],
                markdown("Text with `code`, $x < y$ and ![remote](https://example.org/spy.png)"),
                code("df", shown(text_html=table)),
                code("plot", shown(image_png=png)),
                code(
                    "boom",
                    {
                        "output_type": "error",
                        "ename": "E",
                        "evalue": "v",
                        "traceback": ["\x1b[31mE\x1b[0m: v"],
                    },
                ),
                code(
                    "frame",
                    shown(text_html="<iframe src='https://example.org'></iframe><form action=x>"),
                ),
            )
        )
    )
    low = html.lower()
    for word in (
        "<script",
        "onerror",
        "javascript:",
        "<iframe",
        "<form",
        "spy.png",
        "position",
        "<svg",
        "\x1b",
    ):
        assert word not in low, word
    for words in ("Title", "<table", "color:red", f"data:image/png;base64,{png}", "plain"):
        assert words in html.replace("color: red", "color:red"), words
    assert "data:image/svg+xml;base64," in html


def test_half_surrogates_hide_no_preview() -> None:
    half = "\ud800"
    svg = shown(**{"image_svg+xml": f"<svg>{half}</svg>"})
    cells = [markdown(f"a{half}"), code(f"b{half}", shown(text_html=f"<b>c{half}</b>"))]
    html = page.preview(raw(notebook(*cells, code("d", svg))))
    assert "<b>c?</b>" in html
    assert html.encode()


def test_of_long_notebooks_the_beginning_is_shown() -> None:
    html = page.preview(raw(notebook(*[markdown(f"cell {n}") for n in range(2003)])))
    assert "cell 1999" in html
    assert "3 more cells are not shown" in html


def test_every_attribute_in_a_preview_is_a_known_one() -> None:
    tricks = [
        "<a href='java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<img src='data:text/html;base64,x'>",
        "<img src='data:image/png;base64,x' srcset='https://example.org/a'>",
        "<math><mi xlink:href='javascript:x'></mi></math>",
        "<p style='background: url(https://example.org)'>x</p>",
        "<td style='background-color: url(https://example.org)'>x</td>",
        "<base href='https://example.org'>",
        "<meta http-equiv=refresh content='0;url=https://example.org'>",
        "<link rel=stylesheet href='https://example.org'>",
        "<style>@import 'https://example.org'</style>",
        "<object data=x></object><embed src=x>",
        "<details ontoggle=alert(1) open>x</details>",
    ]
    html = page.preview(
        raw(notebook(*map(markdown, tricks), code("x", shown(text_html="".join(tricks)))))
    )
    body = html.split("<body>")[1].removesuffix("</body></html>")
    assert not re.search(
        r"<(?!/?(a|img|p|div|span|pre|td|table|tbody|tr|details|code|em|br)\b)", body
    )
    assert not re.search(r"<[^>]+\s(on\w+|srcset|xlink:href|http-equiv)\s*=", body)
    assert not re.search(r"<[^>]+example\.org", body)
