"""Requests to one Everest server: who we are, what an answer means, what may be tried again."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import Any, Literal, TypeVar, cast

import httpx

from ..breath import in_time
from .addresses import is_path
from .answers import judge, unreadable
from .errors import EverestError, LoginNeeded, NotEverest, Unreachable
from .model import Json
from .network import connections, tls_words
from .retry import Rests, Trouble, patiently
from .secret import Secret, guard_logs

Ask = Callable[[str], Awaitable[str]]
"""Is told why a new token is needed, and answers with one, or with an empty string."""

T = TypeVar("T")
Scheme = Literal["bearer", "cookie"]
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Errors from before anything of a request has left."""
_ASKING: ContextVar[bool] = ContextVar("everest-asking", default=False)


def base_url(url: str, allow_http: bool = False) -> str:
    """The server's address without ``/api``; raises NotEverest when it is none, or when a token
    would travel in clear over a network."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise NotEverest(f"{url!r} is no web address: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise NotEverest(
            f"{url!r} is no web address of a server: it looks like https://everest.distcomp.org"
        )
    if parsed.userinfo:
        raise NotEverest("the address of a server must not contain a user name or password")
    if parsed.scheme == "http" and not allow_http and not _is_here(parsed.host):
        raise NotEverest(
            f"{url} would send the token in clear: use https, or allow_http=True "
            "(for JupyterLab RemoteEverest.allow_http)"
        )
    path = parsed.path.rstrip("/").removesuffix("/api").rstrip("/")
    return str(parsed.copy_with(path=path or "/")).rstrip("/")


def _is_here(host: str) -> bool:
    """Whether this is the machine itself."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


