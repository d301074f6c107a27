"""What others cannot do: without credentials, from another site, as another user of the machine."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from jupyter_remote.files import SecretKey

from .servers import TOKEN, Server

NOBODY = 65534


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("r")).start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def desktop(server: Server) -> str:
    session = server.begin("desktop")
    assert server.until(session, "running", "failed")["state"] == "running"
    return session


def handshake(server: Server, path: str, *fields: str) -> str:
    """The status line that a websocket handshake gets."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: binary",
        *fields,
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        return client.makefile("rb").readline().decode().strip()


def test_a_websocket_needs_credentials_and_our_origin(server: Server, desktop: str) -> None:
    path = f"/jupyter-remote/s/{desktop}/"
    ours = f"Origin: http://127.0.0.1:{server.port}"
    token = f"Authorization: token {TOKEN}"
    assert handshake(server, path, ours).endswith("403 Forbidden")
    assert handshake(server, path, ours, "Authorization: token wrong").endswith("403 Forbidden")
    assert handshake(server, path, "Origin: http://evil.example", token).endswith("403 Forbidden")
    assert " 101 " in handshake(server, path, ours, token)
    other = f"/jupyter-remote/s/{'a' * 20}/"
    assert " 404 " in handshake(server, other, ours, token)


def test_files_are_private(server: Server, desktop: str) -> None:
    closed = [server.records, server.run_dir, server.run_dir / desktop]
    closed += [server.records / name / desktop for name in ("sessions", "local")]
    for folder in closed:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    for path in server.records.rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    for path in (server.run_dir / desktop).glob("*"):
        if path.is_file() or path.is_socket():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to try as another user")
def test_another_user_cannot_get_in(server: Server, desktop: str) -> None:
    socket_path = server.run_dir / desktop / "app.sock"
    script = (
        "import os, socket, sys\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "try:\n"
        "    socket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
        "except PermissionError:\n"
        "    sys.exit(0)\n"
        "sys.exit(1)\n"
    )
    reach = [sys.executable, "-c", script, str(socket_path)]
    os.chmod(server.run_dir, 0o755)
    try:
        assert subprocess.run(reach, check=False).returncode == 0
    finally:
        os.chmod(server.run_dir, 0o700)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to try as another user")
@pytest.mark.skipif(not shutil.which("xdpyinfo"), reason="needs xdpyinfo")
def test_the_display_needs_its_cookie(server: Server, desktop: str) -> None:
    displays = {
        word
        for process in psutil.process_iter(["cmdline"])
        for word in (process.info["cmdline"] or [])[1:2]
        if "Xvfb" in (process.info["cmdline"] or [""])[0] and desktop in str(process.info)
    }
    assert displays, "an X server of this session"
    for display in displays:
        env = {"DISPLAY": display, "HOME": "/nonexistent", "PATH": os.environ["PATH"]}
        refused = subprocess.run(["xdpyinfo"], env=env, check=False, capture_output=True)
        assert refused.returncode != 0


def test_no_secret_is_seen(server: Server, desktop: str) -> None:
    secret = SecretKey(server.records / "key").secret(desktop)
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        assert secret not in words, "a secret in argv"
        assert TOKEN not in words
    record = str(server.session(desktop))
    log = server("GET", f"jupyter-remote/sessions/{desktop}/log")
    for text in (record, log.decode(), server.log()):
        assert secret not in text
        assert TOKEN not in text
    for path in (server.records / "sessions" / desktop).rglob("*.json"):
        assert secret not in path.read_text()


def test_the_apps_page_needs_credentials(server: Server, desktop: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        head = f"GET /jupyter-remote/s/{desktop}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        client.sendall(head.encode())
        assert b"403" in client.makefile("rb").readline()


def test_the_page_carries_the_password(server: Server, desktop: str) -> None:
    content = server("GET", f"jupyter-remote/s/{desktop}/")
    secret = SecretKey(server.records / "key").secret(desktop)
    assert secret.encode() in content, "only who may open it gets the password"
