"""Slurm's words for limits that a job runs into, in plain ones.

They are built by rule (``QOSMaxCpuPerUserLimit``): whose limit, over how much, of what.
"""

from __future__ import annotations

import re

OWNERS = {"Assoc": "its account", "QOS": "its quality of service (QOS)"}
OWNERS[""] = OWNERS["QOS"]

THINGS = {
    "BB": "burst buffer",
    "Billing": "billing units",
    "Cpu": "processors",
    "Energy": "energy",
    "GRES": "GPUs or other devices",
    "License": "licenses",
    "Mem": "memory",
    "Memory": "memory",
    "Node": "nodes",
    "Unknown": "resources",
}
"""What is limited."""

OVER_TIME = {
    "Cpu": "processor time",
    "GRES": "time of GPUs or other devices",
    "Mem": "memory over time",
    "Memory": "memory over time",
    "Node": "node time",
}
"""What is limited where a limit is in minutes."""

WORD = re.compile(
    r"(?P<owner>Assoc|QOS|)(?P<kind>Grp|Max|Min)"
    r"(?P<thing>BB|Billing|C[Pp][Uu]|Energy|GRES|Submit|Jobs?|License|Memory|Mem|Node|Unknown|Wall)"
    r"(?:Jobs?|Duration)?(?P<minutes>Run(?:Minutes|Mins)|Minutes)?"
    r"(?:Per(?P<per>Job|Node|User|Account))?(?:Limit|NotSatisfied)?"
)


def limit(word: str) -> str:
    """What a word says of a limit; empty for a word that says nothing of one."""
    match = WORD.fullmatch(word)
    if not match:
        return ""
    owner, kind, thing, minutes, per = match.groups()
    if kind == "Max" and not owner and not per:
        return ""
    thing = "Cpu" if thing in ("CPU", "Cpu") else thing
    if thing in ("Submit", "Job", "Jobs"):
        return _jobs(OWNERS[owner], kind, thing == "Submit", per)
    if thing == "Wall":
        return _wall(OWNERS[owner], kind)
    what = OVER_TIME.get(thing, THINGS[thing]) if minutes else THINGS[thing]
    return _amount(OWNERS[owner], kind, what, (minutes or "").startswith("Run"), per)


def _jobs(owner: str, kind: str, submit: bool, per: str | None) -> str:
    verb, note = ("have", ", waiting ones included") if submit else ("run", "")
    if kind == "Grp":
        return f"{owner} {'has' if submit else 'runs'} as many jobs as it may{note}"
    who = "all users of your account" if per == "Account" else "you"
    return f"{who} {verb} as many jobs as {owner} allows{note}"


def _wall(owner: str, kind: str) -> str:
    if kind == "Grp":
        return f"{owner} used up all the run time that it has"
    return f"asks for more time than {owner} allows"


def _amount(owner: str, kind: str, what: str, running: bool, per: str | None) -> str:
    if kind == "Min":
        return f"asks for less than {owner} demands: {what}"
    if kind == "Grp":
        who = f"running jobs of {owner}" if running else owner
        return f"not enough is left of what {who} may use: {what}"
    if per in ("User", "Account"):
        who = "you" if per == "User" else "your account"
        return f"with it {who} would use more than {owner} allows at once: {what}"
    where = {"Node": " on one node", "Job": " for one job"}.get(per or "", "")
    return f"asks for more than {owner} allows{where}: {what}"
