"""Desktops as their users meet them, against others, in one run.

From the click to the first frame, and opening a running desktop again: ours against
jupyter-remote-desktop-proxy (TigerVNC), with the same window manager and terminal, each time
on a Jupyter server that was just started, in a browser with an empty cache. Then keys, clicks
and moving pictures through ours against the same Xpra on a TCP port without Jupyter.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _common import interleaved, median, ratio, table
from _desktop import (
    HERE,
    Browser,
    Lab,
    OurLab,
    RivalLab,
    free_port,
    leave_cleanly,
    load,
    rival_missing,
    say,
)
from _marks import STEPS, server_marks

from jupyter_remote.apps.desktop import RemoteDesktop
from jupyter_remote.model import Session, State, now

SIZE = ("1280", "800")
START = {"app": "desktop"}
SPARE = "--RemoteUpkeep.spare_desktops=1"
WAYS = {
    "lab ours": "new, in Lab",
    "hand ours": "new, by hand",
    "page ours": "new, page",
    "lab spare": "spare, in Lab",
    "page spare": "spare, page",
    "again": "again, page",
}
AGAIN, LATER = 1_000, 17_000
"""Between closing a tab and opening it again, ms: our page stays connected for 15 s."""
WORDS = {"lab": "in JupyterLab, launcher", "hand": "by a hand", "page": "the page alone"}
AFTER: dict[str, list[str]] = {
    "lab": [f"again, {LATER // 1000} s later", "again, at once"],
    "hand": [],
    "page": ["opening it again"],
}
PAGES = {"ours": "jupyter-remote/sessions", "spare": "jupyter-remote/sessions", "jrdp": "desktop/"}


class Opening:
    """Click to first frame; each measurement on a server, a browser profile, a desktop anew."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.marks: dict[str, list[dict[str, float]]] = collections.defaultdict(list)

    def lab(self, kind: str) -> Lab:
        if kind == "jrdp":
            return RivalLab()
        return OurLab(*([SPARE] if kind == "spare" else []))

    def measure(self, way: str, kind: str) -> tuple[float, ...]:
        """Seconds until the first frame, of a new desktop and of the running one again; in Lab
        again after a while, and at once."""
        say(f"  {way} {kind} ({load()})")
        with self.lab(kind) as lab:
            if isinstance(lab, OurLab) and kind == "spare":
                lab.await_spare()
            try:
                return self.page(lab, kind) if way == "page" else self.in_lab(lab, kind, way)
            finally:
                self.browser("leave", visit=kind)

    def in_lab(self, lab: Lab, kind: str, way: str) -> tuple[float, ...]:
        """By the card in the launcher, clicked without ado or as a hand does it."""
        ours = isinstance(lab, OurLab)
        same = {"visit": kind, "card": "Display" if ours else "Desktop", "inLab": ours}
        first = self.browser("lab", base=lab.base, hand=way == "hand", **same)
        session = self.note(lab, kind, way, first)
        if way == "hand":
            return (first["ms"] / 1000,)
        later, again = (
            self.browser("labAgain", session=session, pause=pause, **same)["ms"] / 1000
            for pause in (LATER, AGAIN)
        )
        return first["ms"] / 1000, later, again

    def page(self, lab: Lab, kind: str) -> tuple[float, ...]:
        """By the page alone, as from a link."""
        ours = isinstance(lab, OurLab)
        same = {"visit": kind, "base": lab.base}
        first = self.browser("page", path=PAGES[kind], post=START if ours else None, **same)
        session = self.note(lab, kind, "page", first)
        path = f"jupyter-remote/s/{session}/" if ours else PAGES[kind]
        again = self.browser("page", path=path, **same)
        if kind == "ours":
            self.marks["again"].append(way_marks(again))
        return first["ms"] / 1000, again["ms"] / 1000

    def note(self, lab: Lab, kind: str, way: str, seen: dict[str, Any]) -> str:
        """Keep where the time went; answers the session's id."""
        if not isinstance(lab, OurLab):
            return ""
        session = str(lab.sessions()[0]["id"])
        page = way_marks(seen)
        if kind == "ours":
            server = server_marks(lab, session)
            page |= {name: at - seen["start"] / 1000 for name, at in server.items()}
        self.marks[f"{way} {kind}"].append(page)
        return session

    def report(self, rounds: int, kinds: list[str]) -> str:
        """Three ways, two tables and where the time went."""
        rows = []
        for way, words in WORDS.items():
            found = interleaved(kinds, rounds, lambda kind, way=way: self.measure(way, kind))
            for place, what in enumerate(["click to first frame", *AFTER[way]]):
                values = {kind: [times[place] for times in found[kind]] for kind in kinds}
                rows.append([f"{what}, {words}: s", *self.row(values, kinds)])
        head = ["", *kinds, "ours / jrdp", "spare / jrdp"]
        return table(head, rows) + "\n\n" + self.steps()

    @staticmethod
    def row(values: dict[str, list[float]], kinds: list[str]) -> list[str]:
        """Medians with the range, then ratios of medians: one start in two or so is slow
        with jrdp, so that rounds cannot be compared one by one."""
        cells = [f"{median(v):.2f} ({min(v):.2f}-{max(v):.2f})" for v in values.values()]
        if "jrdp" not in kinds:
            return [*cells, "", ""]
        base = median(values["jrdp"])
        return [*cells, *(f"{median(values[kind]) / base:.2f}" for kind in ("ours", "spare"))]

    def steps(self) -> str:
        """Medians of the marks, seconds after the click."""
        rows = []
        for name, words in STEPS.items():
            cells = []
            for way in WAYS:
                values = [marks[name] for marks in self.marks[way] if name in marks]
                cells.append(f"{statistics.median(values):.2f}" if values else "")
            if any(cells):
                rows.append([words, *cells])
        return table(["seconds after the click", *WAYS.values()], rows)


