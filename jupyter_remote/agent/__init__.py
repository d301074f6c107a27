"""The job wrapper: runs one app, says how it is, ends all of it. Python >= 3.8 and nothing else.

``python -I -S <this folder, or bundle()> JOB`` reads ``JOB/spec.json``: a JobSpec as JSON and
``run`` (folder for sockets), ``umask`` (of the app) and ``detach``: true, the default: leave the
caller, whose exit status is 0 once there is ``JOB/state.json``, 2 when something could not be
stored and 1 otherwise, with words on stderr; false: stay, and end with the app's exit status.
Besides: ``time_limit`` (seconds from the start; then stopped: failed), ``err`` (true: stderr to
the file ``err``), ``record`` (fields for the state) and ``queued`` (see ``queue.py``).

It keeps ``state.json`` (replaced atomically, touched every minute), ``log`` (stdout and stderr of
the app as they come, unbounded), ``{run}/agent.sock`` (JSON lines: the state at once and at every
change; takes ``{"op": "stop"}``; its end of file means that the agent died) and, for an app that
listens on a port, the relay ``{run}/app.sock``. SIGTERM to the agent is a stop as well.

The app ends by itself (exit status 0: stopped, else failed), when asked (SIGTERM to it alone, to
all descendants, SIGKILL after ``stop_grace`` seconds: stopped), when it is not ready in time
(failed) or when the agent is killed (SIGTERM by the kernel). No descendant is left, and no ``run``.

Modules here import each other relatively and nothing of the package around them.
"""

from __future__ import annotations


def bundle() -> bytes:
    """The agent as one file to ship to other machines: a zip archive that Python runs."""
    import io
    import zipfile
    from pathlib import Path

    folder, out = Path(__file__).parent, io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(folder.glob("*.py")):
            name = path.name if path.name == "__main__.py" else f"agent/{path.name}"
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return out.getvalue()
