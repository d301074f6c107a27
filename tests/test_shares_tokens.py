"""Tokens, the rate of guesses, and links that people paste."""

from __future__ import annotations

import json
import random
import re
import string
from pathlib import Path

import pytest

from jupyter_remote.errors import Expired, ForeignLink, InvalidSpec, LimitReached, NotFound
from jupyter_remote.shares import tokens
from jupyter_remote.shares.address import read_link
from jupyter_remote.shares.limits import MISS, RateLimit
from jupyter_remote.shares.model import Share
from jupyter_remote.shares.store import Kept, ShareStore

SOURCES = Path(__file__).parent.parent / "jupyter_remote"
ALPHABET = string.ascii_letters + string.digits + "-_"


def stored(tmp_path: Path, token: str) -> ShareStore:
    store = ShareStore(tmp_path)
    times = dict.fromkeys(("created", "time"), "2026-01-01T00:00:00.000Z")
    text = {"path": "a.ipynb", "name": "a.ipynb", "link": "", "mode": "local"}
    share = Share(id=tokens.share_id(token), expires="2999-01-01T00:00:00.000Z", **text, **times)
    store.add(share.id)
    store.save(Kept(share=share, token=token))
    return store


def altered(token: str, dice: random.Random) -> str:
    """The token with a few things changed that people and attackers change."""
    text = list(token)
    kind = dice.randrange(7)
    at = dice.randrange(len(text))
    if kind == 0:
        text[at] = dice.choice(ALPHABET)
    elif kind == 1:
        text[at] = text[at].swapcase()
    elif kind == 2:
        del text[at]
    elif kind == 3:
        text.insert(at, dice.choice(ALPHABET + "=%/. \0ü\ud800"))
    elif kind == 4:
        other = dice.randrange(len(text))
        text[at], text[other] = text[other], text[at]
    elif kind == 5:
        text = text[:at] + dice.choices(ALPHABET, k=len(text) - at)
    else:
        text = [*text[at:], *text[:at]]
    return "".join(text)


def test_of_100_000_altered_tokens_none_is_accepted(tmp_path: Path) -> None:
    token = tokens.new_token()
    store = stored(tmp_path, token)
    assert store.by_token(token) is not None
    dice = random.Random(4)
    tried = 0
    while tried < 100_000:
        wrong = altered(token, dice)
        if wrong != token:
            tried += 1
            assert store.by_token(wrong) is None, wrong
    assert store.by_token(token) is not None


def test_tokens_are_long_random_and_different() -> None:
    made = {tokens.new_token() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(tokens.well_formed(token) for token in made)
    assert 43 * 6 >= 256
    assert tokens.same(tokens.digest("a"), "a")
    assert not tokens.same(tokens.digest("a"), "b")
    assert not tokens.same("", "")


def test_no_token_looks_like_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["id-" + "A" * 40, "B" * 43])
    monkeypatch.setattr(tokens.secrets, "token_urlsafe", lambda _: next(made))
    assert tokens.new_token() == "B" * 43


def test_tokens_are_compared_in_constant_time() -> None:
    """By the one function that does so; nothing else in the package compares tokens."""
    assert "hmac.compare_digest" in (SOURCES / "shares" / "tokens.py").read_text()
    for path in SOURCES.glob("shares/*.py"):
        assert not re.search(r"token\s*[!=]=|[!=]=\s*\w*\.?token\b", path.read_text()), path


async def test_odd_records_open_nothing(tmp_path: Path) -> None:
    token = tokens.new_token()
    store = stored(tmp_path, token)
    path = store.shares / tokens.share_id(token) / "share.json"
    good = json.loads(path.read_text())
    for bad in ({**good, "token": "x"}, {**good, "share": {}}, [], {**good, "seen": 1}):
        path.write_text(json.dumps(bad))
        assert store.by_token(token) is None
    assert store.by_token("") is None
    assert store.load("../../etc") is None
    assert store.noted("../../etc/passwd") is None


def test_guesses_run_dry_and_come_back() -> None:
    clock = [0.0]
    limit = RateLimit(60, lambda: clock[0])
    for _ in range(6):
        limit.take("a", MISS)
    with pytest.raises(LimitReached):
        limit.take("a")
    limit.take("b")
    clock[0] = 1.5
    limit.take("a")
    with pytest.raises(LimitReached):
        limit.take("a")
    for n in range(30_000):
        limit.take(f"address {n}")
    assert len(limit._buckets) <= 10_000


# -- links that people paste --------------------------------------------------------------------

TOKEN = "A" * 43


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        (f"/user/a/jupyter-remote/shared/{TOKEN}", "local", TOKEN),
        (f"https://x.example/user/a/jupyter-remote/shared/{TOKEN}/", "local", TOKEN),
        (f" https://x.example/services/share/s/{TOKEN} ", "hub", TOKEN),
        ("/services/share/s/id-abc_1", "hub", "id-abc_1"),
        (
            f"https://x.example/lab?jupyter-remote-share=%2Fservices%2Fshare%2Fs%2F{TOKEN}",
            "hub",
            TOKEN,
        ),
        (
            f"https://x.example/lab#jupyter-remote-share=%2Fservices%2Fshare%2Fs%2F{TOKEN}",
            "hub",
            TOKEN,
        ),
        (f"https://x.example/user/b/jupyter-remote/shared/{TOKEN}", "foreign", ""),
        (f"/services/share/s/{TOKEN}/../../../hub/api/users", "foreign", ""),
        (f"/services/share/s/{TOKEN[:-1]}", "foreign", ""),
        (f"//evil.example/services/share/s/{TOKEN}x", "foreign", ""),
    ],
)
def test_links_are_recognised_by_their_path_alone(text: str, kind: str, key: str) -> None:
    found = read_link(text, local="/user/a/jupyter-remote/shared/", hub="/services/share/s/")
    assert (found.kind, found.key) == (kind, key)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://x/y",
        "http://[",
        "x" * 5000,
        "/lab#jupyter-remote-share=http%3A%2F%2F[",
    ],
)
def test_what_is_no_link_is_said_so(text: str) -> None:
    with pytest.raises(InvalidSpec):
        read_link(text, local="/x/", hub="")


def test_errors_of_links_have_their_statuses() -> None:
    assert [e.status for e in (NotFound, Expired, ForeignLink, LimitReached)] == [
        404,
        410,
        400,
        429,
    ]
