"""Who the commands of schedulers run as."""

from __future__ import annotations

import os
import pwd


def user_name() -> str:
    """The user that the commands run as; their number when they have no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
