"""REST of Everest: accounts, applications, files in and out. Jobs are in the list of all jobs."""

from __future__ import annotations

import dataclasses

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..backends.everest import RemoteEverest
from .base import RemoteHandler


class EverestHandler(RemoteHandler):
    """A handler that knows the accounts."""

    def initialize(self, everest: RemoteEverest) -> None:
        """Take the collaborator from the route table."""
        self.everest = everest


class EverestServersHandler(EverestHandler):
    """``everest/servers``: the accounts; one more."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All accounts, without their tokens."""
        self.answer({"servers": await self.everest.servers()})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Add an account."""
        self.answer(await self.everest.add(self.body("AddEverestServer")), 201)


class EverestServerHandler(EverestHandler):
    """``everest/servers/<account>``: one account; renew, forget."""

    @web.authenticated
    @authorized
    async def get(self, server: str) -> None:
        """The account, and whether it works."""
        self.answer(await self.everest.check(server))

    @web.authenticated
    @authorized
    async def patch(self, server: str) -> None:
        """A new token."""
        self.answer(await self.everest.renew(server, self.body("RenewEverestServer")))

    @web.authenticated
    @authorized
    async def delete(self, server: str) -> None:
        """Forget the account; unless ``revoke=0`` its token is worthless then."""
        revoke = bool(self.number("revoke", 1, 0, 1))
        if wrong := await self.everest.remove(server, revoke=revoke):
            self.answer({"warning": wrong})
        else:
            self.set_status(204)


class EverestAppsHandler(EverestHandler):
    """``everest/servers/<account>/apps``: applications."""

    @web.authenticated
    @authorized
    async def get(self, server: str) -> None:
        """Those whose name has the words of ``search``."""
        search = self.get_query_argument("search", "")
        self.answer({"apps": await self.everest.apps(server, search)})


class EverestAppHandler(EverestHandler):
    """``everest/servers/<account>/apps/<id or alias>``: one application."""

    @web.authenticated
    @authorized
    async def get(self, server: str, app: str) -> None:
        """Its inputs and outputs."""
        self.answer(await self.everest.app(server, app))


class EverestFilesHandler(EverestHandler):
    """``everest/servers/<account>/files``: a file is sent."""

    @web.authenticated
    @authorized
    async def post(self, server: str) -> None:
        """Begin; the transfer is looked at by its id."""
        transfer = self.everest.moves.upload(server, self.body("SendFile")["path"])
        self.answer(dataclasses.asdict(transfer), 202)


class EverestOutputsHandler(EverestHandler):
    """``everest/servers/<account>/jobs/<job>/outputs``: what a job gave."""

    @web.authenticated
    @authorized
    async def get(self, server: str, job: str) -> None:
        """Values, and files with their sizes."""
        self.answer({"outputs": await self.everest.backend(server).outputs(job)})

    @web.authenticated
    @authorized
    async def post(self, server: str, job: str) -> None:
        """Begin to store files in a folder; the transfer is looked at by its id."""
        fields = self.body("FetchOutputs")
        names, folder = fields.get("names", []), fields.get("folder", "")
        transfer = await self.everest.moves.download(server, job, names, folder)
        self.answer(dataclasses.asdict(transfer), 202)


class EverestSweepsHandler(EverestHandler):
    """``everest/servers/<account>/sweeps``: parameter sweeps."""

    @web.authenticated
    @authorized
    async def post(self, server: str) -> None:
        """Begin to submit one, or only count its tasks."""
        fields = self.body("Sweep")
        if fields.get("test"):
            self.answer(self.everest.moves.trial(server, fields))
        else:
            transfer = await self.everest.moves.sweep(server, fields)
            self.answer(dataclasses.asdict(transfer), 202)


class EverestTasksHandler(EverestHandler):
    """``everest/servers/<account>/jobs/<job>/tasks``: the results of a sweep."""

    @web.authenticated
    @authorized
    async def post(self, server: str, job: str) -> None:
        """Begin to unpack them; the transfer is looked at by its id."""
        fields = self.body("UnpackSweep")
        folder, output = fields.get("folder", ""), fields.get("output", "stdout")
        transfer = self.everest.moves.unpack(server, job, folder, output)
        self.answer(dataclasses.asdict(transfer), 202)


class EverestTransferHandler(EverestHandler):
    """``everest/transfers/<id>``: one transfer; end it."""

    @web.authenticated
    @authorized
    async def get(self, transfer: str) -> None:
        """How far it is."""
        self.answer(dataclasses.asdict(self.everest.moves.transfers.get(transfer)))

    @web.authenticated
    @authorized
    async def delete(self, transfer: str) -> None:
        """End it."""
        self.everest.moves.transfers.cancel(transfer)
        self.set_status(204)
