"""Who may ask from where: the Origin rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.proxy.origin import Asking, allowed, same_host

TEXT = st.text(max_size=60)


def asking(**options):
    given = {"host": "hub.example", "origin": None, "site": None, "mode": None, "safe": False}
    return Asking(**(given | options))


HERE, THERE = "https://hub.example", "https://evil.example"


@pytest.mark.parametrize(
    ("options", "config", "expected"),
    [
        ({"site": "same-origin", "origin": "null"}, {}, True),
        ({"site": "none"}, {}, True),
        ({"origin": HERE}, {}, True),
        ({"origin": HERE, "site": "none"}, {}, True),
        ({"origin": "https://HUB.example"}, {}, True),
        ({"origin": HERE, "site": "cross-site"}, {}, False),
        ({"origin": HERE, "site": "same-site"}, {}, False),
        ({"origin": "ftp://hub.example"}, {}, False),
        ({"origin": HERE + ":444"}, {}, False),
        ({"origin": "null"}, {}, False),
        ({"origin": "null", "header_token": True}, {"allow_origin": "*"}, False),
        ({"origin": "http://[x"}, {}, False),
        ({}, {}, False),
        ({"cookie": True}, {}, False),
        ({"header_token": True}, {}, True),
        ({"url_token": True}, {}, True),
        ({"origin": THERE}, {}, False),
        ({"origin": THERE, "header_token": True}, {}, False),
        ({"origin": THERE}, {"allow_origin": "*"}, False),
        ({"origin": THERE, "cookie": True}, {"allow_origin": "*"}, False),
        ({"origin": THERE, "url_token": True}, {"allow_origin": "*"}, False),
        ({"origin": THERE, "header_token": True, "cookie": True}, {"allow_origin": "*"}, False),
        ({"origin": THERE, "header_token": True}, {"allow_origin": "*"}, True),
        ({"origin": THERE, "cookie": True}, {"allow_origin": THERE}, True),
        ({"origin": THERE + ".org"}, {"allow_origin": THERE}, False),
        ({"origin": THERE}, {"allow_origin_pat": r"https://.*\.example"}, True),
        ({"origin": THERE + ".org"}, {"allow_origin_pat": r"https://.*\.example"}, False),
        ({"safe": True}, {}, True),
        ({"safe": True, "site": "cross-site", "mode": "navigate"}, {}, True),
        ({"safe": True, "site": "cross-site", "mode": "no-cors"}, {}, False),
        ({"safe": True, "site": "same-site", "mode": "cors", "origin": THERE}, {}, False),
        ({"safe": True, "site": "same-site", "mode": "cors", "origin": THERE},
         {"allow_origin": THERE}, True),
    ],
)  # fmt: skip
def test_origin(options, config, expected):
    assert allowed(asking(**options), **config) is expected


@given(TEXT, TEXT)
def test_origin_is_never_an_error(origin, host):
    same_host(origin, host)
    allowed(asking(origin=origin, host=host))
