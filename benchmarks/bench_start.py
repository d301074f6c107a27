"""What the extension costs whoever does not use it: start of the server, memory, JavaScript.

JupyterLab with and without jupyter_remote, in turn; then what Chromium loads until Lab is idle.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import psutil
from _common import interleaved, median, ratio, table
from _desktop import Browser, Lab, OurLab, leave_cleanly, load, say

KINDS = {"without": "False", "with": "True"}
MB = 1024 * 1024
OURS = "/lab/extensions/jupyterlab-remote/"
AHEAD = "/jupyter-remote/desktop-client/"
"""The page of the next desktop, which is loaded once Lab is idle and a launcher is seen."""


def server(kind: str) -> Lab:
    """One with the server extension on or off; a home of its own either way."""
    return Lab(f"--ServerApp.jpserver_extensions=jupyter_remote={KINDS[kind]}")


def start(kind: str) -> tuple[float, float, float]:
    """Seconds until it answers, its processor time until then, MB of memory after a pause."""
    say(f"  start {kind} ({load()})")
    with server(kind) as lab:
        process = psutil.Process(lab.process.pid)
        used = process.cpu_times()
        time.sleep(1.5)
        # shared libraries are counted in both alike
        return lab.ready, used.user + used.system, process.memory_info().rss / MB


def is_script(file: dict[str, Any]) -> bool:
    return bool(file["type"] == "Script")


def below(scripts: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """Those from a folder of the server."""
    return [file for file in scripts if urlsplit(file["url"]).path.startswith(prefix)]


def loaded(browser: Browser, quick: bool) -> list[list[str]]:
    """Bytes of scripts that are loaded before anything of ours is used."""
    with OurLab() as lab:
        seen = browser("network", base=lab.base, wait=1500 if quick else 5000)["files"]
    scripts = [file for file in seen if is_script(file)]
    ours, ahead = below(scripts, OURS), below(scripts, AHEAD)
    for file in sorted(ours + ahead, key=lambda file: -file["sent"]):
        say(f"  {urlsplit(file['url']).path}: {file['sent']} bytes")
    rest = [file for file in scripts if file not in ours and file not in ahead]
    rows = []
    for part, what in ((ours, "JavaScript with Lab"), (ahead, "then, idle, the warm page")):
        for key, words in (("sent", "as sent"), ("size", "unpacked")):
            mine, others = (sum(file[key] for file in files) for files in (part, rest))
            share = f"{mine / others:.4f}" if others else ""
            rows.append(
                [f"{what}, {words}: KB", f"{others / 1024:.0f}", f"{mine / 1024:.0f}", share]
            )
    count = [f"{len(part)}" for part in (rest, ours)]
    return [*rows, ["scripts loaded with Lab", *count, f"{len(ours) / max(1, len(rest)):.4f}"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round: does it work?")
    parser.add_argument("--rounds", type=int, default=7, help="how many rounds (7)")
    options = parser.parse_args()
    leave_cleanly()
    rounds = 1 if options.quick else max(5, options.rounds)
    start("without"), start("with")  # files into the cache
    seen = interleaved(list(KINDS), rounds, start)
    rows = []
    for place, words in enumerate(("until it answers: s", "processor time: s", "memory: MB")):
        values = {kind: [one[place] for one in seen[kind]] for kind in KINDS}
        more = statistics.median(
            a - b for a, b in zip(values["with"], values["without"], strict=True)
        )
        cells = [*(f"{median(values[kind]):.2f}" for kind in KINDS), f"{more:+.2f}"]
        rows.append([words, *cells, f"{ratio(values['with'], values['without']):.3f}"])
    print("## Start of the server\n")
    print(table(["", *KINDS, "difference", "with / without"], rows) + "\n")
    with Browser() as browser:
        print("## JavaScript\n")
        head = ["", "Lab and others", "jupyter_remote", "share"]
        print(table(head, loaded(browser, options.quick)))
    print(f"Machine: {load()} at the end.", file=sys.stderr)


if __name__ == "__main__":
    main()
