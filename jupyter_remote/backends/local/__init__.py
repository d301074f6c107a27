"""This machine as a backend."""

from .backend import RemoteLocalBackend as RemoteLocalBackend
