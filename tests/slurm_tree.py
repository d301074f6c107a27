"""A newer Slurm for tests: Debian 13's 24.11, in the tree of ``scripts/debian-tree``.

The daemons run in a chroot with mounts of their own, so that they find their own plugins and
programs; folders for temporary files and the users are this machine's. The commands, small
scripts in ``bin``, enter it too: what uses them sees no difference from an installed Slurm.
"""

from __future__ import annotations

import contextlib
import pwd
import subprocess
import tempfile
from pathlib import Path

from .slurm_rig import Slurm, running

PROGRAMS = (
    *("munge", "munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "sinfo"),
    *("squeue", "sacct", "sacctmgr", "sdiag", "sprio", "sshare"),
)

# $0 is the tree, $1 the folder for temporary files. The last word is waited for.
MOUNTS = """\
set -e
mount --bind "$0" "$0"
for part in proc dev; do mount --rbind "/$part" "$0/$part"; done
mount -t tmpfs -o mode=0755,size=16m tmpfs "$0/run"
mkdir -p "$0$1"
mount --rbind "$1" "$0$1"
for file in passwd group hosts hostname; do
  touch "$0/etc/$file"
  mount --bind "/etc/$file" "$0/etc/$file"
done
echo ready
exec sleep infinity
"""

# Only root can enter: it goes on as JR_USER, numbers of a user and a group.
ENTER = """\
#!/bin/sh
exec nsenter -t {pid} -m chroot ${{JR_USER:+"--userspec=$JR_USER"}} {tree} \\
  sh -c 'cd "$0" 2> /dev/null || cd /; exec "$@"' "$PWD" {program} "$@"
"""


class TreeSlurm(Slurm):
    """Its daemons and commands are those of a tree."""

    def __init__(self, root: Path, tree: Path) -> None:
        super().__init__(root)
        self.tree = tree
        self.env["PATH"] = f"{root / 'bin'}:{self.env['PATH']}"

    def configure(self) -> None:
        own = ("unshare", "--mount", "--propagation=private")
        self.keeper = subprocess.Popen(
            [*own, "sh", "-c", MOUNTS, str(self.tree), tempfile.gettempdir()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.keeper.stdout
        assert self.keeper.stdout.readline() == "ready\n"
        (self.root / "bin").mkdir()
        for name in PROGRAMS:
            where = [f"/usr/{folder}/{name}" for folder in ("bin", "sbin")]
            (path,) = [path for path in where if (self.tree / path[1:]).exists()]
            file = self.root / "bin" / name
            file.write_text(ENTER.format(pid=self.keeper.pid, tree=self.tree, program=path))
            file.chmod(0o755)
        super().configure()

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            self.keeper.kill()
            self.keeper.communicate(timeout=15)

    def try_(self, *argv: str, user: str = "") -> subprocess.CompletedProcess[str]:
        who = pwd.getpwnam(user or "root")
        return subprocess.run(
            argv, env={**self.env, "JR_USER": f"{who.pw_uid}:{who.pw_gid}"},
            capture_output=True, check=False, text=True, timeout=60,
        )  # fmt: skip


def slurm(tree: Path) -> contextlib.AbstractContextManager[Slurm]:
    """The newer one, without accounting."""
    return running(lambda root: TreeSlurm(root, tree))
