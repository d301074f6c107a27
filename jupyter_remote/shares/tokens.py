"""Secrets of links: made here, stored as digests, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

PATTERN: Final = r"[A-Za-z0-9_-]{43}"
"""What a token looks like, for routes: 32 bytes in URL-safe base64 without padding."""

_WHOLE: Final = re.compile(PATTERN)
_ID: Final = 24


def new_token() -> str:
    """A new secret of 256 random bits, fit for URLs: 43 characters. None begins like the id of a
    share in an address (``id-...``), which opens nothing by itself and which logs may have."""
    while (token := secrets.token_urlsafe(32)).startswith("id-"):
        pass
    return token


def digest(token: str) -> str:
    """What is stored of a token: SHA-256, 64 hexadecimal digits. Nothing leads back from it,
    as tokens are random: no salt and no slow hash are needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def share_id(token: str) -> str:
    """The id of a share that has this token: the first 96 bits of its digest, in 24
    hexadecimal digits. It is no secret, and finds the record without a table."""
    return digest(token)[:_ID]


def same(stored: str, token: str) -> bool:
    """Whether ``stored`` is the digest of ``token``; takes as long whether or not."""
    return hmac.compare_digest(stored.encode(), digest(token).encode())


def well_formed(token: str) -> bool:
    """Whether this can be a token at all."""
    return _WHOLE.fullmatch(token) is not None
