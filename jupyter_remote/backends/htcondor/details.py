"""One job in full, from its ClassAd. Pure."""

from __future__ import annotations

import os.path
import time
from collections.abc import Mapping

from ...contract import JobDetails
from ...model import Job, Json
from .ads import LIMIT
from .reasons import whole


def details(ad: Mapping[str, Json], job: Job, script: str) -> JobDetails:
    """All that its ad says; ``script`` is what was submitted, where that is known."""
    asked, used = _asked(ad), _used(ad, job)
    words = [str(ad.get(key) or "") for key in ("Cmd", "Arguments", "Args")]
    return JobDetails(
        script=script,
        command=" ".join(word for word in words if word),
        folder=job.folder,
        logs=logs(ad),
        asked=asked,
        used=used,
        efficiency=_efficiency(asked, used),
        ending=ending(job),
        rows={key: _text(value) for key, value in sorted(ad.items()) if _text(value)},
    )


def logs(ad: Mapping[str, Json]) -> dict[str, str]:
    """Stream -> absolute path; none for what is thrown away."""
    found = {}
    for stream, key in (("stdout", "Out"), ("stderr", "Err")):
        name = str(ad.get(key) or "")
        if name and name != "/dev/null":
            found[stream] = os.path.join(str(ad.get("Iwd") or ""), name)
    return found


def ending(job: Job) -> str:
    """How it ended, for people; empty while it has not."""
    if not job.state.ended:
        return ""
    if job.signal:
        return f"The signal {job.signal} ended it."
    if job.exit_code is not None:
        return "It ended well." if job.exit_code == 0 else f"It ended with status {job.exit_code}."
    return job.reason[:1].upper() + job.reason[1:]


def _asked(ad: Mapping[str, Json]) -> dict[str, float]:
    """What it asked for; what is an expression counts as what it was given."""
    found: dict[str, float | None] = {
        "cpus": _either(ad, "RequestCpus", "CpusProvisioned", 1),
        "memory": _either(ad, "RequestMemory", "MemoryProvisioned", 1 << 20),
        "gpus": _either(ad, "RequestGPUs", "GPUsProvisioned", 1),
        "time": _either(ad, LIMIT, "AllowedJobDuration", 1),
        "nodes": whole(ad, "MinHosts"),
    }
    return {key: float(value) for key, value in found.items() if value}


def _used(ad: Mapping[str, Json], job: Job) -> dict[str, float]:
    wall = float(whole(ad, "RemoteWallClockTime") or 0)
    begun = whole(ad, "JobCurrentStartDate") or whole(ad, "JobStartDate")
    if not wall and begun and job.started and not job.state.ended:
        wall = max(0.0, time.time() - begun)
    cpu = sum(float(ad.get(key) or 0) for key in ("RemoteUserCpu", "RemoteSysCpu"))
    found = {"memory": float(job.memory or 0), "time": wall, "cpu_time": cpu}
    return {key: value for key, value in found.items() if value or (wall and key == "cpu_time")}


def _efficiency(asked: Mapping[str, float], used: Mapping[str, float]) -> dict[str, float]:
    wall = used.get("time", 0.0)
    parts = {
        "cpu": (used.get("cpu_time"), wall * asked.get("cpus", 1.0)),
        "memory": (used.get("memory"), asked.get("memory", 0.0)),
        "time": (wall or None, asked.get("time", 0.0)),
    }
    return {
        key: min(1.0, part / whole_)
        for key, (part, whole_) in parts.items()
        if part is not None and whole_
    }


def _either(ad: Mapping[str, Json], key: str, other: str, unit: int) -> float | None:
    number = whole(ad, key) or whole(ad, other)
    return float(number * unit) if number else None


def _text(value: Json) -> str:
    """A value as HTCondor writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.removeprefix("/Expr(").removesuffix(")/") if value[:6] == "/Expr(" else value
    return "" if value is None else str(value)
