"""The loop that every service runs: read, fold, decide, commit together.

PostgreSQL commits a large turn while the next one is folded: its work is done by another process.
What departed so is only heard of, and lease and store only asked again, when it has landed.
"""

from collections.abc import Callable
from functools import partial
from typing import Generic

from huikuan.eventlog.ahead import Ahead
from huikuan.eventlog.arrival import FEW_RECORDS
from huikuan.eventlog.commit import Committer, Gathered, Reached
from huikuan.eventlog.database import Database
from huikuan.eventlog.fetch import fetch, fetch_first_reviews
from huikuan.eventlog.log import Log, Reader
from huikuan.eventlog.ownership import Held, Ownership
from huikuan.eventlog.record import Saying
from huikuan.eventlog.rules import A, S
from huikuan.eventlog.underway import UnderWay

BATCH_RECORDS_MAX = 5_000

Heard = Callable[[dict[int, Reached], dict[int, list[Saying]]], None]


class Runner(Generic[S, A]):
    """One service's following, by one thread."""

    def __init__(
        self,
        log: Log,
        database: Database,
        ownership: Ownership[S, A],
        committer: Committer[S, A],
        batch_records_max: int,
        reads_ahead: bool,  # noqa: FBT001 - one caller
    ) -> None:
        self._log, self._database = log, database
        self._ownership = ownership
        self._committer = committer
        self._batch_records_max = batch_records_max
        self._reads_ahead = reads_ahead
        self._reader: Reader | None = None
        self.commits: list[Heard] = []
        """Called after each commit, with the partitions that moved and what was said there."""
        self._departed: tuple[UnderWay, list[Held[S, A]], Gathered] | None = None

    def step(self, timeout_s: float) -> int:
        """One turn: at most one batch, one transaction. Answers how many records were taken.

        Raises ``FencedError`` where a partition was lost, and whatever database and log raise:
        then call ``drop``, and the next turn starts from what was committed.
        """
        if not self._ownership.beat_in_s():
            self._land()
        if self._ownership.renew() or self._reader is None:
            self._assign()
        every = self._ownership.held
        if not any(held.waits for held in every.values()):
            self._read(min(timeout_s, self._ownership.beat_in_s()))
        turn = [held for _, held in sorted(every.items()) if held.waits]
        if not turn:
            return 0
        if sum(len(held.pending) for held in turn) > FEW_RECORDS:
            return self._turn(turn)
        with self._database.floor:
            return self._turn(turn)

    def drop(self) -> None:
        """Forget all that is in memory; what was committed is read again."""
        departed, self._departed = self._departed, None
        if departed is not None:
            departed[0].wait()
        self._ownership.drop()
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def leave(self) -> None:
        """Give up what is held in good order."""
        if self._departed is not None:
            self._departed[0].wait()
        self._ownership.leave()
        self.drop()

    def _turn(self, turn: list[Held[S, A]]) -> int:
        taken = 0
        with self._database.sharing_reads():
            fetch(self._database, turn)
            fetch_first_reviews(self._database, turn)
            for held in turn:
                start = held.next_index
                held.next_index = held.following.take(held.pending, start)
                taken += held.next_index - start
        self._land()
        self._commit(turn, taken)
        return taken

    def _commit(self, turn: list[Held[S, A]], taken: int) -> None:
        gathered = self._committer.gather(turn)
        if self._database.is_postgres and taken > FEW_RECORDS:
            under_way = UnderWay(partial(self._committer.write, gathered))
            self._departed = under_way, turn, gathered
            for held in turn:
                held.following.due_keys.land = self._land
        else:
            self._committer.write(gathered)
            self._landed(turn, gathered)

    def _land(self) -> None:
        """Wait until what departed is committed; raises what went wrong, and then call ``drop``."""
        departed, self._departed = self._departed, None
        if departed is not None:
            under_way, turn, gathered = departed
            under_way.land()
            self._landed(turn, gathered)

    def _landed(self, turn: list[Held[S, A]], gathered: Gathered) -> None:
        for held in turn:
            held.following.landed()
        for heard in self.commits:
            heard(gathered.reached, gathered.said)

    def _read(self, timeout_s: float) -> None:
        if self._reader is None:
            raise AssertionError("partitions are assigned before they are read")
        batch = self._reader.read(self._batch_records_max, 0 if self._departed else timeout_s)
        if not batch and self._departed:
            self._land()
            batch = self._reader.read(self._batch_records_max, timeout_s)
        for partition, records in batch.items():
            held = self._ownership.held.get(partition)
            if held is not None:
                held.pending, held.next_index = records, 0

    def _assign(self) -> None:
        if self._reader is None:
            self._reader = self._log.reader()
            if self._reads_ahead:
                self._reader = Ahead(self._reader, self._batch_records_max)
        every = self._ownership.held
        for held in every.values():
            held.pending, held.next_index = (), 0
        self._reader.assign({p: held.following.position for p, held in every.items()})
