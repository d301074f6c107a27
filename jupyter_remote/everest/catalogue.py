"""Applications: found, described, remembered. The shape of a search's answer is documented
nowhere, so several are understood."""

from __future__ import annotations

import asyncio
import re
from typing import Final
from urllib.parse import quote

from .errors import InvalidInput, NoSuchThing, NotAllowed, NotEverest
from .model import AppInfo, JobInfo, Json, mapping
from .records import Record
from .transport import Transport

_ID: Final = re.compile(r"[0-9a-f]{24}")
_NAME: Final = re.compile(r"[^/\s?#%\\]+(/[^/\s?#%\\]+)?")
_DOTS: Final = {".", ".."}


class Catalogue:
    """Descriptions that one client has read, each read once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known: dict[str, AppInfo | None] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def find(self, name: str) -> AppInfo | None:
        """The description; None when this user may submit but not read it. Raises NoSuchThing."""
        check_name(name)
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._known:
                try:
                    self._known[name] = await self._read(name)
                except NotAllowed:
                    self._known[name] = None
            return self._known[name]

    async def get(self, name: str) -> AppInfo:
        """The description. Raises NoSuchThing and NotAllowed."""
        check_name(name)
        return await self._read(name)

    async def search(self, words: str) -> list[AppInfo]:
        """Applications whose name contains the words."""
        if words:
            data = await self._transport.call("GET", "/api/apps/search", params={"name": words})
        else:
            data = await self._transport.call("GET", "/api/apps")
        return listed_apps(self._transport.url, data)

    def drop(self, name: str) -> None:
        """Forget a description: the application may have changed."""
        self._known = {
            key: info
            for key, info in self._known.items()
            if key != name and (info is None or name not in (info.alias, info.id))
        }

    async def _read(self, name: str) -> AppInfo:
        if "/" in name or _ID.fullmatch(name):
            data = await self._transport.call("GET", f"/api/apps/{quote(name, safe='/')}")
            try:
                return AppInfo.from_json(data)
            except ValueError as error:
                words = f"{self._transport.url} describes {name} as no application: {error}"
                raise NotEverest(words) from None
        found = await self.search(name)
        exact = [app for app in found if name in (app.name, app.alias.rsplit("/", 1)[-1])]
        if len(exact) == 1:
            return await self._read(exact[0].alias or exact[0].id)
        near = ", ".join(sorted(app.alias or app.id for app in exact or found)[:10])
        hint = f"; did you mean one of: {near}" if near else ""
        many = "several applications are" if exact else "no application is"
        raise NoSuchThing(f"{many} called {name!r} on {self._transport.url}{hint}", 404)


def check_name(name: str) -> None:
    """Raises InvalidInput for what can be no name of an application."""
    if not _NAME.fullmatch(name) or _DOTS & set(name.split("/")):
        raise InvalidInput(f"{name!r} is no application: give its id, or owner/name", "app")


def listed_apps(url: str, data: Json) -> list[AppInfo]:
    """Applications of a list, or of an object with a list in it. Raises NotEverest."""
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        data = lists[0] if lists else None
    if not isinstance(data, list):
        raise NotEverest(f"{url} answers a search for applications with something else")
    fit = [each for each in data if mapping(each).get("id") or mapping(each).get("alias")]
    return [AppInfo.from_json(each) for each in fit]


def from_record(record: Record) -> JobInfo:
    """A job as its record has it."""
    return JobInfo(
        id=record.id,
        name=record.name,
        state=record.state,
        app=record.app,
        app_name="",
        inputs=record.inputs,
        result={},
        info="",
        raw={"id": record.id, "name": record.name, "state": record.state},
    )
