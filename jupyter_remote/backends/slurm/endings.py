"""How a job ended, in plain words."""

from __future__ import annotations

import re
import signal

from .reasons import STATE_WORDS, STATES

CODES = {
    1: "its last command failed",
    2: "its last command was called wrongly, or failed",
    125: "a container could not be started, or its last command failed",
    126: "its last command could not be run: it is no program, or may not be run",
    127: "its last command was not found",
    255: "its last command failed, or a connection broke",
}
"""What exit codes mean by custom."""

SIGNALS = {
    "SIGABRT": "the program gave up after an error of its own",
    "SIGBUS": "the program used memory wrongly, or a file that it read was cut off",
    "SIGFPE": "the program divided by zero, or the like",
    "SIGILL": "the program has an instruction that this processor does not know",
    "SIGINT": "it was interrupted",
    "SIGKILL": "it was killed: by somebody, by Slurm, or because memory ran out",
    "SIGPIPE": "what it wrote to was closed",
    "SIGSEGV": "the program used memory that is not its own",
    "SIGTERM": "it was asked to end: by somebody, by Slurm, or at its time limit",
    "SIGXCPU": "it used more processor time than is allowed",
    "SIGXFSZ": "it wrote a file larger than is allowed",
}

SLURMS = {
    53: "its output file or its folder could not be opened",
    125: "it needed more memory than it was given",
}
"""Numbers that Slurm puts where the signal is and that are none."""

STATUS = re.compile(r"(\d+):(\d+)(?:,.*)?", re.ASCII)


def codes(status: str) -> tuple[int, int]:
    """Exit code and signal in ``3:0`` or ``0:9``; zeros for anything else."""
    match = STATUS.fullmatch(status.strip())
    return (int(match[1]), int(match[2])) if match else (0, 0)


def explain_end(state: str, status: str) -> str:
    """How a job ended: Slurm's word for its state, and its exit code with signal (``3:0``).
    Empty for a job that has not ended."""
    code, number = codes(status)
    if state == "COMPLETED":
        return "It ended without an error (exit code 0)."
    if state not in STATES or not STATES[state].ended:
        return ""
    said = [STATE_WORDS[state]] if state in STATE_WORDS else []
    if state in ("FAILED", "OUT_OF_MEMORY", "NODE_FAIL", "TIMEOUT") and (code or number):
        said.append(_signal(number) if number else _code(code))
    words = "; ".join(dict.fromkeys(said)) or "it failed"
    return f"{words[0].upper()}{words[1:]}."


def _code(code: int) -> str:
    if 128 < code < 192 and (name := signal_name(code - 128)):
        return f"{SIGNALS.get(name, 'a signal ended it')} (exit code {code} = 128 + {name})"
    return f"{CODES.get(code, 'its last command failed')} (exit code {code})"


def _signal(number: int) -> str:
    if number in SLURMS:
        return f"{SLURMS[number]} (0:{number})"
    name = signal_name(number)
    return f"{SIGNALS.get(name, 'a signal ended it')} ({name or f'signal {number}'})"


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; empty for what is no signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
