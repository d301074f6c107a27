"""The client's scripts in few files: two for the page, one for its worker.

They are put together here from what the installed package brings, so nothing of it is copied
into ours. A browser asks for three files and not for thirty, and does not load again in the
worker what the worker never uses. A client whose page does not look as expected is served as
it is.
"""

from __future__ import annotations

import re
from pathlib import Path

import rjsmin

SCRIPT = re.compile(r"[ \t]*<script\b([^>]*)\bsrc=[\"']([^\"']+)[\"']([^>]*)>\s*</script>[ \t]*\n?")
ODD = re.compile(r"type=[\"']module|\b(?:async|defer)\b")
IMPORTS = re.compile(r"\bimportScripts\(([^)]*)\)")
NAME = re.compile(r"[\"']([\w./-]+\.js)[\"']")
WORKER = "js/Protocol.js"

UNUSED = re.compile("/aurora/|AudioContextMonkeyPatch|/jszip|FileSaver|StreamSaver")
FORGE = re.compile("/forge")
NEEDLESS = re.compile(f"/brotli_decode|/broadway/|{FORGE.pattern}")
"""Another compression, which is only offered when its script is there; the decoder of H.264, half
a megabyte, and the keyed hashes of a login, which browsers bring themselves (``video.js``,
``login.js``)."""
BASE = re.compile("/es6-shim|/jquery.js")
"""Scripts that try what a browser can do: a browser that catches an error reads the whole
script again for its lines, so theirs is a short one of their own."""
ICON = '"/favicon.png"', '"jr/program.svg"'
"""Of windows without one; as it stands it is asked of whatever is at the root of the host."""
LIBRARY = re.compile("/lib/")


def scripts(html: str) -> list[str] | None:
    """The scripts of a client's page in their order, or None when they cannot be put together."""
    found = SCRIPT.findall(html)
    plain = all(not ODD.search(before + after) for before, _, after in found)
    names = [name for _, name, _ in found if not UNUSED.search(name)]
    return names if plain and not any("//" in name for name in names) else None


def for_base(html: str) -> list[str]:
    """What the page needs first."""
    return [name for name in scripts(html) or () if BASE.search(name)]


def for_page(html: str) -> list[str]:
    """What the page needs at once."""
    names = scripts(html) or ()
    return [name for name in names if not NEEDLESS.search(name) and not BASE.search(name)]


def forge(html: str) -> str:
    """Keyed hashes for browsers that offer none, as without TLS; empty when not spared."""
    return next((name for name in scripts(html) or () if FORGE.search(name)), "")


def for_worker(client: Path) -> list[str]:
    """What the client's worker imports, then the worker itself; nothing when it has none."""
    try:
        text = (client / WORKER).read_text(encoding="utf-8")
    except OSError:
        return []
    imports = IMPORTS.search(text)
    if not imports:
        return []
    names = [f"js/{name}" for name in NAME.findall(imports[1])]
    return [*(name for name in names if not NEEDLESS.search(name)), WORKER]


def join(folder: Path, names: list[str], *, first: str = "") -> bytes:
    """One script of many; libraries without their comments. Each ends before the next begins,
    none is in another's strict mode; bytes that are no UTF-8 stay. Raises OSError."""
    parts = [f";{first}\n"]
    for name in names:
        text = (folder / name).read_text("utf-8", "surrogateescape").replace(*ICON)
        parts.append(rjsmin.jsmin(text) if LIBRARY.search(name) else text)
    return "\n;\n".join(parts).encode("utf-8", "surrogateescape")
