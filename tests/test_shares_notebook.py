"""What travels: notebooks without trust, bundles, names, pages that run nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import MemorySignatureStore, NotebookNotary

from jupyter_remote.errors import InvalidSpec, TooLarge
from jupyter_remote.shares import bundle, kernels, names
from jupyter_remote.shares.model import Kernel, Share
from jupyter_remote.shares.notebook import facts, fingerprint, for_export, for_import, read

from .share_rig import KERNEL, SCRIPT, code, hostile, markdown, notebook, shown, simple


def raw(content: Any) -> bytes:
    return json.dumps(content).encode()


def exported(content: Any, **kwargs: Any) -> Any:
    options = {"outputs": True, "widgets": False, **kwargs}
    return json.loads(for_export(read(raw(content)), **options))


def assert_distrusted(content: Any) -> None:
    text = json.dumps(content)
    assert "trusted" not in text
    assert "signature" not in text
    assert "widget" not in text


def test_trust_is_left_behind_on_both_ways() -> None:
    assert_distrusted(exported(hostile()))
    assert_distrusted(for_import(raw(hostile())))
    assert SCRIPT in json.dumps(exported(hostile())["cells"][1]), "the output itself travels"


def test_who_saves_an_import_does_not_sign_it() -> None:
    notary = NotebookNotary(store_factory=MemorySignatureStore, secret=b"secret")
    sent = nbformat.from_dict(hostile())
    assert notary.check_cells(sent), "the marks would make Jupyter sign it"
    assert not notary.check_cells(nbformat.from_dict(for_import(raw(hostile()))))


def test_old_formats_leave_no_marks_either() -> None:
    old = nbformat.v3.new_notebook(metadata=nbformat.v3.new_metadata())
    cell = nbformat.v3.new_code_cell(input="1", outputs=[])
    cell.metadata["trusted"] = True
    old.worksheets.append(nbformat.v3.new_worksheet(cells=[cell]))
    old.metadata["signature"] = "x"
    content = for_import(raw(old))
    assert (content["nbformat"], len(content["cells"])) == (4, 1)
    assert_distrusted(content)


def test_without_outputs_nothing_that_ran_is_left() -> None:
    cell = code("1", shown(text_plain="secret"), execution={"iopub.execute_input": "2026"})
    sent = exported(notebook(cell), outputs=False)["cells"][0]
    assert (sent["outputs"], sent["execution_count"], sent["metadata"]) == ([], None, {})


def test_a_kernels_name_has_a_length() -> None:
    many = "k" * 5_000_000
    spec = {"name": many, "display_name": "\ud800" + many, "language": {"of": many}}
    kernel = facts(raw(notebook(kernelspec=spec))).kernel
    assert kernel is not None
    assert kernel.name == "k" * 255
    assert kernel.display_name == "?" + "k" * 254
    assert len(kernel.language) == 255
    info = notebook(kernelspec={"name": "k", "display_name": "K"}, language_info={"name": many})
    assert facts(raw(info)).kernel == Kernel(name="k", display_name="K", language="k" * 255)


def test_widgets_travel_when_asked_for_and_are_not_imported() -> None:
    sent = exported(hostile(), widgets=True)
    assert sent["metadata"]["widgets"]
    assert "widget-view" in json.dumps(sent["cells"])
    assert_distrusted(for_import(raw(sent)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no notebook",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": {}}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "x"}]}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": ["x"]}',
        b'{"nbformat": 99, "nbformat_minor": 4, "metadata": {}, "cells": []}',
        b"[" * 100_000,
        b'{"nbformat": 3, "worksheets": 5}',
        b'{"nbformat": "4", "cells": []}',
    ],
)
def test_what_is_no_notebook_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidSpec, match=r"this is no notebook|this notebook is damaged"):
        read(content)


def test_cells_get_ids_of_their_own() -> None:
    cells = [{**markdown("a"), "id": "same"}, {**markdown("b"), "id": "same"}, markdown("c")]
    ids = [cell["id"] for cell in for_import(raw(notebook(*cells, minor=5)))["cells"]]
    assert len(set(ids)) == 3
    assert ids[0] == "same"


def test_facts() -> None:
    known = facts(raw(simple()))
    assert known.kernel is not None
    assert (known.kernel.to_json(), known.cells, known.size) == (KERNEL, 2, len(raw(simple())))
    bare = {**simple(), "metadata": {}}
    assert facts(raw(bare)).kernel is None


def test_the_fingerprint_is_of_what_people_see() -> None:
    one, other = for_import(raw(simple())), for_import(raw(simple()))
    other["metadata"]["kernelspec"]["display_name"] = "Other"
    other["cells"][0]["metadata"]["collapsed"] = True
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(for_import(raw(simple("changed"))))


def test_half_surrogates_travel() -> None:
    content = raw(notebook(markdown("x"))).replace(b'"x"', b'"\\ud800"')
    sent = for_export(read(content), outputs=True, widgets=False)
    assert json.loads(sent)["cells"][0]["source"] == "\ud800"


# -- bundles ------------------------------------------------------------------------------------


def packed(files: dict[str, bytes], **kwargs: Any) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    target.seek(0)
    return target


def test_a_bundle_comes_back_as_it_was() -> None:
    sent = bundle.Bundle(
        name="Analysis.ipynb",
        notebook=raw(simple()),
        options={"kernel": KERNEL, "server": {"image": "b"}},
        extras={"requirements.txt": b"numpy\n"},
    )
    target = io.BytesIO()
    bundle.write_bundle(sent, target)
    assert bundle.read_bundle(target, most=1 << 20) == sent


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.ipynb": b"{}", "b.ipynb": b"{}"},
        {"../a.ipynb": b"{}"},
        {"folder/a.ipynb": b"{}"},
        {f"{n}.txt": b"" for n in range(40)},
    ],
)
def test_strange_bundles_are_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(InvalidSpec, match="this is no bundle"):
        bundle.read_bundle(packed(files), most=1000)


def test_a_bundle_that_does_not_unpack_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", json.dumps(simple()) * 9)
        start = archive.infolist()[0].header_offset + 30 + len("a.ipynb")
    broken = bytearray(packed.getvalue())
    broken[start] |= 0b111  # a kind of block that does not exist
    with pytest.raises(InvalidSpec, match="no bundle"):
        bundle.read_bundle(io.BytesIO(broken), most=10**6)


def test_no_path_of_a_bundle_is_believed() -> None:
    files = {"a.ipynb": b"{}", "../../requirements.txt": b"evil", "/etc/passwd": b"evil"}
    assert bundle.read_bundle(packed(files), most=1000).extras == {}


def test_a_bomb_is_too_large_before_it_explodes() -> None:
    with pytest.raises(TooLarge, match=r"at most 0\.1 MB|at most 100000 bytes"):
        bundle.read_bundle(packed({"a.ipynb": b" " * 5_000_000}), most=100_000)
    with pytest.raises(InvalidSpec):
        bundle.read_bundle(io.BytesIO(b"PK\x03\x04 broken"), most=1000)
    odd = {"a.ipynb": b"{}", "options.json": b"[" * 5000}
    assert bundle.read_bundle(packed(odd), most=1000).options == {}


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.ipynb", "a.ipynb"),
        ("../../etc/passwd", "passwd.ipynb"),
        ("..\\..\\a.ipynb", "a.ipynb"),
        (".hidden.ipynb", "hidden.ipynb"),
        ("", "Shared.ipynb"),
        ("...", "Shared.ipynb"),
        ("a\x00b\n.ipynb", "ab.ipynb"),
        ("a\u202eb.ipynb", "ab.ipynb"),
        ('a<b>:"c"|?*.ipynb', "a_b___c____.ipynb"),
        ("Größe 1.ipynb", "Größe 1.ipynb"),
        ("a/", "Shared.ipynb"),
    ],
)
def test_names_that_others_chose_are_made_fit(given: str, name: str) -> None:
    assert names.notebook_name(given) == name


def test_long_names_are_cut_and_stay_text() -> None:
    name = names.notebook_name("ä" * 500 + ".ipynb")
    assert len(name.encode()) <= 200
    assert name.endswith("ä.ipynb")


def test_sizes_and_times_for_people() -> None:
    assert [names.as_size(n) for n in (0, 999, 1500, 12_345_678)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "12.3 MB",
    ]
    assert names.as_day("2026-11-22T10:15:00.123Z") == "22 November 2026, 10:15 UTC"
    assert names.as_day("") == ""


# -- kernels and records ------------------------------------------------------------------------


def test_kernels_that_fit() -> None:
    def spec(name: str, language: str) -> Any:
        return {"spec": {"display_name": name, "language": language}}

    specs = {"ir": spec("R", "R"), "py311": spec("Python 3.11", "python"), "x": spec("X", "Python")}
    wanted = {"name": "py312", "display_name": "Python 3.12", "language": "python"}
    here, fit = kernels.fitting(wanted, specs)
    assert here is False
    assert [k["name"] for k in fit] == ["py311", "x"]
    assert kernels.fitting({"name": "ir"}, specs) == (True, ())
    assert kernels.fitting({"name": "julia", "language": "julia"}, specs) == (False, ())
    assert kernels.fitting(None, specs) == (None, ())


def test_records_read_what_they_wrote_and_later_versions() -> None:
    text = dict.fromkeys(("id", "path", "name", "link", "mode"), "x")
    times = dict.fromkeys(("created", "expires", "time"), "2026-11-22T10:15:00.000Z")
    share = Share(**text, **times, users=("bob",))
    data = json.loads(json.dumps(share.to_json()))
    assert Share.from_json({**data, "later": 1}) == share
    assert share.state_at("2026-11-22T10:14:59.999Z") == "active"
    assert share.state_at("2026-11-22T10:15:00.000Z") == "expired"
    assert "link='" not in repr(share)
    with pytest.raises(TypeError):
        Share.from_json({"id": "x"})


def test_the_shared_modules_need_no_server(tmp_path: Path) -> None:
    """The service of a hub imports them."""
    import subprocess
    import sys

    script = (
        "import sys\n"
        "from jupyter_remote.shares import bundle, model, notebook, page, tokens\n"
        "assert 'jupyter_server' not in sys.modules, 'a hub has no jupyter_server'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
