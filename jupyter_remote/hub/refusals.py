"""The one answer that holders of a once valid link get, and strangers never do."""

from __future__ import annotations

from ..errors import Expired
from ..shares.page import gone_words


class Gone(Expired):
    """The link of a share that is over. ``state``: expired, revoked or used."""

    def __init__(self, state: str, name: str) -> None:
        super().__init__(gone_words(state))
        self.state, self.name = state, name
