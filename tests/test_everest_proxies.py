"""Everest through proxies, with certificates of an institute, and without TLS: from notebooks and
from Lab."""

from __future__ import annotations

import contextlib
import shutil
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from jupyter_remote.everest import AsyncEverest, NotEverest, Unreachable
from jupyter_remote.everest.retry import Trouble

from .everest_lab import QUICK, Lab
from .everest_rig import Everest, certificate
from .test_api import Client
from .test_everest_road import QUICK as PATIENT

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes certificates")
FAR = "everest.example.org"
"""A name that only the proxy knows."""


class Proxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy (RFC 9110, 9.3.6 and 7.6) that writes down what it is asked for. ``names``:
    ports of this machine by name; ``refuses``: it answers 407 to all."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.heads: list[str] = []
        self.names: dict[str, int] = {}
        self.refuses = False

    def count(self, method: str) -> int:
        return len([head for head in self.heads if head.startswith(method)])

    def to(self, host: str, port: int) -> socket.socket:
        where = ("127.0.0.1", self.names[host]) if host in self.names else (host, port)
        return socket.create_connection(where, timeout=30)


class Asked(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            lines.append(line.decode("latin-1"))
        if not lines:
            return
        self.server.heads.append("".join(lines))
        if self.server.refuses:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
            self.wfile.write(b"Content-Length: 0\r\nConnection: close\r\n\r\n")
            return
        method, target, _ = lines[0].split(" ", 2)
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            with self.server.to(host, int(port)) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._both_ways(there)
        else:
            self._forward(method, target, lines[1:])

    def _forward(self, method: str, target: str, fields: list[str]) -> None:
        """One request; then the connection ends."""
        url = urlsplit(target)
        length = [int(f.split(":")[1]) for f in fields if f.lower().startswith("content-length:")]
        path = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
        kept = [field for field in fields if not field.lower().startswith("connection:")]
        head = [f"{method} {path} HTTP/1.1\r\n", *kept, "Connection: close\r\n\r\n"]
        with self.server.to(url.hostname or "", url.port or 80) as there:
            there.sendall("".join(head).encode("latin-1") + self.rfile.read(sum(length)))
            _pour(there, self.connection)

    def _both_ways(self, there: socket.socket) -> None:
        up = threading.Thread(target=_pour, args=(self.connection, there))
        up.start()
        _pour(there, self.connection)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)
        up.join()


