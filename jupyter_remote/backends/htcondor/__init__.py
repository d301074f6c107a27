"""HTCondor as a backend, by its own commands or its Python bindings."""

from .backend import RemoteHTCondorBackend as RemoteHTCondorBackend
