"""Promises about the project itself: import direction, sizes, documented names."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_remote import app, contract, events
from jupyter_remote.hub.limits import RemoteShareLimits
from jupyter_remote.hub.service import RemoteShareService
from jupyter_remote.shares.desk import RemoteShares
from jupyter_remote.shares.imports import RemoteImports

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "jupyter_remote"
DOCS = "\n".join(p.read_text() for p in sorted((ROOT / "docs").rglob("*.md")))

LAYERS = [
    ["errors", "_version", "breath"],
    ["model"],
    ["contract", "ledger"],
    ["machine", "process", "files", "agent"],
    ["store", "events", "links", "apps.base", "columns", "arrays", "journal", "exact", "everest"],
    ["apps", "backends", "table", "stops", "jobrecords"],
    ["sessions", "jobs", "shares"],
    ["watch", "upkeep", "jobdesk", "jobtable"],
    ["proxy"],
    ["handlers", "activity"],
    ["app", "hub"],
]


def layer(module: str) -> int:
    """The layer of a module given relative to the package; the longest name counts."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        for number, names in enumerate(LAYERS):
            if name in names:
                return number
    raise AssertionError(f"{module} has no layer: name it in LAYERS")


def imports(path: Path) -> Iterator[str]:
    """Modules of the package that a file imports, relative to the package."""
    package = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            if node.module:
                yield ".".join([*base, node.module])
            else:
                yield from (".".join([*base, alias.name]) for alias in node.names)


sources = sorted(PACKAGE.rglob("*.py"))
everything = [
    path
    for folder in ("benchmarks", "jupyter_remote", "src", "style", "tests", "ui-tests")
    for kind in ("*.py", "*.js", "*.mjs", "*.ts", "*.tsx", "*.css")
    for path in (ROOT / folder).rglob(kind)
    if "labextension" not in path.parts
]


@pytest.mark.parametrize("path", sources, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    own = ".".join(p for p in parts if p != "__init__")
    if not own:
        return
    for module in imports(path):
        assert layer(module) <= layer(own), f"{own} must not import {module}"


@pytest.mark.parametrize("path", everything, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", sources, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_functions_are_small(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 30, f"{node.name} has {lines} lines"


def configurables() -> list[type]:
    parts = [app.RemoteApp, app.RemoteApps, app.RemoteDesktop, app.RemoteLocalBackend]
    parts += [app.RemoteJobs, app.RemoteJobDesk, RemoteShares, RemoteImports]
    parts += [app.RemoteSlurmBackend, app.RemoteHTCondorBackend, app.RemoteEverest]
    parts += [RemoteShareService, RemoteShareLimits]
    return [*parts, app.RemoteSessions, app.RemoteUpkeep, app.RemoteWatch]


@pytest.mark.parametrize("cls", configurables(), ids=lambda c: c.__name__)
def test_every_trait_is_documented(cls: type) -> None:
    assert cls.__name__.startswith("Remote")
    for name, trait in cls.class_own_traits(config=True).items():  # type: ignore[attr-defined]
        assert trait.help, f"{cls.__name__}.{name} has no help"
        assert f"`{cls.__name__}.{name}`" in DOCS, f"docs do not know {cls.__name__}.{name}"


def test_every_command_and_setting_is_documented() -> None:
    source = "\n".join(p.read_text() for p in (ROOT / "src").rglob("*.ts*"))
    commands = set(re.findall(r"'(jupyter-remote:[a-z-]+)'", source))
    assert "jupyter-remote:start-session" in commands
    missing = {c for c in commands if f"`{c}`" not in DOCS}
    assert not missing
    for path in (ROOT / "schema").glob("*.json"):
        schema = json.loads(path.read_text())
        for name, setting in schema.get("properties", {}).items():
            assert {"title", "description"} <= setting.keys(), name
            assert f"`{name}`" in DOCS, f"docs do not know the setting {name}"


def test_every_member_of_a_backend_is_documented() -> None:
    page = (ROOT / "docs" / "developers" / "backends.md").read_text()
    named = set(re.findall(r"`(\w+)(?:\([^)`]*\))?`", page))
    for protocol in (contract.Backend, contract.Abilities):
        members = {*vars(protocol), *protocol.__annotations__}
        missing = {name for name in members if not name.startswith("_")} - named
        assert not missing, f"backends.md does not know {missing}"


def test_every_event_is_documented() -> None:
    for path in events.SCHEMAS.glob("*/*.yaml"):
        (line,) = [x for x in path.read_text().splitlines() if x.startswith("$id:")]
        assert line.removeprefix("$id:").strip() in DOCS
