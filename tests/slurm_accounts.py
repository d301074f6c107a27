"""A real Slurm with accounting: MariaDB and slurmdbd besides, accounts, limits, users, GPUs.

Two unprivileged users are made, with a group of which ann is a member, and removed at the end.
Where Slurm allows it all listen on 127.0.0.1 (slurmdbd 22.05 listens everywhere); MariaDB has
no port at all. Everything is in the one temporary folder.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
from pathlib import Path

from . import slurm_rig

NEEDED = ("mariadbd", "mariadb-install-db", "slurmdbd", "useradd", "setpriv")

CONF = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={root}/munge.socket
AccountingStorageEnforce=associations,limits,qos
AccountingStorageTRES=gres/gpu
AccountingStoreFlags=job_comment,job_script
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
EnforcePartLimits={enforce}
PriorityType=priority/multifactor
GresTypes=gpu
PartitionName=debug Nodes=n[1-3] Default=YES MaxTime=01:00:00 DefaultTime=00:05:00
PartitionName=gpu Nodes=n4 MaxTime=08:00:00 DefaultTime=00:10:00
"""
DBD = """\
AuthInfo=socket={root}/munge.socket
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser=slurm
PidFile={root}/state/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=slurm
"""
GRES = "AutoDetect=off\nNodeName=n4 Name=gpu Type=a100 File={root}/gpu[0-1]\n"

NODES = dict.fromkeys(("n1", "n2", "n3"), "CPUs=8 RealMemory=4000")
NODES["n4"] = "CPUs=8 RealMemory=4000 Gres=gpu:a100:2 Feature=gpu"

LIMITS = """\
add qos short MaxWall=00:30:00 MaxJobsPU=4 MaxTRESPU=cpu=8 Priority=100
add qos long MaxWall=08:00:00 Priority=10
"""
ACCOUNTS = """\
Cluster - 'test':Fairshare=1:QOS='normal'
Parent - 'root'
Account - 'physics':Description='physics':Organization='lab'
Account - 'ml':Description='ml':Organization='lab'
Parent - 'physics'
User - '{ann}':DefaultAccount='physics':QOS='normal,short'
User - '{bob}':DefaultAccount='physics':QOS='normal'
Parent - 'ml'
User - '{ann}':Partition='gpu':DefaultAccount='physics':QOS='normal,long'
"""


def missing() -> str:
    """Why there can be no such Slurm here; empty: there can."""
    programs = [name for name in NEEDED if not shutil.which(name)]
    return slurm_rig.missing() or (f"not installed: {', '.join(programs)}" if programs else "")


class AccountedSlurm(slurm_rig.Slurm):
    """4 nodes; partitions debug (n1 to n3) and gpu (n4, 2 GPUs of type a100); see ACCOUNTS.

    ``ann`` and ``bob`` are names of users, ``lab`` is that of ann's second group."""

    nodes = NODES
    enforce = "ALL"

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        token = secrets.token_hex(3)
        self.ann, self.bob, self.lab = (f"{name}{token}" for name in ("ann", "bob", "lab"))
        self.users = ("root", self.ann, self.bob)
        self.env["MYSQL_UNIX_PORT"] = f"{root}/db/socket"

    def configure(self) -> None:
        self.add_users()
        values = {"root": self.root, "host": self.host, "port": self.ports[1]}
        values |= {"enforce": self.enforce}
        self.more = CONF.format(**values)
        super().configure()
        dbd = self.root / "slurmdbd.conf"
        dbd.write_text(DBD.format(**values))
        dbd.chmod(0o600)
        shutil.chown(dbd, "slurm")
        (self.root / "gres.conf").write_text(GRES.format(**values))
        for number in (0, 1):  # Slurm wants a device; a second /dev/null will do
            self.run("mknod", "-m", "666", f"{self.root}/gpu{number}", "c", "1", "3")

    def add_users(self) -> None:
        self.run("groupadd", self.lab)
        for name, groups in ((self.ann, ["-G", self.lab]), (self.bob, [])):
            home = self.root / name
            self.run("useradd", "--no-create-home", "--home-dir", str(home), *groups, name)
            home.mkdir(mode=0o755)
            shutil.chown(home, name, name)

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            self.remove_users()

    def remove_users(self) -> None:
        for argv in (["userdel", self.ann], ["userdel", self.bob], ["groupdel", self.lab]):
            subprocess.run(argv, capture_output=True, check=False, timeout=60)

    def start(self) -> None:
        self.start_munge()
        self.start_database()
        self.start_control()
        self.start_nodes()

    def start_database(self) -> None:
        """MariaDB without rights of its own: its socket is in a folder of Slurm's user only."""
        folder = self.root / "db"
        for path in (folder, self.root / "db-tmp"):
            path.mkdir(mode=0o700)
            shutil.chown(path, "slurm")
        where = ["--no-defaults", "--user=slurm", f"--datadir={folder}"]
        where += [f"--tmpdir={self.root}/db-tmp", "--innodb-flush-method=nosync"]
        self.run("mariadb-install-db", *where, "--skip-test-db", "--skip-name-resolve")
        fast = ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--skip-log-bin"]
        fast += ["--innodb-fast-shutdown=2", "--innodb-lock-wait-timeout=900"]
        closed = ["--skip-networking", "--skip-grant-tables", f"--socket={folder}/socket"]
        self.daemon("mariadbd", "mariadbd", *where, *fast, *closed)
        self.until("test", "-S", f"{folder}/socket")
        self.daemon("slurmdbd", "slurmdbd", "-D")
        self.until("sacctmgr", "-n", "show", "cluster")
        self.manage(LIMITS)
        self.load(ACCOUNTS)

    def manage(self, commands: str) -> None:
        """Commands of sacctmgr, a line each (0.4 s or more each)."""
        for line in commands.splitlines():
            self.run("sacctmgr", "-i", *line.split())

    def load(self, accounts: str) -> None:
        """Add accounts and users, however many in about 1 s; as sacctmgr dump writes them."""
        path = self.root / "accounts.cfg"
        path.write_text(accounts.format(ann=self.ann, bob=self.bob))
        self.run("sacctmgr", "-i", "load", f"file={path}")

    def reconfigure(self, old: str, new: str) -> None:
        """Change slurm.conf in a running Slurm."""
        text = self.conf.read_text()
        assert old in text, f"slurm.conf has no {old}"
        self.conf.write_text(text.replace(old, new))
        self.run("scontrol", "reconfigure")


def accounted() -> contextlib.AbstractContextManager[AccountedSlurm]:
    """A running Slurm with accounting."""
    return slurm_rig.running(AccountedSlurm)
