"""Slurm as a backend, by its own commands."""

from .backend import RemoteSlurmBackend as RemoteSlurmBackend
