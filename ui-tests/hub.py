"""A real JupyterHub with the share service and JupyterLab for its users, for browser tests: says
where it is, and runs until stdin ends."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests import hub_rig

LAB = """
c.Spawner.default_url = "/lab"
c.Spawner.args = [
    "--allow-root",
    "--ServerApp.jpserver_extensions=jupyter_remote=True",
    "--ServerApp.jpserver_extensions=jupyterlab=True",
    "--LabApp.expose_app_in_browser=True",
]
"""


FOLDERS = """
import os.path
for kind in ("DATA", "CONFIG", "RUNTIME"):
    def hidden(spawner, kind=kind.lower()):
        return os.path.join({folder!r}, "home", spawner.user.name, "." + kind)
    c.Spawner.environment[f"JUPYTER_{{kind}}_DIR"] = hidden
"""
"""Out of what users see in their file browser."""


def say(**words: str) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    if not hub_rig.PROXY.exists():
        say(missing=f"there is no {hub_rig.PROXY}")
        return
    with tempfile.TemporaryDirectory(prefix="jr-hub-") as folder:
        more = hub_rig.MORE + LAB + FOLDERS.format(folder=folder)
        how = {"more": more, "arguments": hub_rig.ARGUMENTS}
        with hub_rig.running(Path(folder), **how) as hub:
            say(url=f"{hub.site}{hub.base}", log=str(hub.folder / "hub.log"))
            sys.stdin.read()


if __name__ == "__main__":
    main()
