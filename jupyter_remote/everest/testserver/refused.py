"""Refusals: the status, and words for the body."""

from __future__ import annotations


class Refused(Exception):
    """The server answers with ``status`` and these words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
