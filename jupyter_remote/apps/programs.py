"""Graphical programs of this machine, from the .desktop files that menus are made of.

After the Desktop Entry Specification 1.5 and the XDG Base Directory Specification 0.8 of
freedesktop.org. A small reader of our own: the usual library stops at a file's first error.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

TERMINALS = ("xterm", "x-terminal-emulator", "konsole", "xfce4-terminal", "mate-terminal")
ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)')
FIELD = re.compile("%(.)")
TRUE = ("true", "1")


@dataclasses.dataclass(frozen=True)
class Program:
    """One entry of a menu; ``command`` is what the app "program" takes."""

    name: str
    title: str
    comment: str
    command: str
    categories: tuple[str, ...]


def programs(env: Mapping[str, str] | None = None) -> list[Program]:
    """All programs that can be started here, by title; a broken file is passed over."""
    env = os.environ if env is None else env
    found = (program(name, path, env) for name, path in _files(env).items())
    return sorted((p for p in found if p), key=lambda p: (p.title.casefold(), p.name))


def _files(env: Mapping[str, str]) -> dict[str, Path]:
    """Desktop file ids; the folder that is named first wins."""
    home = env.get("XDG_DATA_HOME") or str(
        Path(env.get("HOME") or "~").expanduser() / ".local/share"
    )
    folders = [home, *(env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")]
    files: dict[str, Path] = {}
    for folder in filter(os.path.isabs, folders):
        root = Path(folder, "applications")
        for path in sorted(root.rglob("*.desktop")):
            name = "-".join(path.relative_to(root).parts).removesuffix(".desktop")
            files.setdefault(name, path)
    return files


def program(name: str, path: Path, env: Mapping[str, str]) -> Program | None:
    """What a file describes, or None when no menu of ours should show it."""
    try:
        entry = read_entry(path.read_text(encoding="utf-8"))
        if not _shown(entry, env.get("PATH")):
            return None
        title = localized(entry, "Name", env)
        argv = split_exec(entry["Exec"], title, str(path))
        if argv and entry.get("Terminal") in TRUE:
            argv = _in_terminal(argv, env.get("PATH"))
        if not argv or not shutil.which(argv[0], path=env.get("PATH")):
            return None
    except (OSError, ValueError, KeyError):
        return None
    categories = tuple(c for c in entry.get("Categories", "").split(";") if c)
    return Program(name, title, localized(entry, "Comment", env), shlex.join(argv), categories)


def read_entry(text: str) -> dict[str, str]:
    """Keys and raw values of the group "Desktop Entry"."""
    return dict(_pairs(text))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == "[Desktop Entry]"
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            yield key.strip(), value.strip()


def _shown(entry: Mapping[str, str], path: str | None) -> bool:
    """Menus of a plain window manager: no entry made for one desktop environment only."""
    hidden = any(entry.get(key) in TRUE for key in ("NoDisplay", "Hidden"))
    missing = entry.get("TryExec") and not shutil.which(entry["TryExec"], path=path)
    application = entry.get("Type") == "Application"
    return application and not (hidden or missing or entry.get("OnlyShowIn", "").strip(";"))


def localized(entry: Mapping[str, str], key: str, env: Mapping[str, str]) -> str:
    """A text in the user's language, else as it stands, else empty."""
    names = (env.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    language = next((name for name in names if name), "")
    for variant in _variants(language):
        if f"{key}[{variant}]" in entry:
            return unescape(entry[f"{key}[{variant}]"])
    return unescape(entry.get(key, ""))


def _variants(language: str) -> list[str]:
    """``sr_RS.UTF-8@latin`` -> sr_RS@latin, sr_RS, sr@latin, sr."""
    match = re.fullmatch(r"([a-z]+)(_[A-Za-z]+)?(?:\.[^@]*)?(@\w+)?", language)
    if not match:
        return []
    lang, country, modifier = (part or "" for part in match.groups())
    both = [lang + country + modifier, lang + country, lang + modifier, lang]
    return list(dict.fromkeys(both))


def unescape(value: str) -> str:
    r"""The escapes of every string value: \s \n \t \r \\."""
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), value)


def split_exec(value: str, title: str, path: str) -> list[str]:
    """The argv of an ``Exec`` line without its field codes; ValueError for broken quotes."""
    text, argv, at = unescape(value).strip(), [], 0
    while at < len(text):
        match = WORD.match(text, at)
        if not match:
            raise ValueError(f"cannot split {value!r}")
        at = match.end()
        if match[1] is not None:
            argv.append(re.sub(r'\\(["`$\\])', r"\1", match[1]))
        elif word := FIELD.sub(lambda m: _field(m[1], title, path), match[2]):
            argv.append(word)
    return argv


def _field(code: str, title: str, path: str) -> str:
    """No file is opened with it, so all but these mean nothing."""
    return {"%": "%", "c": title, "k": path}.get(code, "")


def _in_terminal(argv: list[str], path: str | None) -> list[str]:
    terminal = next((name for name in TERMINALS if shutil.which(name, path=path)), "")
    return [terminal, "-e", *argv] if terminal else []