def _pour(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
        to.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy; none of the environment's."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with Proxy() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of an institute, and its key."""
    return certificate(tmp_path)


@pytest.fixture
def secure(everest: Callable[..., Everest], paths: tuple[Path, Path]) -> Everest:
    return everest(certificate=paths)


async def works(server: Everest, folder: Path, **how: Any) -> None:
    """A job from its submit to its file."""
    (folder / "text").write_text("one\n")
    async with AsyncEverest(token=server.token, settings=PATIENT, folder=folder, **how) as client:
        job = await client.submit("demo/append", {"message": "two", "file": folder / "text"})
        assert await (await job.result(30))["file"].text() == "one\ntwo\n"


# -- from a notebook


async def test_a_proxy_that_is_given_is_used_and_sees_no_token(
    secure: Everest, paths: tuple[Path, Path], proxy: Proxy, tmp_path: Path
) -> None:
    await works(secure, tmp_path, url=secure.url, ca=str(paths[0]), proxy=proxy.url)
    assert proxy.count("CONNECT") > 0
    assert secure.token not in "".join(proxy.heads)


async def test_the_proxy_of_the_environment_is_used_but_where_it_says_not_to(
    secure: Everest,
    paths: tuple[Path, Path],
    proxy: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    await works(secure, tmp_path, url=secure.url, ca=str(paths[0]))
    used = proxy.count("CONNECT")
    assert used > 0
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    await works(secure, tmp_path, url=secure.url, ca=str(paths[0]))
    assert proxy.count("CONNECT") == used


async def test_a_server_without_tls_where_that_is_allowed(
    everest: Callable[..., Everest], proxy: Proxy, tmp_path: Path
) -> None:
    server = everest()
    proxy.names[FAR] = int(server.url.rpartition(":")[2])
    with pytest.raises(NotEverest, match="in clear"):
        await works(server, tmp_path, url=f"http://{FAR}", proxy=proxy.url)
    assert proxy.heads == []
    await works(server, tmp_path, url=f"http://{FAR}", proxy=proxy.url, allow_http=True)
    assert proxy.count(f"POST http://{FAR}/api/files/temp ") == 1


async def test_a_proxy_that_refuses_leaves_no_doubt_of_a_submit(
    secure: Everest, proxy: Proxy, tmp_path: Path
) -> None:
    """Nothing has left: that is no reason to look for the job."""
    proxy.refuses = True
    async with AsyncEverest(secure.url, secure.token, proxy=proxy.url, folder=tmp_path) as client:
        with pytest.raises(Trouble, match=r"the proxy refuses to .*407 Proxy Auth") as found:
            await client.transport.once("POST", "/api/apps/demo/hostname", json={})
    assert isinstance(found.value.error, Unreachable)
    assert not found.value.maybe


@pytest.mark.parametrize(
    "odd",
    ["proxy.example.org:3128", "ftp://me:secret@x", "http://", "http://[::1", "me:secret@x:1"],
)
def test_what_is_no_proxy_is_refused(tmp_path: Path, odd: str) -> None:
    with pytest.raises(NotEverest, match=r"no address of a proxy: .*RemoteEverest.proxy") as found:
        AsyncEverest("https://everest.example.org", "t", proxy=odd, folder=tmp_path)
    assert "secret" not in str(found.value)


def test_what_the_environment_names_is_refused_in_words(
    tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://me:secret@proxy.example.org")
    with pytest.raises(NotEverest, match=r"HTTPS_PROXY.*proxy.example.org") as found:
        AsyncEverest("https://everest.example.org", "t", folder=tmp_path)
    assert "secret" not in str(found.value)
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(NotEverest, match=r"cannot read certificates .*SSL_CERT_FILE"):
        AsyncEverest("https://everest.example.org", "t", folder=tmp_path)


# -- from Lab


@pytest.fixture
def client(jp_fetch: Any, jp_serverapp: Any) -> Client:
    """The REST API of a real Jupyter server."""
    return Client(jp_fetch)


@pytest.fixture
def remote_config(request: pytest.FixtureRequest, proxy: Proxy, paths: Any) -> dict[str, Any]:
    """What an administrator sets; ``$proxy`` and ``$certificate`` stand for those of the test."""
    known = {"$proxy": proxy.url, "$certificate": str(paths[0])}
    given = {key: known.get(value, value) for key, value in request.param.items()}
    return {**QUICK, "RemoteEverest": {**QUICK["RemoteEverest"], **given}}


async def a_job_from_lab(client: Client, server: Everest, url: str) -> None:
    body = {"url": url, "name": "mine", "token": server.token}
    await client("POST", "everest", "servers", body=body)
    mine = Lab(client)
    assert (await mine.ask("GET"))["wrong"] == ""
    await mine.reach(await mine.submit("demo/hostname"), "stopped")


SETTINGS = [{"proxy": "$proxy", "certificates": "$certificate"}]


@pytest.mark.parametrize("remote_config", SETTINGS, indirect=True)
async def test_lab_uses_the_proxy_and_the_certificates_that_are_set(
    client: Client, secure: Everest, proxy: Proxy
) -> None:
    await a_job_from_lab(client, secure, secure.url)
    assert proxy.count("CONNECT") > 0


@pytest.mark.parametrize("remote_config", [{"certificates": "$certificate"}], indirect=True)
async def test_lab_uses_the_certificates_without_a_proxy(
    client: Client, secure: Everest, proxy: Proxy
) -> None:
    await a_job_from_lab(client, secure, secure.url)
    assert proxy.heads == []


@pytest.mark.parametrize("remote_config", [{"proxy": "$proxy", "allow_http": True}], indirect=True)
async def test_lab_goes_without_tls_where_that_is_allowed(
    client: Client,
    everest: Callable[..., Everest],
    proxy: Proxy,
) -> None:
    server = everest()
    proxy.names[FAR] = int(server.url.rpartition(":")[2])
    await a_job_from_lab(client, server, f"http://{FAR}")
    assert proxy.count(f"GET http://{FAR}/api/jobs ") > 0


@pytest.mark.parametrize("remote_config", [{"proxy": "proxy.example.org:3128"}], indirect=True)
async def test_lab_says_what_is_wrong_with_its_proxy(
    client: Client,
    secure: Everest,
) -> None:
    body = {"url": secure.url, "name": "mine", "token": secure.token}
    status, error = await client.refusal("POST", "everest", "servers", body=body)
    assert (status, error["reason"]) == (502, "not-everest")
    assert "'proxy.example.org:3128' is no address of a proxy" in error["message"]
