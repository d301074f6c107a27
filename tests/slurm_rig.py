"""A real Slurm for tests: munged, slurmctld and two slurmd as children, all on 127.0.0.1.

No systemd, no cgroups, no database, nothing outside one temporary folder. Jobs are root's;
``nobody`` is the second user. With accounting and users: ``slurm_accounts.py``.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

NEEDED = ("munged", "slurmctld", "slurmd", "squeue", "sbatch")
COMMANDS = (
    "sacct",
    "sacctmgr",
    "sbatch",
    "scancel",
    "scontrol",
    "sdiag",
    "sinfo",
    "sprio",
    "squeue",
    "sstat",
)
NODES = ("n1", "n2")

CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=slurm
AuthInfo=socket={root}/munge.socket
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool/%n
SlurmctldPidFile={root}/state/slurmctld.pid
SlurmdPidFile={root}/slurmd-%n.pid
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=1
MinJobAge=300
MaxArraySize=20001
MaxJobCount=30000
SchedulerParameters=bf_interval=1,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
"""
PLAIN = """\
AccountingStorageType=accounting_storage/none
PartitionName=debug Nodes=n1,n2 Default=YES MaxTime=08:00:00 DefaultTime=00:05:00
PartitionName=down Nodes=n2 State=DOWN
"""
NODE = "NodeName={} NodeHostname={} NodeAddr=127.0.0.1 Port={} {}\n"


def missing() -> str:
    """Why there can be no Slurm here; empty: there can."""
    if os.geteuid() != 0:
        return "only root can start Slurm's daemons"
    programs = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(programs)} (munge, slurm-wlm)" if programs else ""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Slurm:
    """The daemons and shorter words for what the tests do with them."""

    nodes = dict.fromkeys(NODES, "CPUs=4 RealMemory=2000")
    more = PLAIN
    users: tuple[str, ...] = ("root", "nobody")

    def __init__(self, root: Path) -> None:
        self.root = root
        self.conf = root / "slurm.conf"
        self.env = {**os.environ, "SLURM_CONF": str(self.conf), "LC_ALL": "C.UTF-8"}
        self.host = socket.gethostname().partition(".")[0]
        self.ports = free_ports(2 + len(self.nodes))  # slurmctld's, slurmdbd's, the nodes'
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}

    def configure(self) -> None:
        nodes = [
            NODE.format(name, self.host, port, has)
            for (name, has), port in zip(self.nodes.items(), self.ports[2:], strict=True)
        ]
        text = CONF.format(root=self.root, host=self.host, port=self.ports[0])
        self.conf.write_text(text + "".join(nodes) + self.more)
        if int(self.run("slurmd", "-V").split()[1].split(".")[0]) >= 23:
            (self.root / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        for name, owner in {"state": "slurm", "spool": "root", "nobody": "nobody"}.items():
            (self.root / name).mkdir(mode=0o755)
            shutil.chown(self.root / name, owner)
        (self.root / "munge").mkdir(mode=0o700)
        key = self.root / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)

    def start(self) -> None:
        self.start_munge()
        self.start_control()
        self.start_nodes()

    def start_munge(self) -> None:
        munge = {"key-file": "munge/key", "socket": "munge.socket", "pid-file": "munged.pid"}
        munge |= {"log-file": "munge/log", "seed-file": "munge/seed"}
        files = [f"--{name}={self.root}/{path}" for name, path in munge.items()]
        self.daemon("munged", "munged", "--foreground", "--force", *files)
        self.until("munge", "-n", "-S", f"{self.root}/munge.socket")

    def start_control(self) -> None:
        self.daemon("slurmctld", "slurmctld", "-D")
        self.until("sh", "-c", "scontrol ping | grep -q UP")

    def start_nodes(self) -> None:
        for node in self.nodes:
            (self.root / "spool" / node).mkdir(exist_ok=True)
            self.daemon(f"slurmd-{node}", "slurmd", "-D", "-N", node)
        count = "sinfo -a -h -N -t idle -o %N | sort -u | wc -l"
        self.until("sh", "-c", f"test $({count}) = {len(self.nodes)}")

    def daemon(self, name: str, *argv: str) -> None:
        with (self.root / f"{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.env
            )

    def hasty(self) -> str:
        """Another slurm.conf: with it commands try for 1 s to reach a controller that is not
        there, not for 9."""
        path = self.root / "hasty.conf"
        path.write_text(f"{self.conf.read_text()}MessageTimeout=2\n")
        return str(path)

    def end(self, name: str) -> None:
        """SIGTERM, then SIGKILL, to a daemon that is our child: no other can have its number."""
        process = self.daemons.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)

    def stop(self) -> None:
        """End the jobs, so that no slurmstepd stays, then the daemons."""
        try:
            if "slurmctld" in self.daemons:
                self.clear()
        finally:
            for name in reversed(list(self.daemons)):
                self.end(name)

    def clear(self) -> None:
        """End all jobs of all users and wait until nothing of them runs."""
        for user in self.users:
            self.run("scancel", "--user", user)
        self.until("sh", "-c", 'test -z "$(squeue -h -o %i)"')

    def until(self, *argv: str, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while subprocess.run(argv, env=self.env, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, f"{argv}: see {self.root}"
            time.sleep(0.05)

    def run(self, *argv: str, user: str = "") -> str:
        """What a command prints; it must succeed."""
        done = self.try_(*argv, user=user)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def try_(self, *argv: str, user: str = "") -> subprocess.CompletedProcess[str]:
        """How a command ends, as one of the users."""
        group = pwd.getpwnam(user).pw_gid if user else None
        return subprocess.run(
            argv, env=self.env, capture_output=True, check=False, text=True, timeout=60,
            user=user or None, group=group,
            extra_groups=os.getgrouplist(user, group) if group is not None else None,
        )  # fmt: skip

    def bin_dir(self, user: str) -> str:
        """A folder of Slurm's commands that run as this user, whoever starts them."""
        folder = self.root / f"bin-{user}"
        folder.mkdir(exist_ok=True)
        for name in COMMANDS:
            path = folder / name
            who = f"--reuid={user} --regid={pwd.getpwnam(user).pw_gid} --init-groups"
            path.write_text(f'#!/bin/sh\nexec setpriv {who} {shutil.which(name)} "$@"\n')
            path.chmod(0o755)
        return str(folder)

    def sbatch(self, script: str, *options: str, user: str = "") -> str:
        """Submit a shell script from a folder of the user's own; answers the job's id."""
        folder = self.root / (user or "root")
        folder.mkdir(exist_ok=True)
        argv = ["sbatch", "--parsable", f"--chdir={folder}", *options, f"--wrap={script}"]
        return self.run(*argv, user=user).strip()


Rig = TypeVar("Rig", bound=Slurm)


@contextlib.contextmanager
def running(kind: Callable[[Path], Rig]) -> Iterator[Rig]:
    """A running Slurm. Its folder is short (sockets) and open to all (daemons' users)."""
    root = Path(tempfile.mkdtemp(prefix="jr-slurm-"))
    root.chmod(0o755)
    rig = kind(root)
    try:
        rig.configure()
        rig.start()
        yield rig
    finally:
        rig.stop()
        shutil.rmtree(root, ignore_errors=True)


def slurm() -> contextlib.AbstractContextManager[Slurm]:
    """The fast one: no accounting, no users of its own."""
    return running(Slurm)
