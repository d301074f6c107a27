"""Where the buttons of a share's page lead. No address is made of the request's ``Host``."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from ..shares.address import PARAMETER
from ..shares.page import Action
from .records import Kept


@dataclasses.dataclass(frozen=True, kw_only=True)
class Places:
    """``prefix``: of this service (``/services/share/``); ``base``: of the hub's whole site
    (``/``), with its host under subdomains; ``major``: the hub's version; ``named``: whether
    users may have named servers."""

    prefix: str
    base: str
    major: int
    named: bool

    def actions(self, kept: Kept, user: str, here: str) -> list[Action]:
        """The buttons of the page of a share, which lies at ``here``. They name the share by
        its id: it opens for this user alone, so logs of the hub may have it."""
        link = f"{self.prefix}s/id-{kept.id}"
        server = kept.options.get("server") or {}
        choices = [
            Action(
                label="Open in JupyterLab",
                href=self._lab(link),
                note="Starts your server if it does not run. Nothing is copied before you say so.",
                primary=True,
            )
        ]
        if server:
            choices.append(self._with_options(link, server))
        if server and self.named:
            choices.append(self._in_another(link, server, user, kept.name))
        note = "This ends the link." if kept.once and kept.owner != user else ""
        download = Action(label="Download", href=f"{here}/notebook", note=note, download=True)
        return [*choices, download, self._bundle(here, note)]

    def _bundle(self, here: str, note: str) -> Action:
        words = "A zip for File > Import Notebook Bundle… in any JupyterLab with this extension."
        return Action(
            label="Download with its options",
            href=f"{here}/bundle",
            note=f"{words} {note}".strip(),
            download=True,
        )

    def _lab(self, link: str) -> str:
        return f"{self.base}hub/user-redirect/lab?{PARAMETER}={quote(link, safe='')}"

    def _with_options(self, link: str, server: Mapping[str, object]) -> Action:
        query = urlencode({**self._asked(server), "next": self._lab(link)})
        return Action(
            label="Start my server like the sender's",
            href=f"{self.base}hub/spawn?{query}",
            note=f"With {_words(server)}. A server that runs already stays as it is.",
        )

    def _in_another(self, link: str, server: Mapping[str, object], user: str, title: str) -> Action:
        """A named server, the same for the same options, beside the user's own."""
        packed = json.dumps(server, sort_keys=True).encode()
        name = f"jr-{hashlib.sha256(packed).hexdigest()[:8]}"
        place = f"{quote(user, safe='@~')}/{name}"
        lab = f"{self.base}user/{place}/lab?{PARAMETER}={quote(link, safe='')}"
        asked = {**self._asked(server), "next": lab}
        if self.major >= 6:
            asked["display_name"] = f"Shared: {title}"[:100]
        return Action(
            label="Start another server like the sender's",
            href=f"{self.base}hub/spawn/{place}?{urlencode(asked)}",
            note="Your own server stays as it is.",
        )

    def _asked(self, server: Mapping[str, object]) -> dict[str, str]:
        """Spawn options in an address; since JupyterHub 6 their names need a mark."""
        mark = "opt-" if self.major >= 6 else ""
        return {f"{mark}{key}": str(value) for key, value in server.items()}


def _words(server: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in server.items())
