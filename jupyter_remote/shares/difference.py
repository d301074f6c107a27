"""What differs between two notebooks, as nbdime says it: in a process of its own, which can be
ended when it takes too long.

``python -m jupyter_remote.shares.difference`` reads ``{"base", "remote"}`` and writes nbdime's
diff. nbdime is an optional dependency: ``pip install "jupyterlab-remote[difference]"``.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from typing import Any

from ..errors import BackendError, WrongState
from ..model import Json
from ..process import run


def main() -> None:
    """The program."""
    import nbformat
    from nbdime.diffing.notebooks import diff_notebooks

    both = json.load(sys.stdin)
    nodes = [nbformat.from_dict(both[key]) for key in ("base", "remote")]  # type: ignore[no-untyped-call]
    json.dump(diff_notebooks(*nodes), sys.stdout)


def check_nbdime() -> None:
    """Raises WrongState, with what to do, when there is no nbdime."""
    if importlib.util.find_spec("nbdime") is None:
        raise WrongState(
            "differences need nbdime: install it where this Jupyter server is installed "
            "(pip install nbdime), then try again"
        )


async def difference(
    base: Mapping[str, Any], remote: Mapping[str, Any], timeout: float
) -> dict[str, Json]:
    """nbdime's ``{"base", "remote", "diff"}`` of two notebooks of format 4. ``timeout`` in
    seconds. Raises WrongState without nbdime, BackendTimeout, BackendError."""
    check_nbdime()
    both = {"base": base, "remote": remote}
    result = await run([sys.executable, "-m", __name__], timeout, json.dumps(both))
    if result.returncode:
        words = result.stderr.strip().splitlines()[-1:] or ["no reason"]
        raise BackendError(f"nbdime cannot compare these notebooks: {words[0]}")
    return {**both, "diff": json.loads(result.stdout)}


if __name__ == "__main__":
    main()
