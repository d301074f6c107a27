"""What this user may use in Slurm: asked, computed and remembered for a time."""

from __future__ import annotations

import asyncio
import dataclasses
import grp
import os
import pwd
import socket
import time
from collections.abc import Coroutine, Mapping
from typing import Protocol

from ...contract import Offers
from ...errors import BackendError, InvalidSpec
from ...model import Json
from ..checks import check_options
from .commands import SlurmCommands
from .form import form
from .offers_text import (
    ASSOCIATION,
    QOS,
    SINFO,
    Member,
    Partition,
    parse_accounts,
    parse_config,
    parse_member,
    parse_nodes,
    parse_parents,
    parse_partitions,
    parse_qos,
)
from .rights import NESTED, Cluster

RECENT = 5.0
"""Seconds for which what a refusal rests on is believed."""


class Settings(Protocol):
    """The backend, for the traits and the user."""

    offers_interval: float
    free_interval: float
    user: str


class SlurmOffers:
    """Rights and free resources are asked apart: these change all the time, those seldom."""

    def __init__(self, settings: Settings, commands: SlurmCommands) -> None:
        self._settings = settings
        self._commands = commands
        self._lock = asyncio.Lock()
        self._cluster: Cluster | None = None
        self._offers: Offers | None = None
        self._asked = self._counted = 0.0

    async def offers(self, newer: float = float("inf")) -> Offers:
        """What is offered, from what was asked within the intervals and ``newer`` seconds.
        Raises what the commands' words mean."""
        async with self._lock:  # who comes meanwhile gets the same answer
            now = time.monotonic()
            cluster = await self._rights(min(self._settings.offers_interval, newer))
            if self._offers is None or now - self._counted >= self._settings.free_interval:
                self._cluster = await self._ask_nodes(cluster)
                self._counted = now
                self._offers = await asyncio.to_thread(form, self._cluster)
            return self._offers

    async def learn(self, newer: float) -> None:
        """Have the rights ``known``, as they were at most ``newer`` seconds ago."""
        async with self._lock:
            await self._rights(newer)

    async def _rights(self, newer: float) -> Cluster:
        now = time.monotonic()
        if self._cluster is None or now - self._asked >= newer:
            self._offers = None
            self._cluster = await self._ask_rights()
            self._asked = now
        return self._cluster

    @property
    def known(self) -> Cluster | None:
        """What was asked last; nothing is asked for it."""
        return self._cluster

    async def check(self, options: Mapping[str, Json]) -> None:
        """Raise InvalidSpec unless these may be asked for. None is refused by what was asked
        longer than RECENT ago: it may have been granted since."""
        try:
            check_options(await self.offers(), options)
        except InvalidSpec:
            check_options(await self.offers(RECENT), options)

    async def _ask_nodes(self, cluster: Cluster) -> Cluster:
        argv = ("--all", "--exact", "--noheader", f"--Format={SINFO}")
        text = await self._commands.ask("sinfo", *argv)
        nodes = await asyncio.to_thread(parse_nodes, text)
        return dataclasses.replace(cluster, nodes=tuple(nodes))

    async def _ask_rights(self) -> Cluster:
        ask = self._commands.ask
        config, shown = await together(
            ask("scontrol", "show", "config"),
            ask("scontrol", "--all", "--oneliner", "show", "partition"),
        )
        values = parse_config(config)
        partitions = tuple(parse_partitions(shown))
        cluster = Cluster(
            accounting=values.get("AccountingStorageType", "").endswith("slurmdbd"),
            enforced=frozenset(values.get("AccountingStorageEnforce", "").lower().split(",")),
            version=_version(values.get("SLURM_VERSION", "")),
            partitions=partitions,
            groups=await asyncio.to_thread(groups_of, self._settings.user),
            root=self._settings.user == "root",
            closed=await self._closed(partitions),
        )
        if not cluster.accounting:
            return cluster
        return await self._ask_accounting(cluster, values.get("ClusterName", ""))

    async def _ask_accounting(self, cluster: Cluster, name: str) -> Cluster:
        async def ask(*argv: str) -> str:
            return await self._commands.ask("sacctmgr", "-nP", "show", *argv)

        user = ("user", f"name={self._settings.user}", "withassoc", f"cluster={name}")
        member, qos, accounts = await together(
            ask(*user, f"format={','.join(ASSOCIATION)}"),
            ask("qos", f"format={','.join(QOS)}"),
            ask("account", "format=account,description"),
        )
        parents = ""
        if cluster.version >= NESTED:
            argv = ("association", "user=", f"cluster={name}", "format=account,parentname")
            parents = await ask(*argv)
        return dataclasses.replace(
            cluster,
            member=_in_partitions(parse_member(member), cluster.partitions),
            qos=parse_qos(qos),
            accounts=parse_accounts(accounts),
            parents=parse_parents(parents),
        )

    async def _closed(self, partitions: tuple[Partition, ...]) -> frozenset[str]:
        """Partitions whose AllocNodes do not name this machine."""
        host = socket.gethostname()
        here = {host, host.partition(".")[0]}
        closed = set()
        for hosts in {partition.hosts for partition in partitions} - {""}:
            names = await self._commands.ask("scontrol", "show", "hostnames", hosts)
            if not here & set(names.split()):
                closed |= {one.name for one in partitions if one.hosts == hosts}
        return frozenset(closed)


async def together(*questions: Coroutine[None, None, str]) -> list[str]:
    """All answers; when one fails, all have been waited for before its error is raised."""
    answers = await asyncio.gather(*questions, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if isinstance(answer, str)]


def groups_of(user: str) -> frozenset[str]:
    """Names of a user's groups; raises BackendError for a user that the system does not know."""
    try:
        numbers = os.getgrouplist(user, pwd.getpwnam(user).pw_gid)
    except KeyError:
        raise BackendError(f"this machine knows no user {user!r}") from None
    names = set()
    for number in numbers:
        try:
            names.add(grp.getgrgid(number).gr_name)
        except KeyError:  # a group without a name is in no list of Slurm's
            continue
    return frozenset(names)


def _version(text: str) -> tuple[int, ...]:
    parts = text.split(".")[:2]
    return tuple(int(part) for part in parts) if all(p.isdecimal() for p in parts) else ()


def _in_partitions(member: Member, partitions: tuple[Partition, ...]) -> Member:
    """Without what is bound to partitions that are no more."""
    names = {partition.name for partition in partitions} | {""}
    kept = tuple(one for one in member.associations if one.partition in names)
    return dataclasses.replace(member, associations=kept)
