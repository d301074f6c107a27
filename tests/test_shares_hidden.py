"""Hidden files, where ``ContentsManager.allow_hidden`` says that they may be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import until
from .share_rig import Links, simple


@pytest.fixture
def remote_config() -> dict[str, Any]:
    return {"ContentsManager": {"allow_hidden": True}}


@pytest.fixture
def links(jp_fetch: Any, jp_root_dir: Path, jp_serverapp: Any) -> Links:
    return Links(jp_fetch, jp_root_dir, jp_serverapp)


async def test_hidden_files_are_shared_where_they_are_allowed(links: Links) -> None:
    for path in (".folder/a.ipynb", ".hidden.ipynb"):
        share = await links.share(path, simple("from a hidden file"))
        assert share["path"] == path
        assert "from a hidden file" in (await links.open(share, "notebook")).body.decode()
        await links.save(path, simple("saved anew"))
        await until(lambda share=share: "saved anew" in links.snapshot(share), "the new version")
        copy = await links("POST", "imports", body={"link": share["link"], "folder": ".folder"})
        assert copy["path"].startswith(".folder/")
        assert not copy["name"].startswith("."), "what others send is never hidden"
        bundle = await links.fetch("bundles", method="POST", body=json.dumps({"path": path}))
        assert bundle.headers["Content-Type"] == "application/zip"
