"""Notebooks for the tests of share links: harmless ones, hostile ones, large ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from jupyter_remote.events import SHARE

SCRIPT = "<script>window.stolen = document.cookie</script><img src=x onerror='window.stolen=1'>"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": 1 if outputs else None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def markdown(source: str) -> dict[str, Any]:
    """A markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def shown(**data: Any) -> dict[str, Any]:
    """An output; names of kinds with ``_`` for ``/``."""
    kinds = {key.replace("_", "/", 1): value for key, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": kinds}


def notebook(*cells: dict[str, Any], minor: int = 4, **metadata: Any) -> dict[str, Any]:
    """A notebook with these cells."""
    known = {"kernelspec": KERNEL, "language_info": {"name": "python"}, **metadata}
    return {"cells": list(cells), "metadata": known, "nbformat": 4, "nbformat_minor": minor}


def hostile() -> dict[str, Any]:
    """What a sender who means harm would send: trusted, signed, with scripts everywhere."""
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2}}
    output = shown(text_html=SCRIPT, text_plain="plain")
    output["data"].update(view)
    return notebook(
        markdown(f"# Title\n\n{SCRIPT}\n\n[link](javascript:alert(1))"),
        code("1 + 1", output, trusted=True),
        code("js", shown(application_javascript="window.stolen = 1"), trusted=True),
        code("svg", shown(**{"image_svg+xml": f"<svg>{SCRIPT}</svg>"}), trusted=True),
        signature="hmac-sha256:abc",
        trusted=True,
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"a": {}}}},
    )


