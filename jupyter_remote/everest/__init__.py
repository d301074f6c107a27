"""Jobs of the Everest distributed computing platform, from a notebook or any Python program.

    from jupyter_remote.everest import Everest

    with Everest("https://everest.distcomp.org") as everest:
        job = everest.submit("demo/hostname")
        print(job.result(timeout=60)["hostname"])

``AsyncEverest`` is the same for asynchronous code. Errors are below ``EverestError``.
"""

from __future__ import annotations

from .accounts import Account as Account
from .accounts import Accounts as Accounts
from .client import AsyncEverest as AsyncEverest
from .errors import AmbiguousSubmit as AmbiguousSubmit
from .errors import Damaged as Damaged
from .errors import EverestError as EverestError
from .errors import InvalidInput as InvalidInput
from .errors import JobCancelled as JobCancelled
from .errors import JobError as JobError
from .errors import JobFailed as JobFailed
from .errors import JobVanished as JobVanished
from .errors import LoginNeeded as LoginNeeded
from .errors import NoSuchThing as NoSuchThing
from .errors import NotAllowed as NotAllowed
from .errors import NotEverest as NotEverest
from .errors import Refused as Refused
from .errors import StillRunning as StillRunning
from .errors import TooMany as TooMany
from .errors import Unreachable as Unreachable
from .groups import AsyncJobs as AsyncJobs
from .handles import AsyncJob as AsyncJob
from .handles import AsyncRemoteFile as AsyncRemoteFile
from .login import add_token as add_token
from .login import log_in as log_in
from .model import AppInfo as AppInfo
from .model import JobInfo as JobInfo
from .model import Parameter as Parameter
from .plan import Plan as Plan
from .plan import span as span
from .settings import Settings as Settings
from .sweeps import AsyncSweep as AsyncSweep
from .sweeps import SweepResults as SweepResults
from .sync import Everest as Everest
from .sync_handles import Job as Job
from .sync_handles import Jobs as Jobs
from .sync_handles import RemoteFile as RemoteFile
from .sync_handles import Sweep as Sweep
