"""What a person does in JupyterLab with an account on Everest, through a real Jupyter server."""

from __future__ import annotations

import json
from typing import Any

from jupyter_remote.columns import records

from .conftest import until
from .everest_rig import Everest
from .test_api import Client, check

ENDED = ("stopped", "failed", "lost")
QUICK = {
    "RemoteWatch": {"fast_interval": 0.05, "busy_interval": 0.05, "load_share": 0.0},
    "RemoteEverest": {"patience": 1.0, "timeout": 5.0, "gone_after": 0.3},
}
"""Configuration that looks often and gives up soon."""


class Lab:
    """What a person does in JupyterLab with one account."""

    def __init__(self, client: Client, account: str = "mine") -> None:
        self.client, self.account, self.backend = client, account, f"everest:{account}"

    async def listed(self) -> dict[str, Any]:
        await self.client("POST", "jobs", "look", body={})
        answer = await self.client("GET", "jobs")
        found = [job for job in records(answer["jobs"]) if job["backend"] == self.backend]
        return {job["job_id"]: job for job in found}

    async def about(self) -> Any:
        return (await self.client("POST", "jobs", "look", body={}))["backends"].get(self.backend)

    async def submit(self, app: str, name: str = "", **inputs: Any) -> str:
        script = json.dumps({"app": app, "inputs": inputs})
        body = {"backend": self.backend, "script": script, "name": name}
        answer = await self.client("POST", "jobs", body=body)
        check(answer, "SubmittedJob")
        job_id: str = answer["job_id"]
        return job_id

    async def reach(self, job_id: str, *states: str) -> Any:
        async def there() -> Any:
            job = (await self.listed()).get(job_id)
            return job if job and job["state"] in (states or ENDED) else None

        return await until(there, f"{job_id} to be {states or ENDED}")

    async def transfer(self, begun: Any) -> Any:
        check(begun, "Transfer")

        async def ended() -> Any:
            now = await self.client("GET", "everest", "transfers", begun["id"])
            return now if now["state"] != "running" else None

        return await until(ended, "the transfer to end")

    async def sweep(self, fields: Any) -> str:
        """Submit a parameter sweep; answers the id of its job."""
        ended = await self.transfer(await self.ask("POST", "sweeps", body=fields))
        assert ended["state"] == "done", ended
        check(ended["result"], "SubmittedJob")
        job_id: str = ended["result"]["job_id"]
        return job_id

    async def ask(self, method: str, *path: str, **more: Any) -> Any:
        return await self.client(method, "everest", "servers", self.account, *path, **more)


async def lab(client: Client, server: Everest, account: str = "mine") -> Lab:
    """A Lab with an account on a stand-in."""
    body = {"url": server.url, "name": account, "token": server.token}
    check(await client("POST", "everest", "servers", body=body), "EverestServer")
    return Lab(client, account)
