"""What others shared: newer versions, differences, files that the browser sends."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_remote.shares import difference
from jupyter_remote.shares.links import LocalLinks
from jupyter_remote.shares.store import Kept

from .share_rig import Links, code, notebook, simple, write
from .test_api import check


@pytest.fixture
def links(jp_fetch: Any, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


async def copied(links: Links, share: dict[str, Any], **fields: Any) -> dict[str, Any]:
    one: dict[str, Any] = await links("POST", "imports", body={"link": share["link"], **fields})
    return one


async def test_a_newer_version_lies_beside_mine(links: Links) -> None:
    share = await links.share("a.ipynb", simple("one"))
    (links.root / "inbox").mkdir()
    mine = await copied(links, share, folder="inbox")
    assert (await links("GET", "imports", mine["id"]))["newest"] == 1
    await links.save(mine["path"], simple("my own work"))
    await links.save("a.ipynb", simple("two"))
    await links("POST", "shares", share["id"], "update", body={})
    now = await links("GET", "imports", mine["id"])
    check(now, "Received")
    assert (now["revision"], now["newest"], now["changed_here"]) == (1, 2, True)
    second = await links("POST", "imports", mine["id"], "newer", body={"how": "second"})
    check(second, "Received")
    assert (second["path"], second["revision"]) == ("inbox/a-newer1.ipynb", 2)
    assert "my own work" in (links.root / mine["path"]).read_text()
    assert "two" in (links.root / second["path"]).read_text()
    look = await links("POST", "imports", "look", body={"link": share["link"]})
    assert {one["id"] for one in look["mine"]} == {mine["id"], second["id"]}


async def test_a_wrong_folder_uses_no_one_time_link_up(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await links.share("a.ipynb", simple("one"), once=True)
    for folder, status in {"nowhere": 404, "a.ipynb": 400, "../x": 404}.items():
        body = {"link": share["link"], "folder": folder}
        assert (await links.refusal("POST", "imports", body=body))[0] == status, folder
    with monkeypatch.context() as patch:  # whoever runs the tests may be allowed to write anywhere
        patch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
        assert (await links.refusal("POST", "imports", body={"link": share["link"]}))[0] == 403
    assert (await links("GET", "shares"))["shares"][0]["uses"] == 0
    assert (await copied(links, share))["path"] == "a1.ipynb"
    assert (await links.refusal("POST", "imports", body={"link": share["link"]}))[0] == 410


async def test_a_folder_that_went_uses_nothing_up(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await links.share("a.ipynb", simple("one"))
    (links.root / "in").mkdir()
    mine = await copied(links, share, folder="in")
    shutil.rmtree(links.root / "in")
    status, _ = await links.refusal("POST", "imports", mine["id"], "newer", body={})
    other = await copied(links, share)
    monkeypatch.setattr(difference.importlib.util, "find_spec", lambda name: None)
    unable, _ = await links.refusal("GET", "imports", other["id"], "difference")
    assert (status, unable) == (404, 409)
    assert (await links("GET", "shares"))["shares"][0]["uses"] == 2, "the two copies"


async def test_what_is_too_large_uses_no_one_time_link_up(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await links.share("a.ipynb", simple("one"), once=True)
    monkeypatch.setattr(links.sharing.imports, "_most", 100)
    body = {"link": share["link"], "folder": ""}
    status, error = await links.refusal("POST", "imports", body=body)
    assert (status, error["reason"]) == (413, "too-large")
    assert "100 bytes" in error["message"]
    monkeypatch.undo()
    assert (await copied(links, share))["path"] == "a1.ipynb"


async def test_a_copy_has_the_revision_that_was_fetched(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await links.share("a.ipynb", simple("one"))
    real = LocalLinks.use

    async def late(self: LocalLinks, kept: Kept) -> Any:  # a new version after the look
        write(links.root, "a.ipynb", simple("two, longer"))
        await links("POST", "shares", share["id"], "update", body={})
        return await real(self, kept)

    monkeypatch.setattr(LocalLinks, "use", late)
    mine = await copied(links, share)
    assert (mine["revision"], mine["newest"]) == (2, 2)
    assert "two, longer" in (links.root / mine["path"]).read_text()


async def test_opening_and_saving_alone_is_no_change(links: Links) -> None:
    share = await links.share("a.ipynb", simple("one"))
    mine = await copied(links, share)
    content = json.loads((links.root / mine["path"]).read_text())
    content["metadata"]["kernelspec"]["display_name"] = "Other"
    content["cells"][1]["metadata"]["trusted"] = True
    await links.save(mine["path"], content)
    assert (await links("GET", "imports", mine["id"]))["changed_here"] is False


async def test_the_difference_is_nbdimes(links: Links) -> None:
    share = await links.share("a.ipynb", notebook(code("x = 1"), code("y = 1")))
    mine = await copied(links, share)
    await links.save("a.ipynb", notebook(code("x = 1"), code("y = 2")))
    await links("POST", "shares", share["id"], "update", body={})
    found = await links("GET", "imports", mine["id"], "difference")
    check(found, "Difference")
    assert [c["source"] for c in found["base"]["cells"]] == ["x = 1", "y = 1"]
    assert [c["source"] for c in found["remote"]["cells"]] == ["x = 1", "y = 2"]
    (step,) = found["diff"]
    assert (step["op"], step["key"]) == ("patch", "cells")
    sent = json.dumps(notebook(code("x = 3"), code("y = 1")))
    posted = json.loads(
        (await links.fetch("imports", mine["id"], "difference", method="POST", body=sent)).body
    )
    assert posted["remote"]["cells"][0]["source"] == "x = 3"


async def test_a_difference_needs_a_copy_and_nbdime(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await links.share("a.ipynb", simple())
    mine = await copied(links, share)
    monkeypatch.setattr(difference.importlib.util, "find_spec", lambda name: None)
    status, error = await links.refusal("GET", "imports", mine["id"], "difference")
    assert (status, "pip install nbdime" in error["message"]) == (409, True)
    monkeypatch.undo()
    (links.root / mine["path"]).unlink()
    status, error = await links.refusal("GET", "imports", mine["id"], "difference")
    assert (status, "there is no file" in error["message"]) == (404, True)
    assert (await links("GET", "shares"))["received"][0]["path"] == ""
    status, error = await links.refusal("GET", "imports", mine["id"], "difference")
    assert (status, "there is no copy" in error["message"]) == (409, True)


class TestTime:
    @pytest.fixture
    def remote_config(self) -> dict[str, Any]:
        return {"RemoteImports": {"difference_timeout": 0.001}}

    async def test_a_difference_has_its_time(self, links: Links) -> None:
        share = await links.share("a.ipynb", simple())
        mine = await copied(links, share)
        status, error = await links.refusal("GET", "imports", mine["id"], "difference")
        assert (status, error["reason"]) == (504, "backend-timeout")


class TestSize:
    @pytest.fixture
    def remote_config(self) -> dict[str, Any]:
        return {"RemoteImports": {"difference_bytes": 2000}}

    async def test_a_difference_has_its_size(self, links: Links) -> None:
        share = await links.share("a.ipynb", simple("x" * 3000))
        mine = await copied(links, share)
        status, error = await links.refusal("GET", "imports", mine["id"], "difference")
        assert (status, error["reason"]) == (413, "too-large")


async def test_links_that_ended_are_gone_and_files_stay(links: Links) -> None:
    share = await links.share("a.ipynb", simple())
    mine = await copied(links, share)
    await links("DELETE", "shares", share["id"])
    assert (await links("GET", "imports", mine["id"]))["gone"] is True
    assert (await links.refusal("POST", "imports", mine["id"], "newer", body={}))[0] == 410
    assert (links.root / mine["path"]).exists()
    assert await links("DELETE", "imports", mine["id"]) is None
    assert (links.root / mine["path"]).exists()
    assert (await links("GET", "shares"))["received"] == []


async def test_what_the_browser_fetched_elsewhere(links: Links) -> None:
    foreign = "https://far.example/jupyter-remote/shared/" + "A" * 43
    (links.root / "in").mkdir()

    async def upload(body: Any, **query: Any) -> Any:
        params = {"name": "Far.ipynb", "sender": "carol", **query}
        what = {"body": json.dumps(body), "headers": {"Share-Link": foreign}}
        answer = await links.fetch("imports", "upload", method="POST", params=params, **what)
        return json.loads(answer.body)

    first = await upload(simple("one"), folder="in", revision=3)
    check(first, "Received")
    assert first["path"] == "in/Far.ipynb"
    assert (first["sender"], first["revision"], first["link"]) == ("carol", 3, foreign)
    assert (await links("GET", "imports", first["id"]))["newest"] == 3
    second = await upload(simple("two"), beside=first["id"], revision=4)
    assert second["path"].startswith("in/Far")
    assert second["path"] != first["path"]
    assert second["revision"] == 4
    status, error = await links.refusal("POST", "imports", first["id"], "newer", body={})
    assert (status, error["reason"]) == (400, "foreign-link")


async def test_the_right_kernel(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    def spec(name: str, language: str) -> Any:
        return {"resource_dir": "", "spec": {"display_name": name, "language": language}}

    specs = {"py": spec("Python 3.12", "python"), "ir": spec("R", "R")}
    monkeypatch.setattr(KernelSpecManager, "get_all_specs", lambda self: specs)
    share = await links.share("a.ipynb", simple())
    look = await links("POST", "imports", "look", body={"link": share["link"]})
    assert look["kernel_here"] is False
    assert [k["name"] for k in look["kernels"]] == ["py"]
    mine = await copied(links, share, kernel="py")
    kernel = json.loads((links.root / mine["path"]).read_text())["metadata"]["kernelspec"]
    assert kernel == {"name": "py", "display_name": "Python 3.12", "language": "python"}
    status, error = await links.refusal(
        "POST", "imports", body={"link": share["link"], "kernel": "julia"}
    )
    assert (status, "no kernel julia" in error["message"]) == (400, True)


async def test_what_is_no_notebook_is_not_imported(links: Links) -> None:
    for body in (b"", b"no", b"PK\x03\x04 no zip", b"{}"):
        answer = await links.upload(body)
        assert answer.code == 400, body
        assert json.loads(answer.body)["reason"] == "invalid-spec"
    assert list(links.root.iterdir()) == []
    write(links.root, "a.ipynb", simple())
    answer = await links.upload((links.root / "a.ipynb").read_bytes())
    assert answer.code == 201
