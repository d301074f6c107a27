"""Menus from .desktop files: the specification's rules, and files that break them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from jupyter_remote.apps.programs import Program, localized, programs, split_exec

ENTRY = "[Desktop Entry]\nType=Application\nName=Plot\nExec=plot %F\n"


class Machine:
    """Folders of .desktop files and of programs."""

    def __init__(self, folder: Path) -> None:
        self.system, self.home, self.bin = folder / "system", folder / "home", folder / "bin"
        self.bin.mkdir()
        self.env = {"XDG_DATA_DIRS": str(self.system), "XDG_DATA_HOME": str(self.home)}
        self.env |= {"PATH": str(self.bin), "LANG": "de_DE.UTF-8"}
        self.install("plot")

    def install(self, name: str) -> None:
        (self.bin / name).write_text("#!/bin/sh\n")
        (self.bin / name).chmod(0o755)

    def entry(self, text: str | bytes, name: str = "plot", *, home: bool = False) -> None:
        path = (self.home if home else self.system) / "applications" / f"{name}.desktop"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def names(self) -> list[str]:
        return [program.name for program in programs(self.env)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_entry_becomes_a_program(machine: Machine) -> None:
    extra = "Name[de]=Zeichnen\nComment=Draws\nComment[de_DE]=Zeichnet\nCategories=Science;Math;\n"
    machine.entry(ENTRY + extra + "[Desktop Action new]\nName=New\nExec=plot --new\n")
    expected = Program("plot", "Zeichnen", "Zeichnet", "plot", ("Science", "Math"))
    assert programs(machine.env) == [expected]


def test_a_file_in_a_subfolder_has_a_dashed_id(machine: Machine) -> None:
    machine.entry(ENTRY, "kde/plot")
    assert machine.names() == ["kde-plot"]


@pytest.mark.parametrize(
    "line",
    [
        "NoDisplay=true",
        "Hidden=true",
        "OnlyShowIn=GNOME;",
        "TryExec=not-installed",
        "Exec=not-installed %U",
        "Type=Link",
        'Exec="plot',
    ],
)
def test_what_no_menu_shows(machine: Machine, line: str) -> None:
    machine.entry(ENTRY + line + "\n")
    assert machine.names() == []


def test_the_user_overrides_and_hides(machine: Machine) -> None:
    machine.entry(ENTRY)
    machine.entry(ENTRY.replace("Plot", "My plot"), home=True)
    assert [program.title for program in programs(machine.env)] == ["My plot"]
    machine.entry(ENTRY + "Hidden=true\n", home=True)
    assert machine.names() == []


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", "", "no group\n", "[Desktop Entry]\nType=Application\n"]
)
def test_a_broken_file_hides_no_other(machine: Machine, text: str | bytes) -> None:
    machine.entry(text, "a-broken")
    machine.entry(ENTRY, "good")
    assert machine.names() == ["good"]


def test_a_terminal_program_runs_in_a_terminal(machine: Machine) -> None:
    machine.entry(ENTRY + "Terminal=true\n")
    assert machine.names() == []
    machine.install("xterm")
    assert [program.command for program in programs(machine.env)] == ["xterm -e plot"]


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("plot", ["plot"]),
        ("plot %f %u --title %c 100%%", ["plot", "--title", "Plot", "100%"]),
        (r'"/opt/my plot/plot" "a\\"b" "\\$HOME"', ["/opt/my plot/plot", 'a"b', "$HOME"]),
        ("env A=1 plot --file=%k", ["env", "A=1", "plot", "--file=/x/plot.desktop"]),
        (r'sh -c "echo \\\\ 50%%"', ["sh", "-c", "echo \\ 50%%"]),
    ],
)
def test_exec_lines(line: str, argv: list[str]) -> None:
    assert split_exec(line, "Plot", "/x/plot.desktop") == argv
    assert shlex.split(shlex.join(argv)) == argv


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("sr_RS.UTF-8@latin", "1"),
        ("sr_RS", "2"),
        ("sr_ME@latin", "3"),
        ("sr_ME.UTF-8", "4"),
        ("C.UTF-8", "0"),
        ("", "0"),
    ],
)
def test_the_most_special_language_wins(language: str, title: str) -> None:
    names = {"Name": "0", "Name[sr_RS@latin]": "1", "Name[sr_RS]": "2"}
    names |= {"Name[sr@latin]": "3", "Name[sr]": "4"}
    assert localized(names, "Name", {"LANG": language}) == title


def test_this_machine() -> None:
    for program in programs():
        assert program.title
        assert shlex.split(program.command)
