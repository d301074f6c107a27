"""Which addresses are this server's own: only these are ever asked for with a token."""

from __future__ import annotations


def is_ours(base: str, uri: str) -> bool:
    """Whether a file is asked for with our token: only below this server's own files."""
    return path_of(base, uri).startswith("/api/files/")


def path_of(base: str, uri: str) -> str:
    """The path below the server of a uri; the uri itself when it is somewhere else."""
    return uri.removeprefix(base) if uri.startswith(base + "/") else uri


def is_path(path: str) -> bool:
    """Whether this stays on the server when it is put behind the server's address: ``@host/x``,
    ``.host/x`` and ``:1/x`` would name another one."""
    return path.startswith("/") and not path.startswith("//")
