"""Who asks: the hub says whose a token is. The service has no rights of its own to know more.

Only ``GET /hub/api/user`` is called, with the token of whoever asks. Answers are kept for
``RemoteShareService.identity_seconds``.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado import web

from ..errors import BackendTimeout, BackendUnreachable, Forbidden

MISSING = "sign in to JupyterHub, or send one of its tokens in the header Authorization"


class Identity:
    """Asks the hub; ``timeout`` in seconds."""

    def __init__(self, auth: HubOAuth, timeout: float) -> None:
        self.auth, self._timeout = auth, timeout

    async def of_token(self, header: str) -> str:
        """The user of the token in an ``Authorization`` header. Cookies do not count here, so
        no other web site can make a browser call this API. Raises Forbidden."""
        match = self.auth.auth_header_pat.match(header)
        model = await self._ask(self.auth.user_for_token, match.group(1)) if match else None
        if model is None:
            raise Forbidden(MISSING)
        return self._name(model)

    async def of_browser(self, handler: web.RequestHandler) -> str | None:
        """The user whose browser this is; None when nobody is signed in. Raises Forbidden."""
        model = await self._ask(self.auth.get_user, handler)
        return None if model is None else self._name(model)

    async def _ask(self, call: Any, argument: Any) -> Any:
        try:
            return await asyncio.wait_for(call(argument, sync=False), self._timeout)
        except asyncio.TimeoutError:
            raise BackendTimeout(f"JupyterHub did not answer in {self._timeout:g} s") from None
        except web.HTTPError as error:
            if error.status_code < 500:
                raise
            raise BackendUnreachable("JupyterHub could not be asked who you are") from error

    def _name(self, model: dict[str, Any]) -> str:
        """A person with the scope ``access:services!service=...``, and nobody else."""
        if not self.auth.check_scopes(self.auth.access_scopes, model):
            raise Forbidden("your token, or your account, may not use the share service")
        if model.get("kind", "user") != "user":
            raise Forbidden("only people share notebooks, services do not")
        name: str = model["name"]
        return name