def write(folder: Path, name: str, content: dict[str, Any]) -> str:
    """Put a notebook into the user's files; answers its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return name


def simple(text: str = "hello") -> dict[str, Any]:
    """A small notebook that says something."""
    stream = {"output_type": "stream", "name": "stdout", "text": f"{text}\n"}
    return notebook(markdown("# Title"), code(f"print({text!r})", stream))


def token_of(share: dict[str, Any]) -> str:
    """The secret in a link."""
    return str(share["link"]).rsplit("/", 1)[1]


class Links:
    """The API of one server as its user, and its public pages as a stranger."""

    def __init__(self, fetch: Callable[..., Any], root: Path, server: Any) -> None:
        self._fetch, self.root, self._server = fetch, root, server
        (app,) = server.extension_manager.extension_apps["jupyter_remote"]
        self.sharing = app.sharing
        self.data = Path(app.data_dir)
        self.events: list[dict[str, Any]] = []
        server.event_logger.add_listener(schema_id=SHARE, listener=self._listen)

    async def _listen(self, logger: Any, schema_id: str, data: Any) -> None:
        self.events.append(dict(data))

    async def fetch(self, *path: str, **kwargs: Any) -> Any:
        """One request of the user."""
        return await self._fetch("jupyter-remote", *path, **kwargs)

    async def __call__(self, method: str, *path: str, body: Any = None, **query: Any) -> Any:
        content = None if body is None else json.dumps(body)
        answer = await self.fetch(*path, method=method, body=content, params=query)
        return json.loads(answer.body) if answer.body else None

    async def refusal(self, method: str, *path: str, **kwargs: Any) -> tuple[int, Any]:
        """Status and body of an answer that is a refusal."""
        with pytest.raises(HTTPClientError) as caught:
            await self(method, *path, **kwargs)
        assert caught.value.response is not None
        return caught.value.code, json.loads(caught.value.response.body)

    async def share(self, name: str, content: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Write a notebook and share it for an hour."""
        path = write(self.root, name, content)
        body = {"path": path, "expires_in": 3600, **options}
        share: dict[str, Any] = await self("POST", "shares", body=body)
        return share

    async def open(self, share: dict[str, Any], *tail: str, method: str = "GET") -> Any:
        """What a stranger gets who has the link, whatever the status."""
        path = "/".join([share["link"], *tail])
        url = f"http://127.0.0.1:{self._server.port}{path}"
        client = AsyncHTTPClient()
        return await client.fetch(url, method=method, raise_error=False, follow_redirects=False)

    async def save(self, path: str, content: dict[str, Any]) -> None:
        """As Lab saves."""
        model = {"type": "notebook", "format": "json", "content": content}
        await self._fetch("api", "contents", path, method="PUT", body=json.dumps(model))

    async def rename(self, old: str, new: str) -> None:
        """As Lab renames."""
        body = json.dumps({"path": new})
        await self._fetch("api", "contents", old, method="PATCH", body=body)

    def told(self, share: dict[str, Any]) -> dict[str, Any]:
        """The share as events tell it."""
        return [event for event in self.events if event["id"] == share["id"]][-1]

    def store(self, share: dict[str, Any]) -> Path:
        """The folder of a share."""
        return self.data / "shares" / str(share["id"])

    def snapshot(self, share: dict[str, Any]) -> str:
        """What its link gives now."""
        return max(self.store(share).glob("notebook-*"), key=lambda p: int(p.stem[9:])).read_text()

    def expire(self, share: dict[str, Any]) -> None:
        """Let its time be over."""
        path = self.store(share) / "share.json"
        data = json.loads(path.read_text())
        data["share"]["expires"] = data["share"]["created"]
        path.write_text(json.dumps(data))

    # -- as others ----------------------------------------------------------------------------

    @property
    def server(self) -> Any:
        """The Jupyter server."""
        return self._server

    @property
    def contents(self) -> Any:
        """Its contents manager, of the kind that is not asynchronous."""
        return FileContentsManager(
            root_dir=str(self.root), notary=self._server.contents_manager.notary
        )

    @property
    def base(self) -> str:
        """The server's base URL."""
        return str(self._server.base_url)

    def url(self, path: str) -> str:
        """An address on the server."""
        return f"http://127.0.0.1:{self._server.port}{path}"

    async def get(self, url: str, **kwargs: Any) -> Any:
        """What anybody gets, whatever the status."""
        kwargs = {"raise_error": False, "follow_redirects": False, **kwargs}
        return await AsyncHTTPClient().fetch(
            HTTPRequest(url, **_of_request(kwargs)), raise_error=False
        )

    async def login_cookie(self) -> str:
        """The cookies of a browser that signed in."""
        token = self._server.identity_provider.token
        answer = await self.get(self.url(f"{self.base}api/status?token={token}"))
        cookies = [value.split(";")[0] for value in answer.headers.get_list("Set-Cookie")]
        answer = await self.get(
            self.url(f"{self.base}tree"), headers={"Cookie": "; ".join(cookies)}
        )
        return "; ".join([*cookies, "_xsrf=2|aabbccdd|00112233445566778899aabbccddeeff|1600000000"])

    async def as_browser(
        self,
        path: str,
        cookie: str,
        body: str | None = None,
        *,
        xsrf: bool = False,
        method: str = "POST",
    ) -> Any:
        """A request with cookies, with or without the XSRF token."""
        headers = {"Cookie": cookie}
        if xsrf:
            headers["X-XSRFToken"] = cookie.rsplit("_xsrf=", 1)[1]
        url = self.url(f"{self.base}jupyter-remote/{path}")
        return await self.get(
            url, method=method, body=body if method == "POST" else None, headers=headers
        )

    def _token(self) -> dict[str, str]:
        return {"Authorization": f"token {self._server.identity_provider.token}"}

    async def upload(self, body: bytes, *, chunked: bool = False, link: str = "") -> Any:
        """Send a file, with or without saying before how long it is."""
        url = self.url(f"{self.base}jupyter-remote/imports/upload?name=x.ipynb")
        headers = {**self._token(), "Share-Link": link}

        async def produce(write: Callable[[bytes], Any]) -> None:
            for at in range(0, len(body), 10_000):
                await write(body[at : at + 10_000])

        what = {"body_producer": produce} if chunked else {"body": body}
        return await self.get(url, method="POST", headers=headers, **what)

    async def broken_upload(self) -> None:
        """A browser that goes away in the middle."""
        _, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        head = f"POST {self.base}jupyter-remote/imports/upload?name=x.ipynb HTTP/1.1\r\n"
        head += "Host: 127.0.0.1\r\nContent-Length: 1000000\r\n"
        head += f"Authorization: {self._token()['Authorization']}\r\n\r\n"
        writer.write(head.encode() + b"x" * 100_000)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def _of_request(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kwargs.items() if key != "raise_error"}
