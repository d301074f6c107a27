"""What the share service does for a user who shares: all rules are here.

``user`` is the name of a hub user who is already known to be the one who asks. Another user's
shares are as unknown as those that never were.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping

from ..errors import InvalidSpec, LimitReached, NotFound, WrongState
from ..model import Json, as_time
from ..shares import names, tokens
from ..shares.model import ACTIVE
from .records import Content, Kept, new_id
from .snapshots import Upload
from .vault import Vault
from .worker import Worker


class OwnerDesk:
    """A user's own shares: made, sent, listed, changed, revoked."""

    def __init__(self, vault: Vault, worker: Worker) -> None:
        self._vault, self._worker = vault, worker
        self._sending: Counter[str] = Counter()

    async def create(self, user: str, asked: Mapping[str, Json]) -> dict[str, Json]:
        """A new share, which waits for its notebook; its token is told here and nowhere else."""
        self._vault.limits.check_expiry(asked["expires_in"])
        size = asked.get("size", 0)
        await self._check_room(user, size)
        token, now = tokens.new_token(), self._vault.clock()
        kept = Kept(
            id=new_id(),
            digest=tokens.digest(token),
            owner=user,
            name=names.notebook_name(asked["name"]),
            created=now,
            expires=now + asked["expires_in"],
            once=asked.get("once", False),
            outputs=asked.get("outputs", True),
            users=self._users(asked.get("users", [])),
            options=self._vault.limits.carried(asked.get("options", {})),
        )
        await self._vault.do(self._vault.store.add, kept, self._vault.limits.user_shares)
        self._vault.audit("create", user, kept.id, name=kept.name, **_terms(kept))
        return {"id": kept.id, "token": token, "expires": as_time(kept.expires)}

    def _users(self, users: list[str]) -> tuple[str, ...]:
        if len(users) > self._vault.limits.max_named:
            raise InvalidSpec(f"one share may name at most {self._vault.limits.max_named} users")
        return tuple(sorted(set(users)))

    async def _check_room(self, user: str, size: int, besides: str = "") -> None:
        self._vault.limits.check_size(size)
        mine, everybody = await self._vault.do(
            lambda: (
                self._vault.store.kept_bytes(user, besides),
                self._vault.store.kept_bytes(None, besides),
            )
        )
        self._vault.limits.check_room(mine, everybody, size)

    async def own(self, user: str, share: str) -> Kept:
        """A share of this user; everybody else's are unknown."""
        kept = await self._vault.do(self._vault.store.by_id, share)
        if kept is None or kept.owner != user:
            self._vault.audit("denied", user, share if kept else "")
            raise NotFound("there is no such share of yours")
        return kept

    async def shares(self, user: str) -> list[dict[str, Json]]:
        """All shares of this user."""
        now = self._vault.clock()
        return [
            kept.to_json(now) for kept in await self._vault.do(self._vault.store.of_owner, user)
        ]

    async def share(self, user: str, share: str) -> dict[str, Json]:
        """One share of this user."""
        kept = await self.own(user, share)
        return kept.to_json(self._vault.clock())

    async def admit(self, user: str, share: str, size: int) -> None:
        """Whether a new version of ``size`` bytes (0: nobody knows) may be sent; else raises."""
        kept = await self.own(user, share)
        if kept.state_at(self._vault.clock()) != ACTIVE:
            raise WrongState(f"this share is {kept.state_at(self._vault.clock())}")
        await self._check_room(user, size, share)

    @contextlib.contextmanager
    def receive(self, user: str) -> Iterator[Upload]:
        """Take a new version: write to what this gives, then ``commit`` it."""
        most = self._vault.limits
        if self._sending[user] >= most.uploads:
            raise LimitReached("you are sending too many notebooks at once; wait for one to end")
        self._sending[user] += 1
        try:
            with (
                self._vault.named() as name,
                Upload(self._vault.files, name, most.max_bytes) as upload,
            ):
                yield upload
        finally:
            self._sending[user] -= 1
            self._sending += Counter()  # leaves out who sends nothing

    async def commit(self, user: str, share: str, upload: Upload) -> dict[str, Json]:
        """What has arrived becomes the newest revision, cleaned; the old one goes."""
        await asyncio.to_thread(upload.finish)
        kept = await self.own(user, share)
        with self._vault.named(keep=True) as name:
            raw, target = self._vault.files.path(upload.name), self._vault.files.path(name)
            facts = await self._worker.clean(raw, target, kept.outputs)
            room = (self._vault.limits.user_bytes, self._vault.limits.total_bytes)
            content = Content(file=name, **facts)
            kept, old = await self._vault.do(
                self._vault.store.revise, share, content, room, self._vault.clock()
            )
            await asyncio.to_thread(self._vault.files.remove, old)
        self._vault.audit("update", user, share, revision=kept.revision, bytes=kept.size)
        record = kept.to_json(self._vault.clock())
        return {key: record[key] for key in ("revision", "size", "updated")}

    async def change(self, user: str, share: str, asked: Mapping[str, Json]) -> dict[str, Json]:
        """Another end, counted from now, or other named users."""
        kept, now = await self.own(user, share), self._vault.clock()
        users = self._users(asked["users"]) if "users" in asked else None
        expires = kept.expires
        if "expires_in" in asked:
            self._vault.limits.check_expiry(asked["expires_in"])
            expires = now + asked["expires_in"]
        changed = await self._vault.do(self._vault.store.change, share, expires, users, now)
        self._vault.audit("change", user, share, **_terms(changed))
        return changed.to_json(now)

    async def revoke(self, user: str, share: str, forget: bool) -> None:
        """Dead at once; what is being fetched is fetched to its end. ``forget``: the row goes
        as well, and the link is as unknown as one that never was."""
        await self.own(user, share)
        if forget:
            file = await self._vault.do(self._vault.store.forget, share)
        else:
            file = await self._vault.do(self._vault.store.revoke, share, self._vault.clock())
        await asyncio.to_thread(self._vault.files.remove, file)
        self._vault.audit("forget" if forget else "revoke", user, share)

    async def limits_of(self, user: str) -> dict[str, Json]:
        """What this user may do."""
        return self._vault.limits.to_json(await self._vault.do(self._vault.store.kept_bytes, user))


def _terms(kept: Kept) -> dict[str, Json]:
    """What the audit log says of a share's terms."""
    users = list(kept.users)
    return {"expires": as_time(kept.expires), "once": kept.once, "users": users}
