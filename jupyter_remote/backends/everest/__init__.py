"""Everest as a backend: one for each account, all built on ``jupyter_remote.everest``."""

from .backend import EverestBackend as EverestBackend
from .servers import RemoteEverest as RemoteEverest
