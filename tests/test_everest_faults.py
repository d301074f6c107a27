"""The client of Everest when servers, networks and tokens fail."""

from __future__ import annotations

import http.server
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_remote.everest import (
    AsyncEverest,
    Everest,
    LoginNeeded,
    NoSuchThing,
    NotAllowed,
    NotEverest,
    Refused,
    Settings,
    TooMany,
    Unreachable,
)

from . import everest_rig
from .everest_notebook import *  # noqa: F403
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]
SHORT = Settings(patience=0.3, first_pause=0.02, settle=0.1, fastest=0.02, slowest=0.1)


# -- the wrong address -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("everest.distcomp.org", "looks like https"),
        ("ftp://everest.distcomp.org", "looks like https"),
        ("https://", "looks like https"),
        ("http://everest.distcomp.org", "in clear"),
        ("https://me:secret@everest.distcomp.org", "must not contain"),
        ("https://everest.distcomp.org/?a=b", "looks like https"),
        ("https://[::1", "no web address"),
    ],
)
def test_what_is_no_address_is_refused(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(NotEverest, match=words) as found:
        AsyncEverest(url, "token", folder=tmp_path)
    assert "secret" not in str(found.value)


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/"])
async def test_ways_to_write_the_address(suffix: str, tmp_path: Path) -> None:
    async with AsyncEverest(f"https://Host.org{suffix}", "t", folder=tmp_path) as client:
        assert client.url == "https://host.org"


@pytest.fixture
def website() -> Iterator[str]:
    """A server that is no Everest."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html><h1>Welcome</h1></html>"
            self.send_response(404 if "hidden" in self.path else 200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["", "/hidden"])
async def test_another_server_is_told_at_once(website: str, path: str, tmp_path: Path) -> None:
    async with AsyncEverest(website + path, "token", folder=tmp_path) as client:
        began = time.monotonic()
        with pytest.raises(NotEverest, match="is it the address"):
            await client.submit("demo/hostname")
        assert time.monotonic() - began < 5


async def test_nobody_listens(tmp_path: Path) -> None:
    async with AsyncEverest("http://127.0.0.1:9", "t", settings=SHORT, folder=tmp_path) as client:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 could not be reached"):
            await client.jobs()


async def test_a_redirect_is_not_followed_with_the_token(
    client: AsyncEverest, server: everest_rig.Everest
) -> None:
    server.control.fault("jobs.list", "redirect", location="https://elsewhere.example/")
    with pytest.raises(NotEverest, match="redirects /api/jobs to https://elsewhere"):
        await client.jobs()


async def test_a_certificate_that_nobody_signed(everest: Factory, tmp_path: Path) -> None:
    paths = everest_rig.certificate(tmp_path)
    server = everest(certificate=paths)
    assert server.url.startswith("https://")
    async with AsyncEverest(server.url, server.token, folder=tmp_path / "a") as client:
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"certificate .* is not trusted .*ca="):
            await client.jobs()
        assert time.monotonic() - began < 5
    folder = tmp_path / "b"
    async with AsyncEverest(server.url, server.token, ca=str(paths[0]), folder=folder) as client:
        assert len(await client.jobs()) == 0
    with pytest.raises(NotEverest, match="cannot read certificates"):
        AsyncEverest(server.url, "t", ca=str(tmp_path / "none.pem"), folder=tmp_path)


# -- tokens ------------------------------------------------------------------------------------


async def test_a_token_that_ends_in_mid_run_is_asked_for_once(
    everest: Factory, tmp_path: Path
) -> None:
    server, questions = everest(), []

    async def ask(sentence: str) -> str:
        questions.append(sentence)
        return server.control.token()

    async with AsyncEverest(
        server.url, server.token, settings=QUICK, folder=tmp_path, ask=ask
    ) as client:
        jobs = await client.map("demo/sleep", [{"duration": 0.5}] * 6)
        server.control.advance(8 * 86400)
        results = await jobs.results(timeout=30)
    assert results == [{}] * 6
    (question,) = questions
    assert "expired" in question
    assert server.token not in question


async def test_nobody_to_ask(client: AsyncEverest, server: everest_rig.Everest) -> None:
    job = await client.submit("demo/sleep", {"duration": 20})
    server.control.revoke()
    with pytest.raises(LoginNeeded, match="does not accept the token"):
        await job.result(timeout=30)
    await client.close()


async def test_a_wrong_answer_is_not_asked_for_again(everest: Factory, tmp_path: Path) -> None:
    server, questions = everest(), []

    async def ask(sentence: str) -> str:
        questions.append(sentence)
        return "wrong"

    async with AsyncEverest(server.url, "old", folder=tmp_path, ask=ask, settings=QUICK) as client:
        for _ in range(3):
            with pytest.raises(LoginNeeded):
                await client.jobs()
    assert len(questions) == 1


def test_plain_code_is_asked_in_its_own_thread(everest: Factory, tmp_path: Path) -> None:
    server, threads = everest(), []

    def ask(sentence: str) -> str:
        threads.append(threading.current_thread())
        return server.control.token()

    with Everest(server.url, "old", folder=tmp_path, ask=ask, settings=QUICK) as client:
        assert client.submit("demo/echo", {"text": "here"}).result(30)["text"].strip() == "here"
    assert threads == [threading.current_thread()]


async def test_a_cookie_will_do(everest: Factory, tmp_path: Path) -> None:
    server = everest()
    async with AsyncEverest(
        server.url, server.token, folder=tmp_path, scheme="cookie", settings=QUICK
    ) as client:
        await client.jobs()
    (request,) = server.control.requests()
    assert "Authorization" not in request["headers"]
    assert request["headers"]["Cookie"] == "access_token=..."


def records(folder: Path) -> str:
    """All that was written down of jobs."""
    texts = [path.read_text() for path in folder.rglob("*.jsonl")]
    assert texts
    return "".join(texts)


async def test_the_token_shows_nowhere(
    everest: Factory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = everest()
    async with AsyncEverest(server.url, server.token, folder=tmp_path, settings=SHORT) as client:
        await client.submit("demo/hostname")
        server.control.fault("jobs.list", "status", status=403, body="text")
        with pytest.raises(NotAllowed) as refused:
            await client.jobs()
        shown = [
            repr(client),
            client._repr_html_(),
            repr(vars(client.transport)),
            repr(refused.value),
        ]
    assert server.token not in "".join(shown) + caplog.text
    assert caplog.text
    assert server.token not in records(tmp_path)


# -- what passes and what does not --------------------------------------------------------------

PASSING = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502, "body": "html"},
    {"kind": "status", "status": 503, "body": "empty", "headers": {"Retry-After": "0"}},
    {"kind": "status", "status": 504, "body": "broken"},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"kind": "status", "status": 200, "body": "html"},
    {"kind": "status", "status": 200, "body": "broken"},
    {"kind": "reset"},
    {"kind": "truncate"},
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda f: "-".join(map(str, f.values()))[:40])
async def test_what_passes_is_tried_again(
    client: AsyncEverest, server: everest_rig.Everest, fault: dict[str, object]
) -> None:
    job = await client.submit("demo/echo", {"text": "x"})
    for route in ("jobs.list", "jobs.get", "apps.get", "files.*"):
        server.control.fault(route, times=2, **fault)  # type: ignore[arg-type]
    assert len(await client.jobs()) == 1
    assert (await client.app("demo/echo")).alias == "demo/echo"
    assert (await job.result(timeout=30))["text"].strip() == "x"


@pytest.mark.parametrize(
    ("status", "kind"), [(403, NotAllowed), (404, NoSuchThing), (401, LoginNeeded)]
)
@pytest.mark.parametrize("body", ["json", "message", "text", "html", "empty", "broken"])
async def test_refusals_are_told_once_in_any_shape(
    client: AsyncEverest, server: everest_rig.Everest, status: int, kind: type[Refused], body: str
) -> None:
    await client.jobs()
    server.control.reset_counts()
    server.control.fault("jobs.list", "status", status=status, body=body)
    with pytest.raises(kind) as found:
        await client.jobs()
    assert found.value.code == status
    assert ("a fault that was asked for" in str(found.value)) == (body != "empty")
    assert server.control.counts() == {"jobs.list": 1}


async def test_a_wait_that_is_too_long_is_not_waited(everest: Factory, tmp_path: Path) -> None:
    server = everest()
    async with AsyncEverest(server.url, server.token, folder=tmp_path, settings=SHORT) as client:
        server.control.fault("jobs.list", "status", status=429, headers={"Retry-After": "3600"})
        for _ in range(3):  # it is asked once, and then left alone; other things are not
            with pytest.raises(TooMany):
                await client.jobs()
        await client.app("demo/echo")
    assert server.control.counts() == {"jobs.list": 1, "apps.get": 1}


async def test_clocks_that_differ(client: AsyncEverest, server: everest_rig.Everest) -> None:
    server.control.advance(-3 * 3600)
    job = await client.submit("demo/hostname")
    await job.result(timeout=30)
    late = {"Date": "Sat, 01 Jan 2000 00:00:00 GMT", "Retry-After": "Sat, 01 Jan 2000 00:00:01 GMT"}
    server.control.fault("jobs.list", "status", status=429, headers=late)
    began = time.monotonic()
    assert len(await client.jobs()) == 1
    assert time.monotonic() - began >= 1
