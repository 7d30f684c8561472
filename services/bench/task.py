"""One measurement in a process of its own: prints one JSON line and ends.

``python -m services.bench.task NAME ARGUMENT …``; the names are the keys of ``TASKS``.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from huikuan.eventlog.calm import calm_gc, take_turns
from huikuan.eventlog.log import Log
from huikuan.eventlog.open import open_log
from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import Rules
from huikuan.eventlog.service import PUBLISHERS, Service
from huikuan.events.codec import FACT_TYPES, decode
from services.bench.fill import PUBLISHER, fill
from services.bench.foretelling import foretell, prepare_portfolio
from services.bench.opening import open_day, prepare
from services.bench.raw import TIMED, raw_kafka_python, raw_librdkafka
from services.bench.trying import backtest
from services.ledger.rules import LedgerRules
from services.notifier.rules import NotifierRules

FOLLOW_RECORDS = 5_000
_IDLE_S = 0.5
"""When nothing has come for so long, all is followed; this wait is not counted."""


def rules_of(service: str) -> Rules[Any, Any]:
    """A service's rules, by its name."""
    return LedgerRules() if service == "ledger" else NotifierRules()


def make_log(log_url: str, events: str) -> int:
    """Fill a new log."""
    log = open_log(log_url)
    written = fill(log, int(events))
    log.close()
    return written


def scan(log_url: str) -> int:
    """Read every record of the log and do nothing with it."""
    return sum(len(records) for records in _records(open_log(log_url)))


def decoded(log_url: str) -> int:
    """Read and decode every fact."""
    count = 0
    for records in _records(open_log(log_url)):
        for record in records:
            count += 1
            if record.meta and record.meta.type in FACT_TYPES:
                decode(record.meta.type, record.value)
    return count


def folded(log_url: str, service: str) -> int:
    """Read, decode and fold every record in memory, partition by partition."""
    log, rules, count = open_log(log_url), rules_of(service), 0
    for partition in range(log.partitions):
        shared = rules.blank_shared()
        accounts: dict[str, Any] = {}
        for records in log.scan(partition, 0, log.end(partition)):
            for record in records:
                count += 1
                if record.key == EVERYBODY:
                    rules.everybody(shared, record)
                    continue
                account = accounts.get(record.key)
                if account is None:
                    account = accounts[record.key] = rules.blank(record.key)
                rules.fold(account, record, shared)
    return count


def follow(log_url: str, service: str, database_url: str) -> int:
    """Follow the log from its start to its end, deciding and saying, without sending."""
    following = _service(log_url, service, database_url)
    if following.database.is_postgres:
        take_turns()
    started_s = time.perf_counter()
    count = 0
    while taken := following.step(timeout_s=_IDLE_S):
        count += taken
    TIMED["seconds"] = time.perf_counter() - started_s - _IDLE_S
    following.close()
    return count


def follow_and_send(log_url: str, service: str, database_url: str) -> int:
    """As ``follow``, and put what was said on the log too."""
    following = _service(log_url, service, database_url)
    following.drain()
    count = sum(following.positions().values())
    following.close()
    return count


def rebuild(log_url: str, service: str, database_url: str) -> int:
    """Rebuild the state of a service that has followed to the log's end."""
    following = _service(log_url, service, database_url)
    started_s = time.perf_counter()
    following.rebuild()
    TIMED["seconds"] = time.perf_counter() - started_s
    count = sum(following.positions().values())
    following.close()
    return count


TASKS: dict[str, Callable[..., int]] = {
    task.__name__: task
    for task in (
        make_log,
        scan,
        decoded,
        folded,
        follow,
        follow_and_send,
        rebuild,
        backtest,
        prepare,
        prepare_portfolio,
        foretell,
        open_day,
        raw_kafka_python,
        raw_librdkafka,
    )
}


def _records(log: Log) -> Any:
    for partition in range(log.partitions):
        yield from log.scan(partition, 0, log.end(partition))


def _service(log_url: str, service: str, database_url: str) -> Service[Any, Any]:
    following = Service(
        rules_of(service),
        open_log(log_url),
        database_url,
        publishers=PUBLISHERS | {PUBLISHER},
        batch_records_max=FOLLOW_RECORDS,
    )
    following.migrate()
    following.check()
    return following


def main() -> None:
    """Run the task that the arguments name."""
    name, *arguments = sys.argv[1:]
    calm_gc()  # as services and commands do
    started_s = time.perf_counter()
    count = TASKS[name](*arguments)
    seconds = TIMED.get("seconds", time.perf_counter() - started_s)
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"events": count, "seconds": seconds, "rss_mb": rss_mb}))


if __name__ == "__main__":
    main()
