"""Which partitions this process holds, and what it takes to hold one: a claim, a fresh start."""

import time
from collections.abc import Callable, Sequence
from typing import Generic

import msgspec
from sqlalchemy import Connection, select

from huikuan.eventlog.core import Core
from huikuan.eventlog.database import Database
from huikuan.eventlog.due import Cursor
from huikuan.eventlog.follow import Following
from huikuan.eventlog.follow_by_key import FollowingByKey
from huikuan.eventlog.follow_in_order import FollowingInOrder
from huikuan.eventlog.history import History
from huikuan.eventlog.lease import BEAT_MS, Claim, Leases
from huikuan.eventlog.log import Log, LogError
from huikuan.eventlog.record import Record
from huikuan.eventlog.rules import A, Deciding, Rules, S
from huikuan.eventlog.state import State, state_numbered
from huikuan.eventlog.store import PartitionStore

_cursors = msgspec.json.Decoder(Cursor)


class RebuildNeededError(Exception):
    """The stored state means something else to these rules."""


class Held(Generic[S, A]):
    """A partition that this process owns."""

    def __init__(self, following: Following[S, A], epoch: int, state: State) -> None:
        self.following = following
        self.epoch = epoch
        self.state = state
        self.pending: Sequence[Record] = ()
        self.next_index = 0

    @property
    def waits(self) -> bool:
        """Whether records that were read are still to be dealt with."""
        return self.next_index < len(self.pending)


class Ownership(Generic[S, A]):
    """The partitions that are held now, under which epochs."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it takes to hold a partition
        self,
        rules: Rules[S, A],
        log: Log,
        database: Database,
        core: Core,
        history: History,
        leases: Leases,
        publishers: frozenset[str],
        resident_accounts_max: int,
    ) -> None:
        self._rules, self._log, self._database, self._core = rules, log, database, core
        self._history, self._leases, self._publishers = history, leases, publishers
        self._resident_accounts = max(64, resident_accounts_max // log.partitions)
        self._next_beat = 0.0
        self.held: dict[int, Held[S, A]] = {}
        self.claimed: list[Callable[[Sequence[Claim]], None]] = []
        """Called with what was claimed, before the first record is read; may refuse by raising."""
        self.taken: list[Callable[[], None]] = []
        """Called when what was claimed is held: only now can it be sent from."""

    def renew(self) -> bool:
        """Renew leases in time; take over or give up partitions as members come and go.

        True where the set of partitions changed. Raises ``LogError`` or ``RebuildNeededError``
        where this process must not go on.
        """
        if time.monotonic() < self._next_beat:
            return False
        with self._database.writing() as connection:
            members, epochs = self._leases.beat(connection)
            kept = {p: held for p, held in self.held.items() if epochs.get(p) == held.epoch}
            share = -(-self._log.partitions // members)
            kept = {partition: kept[partition] for partition in sorted(kept)[:share]}
            claims = self._leases.claim(connection, kept, share)
            begun = self._begin(connection, claims) if claims else {}
            self._leases.release(connection, kept | begun)
        for claim in claims:
            check_log(self._log, claim)
        for check in self.claimed:
            check(claims)
        changed = bool(claims) or len(kept) != len(self.held)
        self.held = kept | begun
        for hear in self.taken if claims else ():
            hear()
        self._next_beat = time.monotonic() + BEAT_MS / 1000
        return changed

    @property
    def exclusive(self) -> bool:
        """Whether no other process shares the database."""
        return self._leases.exclusive

    def epochs(self) -> dict[int, int]:
        """Partition → epoch of what is held."""
        return {partition: held.epoch for partition, held in self.held.items()}

    def beat_in_s(self) -> float:
        """Seconds until the leases must be renewed."""
        return max(0.0, self._next_beat - time.monotonic())

    def hasten(self) -> None:
        """Look at the leases in the next turn: their epochs were raised."""
        self._next_beat = 0.0

    def drop(self) -> None:
        """Forget what is held; the next ``renew`` claims it anew."""
        self.held = {}
        self._next_beat = 0.0

    def leave(self) -> None:
        """Give up leases in good order."""
        with self._database.writing() as connection:
            self._leases.release(connection, ())
            self._leases.leave(connection)
        self.drop()

    def _begin(self, connection: Connection, claims: Sequence[Claim]) -> dict[int, Held[S, A]]:
        pointer = connection.execute(select(self._core.pointer)).one()
        check_fold_version(self._rules, pointer.fold_version)
        state = state_numbered(pointer.state, is_postgres=self._database.is_postgres)
        shared = state.load_shared(connection, [claim.partition for claim in claims])
        return {
            claim.partition: self._start(state, claim, shared.get(claim.partition))
            for claim in claims
        }

    def _start(self, state: State, claim: Claim, shared: bytes | None) -> Held[S, A]:
        rules, partition = self._rules, claim.partition
        store = PartitionStore(self._database, self._core, self._history, state, partition)
        parts = (rules, partition, store, self._publishers, self._resident_accounts)
        kind = FollowingInOrder if isinstance(rules, Deciding) else FollowingByKey
        following: Following[S, A] = kind(*parts, self._log.partitions)
        following.position, following.known_at = claim.position, claim.known_at
        following.seqs.update(claim.seqs)
        if claim.cursor is not None:
            following.cursor = _cursors.decode(claim.cursor)
        if shared is not None:
            following.shared = rules.load_shared(shared)
        return Held(following, claim.epoch, state)


def check_fold_version(rules: Rules[S, A], stored: int) -> None:
    """Raises ``RebuildNeededError`` where the stored state is not these rules' state."""
    if stored != rules.fold_version:
        raise RebuildNeededError(
            f"the state of {rules.publisher} was folded by version {stored}, these rules are "
            f"{rules.fold_version}: run `huikuan rebuild {rules.publisher}`"
        )


def check_log(log: Log, claim: Claim) -> None:
    """Raises ``LogError`` where this is not the log that the partition was folded from."""
    if claim.topic_id != log.topic_id:
        raise LogError(
            f"the log is another one ({log.topic_id}) than the one that was folded "
            f"({claim.topic_id}): give back the right log, or start with an empty database"
        )
    if claim.partition >= log.partitions or log.end(claim.partition) < claim.position:
        raise LogError(
            f"partition {claim.partition} ends before position {claim.position}, which was folded: "
            "records of the log are gone"
        )
