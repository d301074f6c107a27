"""The link to jobs on this machine: unix sockets below one folder that only this user enters."""

from __future__ import annotations

import os
import socket
import stat
import struct
import sys
import tempfile
from asyncio.trsock import TransportSocket
from pathlib import Path

from ..errors import StorageError

SOCKET_BYTES = 107 if sys.platform == "linux" else 103
"""Longest path of a unix socket: sockaddr_un.sun_path less its final zero (unix(7))."""


def default_run_dir() -> Path:
    """``<tempdir>/jupyter-remote-<uid>``; below /tmp when that would be too long for sockets."""
    name = f"jupyter-remote-{os.getuid()}"
    folder = Path(tempfile.gettempdir()) / name
    return folder if len(os.fsencode(folder)) <= SOCKET_BYTES - 40 else Path("/tmp", name)  # noqa: S108


def private_folder(path: Path) -> Path:
    """Make the folder (0700) or check it; raises StorageError unless it is a real folder of
    this user that nobody else may enter."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the folder {path}: {error.strerror}") from error
    return check_private(path)


def check_private(path: Path) -> Path:
    """As ``private_folder``, for one that must be there already."""
    try:
        info = path.lstat()
    except OSError as error:
        raise StorageError(f"cannot use the folder {path}: {error.strerror}") from error
    if not stat.S_ISDIR(info.st_mode):
        raise StorageError(f"{path} is not a folder (perhaps a link); remove it")
    if info.st_uid != os.getuid():
        raise StorageError(f"the folder {path} belongs to another user")
    if info.st_mode & 0o077:
        raise StorageError(f"other users may enter {path}; run: chmod 700 {path}")
    return path


def listener_is_ours(client: socket.socket | TransportSocket) -> bool:
    """Whether this user, or root, listens at the unix socket to which ``client`` is connected.
    When a cleaner of /tmp removed our folder, its name is anybody's. Linux tells; elsewhere
    the folder alone must do."""
    if sys.platform != "linux":
        return True
    peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("3i", peer)[1] in (0, os.getuid())


def socket_fits(path: Path) -> Path:
    """Answers the path; raises StorageError when a unix socket cannot have such a long one."""
    if len(os.fsencode(path)) > SOCKET_BYTES:
        raise StorageError(
            f"the path {path} is too long for a socket (at most {SOCKET_BYTES} bytes); "
            "set RemoteLocalBackend.run_dir to a shorter folder"
        )
    return path
