"""Records as columns, and back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.columns import columns, records

values = st.none() | st.booleans() | st.integers(0, 3) | st.floats(0, 2) | st.sampled_from("ab")
counts = st.dictionaries(st.sampled_from("ab"), values)
rows = st.lists(st.fixed_dictionaries({"a": values, "b": values, "c": values | counts}))


@given(rows)
def test_there_and_back(listed: list[dict[str, object]]) -> None:
    def exact(found: list[dict[str, object]]) -> str:
        return json.dumps(found, sort_keys=True)

    assert exact(records(columns(listed))) == exact(listed)


def test_what_repeats_is_said_once() -> None:
    listed = [{"id": str(i), "state": "ab"[i % 2], "user": "ada"} for i in range(1000)]
    table = columns(listed)
    assert table["columns"]["user"] == {"all": "ada"}
    assert table["columns"]["state"]["of"] == ["a", "b"]
    assert len(json.dumps(table)) < len(json.dumps(listed)) / 3
