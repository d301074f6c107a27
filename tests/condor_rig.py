"""A real HTCondor for tests, from the tree of ``scripts/debian-tree``: one machine with two
GPUs, two queues.

It runs in a chroot with mounts and process ids of its own, on 127.0.0.1, and leaves nothing
outside one temporary folder, which has the same path inside. ``alice`` and ``bob`` exist only
in there; their commands are small scripts in ``bin_dir(user)``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from jupyter_remote.backends.htcondor import RemoteHTCondorBackend
from jupyter_remote.model import Job, State

from .slurm_rig import free_ports

SCRIPT = Path(__file__).parent.parent / "scripts/debian-tree"
USERS = {"alice": 21001, "bob": 21002}
SECOND = f"second@{socket.gethostname()}"
"""The other queue; who names none uses the first."""
PROGRAMS = ("q", "submit", "rm", "hold", "release", "history", "status", "qedit", "vacate_job")

CONF = """\
UID_DOMAIN = test
FILESYSTEM_DOMAIN = test
COLLECTOR_HOST = 127.0.0.1:{port}
COLLECTOR_PORT = {port}
SHARED_PORT_PORT = {port}
ENABLE_IPV6 = False
NUM_CPUS = 8
MEMORY = 8000
use FEATURE: PartitionableSlot
BASE_CGROUP =
MOUNT_UNDER_SCRATCH =
CREATE_CORE_FILES = False
MASTER_NEW_BINARY_RESTART = NEVER
MASTER_BACKOFF_CONSTANT = 1
NEGOTIATOR_INTERVAL = 1
NEGOTIATOR_CYCLE_DELAY = 1
NEGOTIATOR_MIN_INTERVAL = 1
SCHEDD_INTERVAL = 1
SCHEDD_MIN_INTERVAL = 1
UPDATE_INTERVAL = 1
STARTER_UPDATE_INTERVAL = 1
STARTER_INITIAL_UPDATE_INTERVAL = 1
SHADOW_QUEUE_UPDATE_INTERVAL = 1
PERIODIC_EXPR_INTERVAL = 1
MAX_PERIODIC_EXPR_INTERVAL = 2
JOB_START_DELAY = 0
CLAIM_WORKLIFE = 3600
RUNBENCHMARKS = False
MACHINE_RESOURCE_GPUs = CUDA0, CUDA1
ENVIRONMENT_FOR_AssignedGPUs = CUDA_VISIBLE_DEVICES=/CUDA//
DAEMON_LIST = $(DAEMON_LIST) SCHEDD_B
DC_DAEMON_LIST = +SCHEDD_B
SCHEDD_B = $(SCHEDD)
SCHEDD_B_ARGS = -local-name B
B.SCHEDD_NAME = second
B.SCHEDD_LOG = $(LOG)/ScheddLog.B
B.SPOOL = $(SPOOL)/B
"""

# A Jupyter server would run as the user; here files that root wrote are given to her first.
ENTER = """\
#!/bin/sh
[ ! -d {data} ] || chown -R {uid}:{uid} {data}
export HOME={home} USER={user} LOGNAME={user} LANG=C.UTF-8 PATH=$PATH:/usr/sbin
exec nsenter -t {pid} -m chroot --userspec={uid}:{uid} {tree} \\
  sh -c 'cd "$0" 2> /dev/null || cd /; exec "$@"' "$PWD" /usr/bin/{program} "$@"
"""

# $0 is the tree, $1 our folder. What is written goes to our folder or to memory.
MOUNTS = """\
set -e
mount --bind "$0" "$0"
for part in etc var; do mount --bind "$1/$part" "$0/$part"; done
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
for part in run tmp; do mount -t tmpfs -o mode=1777,size=64m tmpfs "$0/$part"; done
mkdir -p "$0$1" "$0/run/condor" "$0/run/lock"
mount --bind "$1" "$0$1"
exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LANG=C.UTF-8 \\
  sh -c 'chown condor: /run/condor; exec condor_master -f'
