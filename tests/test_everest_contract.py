"""What the client of Everest sends, word for word, and whatever it may be answered."""

from __future__ import annotations

import contextlib
import json
import math
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.everest import AppInfo, AsyncEverest, InvalidInput, JobInfo
from jupyter_remote.everest.catalogue import check_name, listed_apps
from jupyter_remote.everest.downloads import file_name
from jupyter_remote.everest.errors import NotEverest
from jupyter_remote.everest.inputs import check
from jupyter_remote.everest.lists import as_listed, title_of, unique_name
from jupyter_remote.everest.model import explanation
from jupyter_remote.everest.retry import retry_after

from . import everest_rig
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]
LETTERS = 'ab1. /\\%#?\n\t\0"<яé😀:;-'


def words(longest: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, max_size=longest)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | words(8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words(8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["id", "name", "state", "appAlias", "inputs", "result", "info", "outputs", "alias"]
ODD = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8)


async def test_requests_word_for_word(everest: Factory, tmp_path: Path) -> None:
    server = everest()
    (tmp_path / "a b.txt").write_text("one\n")
    async with AsyncEverest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        inputs = {"message": "two", "file": tmp_path / "a b.txt"}
        job = await client.submit("demo/append", inputs, name="title", resources=[])
        await job.wait(30)
        await job.log()
        await client.apps("app")
        await client.jobs()
        await client.token_info()
        await job.cancel()
        await job.delete()
        await client.clear_uploads()
        await client.revoke()
    sent = [(r["method"], r["uri"]) for r in server.control.requests()]
    polls = [each for each in sent if each == ("GET", f"/api/jobs/{job.id}")]
    assert polls
    assert [each for each in sent if each not in polls] == [
        ("GET", "/api/apps/demo/append"),
        ("POST", "/api/files/temp"),
        ("POST", "/api/apps/demo/append"),
        ("GET", f"/api/jobs/{job.id}/log"),
        ("GET", "/api/apps/search?name=app"),
        ("GET", "/api/jobs"),
        ("GET", "/api/auth/access_token"),
        ("POST", f"/api/jobs/{job.id}/cancel"),
        ("DELETE", f"/api/jobs/{job.id}"),
        ("DELETE", "/api/user/tmp_files"),
        ("DELETE", "/api/auth/access_token"),
    ]
    (submit,) = [r for r in server.control.requests() if r["route"] == "submit"]
    body = json.loads(submit["body"])
    assert body.keys() == {"name", "inputs"}
    assert body["name"] == job.name
    assert body["inputs"]["message"] == "two"
    assert body["inputs"]["file"].startswith("/api/files/")
    headers = {name: submit["headers"].get(name) for name in ("Authorization", "Content-Type")}
    assert headers == {"Authorization": "Bearer ...", "Content-Type": "application/json"}
    assert "Cookie" not in submit["headers"]


@given(ODD)
def test_any_answer_is_a_job_or_none(data: dict[str, Any]) -> None:
    try:
        info = JobInfo.from_json(data)
    except ValueError:
        assert not isinstance(data.get("id"), str) or not data["id"]
        return
    assert info.raw == data
    assert isinstance(info.info, str)
    assert info.ended == (data.get("state") in ("DONE", "FAILED", "CANCELLED", "VANISHED"))


@given(ODD, st.dictionaries(words(5), JSON, max_size=3))
def test_any_description_can_be_checked(data: dict[str, Any], inputs: dict[str, Any]) -> None:
    try:
        app = AppInfo.from_json({"id": "x", **data})
    except ValueError:
        return
    assert app._repr_html_()
    with contextlib.suppress(InvalidInput):
        check(app, inputs, "server")


@given(JSON)
def test_any_list(data: Any) -> None:
    for read in (as_listed, listed_apps):
        try:
            assert len(read("url", data)) >= 0
        except NotEverest:
            assert not isinstance(data, list)
    assert isinstance(explanation(data), str)


@given(words(300))
def test_names(text: str) -> None:
    name = unique_name(text)
    assert "\n" not in name
    assert title_of(name) in (" ".join(text.split())[:200].strip(), name)
    stored = file_name(f"/api/files/x/{text}")
    assert "/" not in stored
    assert stored not in ("", ".", "..")
    assert len(stored.encode("utf-8", "replace")) <= 240


@given(st.text("0123456789:, GMTSatJn-", max_size=40))
def test_retry_after_of_any_words(text: str) -> None:
    wait = retry_after(text, text)
    assert wait is None or (wait >= 0 and math.isfinite(wait))


def test_retry_after_goes_by_the_servers_clock() -> None:
    there = datetime(2001, 1, 1, tzinfo=timezone.utc)
    later = format_datetime(there + timedelta(seconds=7), usegmt=True)
    assert retry_after(later, format_datetime(there, usegmt=True)) == 7
    assert retry_after("3", None) == 3
    assert retry_after(None, None) is None


@pytest.mark.parametrize("name", ["", "a/b/c", "../jobs", "a/..", "a b", "a?b", "a%2fb", "/a"])
def test_what_is_no_application(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_name(name)


def test_importing_it_loads_no_server() -> None:
    """A kernel needs not have Jupyter Server, and shall start fast."""
    code = "import sys, jupyter_remote.everest; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"tornado", "jupyter_server", "pandas", "tqdm", "keyring", "IPython"}
