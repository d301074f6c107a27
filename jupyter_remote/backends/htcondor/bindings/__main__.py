"""One of HTCondor's commands, by the bindings: takes its words, prints what it would print.

    python <this folder> condor_q -json -allusers -constraint 'Owner == "me"'

It is a process of its own, because a call into the bindings blocks and cannot be given up. What
fails is said on stderr, with status 1. Nothing of the package around it is imported.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence

import classad2
import htcondor2

Words = argparse.Namespace

ACTIONS = {
    "condor_rm": (htcondor2.JobAction.Remove, "remove", ""),
    "condor_hold": (htcondor2.JobAction.Hold, "hold", "already held"),
    "condor_release": (htcondor2.JobAction.Release, "release", "not held"),
    "condor_vacate_job": (htcondor2.JobAction.Vacate, "vacate", "not running"),
}
"""Command -> what is done, its verb, and what the other jobs are."""

ON_THE_WAY = re.compile(r"fail.* to send|communication|transaction:\s*(unknown error)?$", re.I)
"""Words of a submit that broke off: the queue may have taken it."""

QUEUE = re.compile(r"^\s*queue\b", re.M | re.I)
"""The command of a submit description that makes jobs."""


def main(argv: Sequence[str]) -> int:
    """Status 0: done, 1: it failed."""
    words = parse(argv)
    commands: dict[str, Callable[[Words], str]] = {
        "condor_q": lambda words: query(words, schedd(words)),
        "condor_history": lambda words: history(words, schedd(words)),
        "condor_status": slots,
        "condor_submit": submit,
        "condor_qedit": edit,
        **dict.fromkeys(ACTIONS, act),
    }
    try:
        sys.stdout.write(commands[words.program](words))
    except (htcondor2.HTCondorException, OSError, ValueError, RuntimeError) as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return 1
    return 0


def parse(argv: Sequence[str]) -> Words:
    """The words that ``CondorCommands`` is asked for; others end the process."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    for flag in ("-json", "-allusers", "-totals", "-terse"):
        parser.add_argument(flag, action="store_true")
    for option in ("-constraint", "-attributes", "-since", "-name", "-queue", "-dry-run"):
        parser.add_argument(option)
    parser.add_argument("-limit", type=int, default=-1)
    parser.add_argument("-append", action="append", default=[])
    parser.add_argument("-af", nargs="+")
    parser.add_argument("rest", nargs="*")
    return parser.parse_intermixed_args(argv)


def schedd(words: Words) -> htcondor2.Schedd:
    """The queue of exactly this name, or the one of this machine's configuration."""
    pool = htcondor2.Collector()
    if not words.name:
        return htcondor2.Schedd(pool.locate(htcondor2.DaemonType.Schedd))
    wanted = f"Name =?= {classad2.quote(words.name)}"
    named = pool.query(htcondor2.AdType.Schedd, wanted, ["Name", "MyAddress", "CondorVersion"])
    if not named:
        raise ValueError(f"The collector has no record of schedd {words.name}")
    return htcondor2.Schedd(named[0])


# -- what asks


def query(words: Words, schedd: htcondor2.Schedd) -> str:
    """Jobs of everybody, or with ``-totals`` how many there are and the queue's time."""
    totals = htcondor2.QueryOpt.SummaryOnly if words.totals else htcondor2.QueryOpt.Default
    return as_json(schedd.query(which(words), names(words), opts=totals))


def history(words: Words, schedd: htcondor2.Schedd) -> str:
    """The newest first, until the job or the condition of ``-since``."""
    if words.af:
        ads = schedd.history("true", words.af, match=words.limit)
        return "".join(" ".join(str(ad[name]) for name in words.af) + "\n" for ad in ads)
    options = {"match": words.limit, "since": words.since}
    return as_json(schedd.history(which(words), names(words), **options))


def slots(words: Words) -> str:
    """Machines, or parts of them."""
    kind = htcondor2.AdType.Startd
    return as_json(htcondor2.Collector().query(kind, words.constraint or "true", names(words)))


def which(words: Words) -> str:
    """The condition for the jobs that are meant; all of them when none are named."""
    if words.constraint:
        return str(words.constraint)
    job = re.fullmatch(r"(\d+)(?:\.(\d+))?", words.rest[0], re.ASCII) if words.rest else None
    if job is None:
        return "true"
    return f"ClusterId == {job[1]}" + (f" && ProcId == {job[2]}" if job[2] else "")


def names(words: Words) -> list[str]:
    """The attributes asked for; all of them: none."""
    return words.attributes.split(",") if words.attributes else []


def as_json(ads: Iterable[classad2.ClassAd]) -> str:
    """As the commands print it; nothing for none."""
    text = ",\n".join(ad.printJson() for ad in ads)
    return f"[\n{text}\n]\n" if text else ""


# -- what does something


def act(words: Words) -> str:
    """Done when one job at least was, or had been before."""
    action, verb, state = ACTIONS[words.program]
    which = words.constraint or words.rest[0]
    said = schedd(words).act(action, which)
    if said["TotalSuccess"] or (verb == "remove" and said["TotalAlreadyDone"]):
        return f"{said['TotalSuccess']} jobs\n"
    if said["TotalPermissionDenied"]:
        raise ValueError(f"Permission denied to {verb} job {which}")
    if said["TotalBadStatus"] or said["TotalAlreadyDone"]:
        raise ValueError(f"Job {which} {state or f'cannot be {verb}d'}")
    if said["TotalError"]:
        raise ValueError(f"Could not {verb} job {which}")
    raise ValueError(f"Couldn't find/{verb} all jobs matching {which}")


def edit(words: Words) -> str:
    """Attributes and values in turn; each is a change of its own."""
    which, rest = words.constraint, list(words.rest)
    if which is None:
        which = rest.pop(0)
    queue = schedd(words)
    for name, value in zip(rest[::2], rest[1::2], strict=True):
        if not queue.edit(which, name, value):
            raise ValueError(f"Couldn't find any jobs by constraint {which}")
    return ""


def submit(words: Words) -> str:
    """The description is read from stdin; ``-append`` overrides its lines."""
    description = read(sys.stdin.read(), bool(words.queue))
    for line in words.append:
        name, _, value = line.partition("=")
        description[name.strip()] = value.strip()
    if words.queue:
        description.setQArgs(words.queue)
    if words.dry_run:
        return str(description)
    queue = schedd(words)
    try:
        made = queue.submit(description)
    except htcondor2.HTCondorException as error:
        if ON_THE_WAY.search(str(error)):
            raise ValueError(f"the communication with the queue broke off: {error}") from error
        raise
    first = made.first_proc()
    last = first + made.num_procs() - 1
    return f"{made.cluster()}.{first} - {made.cluster()}.{last}\n"


def read(text: str, queued: bool) -> htcondor2.Submit:
    """A submit description; ``queued``: how many jobs it makes is said elsewhere. Of none the
    bindings would make one, and of several ``queue`` commands they would do the first."""
    number = len(QUEUE.findall(text))
    if number > 1:
        raise ValueError("HTCondor's bindings take one 'queue' command, as the last line")
    if not number and not queued:
        raise ValueError("no 'queue' commands found in the submit description")
    try:
        return htcondor2.Submit(text)
    except htcondor2.HTCondorException as error:
        raise ValueError(f"HTCondor's bindings cannot read the description: {error}") from error


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)  # the library has threads and handlers of its own for the end
