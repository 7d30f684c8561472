"""``huikuan bench``: every measurement of one run, side by side, and where the time goes."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.local.kafka import start_kafka
from deploy.local.postgres import create_database, sqlalchemy_url, start_postgres
from services.bench import asking, children, serving
from services.bench.children import Figure, Task

TOPIC = "huikuan.bench"
console = Console(stderr=True)
answers = Console()


def bench(events: int, runs: int) -> None:
    """Measure everything; takes about ten minutes for 1,000,000 events and 5 runs."""
    home = Path(tempfile.mkdtemp(prefix="hk-bench-"))
    try:
        _embedded(home, events, runs)
        _opening(home, events)
        _foretelling(home, events // 10, runs)
        _kafka(home, events, runs)
        _served(home, runs)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _embedded(home: Path, events: int, runs: int) -> None:
    log = f"embedded:{home / 'log.db'}"
    ledger, notifier = (f"sqlite:///{home / name}.db" for name in ("ledger", "notifier"))
    with console.status("filling the embedded log"):
        children.run(("make_log", log, str(events)))
    # Once through, so that the log also holds what the notifier says and rebuilds have an end.
    once = {
        "notifier": _words("follow_and_send", log, "notifier", notifier),
        "ledger": _words("follow_and_send", log, "ledger", ledger),
    }
    title = "Following the embedded log on SQLite, decisions and relay included (once)"
    _show(title, _measure(once, 1))
    tasks = {
        "read": _words("scan", log),
        "read + decode": _words("decoded", log),
        "read + decode + fold (ledger)": _words("folded", log, "ledger"),
        "rebuild ledger": _words("rebuild", log, "ledger", ledger),
        "rebuild notifier, four steps": _words("rebuild", log, "notifier", notifier),
    }
    figures = _measure(tasks, runs)
    _show("Rebuild from the embedded log, one process", figures)
    _show_shares(figures[:4])
    trials = {
        "four steps, as they were live": _words("backtest", log, "four_steps"),
        "one step, a stop at 30 days": _words("backtest", log, "one_stop"),
    }
    _show("Backtest of two years of the embedded log, one process", _measure(trials, runs))


def _foretelling(home: Path, debtors: int, runs: int) -> None:
    parts = (f"embedded:{home}/foretold-log.db", f"sqlite:///{home}/foretold.db", str(debtors))
    with console.status(f"preparing {debtors:,} debtors"):
        children.run(("prepare_portfolio", *parts))
    figures = _measure({"debtors": _words("foretell", *parts)}, runs)
    _show("What will happen to all debtors in 30 days, in one call", figures)


def _kafka(home: Path, events: int, runs: int) -> None:
    with _servers(home) as (bootstrap, postgres):
        python, rdkafka = (
            f"kafka://{bootstrap}/{TOPIC}?client={client}"
            for client in ("kafka-python", "librdkafka")
        )
        with console.status("filling the Kafka topic"):
            children.run(("make_log", rdkafka, str(events)))
        fresh = _databases(postgres)
        following = {
            "ledger by kafka-python": lambda _: ("follow", python, "ledger", next(fresh)),
            "ledger by librdkafka": lambda _: ("follow", rdkafka, "ledger", next(fresh)),
        }
        title = "Following Kafka with state in PostgreSQL, 5,000 records a batch"
        _show(title, _measure(following, runs))
        database = next(fresh)
        children.run(("follow", rdkafka, "ledger", database))
        tasks = {
            "kafka-python alone": _words("raw_kafka_python", bootstrap, TOPIC),
            "rebuild ledger by kafka-python": _words("rebuild", python, "ledger", database),
            "librdkafka alone": _words("raw_librdkafka", bootstrap, TOPIC),
            "rebuild ledger by librdkafka": _words("rebuild", rdkafka, "ledger", database),
        }
        figures = _measure(tasks, runs)
        _show("Rebuild from Kafka into PostgreSQL, one process", figures)
        ratio = figures[1].per_s / figures[0].per_s
        answers.print(f"rebuild by kafka-python : kafka-python alone = {ratio:.2f}\n")


def _opening(home: Path, events: int) -> None:
    """Seconds by accounts (rows) and by how many of them are due (columns)."""
    dues = [max(1, events // share) for share in (10_000, 1_000, 100)]
    table = Table(title="Opening a day, notifier, embedded log on SQLite: seconds (once)")
    table.add_column("accounts", justify="right")
    for due in dues:
        table.add_column(f"{due:,} due", justify="right")
    for accounts in (events // 10, events // 3, events):
        with console.status(f"opening days over {accounts:,} accounts"):
            table.add_row(f"{accounts:,}", *_opened(home, accounts, dues))
    answers.print(table)


def _opened(home: Path, accounts: int, dues: Sequence[int]) -> Iterator[str]:
    log, database = (f"{home}/opening{accounts}-{name}.db" for name in ("log", "notifier"))
    urls = (f"embedded:{log}", f"sqlite:///{database}")
    children.run(("prepare", *urls, str(accounts), ",".join(map(str, dues))))
    for day, due in enumerate(dues, 1):
        yield f"{children.run(('open_day', *urls, str(day), str(due))).seconds:.2f}"


def _words(*words: str) -> Task:
    return lambda _: words


def _served(home: Path, runs: int) -> None:
    _show_spreads("All in one: huikuan serve on SQLite", serving.measure(home, runs, console.log))
    title = f"Asking about one of {asking.DEBTORS:,} debtors, {asking.RATE_PER_S} questions/s"
    _show_spreads(title, asking.measure(home, runs, console.log))


def _show_spreads(title: str, measured: Mapping[str, serving.Spread]) -> None:
    table = Table(title=title)
    for column in ("", "median", "least", "most"):
        table.add_column(column, justify="left" if not column else "right")
    for name, values in measured.items():
        table.add_row(name, *(f"{value:,.1f}" for value in values))
    answers.print(table)


@contextmanager
def _servers(home: Path) -> Iterator[tuple[str, str]]:
    with console.status("starting Kafka and PostgreSQL"):
        kafka = start_kafka(home / "kafka")
        postgres = start_postgres(home / "pg")
    try:
        yield kafka.bootstrap, postgres.url
    finally:
        kafka.stop()
        postgres.stop()


def _databases(postgres: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield sqlalchemy_url(create_database(postgres, f"bench{number}"))


def _measure(tasks: children.Tasks, runs: int) -> list[Figure]:
    with console.status("measuring") as status:
        return children.side_by_side(tasks, runs, status.update)


def _show(title: str, figures: Sequence[Figure]) -> None:
    table = Table(title=title)
    for column in ("", "events", "events/s", "least", "most", "µs/event", "peak MB"):
        table.add_column(column, justify="right" if column else "left")
    for one in figures:
        table.add_row(
            one.name,
            f"{one.events:,}",
            f"{one.per_s:,}",
            f"{one.per_s_min:,}",
            f"{one.per_s_max:,}",
            f"{one.us:.2f}",
            f"{one.rss_mb}",
        )
    answers.print(table)


def _show_shares(steps: Sequence[Figure]) -> None:
    """Where a rebuild's time goes: each step adds to the one before it."""
    table = Table(title="Where the ledger's rebuild spends its time")
    table.add_column("")
    table.add_column("µs/event", justify="right")
    before = 0.0
    for one, part in zip(steps, ("read", "decode", "fold", "store and the rest"), strict=True):
        table.add_row(part, f"{one.us - before:.2f}")
        before = one.us
    answers.print(table)
