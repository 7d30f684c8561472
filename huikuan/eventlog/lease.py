"""Who owns which partition: a lease and an epoch in the service's own database (ADR 0009).

Members say that they are alive, share the partitions evenly, and take over what nobody renews.
Every claim raises the partition's epoch; every write is fenced by it, so that a wrong clock or a
frozen process costs availability, never correctness.
"""

import os
from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy import Row as SqlRow

from huikuan.eventlog.core import Core, decode_seqs

LEASE_MS = 1000 * int(os.environ.get("HUIKUAN_LEASE_SECONDS", "10"))
"""How long a partition waits for an owner who died without a word."""
BEAT_MS = LEASE_MS * 3 // 10


class Claim(msgspec.Struct, frozen=True):
    """A partition that is ours from now on, and where its last owner left it."""

    partition: int
    epoch: int
    topic_id: str
    position: int
    seqs: dict[str, int]
    cursor: str | None
    known_at: int


class FencedError(Exception):
    """Somebody else owns the partition: nothing of this transaction may stay."""


class Leases:
    """What one member of a service holds."""

    def __init__(
        self, core: Core, member: str, clock: Callable[[], int], *, exclusive: bool
    ) -> None:
        """With ``exclusive`` there is no other member, and leases are taken whoever had them."""
        self.member = member
        self._members = core.members
        self._progress = core.progress
        self._clock = clock
        self.exclusive = exclusive

    def beat(self, connection: Connection) -> tuple[int, dict[int, int]]:
        """Say that this member is alive, and renew its leases.

        Answers how many members are alive, and partition → epoch of what this one owns by name.
        """
        now, alive = self._clock(), self._members.c
        until = now + LEASE_MS
        connection.execute(delete(self._members).where(alive.alive_until < now - LEASE_MS))
        mine = update(self._members).where(alive.member == self.member)
        if connection.execute(mine.values(alive_until=until)).rowcount == 0:
            values = {"member": self.member, "alive_until": until}
            connection.execute(self._members.insert(), values)
        epochs = self._lock_mine(connection)
        leases = update(self._progress).where(self._progress.c.owner == self.member)
        connection.execute(leases.values(lease_until=until))
        if self.exclusive:
            return 1, epochs
        count = select(func.count()).where(alive.alive_until >= now)
        return max(1, connection.execute(count).scalar_one()), epochs

    def claim(self, connection: Connection, held: Collection[int], share: int) -> list[Claim]:
        """Take free partitions, or ones whose owner is gone, until ``share`` are held."""
        progress, wanted = self._progress.c, share - len(held)
        if wanted <= 0:
            return []
        query = select(self._progress).where(progress.partition.not_in(held))
        if not self.exclusive:
            gone = progress.lease_until < self._clock()
            query = query.where(or_(progress.owner.is_(None), progress.owner == self.member, gone))
        query = query.order_by(progress.partition).limit(wanted)
        free = connection.execute(query.with_for_update(skip_locked=True)).all()
        if not free:
            return []
        mine = update(self._progress).where(progress.partition.in_([row.partition for row in free]))
        until = self._clock() + LEASE_MS
        taken = mine.values(epoch=progress.epoch + 1, owner=self.member, lease_until=until)
        connection.execute(taken)
        return [_claimed(row) for row in free]

    def release(self, connection: Connection, held: Collection[int]) -> None:
        """Give up what this member owns by name but does not hold, or no longer."""
        progress = self._progress.c
        mine = (progress.owner == self.member, progress.partition.not_in(held))
        connection.execute(update(self._progress).where(*mine).values(owner=None, lease_until=0))

    def leave(self, connection: Connection) -> None:
        """Be no member any more."""
        connection.execute(delete(self._members).where(self._members.c.member == self.member))

    def _lock_mine(self, connection: Connection) -> dict[int, int]:
        progress = self._progress.c
        query = select(progress.partition, progress.epoch).where(progress.owner == self.member)
        # In order, as whoever commits or rebuilds locks them, so that nobody waits crosswise.
        locked = connection.execute(query.order_by(progress.partition).with_for_update())
        return {partition: epoch for partition, epoch in locked}  # noqa: C416


def _claimed(row: SqlRow[tuple[object, ...]]) -> Claim:
    return Claim(
        partition=row.partition,
        epoch=row.epoch + 1,
        topic_id=row.topic_id,
        position=row.position,
        seqs=decode_seqs(row.seqs),
        cursor=row.cursor,
        known_at=row.known_at,
    )
