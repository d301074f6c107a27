"""The page of a desktop: the HTML5 client's own page, with our base, settings and bridge.

The client stays where its package put it; nothing of it is copied into ours. What we need
of it are three points of its page, looked up here, and the names checked by ``bridge.js``.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from pathlib import Path

from ..errors import BackendError

OURS = Path(__file__).parents[1] / "desktop"
OUR_FOLDER = "jr"  # below desktop-client/<digest>/
UNUSED = re.compile("/aurora/|AudioContextMonkeyPatch|/jszip|FileSaver|StreamSaver")
SCRIPT = re.compile(r"[ \t]*<script\b[^>]*\bsrc=[\"']([^\"']+)[\"'][^>]*>\s*</script>[ \t]*\n?")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
SCRIPTS = ("bridge", "names", "keyboard", "input", "clipboard")
PARAMETERS = {
    "clipboard": "true",
    "clock": "false",
    "file_transfer": "false",
    "floating_menu": "false",
    "printing": "false",
    "reconnect": "false",
    "remote_logging": "false",
    "sharing": "true",
    "sound": "false",
    "steal": "true",  # asks for nothing more than to be let in: sharing is on
    "submit": "false",
}


class ClientFiles:
    """The files of one client folder and ours, under a digest of both."""

    def __init__(self, client: Path) -> None:
        self.client = client
        self._index = client / "index.html"

    @functools.cached_property
    def digest(self) -> str:
        """Another one whenever a package that brings the files was changed."""
        return _digest(str(self.client), _stamp(self.client), _stamp(OURS))

    def locate(self, name: str) -> Path | None:
        """The file with this name (of the client, or ``jr/...`` of ours), never one outside."""
        parts = name.split("/")
        if not name or any(part.startswith(".") or not part or "\0" in part for part in parts):
            return None
        path = OURS.joinpath(*parts[1:]) if parts[0] == OUR_FOLDER else self.client.joinpath(*parts)
        return path if path.is_file() else None

    def index(self) -> str:
        """The client's page; raises BackendError when it cannot be read."""
        try:
            return self._index.read_text(encoding="utf-8")
        except OSError as error:
            raise BackendError(f"Xpra's HTML5 client cannot be read: {error}") from error


def _stamp(folder: Path) -> int:
    """Newest change in a folder, nanoseconds, or 0 when it is not there."""
    try:
        names = [folder, *folder.rglob("*")]
        return max(path.stat().st_mtime_ns for path in names if path.exists())
    except OSError:
        return 0


@functools.lru_cache(maxsize=8)
def _digest(*what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=128)
def packed(path: Path, _stamp: int) -> bytes:
    """A file as gzip; kept, because the client never changes while it is installed."""
    return gzip.compress(path.read_bytes(), 6)


def content_type(path: Path) -> str:
    """What browsers are told; not from the system's table, which says odd things of scripts."""
    return TYPES.get(path.suffix, "application/octet-stream")


def page(files: ClientFiles, prefix: str, session: str, password: str, layout: str) -> str:
    """The page at ``prefix``, which ends in ``s/<id>/``; it carries the session's password."""
    root = prefix.removesuffix(f"s/{session}/")
    base = f"{root}desktop-client/{files.digest}/"
    parameters = PARAMETERS | {"keyboard_layout": layout or "us", "path": prefix}
    config = {
        "parameters": parameters,
        "password": password,
        "record": f"{root}sessions/{session}",
        "layout": layout,
        "keysyms": json.loads((OURS / "keysyms.json").read_text()),
    }
    return build(files.index(), base, config)


def build(html: str, base: str, config: dict[str, object]) -> str:
    """Put our parts into a client's page; raises BackendError for one that we do not know."""
    if "Client.js" not in html or "</head>" not in html or not re.search("<head[^>]*>", html):
        raise BackendError("This Xpra HTML5 client is not known: its index.html looks different.")
    html = SCRIPT.sub(lambda m: "" if UNUSED.search(m[1]) else m[0], html)
    # "<" must not end the script element
    data = json.dumps(config).replace("<", "\\u003c")
    head = f'<base href="{base}"><script>window.jupyterRemote = {data};</script>'
    html = re.sub("<head[^>]*>", lambda m: m[0] + head, html, count=1)
    ours = f'<link rel="stylesheet" href="{OUR_FOLDER}/desktop.css">'
    ours += "".join(f'<script src="{OUR_FOLDER}/{name}.js"></script>' for name in SCRIPTS)
    return html.replace("</head>", ours + "</head>", 1)
