"""The client's scripts, put together for the page and its worker."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from jupyter_remote.apps import desktop_bundle as bundle
from jupyter_remote.apps.desktop_page import BASE, BUNDLES, PAGE, WORKER, ClientFiles
from jupyter_remote.apps.xpra import CLIENT_FOLDERS

NAMES = ("js/lib/jquery.js", "js/lib/forge.js", "js/lib/lz4.js", "js/lib/broadway/Decoder.js")
INDEX = "<html><head>%s</head><body></body></html>"
PROTOCOL = """function XpraProtocol() {}
importScripts(
    'lib/lz4.js',
    "lib/brotli_decode.js",
    'lib/forge.js');"""


def a_client(folder: Path, *names: str, tag: str = '<script src="%s"></script>') -> ClientFiles:
    """A client whose scripts say their own name."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* a comment */ console.log('{name}')")
    (folder / "js/Protocol.js").write_text(PROTOCOL)
    tags = "".join(tag % name for name in (*names, "js/Client.js"))
    (folder / "js/Client.js").write_text("/* stays */ class XpraClient {}")
    (folder / "index.html").write_text(INDEX % tags)
    return ClientFiles(folder)


def test_each_script_is_where_it_is_needed(tmp_path: Path) -> None:
    files = a_client(tmp_path, *NAMES)
    base, page, worker = (files.bundle(name).decode() for name in BUNDLES)
    assert "jquery.js" in base
    assert "lz4.js" in page
    assert "XpraClient" in page
    assert "window.jupyterRemote" in page  # ours come last
    assert "jquery.js" not in page
    assert "XpraProtocol" in worker
    assert worker.index("lz4.js") < worker.index("XpraProtocol")
    for name in ("forge.js", "Decoder.js"):  # browsers bring these themselves
        assert not any(f"{name}')" in text for text in (base, page))
    assert bundle.forge(files.index()) == "js/lib/forge.js"


def test_only_libraries_lose_their_comments(tmp_path: Path) -> None:
    page = a_client(tmp_path, *NAMES).bundle(PAGE).decode()
    assert "a comment" not in page
    assert "stays" in page


def test_scripts_do_not_run_into_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("'use strict'; var a = 1 // no semicolon, no line end")
    (tmp_path / "b.js").write_text("(() => { undeclared = 2 })()")
    script = bundle.join(tmp_path, ["a.js", "b.js"])
    node = shutil.which("node")
    assert node
    script += b"\nconsole.log(a + undeclared)"
    assert subprocess.check_output([node, "-"], input=script) == b"3\n"


@pytest.mark.parametrize(
    "tag",
    [
        '<script type="module" src="%s"></script>',
        '<script src="%s" defer></script>',
        '<script src="https://elsewhere/%s"></script>',
    ],
)
def test_what_cannot_be_put_together_is_left(tmp_path: Path, tag: str) -> None:
    files = a_client(tmp_path, *NAMES, tag=tag)
    assert bundle.scripts(files.index()) is None
    assert bundle.for_page(files.index()) == []


def test_a_client_without_a_worker(tmp_path: Path) -> None:
    assert bundle.for_worker(tmp_path) == []
    a_client(tmp_path, *NAMES)
    (tmp_path / "js/Protocol.js").write_text("function XpraProtocol() {}")
    assert bundle.for_worker(tmp_path) == []


def test_bytes_of_another_encoding_stay(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"// caf\xe9\nvar a = 1")
    assert b"caf\xe9" in bundle.join(tmp_path, ["a.js"])


def test_no_client_has_no_bundles(tmp_path: Path) -> None:
    assert [ClientFiles(tmp_path).content(name) for name in BUNDLES] == [None] * len(BUNDLES)


def test_what_is_packed_once_is_kept(tmp_path: Path) -> None:
    files = a_client(tmp_path, *NAMES)
    files.warm()
    first = files.packed(BASE)
    assert first is files.packed(BASE)
    assert gzip.decompress(first or b"") == files.content(BASE)
    assert files.packed("no/such.js") is None


@pytest.mark.skipif(not shutil.which("xpra"), reason="needs Xpra's HTML5 client")
def test_the_real_client(tmp_path: Path) -> None:
    """Every bundle is a script that a JavaScript engine takes."""
    folder = next(f for f in CLIENT_FOLDERS if Path(f, "index.html").is_file())
    files = ClientFiles(Path(folder))
    for name in BUNDLES:
        path = tmp_path / Path(name).name
        path.write_bytes(files.content(name) or b"")
        assert path.stat().st_size > 10_000
        subprocess.run(["node", "--check", str(path)], check=True)
    assert b'"/favicon.png"' not in files.bundle(PAGE)
    assert len(files.packed(BASE) or b"") + len(files.packed(PAGE) or b"") < 400_000
    assert len(files.packed(WORKER) or b"") < 100_000