def way_marks(seen: dict[str, Any]) -> dict[str, float]:
    """What the page said, seconds after the click."""
    return {name: (at - seen["start"]) / 1000 for name, at in seen["marks"].items()}


class Reaction:
    """Keys, clicks and moving pictures on pages that stay open."""

    def __init__(self, browser: Browser, quick: bool) -> None:
        self.browser, self.quick = browser, quick

    def flips(self, kind: str, event: str) -> float:
        """Median of milliseconds until the block has flipped on the canvas."""
        count = 8 if self.quick else 20
        times = self.browser("flips", visit=kind, kind=event, count=count)["times"]
        return statistics.median(times)

    def video(self, kind: str) -> tuple[float, float]:
        """Frames per second and their age in milliseconds."""
        seen = self.browser("video", visit=kind, ms=2000 if self.quick else 3000)
        return seen["fps"], seen["age"]

    def report(self, rounds: int) -> str:
        kinds, rows = ["direct", "ours"], []

        def row(name: str, values: dict[str, list[float]], form: str = ".1f") -> None:
            cells = [f"{median(values[kind]):{form}}" for kind in kinds]
            rows.append([name, *cells, f"{ratio(values['ours'], values['direct']):.2f}"])

        for event, name in (("keydown", "key to pixel: ms"), ("mousedown", "click to pixel: ms")):
            say(f"  {name} ({load()})")
            self.flips("direct", event), self.flips("ours", event)
            row(name, interleaved(kinds, rounds, lambda k, event=event: self.flips(k, event)))
        say(f"  video ({load()})")
        seen = interleaved(kinds, rounds, self.video)
        row("640x480 at 30/s: fps", {k: [fps for fps, _ in v] for k, v in seen.items()})
        row("640x480 at 30/s: age of a frame, ms", {k: [a for _, a in v] for k, v in seen.items()})
        return table(["", *kinds, "ours / direct"], rows)


def build_probe(folder: Path) -> Path:
    """The program that is looked at; raises CalledProcessError without gcc and libx11-dev."""
    probe = folder / "probe"
    argv = ["gcc", "-O2", "-o", str(probe), str(HERE / "desktop_probe.c"), "-lX11"]
    subprocess.run(argv, check=True)
    return probe


@contextlib.contextmanager
def direct_xpra(folder: Path, probe: Path) -> Iterator[str]:
    """What the agent would run, but Xpra also listens on a port; gives the address."""
    desktop = RemoteDesktop(secret=lambda session: "no secret")
    at, where = now(), {"app": "desktop", "backend": "local"}
    session = Session(
        id="a" * 20, name="x", state=State.STARTING, revision=1, time=at, created=at, **where
    )
    spec = desktop.job(session, [str(probe), *SIZE], {"seamless": False})
    run, port = folder / "direct", free_port()
    run.mkdir(mode=0o700)
    for name, text in spec.files.items():
        (run / name).write_text(text.replace("{run}", str(run)))
    settings = json.loads((run / "desktop.json").read_text())
    settings["options"].append(f"--bind-tcp=127.0.0.1:{port}")
    (run / "desktop.json").write_text(json.dumps(settings))
    argv = [a.replace("{run}", str(run)).replace("{socket}", str(run / "s")) for a in spec.argv]
    with (folder / "direct.log").open("wb") as log:
        child = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        child.terminate()
        child.wait()


def reaction(browser: Browser, quick: bool, rounds: int) -> str:
    """Both pages open, one in front at a time."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jrb-")))
        probe = build_probe(folder)
        address = stack.enter_context(direct_xpra(folder, probe))
        own = " ".join((str(probe), *SIZE))
        options = (f"--RemoteDesktop.window_manager={own}", "--RemoteDesktop.terminal=true")
        lab = stack.enter_context(OurLab(*options))
        for kind, base, path, post in (
            ("ours", lab.base, PAGES["ours"], START),
            ("direct", address, "?sharing=true&floating_menu=false&keyboard_layout=us", None),
        ):
            stack.callback(browser, "leave", visit=kind)
            browser("page", visit=kind, base=base, path=path, post=post)
            browser("probe", visit=kind)
        return Reaction(browser, quick).report(rounds)


def attempt(what: str, part: Callable[[], str]) -> None:
    """Print a part; one that cannot be measured says so and keeps no other away."""
    print(f"## {what}\n")
    try:
        print(part() + "\n", flush=True)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"**NOT MEASURED**: {error}\n", flush=True)
        say(f"NOT MEASURED: {what}: {error}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round: does it work?")
    parser.add_argument("--rounds", type=int, default=3, help="how many rounds (3)")
    parser.add_argument("--only", choices=("opening", "reaction"), help="one part")
    options = parser.parse_args()
    leave_cleanly()
    rounds = 1 if options.quick else options.rounds
    missing = rival_missing()
    kinds = ["ours", "spare"] if missing else ["ours", "spare", "jrdp"]
    if missing:
        say(f"WITHOUT jupyter-remote-desktop-proxy. Missing: {missing}")
        print(f"**Not compared with jupyter-remote-desktop-proxy**, missing: {missing}\n")
    with Browser() as browser:
        if options.only != "reaction":
            opening = Opening(browser)
            attempt("Opening a desktop", lambda: opening.report(rounds, kinds))
        if options.only != "opening":
            attempt("Reaction", lambda: reaction(browser, options.quick, rounds + 2))
    print(f"Machine: {load()} at the end.", file=sys.stderr)


if __name__ == "__main__":
    main()
