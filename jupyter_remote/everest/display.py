"""How jobs and files look in a notebook. Everything foreign is escaped."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import AppInfo
    from .views import JobView

SHOWN = 30
"""Rows of a table; more are counted."""
LONG = 120
"""Characters of a value."""


@contextlib.contextmanager
def bar(total: int, wanted: bool) -> Iterator[Callable[[], None]]:
    """A function to be called for each of ``total`` steps, with a bar where tqdm is installed."""
    try:
        if not wanted:
            raise ImportError
        from tqdm.auto import tqdm
    except ImportError:
        yield lambda: None
        return
    with tqdm(total=total, unit="job") as shown:

        def step() -> None:
            shown.update(1)

        yield step


def counts(jobs: Sequence[JobView]) -> str:
    """``3 DONE, 1 RUNNING``."""
    found = Counter(job.state for job in jobs)
    return ", ".join(f"{number} {state}" for state, number in sorted(found.items())) or "none"


def jobs_table(jobs: Sequence[JobView]) -> str:
    """A table of jobs with the counts of their states."""
    rows = "".join(
        f"<tr><td>{short(job.title)}</td><td>{short(job.info.app)}</td>"
        f"<td>{short(job.state)}</td><td>{short(job.reason)}</td>"
        f"<td><code>{short(job.id)}</code></td></tr>"
        for job in jobs[:SHOWN]
    )
    more = f"<p>and {len(jobs) - SHOWN} more</p>" if len(jobs) > SHOWN else ""
    return (
        f"<p>{escape(counts(jobs))}</p><table><thead><tr><th>Job</th><th>Application</th>"
        f"<th>State</th><th>Reason</th><th>Id</th></tr></thead><tbody>{rows}</tbody></table>{more}"
    )


def rows(jobs: Sequence[JobView]) -> list[dict[str, Any]]:
    """One dictionary for each job."""
    table = []
    for job in jobs:
        row = {"job": job.title, "state": job.state, "id": job.id, **job.inputs}
        for name, value in job.info.result.items():
            row[f"{name} (output)" if name in row else name] = value
        table.append(row)
    return table


def file(name: str, uri: str, server: str) -> str:
    """One file. No link: the address needs the token."""
    return f"<p><b>{escape(name)}</b> on {escape(server)}, <code>{short(uri)}</code></p>"


def app(info: AppInfo) -> str:
    """An application with its inputs and outputs."""
    parts = [
        f"<p><b>{escape(info.name or info.alias)}</b> <code>{escape(info.alias or info.id)}</code>"
    ]
    parts.append(f"<br>{short(info.annotation)}</p>")
    for words, parameters in (("Input", info.inputs), ("Output", info.outputs)):
        body = "".join(
            f"<tr><td>{short(p.name)}</td><td>{short('file' if p.file else p.type)}</td>"
            f"<td>{'yes' if p.required else ''}</td><td>{short(p.description or p.title)}</td></tr>"
            for p in parameters.values()
        )
        if body:
            head = f"<th>{words}</th><th>Type</th><th>Required</th><th></th>"
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "".join(parts)


def client(url: str, who: str, left: str) -> str:
    """A connection."""
    return f"<p><b>Everest</b> at {escape(url)}{escape(who)}<br>{escape(left)}</p>"


def short(value: Any) -> str:
    """A value as escaped text of bounded length."""
    text = str(value)
    return escape(text if len(text) <= LONG else text[:LONG] + "…")
