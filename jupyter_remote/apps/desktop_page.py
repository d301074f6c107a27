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

from ..errors import BackendError, NotFound
from . import desktop_bundle as bundle

OURS = Path(__file__).parents[1] / "desktop"
OUR_FOLDER = "jr"  # below desktop-client/<digest>/
BASE, PAGE = "bundle/base.js", "bundle/page.js"
WORKER = "bundle/worker.js"
BUNDLES = (BASE, PAGE, WORKER)
ICON = re.compile(r"""<link\b[^>]*\bid="favicon"[^>]*>""")
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
SETTINGS = "jr-settings"  # id of the element that holds them
EARLY = ("early.js", "park.js")
SCRIPTS = ("bridge", "pace", "login", "video", "names", "keyboard", "input", "clipboard")
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
        self._packed: dict[str, bytes] = {}

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

    def content(self, name: str) -> bytes | None:
        """A file, or one of BUNDLES; None when there is none."""
        if name in BUNDLES:
            return self.bundle(name) if self._index.is_file() else None
        path = self.locate(name)
        return path.read_bytes() if path else None

    def packed(self, name: str) -> bytes | None:
        """The same as gzip; kept, because the client never changes while it is installed."""
        if name not in self._packed and (content := self.content(name)) is not None:
            self._packed[name] = gzip.compress(content, 6)
        return self._packed.get(name)

    def bundle(self, name: str) -> bytes:
        """One of BUNDLES, put together now."""
        if name == WORKER:
            names = bundle.for_worker(self.client)
            return bundle.join(self.client, names, first="self.importScripts = () => undefined;")
        if name == BASE:
            return bundle.join(self.client, bundle.for_base(self.index()))
        ours = bundle.join(OURS, [f"{script}.js" for script in SCRIPTS])
        return bundle.join(self.client, bundle.for_page(self.index())) + ours

    def index(self) -> str:
        """The client's page; raises BackendError when it cannot be read."""
        try:
            return self._index.read_text(encoding="utf-8")
        except OSError as error:
            raise BackendError(f"Xpra's HTML5 client cannot be read: {error}") from error

    def warm(self) -> None:
        """Have ready what a browser asks for first."""
        for name in BUNDLES:
            self.packed(name)


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


def content_type(path: Path) -> str:
    """What browsers are told; not from the system's table, which says odd things of scripts."""
    return TYPES.get(path.suffix, "application/octet-stream")


def page(files: ClientFiles, prefix: str, session: str, **about: object) -> str:
    """The page at ``prefix``, which ends in ``s/<id>/``. ``about`` are the session's
    ``password``, its keyboard ``layout`` and whether its Xpra is ``young``."""
    root = prefix.removesuffix(f"s/{session}/")
    parameters = PARAMETERS | {"keyboard_layout": about["layout"] or "us", "path": prefix}
    config = {**about, "parameters": parameters, "record": f"{root}sessions/{session}"}
    return _filled(files, root, config)


def parked(files: ClientFiles, root: str) -> str:
    """The page without a session, which it is given when one is opened (``park.js``); ``root``
    is where ``s/<id>/`` begins. Raises NotFound for a client that cannot wait."""
    if not bundle.forge(files.index()):  # its login would not wait for the password
        raise NotFound("the page of this Xpra HTML5 client cannot be loaded before its session")
    parameters = PARAMETERS | {"keyboard_layout": "us", "path": ""}
    config = {"parked": True, "password": "", "layout": "", "young": False, "record": ""}
    return _filled(files, root, config | {"parameters": parameters})


def _filled(files: ClientFiles, root: str, config: dict[str, object]) -> str:
    """The client's page with these settings and those of the client."""
    html = files.index()
    config["keysyms"] = json.loads((OURS / "keysyms.json").read_text())
    if bundle.scripts(html) is not None:
        config["worker"] = WORKER if bundle.for_worker(files.client) else ""
        config["forge"] = bundle.forge(html)
    return build(html, f"{root}desktop-client/{files.digest}/", config)


def build(html: str, base: str, config: dict[str, object]) -> str:
    """Put our parts into a client's page; raises BackendError for one that we do not know."""
    if "Client.js" not in html or "</head>" not in html or not re.search("<head[^>]*>", html):
        raise BackendError("This Xpra HTML5 client is not known: its index.html looks different.")
    whole = bundle.scripts(html) is not None
    html = bundle.SCRIPT.sub(lambda m: "" if whole or bundle.UNUSED.search(m[2]) else m[0], html)
    html = ICON.sub(
        f'<link id="favicon" rel="icon" href="{OUR_FOLDER}/desktop.svg">', html, count=1
    )
    # "<" must not end the script element
    data = json.dumps(config).replace("<", "\\u003c")
    head = f'<base href="{base}"><script type="application/json" id="{SETTINGS}">{data}</script>'
    for name in EARLY if config.get("parked") else EARLY[:1]:
        head += f"<script>{(OURS / name).read_text()}</script>"
    html = re.sub("<head[^>]*>", lambda m: m[0] + head, html, count=1)
    names = [BASE, PAGE] if whole else [f"{OUR_FOLDER}/{name}.js" for name in SCRIPTS]
    ours = f'<link rel="stylesheet" href="{OUR_FOLDER}/desktop.css">'
    ours += "".join(f'<script src="{name}"></script>' for name in names)
    return html.replace("</head>", ours + "</head>", 1)
