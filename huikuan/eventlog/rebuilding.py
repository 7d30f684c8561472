"""A rebuild with what it may and may not reach, and its verification."""

from collections.abc import Iterator
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from huikuan.eventlog.core import Core
from huikuan.eventlog.database import Database
from huikuan.eventlog.history import History
from huikuan.eventlog.log import Log
from huikuan.eventlog.outbox import said_between
from huikuan.eventlog.rebuild import Rebuild, RebuildReport
from huikuan.eventlog.record import Record
from huikuan.eventlog.refold import Progress
from huikuan.eventlog.rules import A, Rules, S
from huikuan.eventlog.verify import Verification

_EVER = 2**62


class Parts(Protocol):
    """What a service is made of."""

    log: Log
    database: Database
    core: Core
    log_history: History
    publishers: frozenset[str]


def rebuild(
    rules: Rules[S, A], parts: Parts, on_progress: Progress | None, *, verify: bool
) -> RebuildReport:
    """Fold anew and switch over; raises ``BusyError`` where that is being done already.

    With ``verify`` everything up to the same place is decided again, and compared with what was
    said; that changes nothing.
    """
    core, database, publisher = parts.core, parts.database, rules.publisher

    def said_after(connection: Connection, partition: int, seq: int) -> list[Record]:
        return said_between(connection, core, publisher, partition, seq, _EVER)

    with database.alone(f"huikuan rebuild {publisher}"):
        history, publishers = parts.log_history, parts.publishers
        work = Rebuild(rules, parts.log, database, core, history, publishers, said_after)
        report = work.run(on_progress)
    if not verify:
        return report
    verification = Verification(rules, parts.log, publishers)
    for partition, stop in report.positions.items():
        verification.decide(partition, stop)
    verified = verification.compare(_said(parts, publisher, report.said_through))
    return msgspec.structs.replace(report, verified=verified)


def _said(parts: Parts, publisher: str, through: dict[int, int]) -> Iterator[Record]:
    with parts.database.reading() as connection:
        for partition, seq in through.items():
            yield from said_between(connection, parts.core, publisher, partition, 0, seq)
