"""A real Slurm with accounting for browser tests: says where it is, and runs until stdin ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests import slurm_accounts


def say(**words: str) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    if why := slurm_accounts.missing():
        say(missing=why)
        return
    with slurm_accounts.accounted() as slurm:
        say(conf=str(slurm.conf))
        sys.stdin.read()


if __name__ == "__main__":
    main()
