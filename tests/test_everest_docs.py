"""The notebook page of Everest names what exists, and its settings are complete."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from jupyter_remote import everest
from jupyter_remote.everest import Everest, Job, Jobs, Settings

PAGE = (Path(__file__).parent.parent / "docs" / "users" / "everest.md").read_text()


def test_every_setting_has_its_default_there() -> None:
    rows = dict(re.findall(r"^\| (`.+?`) \| ([0-9., ]+) \|", PAGE, re.M))
    told: dict[str, float] = {}
    for names, values in rows.items():
        pairs = zip(re.findall(r"`(\w+)`", names), values.split(","), strict=True)
        told |= {name: float(value) for name, value in pairs}
    assert told == dataclasses.asdict(Settings())


def test_what_it_names_exists() -> None:
    words = re.findall(r"from jupyter_remote.everest import ([\w, ]+)", PAGE)
    for name in {name for line in words for name in line.split(", ")}:
        assert hasattr(everest, name)
    errors = re.findall(r"`([A-Z]\w+)`", PAGE[PAGE.index("## Errors") : PAGE.index("## Settings")])
    assert errors
    assert all(hasattr(everest, name) for name in errors)
    for start, kind in (("everest", Everest), ("job", Job), ("jobs", Jobs)):
        for method in re.findall(rf"\b{start}\.(\w+)\(", PAGE):
            assert hasattr(kind, method), f"{start}.{method}"


def test_every_method_is_documented() -> None:
    for kind in (Everest, Job, Jobs, everest.AsyncEverest, everest.AsyncJob, everest.RemoteFile):
        for name in dir(kind):
            if not name.startswith("_"):
                assert getattr(kind, name).__doc__ or name == "info", f"{kind.__name__}.{name}"
