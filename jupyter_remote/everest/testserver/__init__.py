"""A STAND-IN for an Everest server, for tests, demos and notebooks. It is not Everest.

It speaks the REST API as public clients of Everest know it (``docs/developers/everest.md`` says
how sure each fact is) and really runs the commands of its few applications on this machine.
What the real server would do where no public source says so is a switch of ``Options``.

    with StandIn() as server:                    # in a thread of this process
        token = server.control.token("demo")     # also: server.url
"""

from .control import Control as Control
from .options import Life as Life
from .options import Options as Options
from .thread import StandIn as StandIn
