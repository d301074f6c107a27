"""Entry point of the folder and of the bundle, in both of which the package is ``agent``."""

import os
import sys

if __name__ == "__main__":
    here = sys.path.pop(0)
    sys.path.append(here if os.path.isfile(here) else os.path.dirname(here))
    supervisor = __import__("agent.supervisor", fromlist=["main"])
    os._exit(supervisor.main(os.path.abspath(sys.argv[1])))