"""


def tree(kind: str = "condor") -> Path | str:
    """The tree, made when there is none; or why there can be none."""
    done = subprocess.run([str(SCRIPT), kind], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) if done.returncode == 0 else done.stderr.strip()


class Condor:
    """The pool and shorter words for what the tests do with it."""

    def __init__(self, root: Path, where: Path) -> None:
        self.root, self.tree = root, where
        self.master: subprocess.Popen[bytes] | None = None

    def configure(self) -> None:
        etc, var = self.root / "etc", self.root / "var"
        shutil.copytree(self.tree / "etc", etc, symlinks=True)
        people = {"condor": 999, **USERS}
        for file, line in {
            "passwd": "{0}:x:{1}:{1}::{2}:/bin/sh\n",
            "group": "{0}:x:{1}:\n",
        }.items():
            with (etc / file).open("a") as out:
                for name, uid in people.items():
                    out.write(line.format(name, uid, self.home(name)))
        for file in ("hosts", "hostname"):
            shutil.copy(f"/etc/{file}", etc / file)
        (self.port,) = free_ports(1)
        (etc / "condor/config.d/99-test").write_text(CONF.format(port=self.port))
        owned = ("log/condor", "spool/condor", "lock/condor", "lib/condor", "lib/condor/execute")
        owned += ("spool/condor/B",)
        for part in owned:
            (var / part).mkdir(parents=True)
            os.chown(var / part, 999, 999)
        (var / "run").symlink_to("/run")
        for name, uid in USERS.items():
            self.home(name).mkdir(parents=True)
            os.chown(self.home(name), uid, uid)

    def start(self) -> None:
        argv = ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child"]
        with (self.root / "master.out").open("ab") as out:
            self.master = subprocess.Popen(
                [*argv, "sh", "-c", MOUNTS, str(self.tree), str(self.root)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        for user, uid in USERS.items():
            self.wrap(user, uid)
        self.until("condor_status", "-af", "Name")
        self.until("condor_q", "-totals")

    def wrap(self, user: str, uid: int) -> None:
        """Make the user's commands."""
        assert self.master is not None
        values = {"pid": self.master.pid, "user": user, "uid": uid, "tree": self.tree}
        values |= {"home": self.home(user), "data": self.data_dir(user)}
        self.bin_dir(user).mkdir()
        for name in PROGRAMS:
            file = self.bin_dir(user) / f"condor_{name}"
            file.write_text(ENTER.format(program=file.name, **values))
            file.chmod(0o755)

    def stop(self) -> None:
        """End the master, and with its space of process ids every process in it."""
        if self.master is not None:
            for first in psutil.Process(self.master.pid).children():
                first.kill()
            self.master.wait(15)

    def bin_dir(self, user: str = "alice") -> Path:
        return self.root / f"bin-{user}"

    def data_dir(self, user: str = "alice") -> Path:
        """For RemoteHTCondorBackend.data_dir."""
        return self.root / f"data-{user}"

    def home(self, user: str = "alice") -> Path:
        return self.root / "home" / user

    def folder(self, name: str, user: str = "alice") -> str:
        """A folder of the user's own."""
        path = self.home(user) / name
        path.mkdir()
        os.chown(path, USERS[user], USERS[user])
        return str(path)

    def until(self, *argv: str, finds: str = "", seconds: float = 60) -> None:
        """Wait until a command works and prints something, or this text. One that meets a
        daemon in its start may wait for ever: it is asked again."""
        deadline = time.monotonic() + seconds
        said = "no answer"
        while time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                done = self.call(*argv, timeout=5)
                if done.returncode == 0 and done.stdout and finds in done.stdout:
                    return
                said = done.stderr
            time.sleep(0.05)
        raise AssertionError(f"{argv}: {said}, see {self.root}")

    def call(
        self, program: str, *argv: str, user: str = "alice", given: str = "", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if name != "CONDOR_CONFIG"}
        return subprocess.run(
            [str(self.bin_dir(user) / program), *argv], cwd=self.home(user), input=given,
            capture_output=True, text=True, check=False, timeout=timeout, env=own,
        )  # fmt: skip

    def run(self, program: str, *argv: str, user: str = "alice", given: str = "") -> str:
        """What a command prints; it must succeed."""
        done = self.call(program, *argv, user=user, given=given)
        assert done.returncode == 0, f"{program} {argv}: {done.stderr}{done.stdout}"
        return done.stdout

    def submit(self, script: str, *lines: str, user: str = "alice", count: int = 1) -> str:
        """Submit a shell script; answers the id of the cluster."""
        quoted = script.replace("'", "''").replace('"', '""')
        text = [
            "executable = /bin/sh",
            f"arguments = \"-c '{quoted}'\"",
            "transfer_executable = false",
        ]
        text += [
            "output = out.$(ClusterId).$(ProcId)",
            "error = err.$(ClusterId).$(ProcId)",
            *lines,
        ]
        given = "\n".join([*text, f"queue {count}", ""])
        return self.run("condor_submit", "-terse", user=user, given=given).split(".")[0]

    def clear(self, *queue: str) -> None:
        """Remove all jobs of all users and wait until they are gone; ``-name`` and a name: of
        another queue."""
        for user in USERS:
            self.call("condor_rm", *queue, "-all", user=user)
        self.until("condor_q", *queue, "-allusers", "-totals", "-json", finds='"Jobs": 0,')

    def schedd(self) -> psutil.Process:
        """The queue's process."""
        assert self.master is not None
        everything = psutil.Process(self.master.pid).children(recursive=True)
        (process,) = [
            one
            for one in everything
            if one.name() == "condor_schedd" and "-local-name" not in one.cmdline()
        ]
        return process

    def end_schedd(self) -> None:
        """Kill the queue's process; the master starts it again after a second."""
        process = self.schedd()
        process.kill()
        process.wait(15)


@contextlib.contextmanager
def condor(where: Path) -> Iterator[Condor]:
    """A running pool. Its folder is open to all: users and daemons read there."""
    root = Path(tempfile.mkdtemp(prefix="jr-condor-"))
    root.chmod(0o755)
    rig = Condor(root, where)
    try:
        rig.configure()
        rig.start()
        yield rig
    finally:
        rig.stop()
        shutil.rmtree(root, ignore_errors=True)


def make(condor: Condor, user: str = "alice", **traits: Any) -> RemoteHTCondorBackend:
    """A backend for one of the users."""
    folders = {"bin_dir": str(condor.bin_dir(user)), "data_dir": str(condor.data_dir(user))}
    return RemoteHTCondorBackend(user=user, **(folders | traits))


async def find(backend: RemoteHTCondorBackend, job_id: str) -> Job | None:
    return next((job for job in await backend.jobs() if job.job_id == job_id), None)


async def reach(backend: RemoteHTCondorBackend, job_id: str, *states: State) -> Job:
    """Wait until a job is in one of the states."""
    deadline = time.monotonic() + 30
    while True:
        job = await find(backend, job_id)
        if job and job.state in states:
            return job
        assert time.monotonic() < deadline, f"waited for {states}: {job}"
        await asyncio.sleep(0.05)
