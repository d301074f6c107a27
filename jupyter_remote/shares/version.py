"""One version of a notebook, ready to travel."""

from __future__ import annotations

import dataclasses
import hashlib

from ..model import now
from . import notebook
from .files import Source
from .store import Kept, Seen


@dataclasses.dataclass(frozen=True, kw_only=True)
class Version:
    """``content`` is what travels, ``sent`` its digest, ``source`` the file it was made of."""

    content: bytes
    sent: str
    kernel: dict[str, str] | None
    cells: int
    source: Source

    @classmethod
    def make(cls, source: Source, *, outputs: bool, widgets: bool) -> Version:
        """With or without outputs and the state of widgets. Raises InvalidSpec; blocks."""
        model = notebook.read(source.text)
        facts = notebook.facts_of(model, 0)
        content = notebook.for_export(model, outputs=outputs, widgets=widgets)
        return cls(
            content=content,
            sent=hashlib.sha256(content).hexdigest(),
            kernel=facts.kernel.to_json() if facts.kernel else None,
            cells=facts.cells,
            source=source,
        )

    def of(self, kept: Kept, revision: int) -> Kept:
        """The record of a share that has this version. A kernel that it carries is the one of
        the newest version."""
        options = dict(kept.share.options)
        if options.get("kernel"):
            options["kernel"] = self.kernel
        share = dataclasses.replace(
            kept.share,
            size=len(self.content),
            revision=revision,
            updated=now(),
            options=options,
            changed=False,
            problem="",
        )
        source = self.source
        seen = Seen(modified=source.modified, size=source.size, file=source.file, sent=self.sent)
        return dataclasses.replace(
            kept, share=share, seen=seen, kernel=self.kernel, cells=self.cells
        )
