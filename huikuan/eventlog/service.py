"""One service's machinery: rules, the log, and a database of its own."""

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from huikuan.eventlog import restored
from huikuan.eventlog.arrival import REST_S, Arrivals
from huikuan.eventlog.clock import now_ms
from huikuan.eventlog.commit import Committer, Reached
from huikuan.eventlog.core import core_of
from huikuan.eventlog.database import Database
from huikuan.eventlog.health import Health
from huikuan.eventlog.history import is_keyed, open_history
from huikuan.eventlog.lease import Claim, FencedError, Leases
from huikuan.eventlog.log import Log
from huikuan.eventlog.outbox import outbox_of
from huikuan.eventlog.ownership import Ownership
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.eventlog.prepare import prepare
from huikuan.eventlog.questions import Questions
from huikuan.eventlog.rebuild import RebuildReport
from huikuan.eventlog.rebuilding import rebuild
from huikuan.eventlog.record import EVERYBODY, Saying
from huikuan.eventlog.refold import Progress
from huikuan.eventlog.relay import Relay
from huikuan.eventlog.rules import A, Rules, S
from huikuan.eventlog.runner import BATCH_RECORDS_MAX, Runner
from huikuan.eventlog.threads import Threads

PUBLISHERS = frozenset({"ledger", "promises", "notifier"})
RESIDENT_ACCOUNTS_MAX = 200_000
_IDLE_S = 1.0

AfterCommit = Callable[[int, list[Saying], int], None]
"""Partition, what was said there, and the log's end after the commit."""


