"""HTCondor as a backend, by its own commands."""

from .backend import RemoteHTCondorBackend as RemoteHTCondorBackend
