"""Tokens that do not show: neither in a repr, nor in a log, nor in a traceback's variables."""

from __future__ import annotations

import html
import json
import logging


class Secret:
    """A token. ``reveal()`` is called where a header is made and nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token itself."""
        return self._value

    def hide(self, words: str) -> str:
        """The words without the token in them, as it is or as JSON and HTML write it."""
        for written in {self._value, json.dumps(self._value)[1:-1], html.escape(self._value)}:
            words = words.replace(written, "[token]") if written else words
        return words

    def __repr__(self) -> str:
        return "<token>"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a token is not pickled")


class _NoCookies(logging.Filter):
    """httpcore's debug log shows headers of answers, and a login answers with a cookie."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "access_token" not in record.getMessage()


def guard_logs() -> None:
    """Keep lines with tokens out of the logs of the HTTP library."""
    for name in ("httpcore.http11", "httpcore.http2", "httpcore.connection", "httpx"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, _NoCookies) for each in logger.filters):
            logger.addFilter(_NoCookies())