class Service(Questions[S, A]):
    """Follows the log by its rules, says what they decide, answers what was folded.

    ``migrations`` is the directory of the service's Alembic revisions; without it the core has
    the machinery's own tables only. ``exclusive`` (default: on SQLite) means that no other process
    shares this database, so that a restart waits for no lease. ``public_types`` are the types that
    ``recover`` must mark as public again. ``reads_ahead`` (default: from logs that are not in this
    process) decodes during commits. ``rest_s`` is the rest after a turn with few records, unless
    somebody waits for one. ``ended`` is called when a loop gives up for good.
    """

    def __init__(  # noqa: PLR0913 - all but three have defaults that are right in production
        self,
        rules: Rules[S, A],
        log: Log,
        database_url: str,
        *,
        publishers: frozenset[str] = PUBLISHERS,
        migrations: Path | None = None,
        public_types: frozenset[str] = frozenset(),
        clock: Callable[[], int] = now_ms,
        member: str | None = None,
        exclusive: bool | None = None,
        batch_records_max: int = BATCH_RECORDS_MAX,
        reads_ahead: bool | None = None,
        resident_accounts_max: int = RESIDENT_ACCOUNTS_MAX,
        rest_s: float = REST_S,
        ended: Callable[[str], None] | None = None,
    ) -> None:
        self.rules, self.log, self.publishers = rules, log, publishers
        self.partitions = log.partitions
        self.database, self.core = Database(database_url), core_of(rules.publisher)
        self.outbox = outbox_of(self.core, rules.publisher, is_postgres=self.database.is_postgres)
        self.after_commit: list[AfterCommit] = []
        self.taken_back: list[restored.TakenBack] = []
        """Called by ``recover`` with our forgotten records, in the transaction that enters them."""
        history = open_history(log, self.database, self.core, publishers)
        super().__init__(rules, self.database, self.core, history, log.partitions)
        self._migrations, self._public_types, self._clock = migrations, public_types, clock
        leases = self._make_leases(member, exclusive)
        parts = (rules, log, self.database, self.core, history, leases, publishers)
        self._ownership: Ownership[S, A] = Ownership(*parts, resident_accounts_max)
        self._ownership.claimed.append(self._claimed)
        ahead = not is_keyed(log) if reads_ahead is None else reads_ahead
        self._runner = self._make_runner(batch_records_max, ahead)
        self._relay = Relay(log, self.database, self.core, self.outbox, self._ownership.epochs)
        self._arrivals = Arrivals(self.folded, rest_s)
        self._health = Health(self._ownership, self.lag, self.count_set_aside)
        loops = (self._follow, self._recover_runner, self._relay.send_all, self._relay.mark)
        self.threads = Threads(rules.publisher, *loops, ended)
        self._restored = restored.Check(self.database, self.core, log, self.outbox)

    def _make_leases(self, member: str | None, exclusive: bool | None) -> Leases:  # noqa: FBT001
        alone = not self.database.is_postgres if exclusive is None else exclusive
        name = member or f"{os.getpid()}-{uuid.uuid4().hex}"
        return Leases(self.core, name, self._clock, exclusive=alone)

    def _make_runner(self, batch_records_max: int, reads_ahead: bool) -> Runner[S, A]:  # noqa: FBT001
        committer: Committer[S, A] = Committer(
            self.database, self.core, self.log_history, self.outbox, self.partitions
        )
        parts = (self.log, self.database, self._ownership, committer)
        runner = Runner(*parts, batch_records_max, reads_ahead)
        runner.commits.append(self._committed)
        self._ownership.taken.append(self.wake)  # what was said before can be sent now
        return runner

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine of this service's database."""
        return self.database.engine

    def migrate(self) -> None:
        """Bring the database to the newest revision. Raises ``LogError`` for a wrong log."""
        prepare(self.database, self.core, self.log, self.rules.fold_version, self._migrations)

    def start(self) -> None:
        """Follow and send, by two threads. Raises ``RestoredBackupError`` rather than write."""
        self.check()
        self.threads.start(shared=not self._ownership.exclusive)

    def stop(self) -> None:
        """End both threads after their turns, and give up the leases in good order."""
        if self.threads.stop():
            self._relay.mark()
            self._runner.leave()

    def close(self) -> None:
        """Stop, and give up the connections to the database; the log is not ours to close."""
        self.stop()
        self._runner.drop()
        self.database.close()

    def step(self, timeout_s: float = 0) -> int:
        """One turn of following, without threads; answers how many records were taken."""
        try:
            return self._runner.step(timeout_s)
        except FencedError:
            self._recover_runner()
            return 0
        except BaseException:
            self._recover_runner()
            raise

    def relay_once(self) -> int:
        """One turn of sending, without threads; answers how many rows were sent."""
        sent = self._relay.send()
        self._relay.mark()
        return sent

    def drain(self) -> None:
        """Step and send until nothing moves, without threads."""
        moved = 1
        while moved or any(self.lag().values()):
            moved = self.step(0.0 if moved else 0.02) + self.relay_once()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction that writes to this service's core; the relay is woken after it."""
        with self.database.writing() as connection:
            yield connection
        self.wake()

    def say(self, connection: Connection, sayings: Sequence[Saying]) -> Position:
        """Say in this transaction; answers how far readers must fold to have all of it.

        What was said before under the same id is not said again; ``SaidOtherwiseError`` where its
        content differs. Without ``recorded_at`` a saying is recorded now.
        """
        self.check()
        addressed = [(partition_of(word.key, self.partitions), word) for word in sayings]
        return self.outbox.say(connection, [(p, self._dated(word)) for p, word in addressed])

    def say_to_everybody(self, connection: Connection, saying: Saying) -> Position:
        """Say the same, under the same id, in every partition."""
        self.check()
        word = self._dated(msgspec.structs.replace(saying, key=EVERYBODY))
        return self.outbox.say(connection, [(p, word) for p in range(self.partitions)])

    def wake(self) -> None:
        """There is something to send, at once."""
        self.threads.wake()

    def wait_for(self, position: Position, timeout_s: float) -> bool:
        """Whether this service has folded that far, waiting at most so long."""
        return self._arrivals.wait_for(position, timeout_s)

    def position(self) -> Position:
        """How far this service has folded."""
        seqs: dict[str, dict[int, int]] = {}
        for partition, last in self.folded().items():
            for publisher, seq in last.items():
                if seq:
                    seqs.setdefault(publisher, {})[partition] = seq
        return Position(seqs)

    def lag(self) -> dict[int, int]:
        """Partition → how many records lie before the log's end and are not folded."""
        return {p: self.log.end(p) - at for p, at in self.positions().items()}

    def health(self) -> dict[str, Any]:
        """What an operator must know; ``ready`` says whether this process may serve."""
        return self._health.report(self.threads.health())

    def check(self) -> None:
        """Raises ``RestoredBackupError`` where the log has words of ours that we forgot."""
        if len(self._restored.looked) < self.partitions:
            self._restored.of(range(self.partitions))

    def recover(self) -> int:
        """After a restored backup: read our words back from the log; answers how many."""
        types, hooks = self._public_types, self.taken_back
        return restored.take_back(self.database, self.core, self.log, self.outbox, types, hooks)

    def rebuild(
        self, on_progress: Progress | None = None, *, verify: bool = False
    ) -> RebuildReport:
        """Fold the state anew from the log, while following goes on, and switch over to it."""
        report = rebuild(self.rules, self, on_progress, verify=verify)
        self._ownership.hasten()
        return report

    def _claimed(self, claims: Sequence[Claim]) -> None:
        self._restored.of([claim.partition for claim in claims])

    def _dated(self, saying: Saying) -> Saying:
        if saying.recorded_at:
            return saying
        return msgspec.structs.replace(saying, recorded_at=self._clock())

    def _follow(self) -> None:
        self._arrivals.rest_after(self._runner.step(_IDLE_S))

    def _recover_runner(self) -> None:
        self._runner.drop()
        self._arrivals.forget()

    def _committed(self, reached: dict[int, Reached], said: dict[int, list[Saying]]) -> None:
        self._arrivals.move({partition: each.seqs for partition, each in reached.items()})
        if any(said.values()):
            self.threads.wake_soon()
        for partition, sayings in said.items():
            for hook in self.after_commit if sayings else ():
                hook(partition, sayings, self.log.end(partition))