class Transport:
    """One server and one token (or a function that has it, called in a thread when it is first
    needed: keyrings may take their time). ``timeout``: seconds without a byte; ``total``: seconds
    for a whole answer that is no file; ``patience``: seconds during which what failed is tried
    again; ``secrets``: what besides the token no message may show."""

    def __init__(
        self,
        url: str,
        token: Secret | Callable[[], Secret | None] | None,
        *,
        scheme: Scheme = "bearer",
        ask: Ask | None = None,
        timeout: float = 20.0,
        total: float = 120.0,
        patience: float = 120.0,
        ca: str | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        secrets: Iterable[Secret] = (),
    ) -> None:
        guard_logs()
        self.url = base_url(url, allow_http)
        self.patience = patience
        self.first_pause = 0.5
        self.renewed: Callable[[Secret], None] | None = None
        """Is told, in a thread, of a token that was asked for and has worked."""
        self._find = token if callable(token) else lambda: token
        self._found, self._token = False, cast("Secret | None", None)
        self._secrets = [*secrets]
        self._unproven: Secret | None = None
        self._scheme, self._ask = scheme, ask
        self._asking, self._finding = asyncio.Lock(), asyncio.Lock()
        self._total, self._rests = total, Rests()
        self._known = False
        self._http = connections(timeout, ca, proxy)

    @property
    def known(self) -> bool:
        """Whether this server has spoken like Everest: odd answers of it are faults that pass."""
        return self._known

    def use(self, token: Callable[[], Secret | None]) -> None:
        """From the next request on another token; one that is on its way and is refused is sent
        again with it."""
        self._find, self._found = token, False
        self._token = self._unproven = None

    async def close(self) -> None:
        """No request leaves after this."""
        await self._http.aclose()

    # -- requests -------------------------------------------------------------------------

    async def call(self, method: str, path: str, **more: Any) -> Json:
        """The JSON of an answer (None of an empty one), tried again while that may help: only
        for requests that may arrive twice. ``more`` as ``once`` takes it. Raises EverestError."""
        patience = self.patience if self._known else min(self.patience, 5.0)
        return await patiently(lambda: self.once(method, path, **more), patience, self.first_pause)

    async def once(self, method: str, path: str, *, plain: bool = False, **more: Any) -> Json:
        """The same in one try, plus one with a new token. ``plain``: the answer is text.
        ``more``: ``json``, ``params`` as httpx takes them. Raises Trouble and EverestError."""

        async def ask() -> httpx.Response:
            async with self.opened(method, path, **more) as answer:
                await answer.aread()
            return answer

        async def send() -> Json:
            try:
                answer = await in_time(ask(), self._total)
            except asyncio.TimeoutError:
                words = f"{self.url} did not answer {method} {path} within {self._total:g} s"
                raise Trouble(Unreachable(words), maybe=True) from None
            return answer.text if plain else self._parsed(answer)

        return await self.with_login(send)

    def _parsed(self, answer: httpx.Response) -> Json:
        if not answer.content:
            self._known = True
            return None
        try:
            data = json.loads(answer.content)
        except ValueError:
            error = unreadable(self.url, answer)
            if not self._known:
                raise error from None
            raise Trouble(error, maybe=True) from None
        self._known = True
        return data

    async def with_login(self, send: Callable[[], Awaitable[T]]) -> T:
        """What ``send`` answers; when the token is refused, once more with a new one."""
        self.usable()
        for last in (False, True):
            token = await self._current()
            try:
                answer = await send()
            except LoginNeeded as error:
                if last:
                    raise
                await self._renew(token, error)
            else:
                if token is not None and self._unproven is token:
                    self._unproven = None
                    if self.renewed:
                        await asyncio.to_thread(self.renewed, token)
                return answer
        raise AssertionError

    def usable(self) -> None:
        """Raises LoginNeeded inside the function that is asked for a token: it waits for itself."""
        if _ASKING.get():
            words = "the function that is asked for a token cannot use the client that needs it"
            raise LoginNeeded(f"{self.url}: {words}")

    async def _current(self) -> Secret | None:
        """The token; found when it is first needed."""
        async with self._finding:
            while not self._found:
                find = self._find
                token = await asyncio.to_thread(find)
                if find is self._find:  # nobody gave another meanwhile
                    self._token, self._found = token, True
                    self._secrets += [token] if token else []
        return self._token

    async def _renew(self, refused: Secret | None, error: LoginNeeded) -> None:
        """Get a new token in place of the refused one: whoever comes first asks, once."""
        async with self._asking:
            if self._token is not refused or not self._found:  # there is another one by now
                return
            if self._ask is None or (refused is not None and self._unproven is refused):
                raise error
            inside = _ASKING.set(True)
            try:
                answer = await self._ask(str(error))
            finally:
                _ASKING.reset(inside)
            if not answer:
                raise error
            self._token = self._unproven = Secret(answer.strip())
            self._secrets.append(self._token)

    @contextlib.asynccontextmanager
    async def opened(
        self, method: str, path: str, *, foreign: bool = False, **more: Any
    ) -> AsyncIterator[httpx.Response]:
        """An answer with a good status, whose body is still to be read; ``path`` below the server,
        or a whole address when ``foreign``, which never gets the token. Raises as ``once``."""
        if not foreign and not is_path(path):
            raise EverestError(f"{path!r} is no path below {self.url}: nothing was sent")
        if self._http.is_closed:
            raise EverestError(f"the connection to {self.url} is closed")
        self._rests.check(f"{method} {path}")
        headers = {**more.pop("headers", {}), **({} if foreign else await self._credentials())}
        address = path if foreign else self.url + path
        try:
            async with self._http.stream(method, address, headers=headers, **more) as answer:
                await self._check(answer, foreign, f"{method} {path}")
                yield answer
        except httpx.HTTPError as error:
            raise self._trouble(error, address) from error
        except httpx.InvalidURL as error:
            raise EverestError(f"{path!r} is no address of a file: {error}") from None

    async def _check(self, answer: httpx.Response, foreign: bool, what: str) -> None:
        if answer.is_success:
            return
        await answer.aread()
        error = judge(self.url, answer, known=self._known or foreign, hide=self._hide)
        if isinstance(error, Trouble):
            self._rests.note(what, error)
        raise error

    def _hide(self, words: str) -> str:
        for secret in self._secrets:
            words = secret.hide(words)
        return words

    async def _credentials(self) -> dict[str, str]:
        token = await self._current()
        if token is None:
            return {}
        if self._scheme == "cookie":
            return {"Cookie": f"access_token={token.reveal()}"}
        return {"Authorization": f"Bearer {token.reveal()}"}

    def _trouble(self, error: httpx.HTTPError, address: str) -> Exception:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError) and not isinstance(error, httpx.ReadError):
                return Unreachable(tls_words(self.url, cause))
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.UnsupportedProtocol):
            return EverestError(f"{address!r} is no web address")
        unsent = isinstance(error, _UNSENT)
        what = str(error) or type(error).__name__
        if isinstance(error, httpx.ProxyError):
            what = f"the proxy refuses to lead there ({what})"
        host = httpx.URL(address).host
        return Trouble(Unreachable(f"{host} could not be reached: {what}"), maybe=not unsent)
