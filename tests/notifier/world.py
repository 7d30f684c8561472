"""A notifier on a log in memory, and a ledger that says what a test says."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from starlette.testclient import TestClient

from huikuan.eventlog.log import Log
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Entry, Meta, Record
from huikuan.events.cash import PaymentReceived, Remittance
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import EscalationSaid
from huikuan.events.sales import InvoiceIssued
from huikuan.web.keys import Keys
from services.notifier.app import make_app
from services.notifier.following import MIGRATIONS, Following
from services.notifier.service import Notifier
from tests.rig.migrated import new_database

KEY = "a-key-of-this-test-alone"
STORY = (Path(__file__).parents[2] / "deploy" / "policies" / "story.yaml").read_bytes()
_DAY = timedelta(days=1)


class Times:
    """When things are recorded: a second later each time."""

    def __init__(self) -> None:
        self.last_ms = 1_000_000

    def now_ms(self) -> int:
        self.last_ms += 1_000
        return self.last_ms


class World:
    """``World`` plays the ledger; the notifier is real."""

    def __init__(self, log: Log, notifier: Notifier, times: Times) -> None:
        self.log, self.notifier, self.times = log, notifier, times
        self._seqs: dict[int, int] = {}
        self._opened = ExitStack()

    def close(self) -> None:
        self._opened.close()
        self.notifier.close()

    def fact(self, event: Event, debtor: str = "acme", event_id: str = "") -> str:
        event_id = event_id or f"/erp|{event.TYPE}/{getattr(event, event.NAME)}"
        self._append(partition_of(debtor, self.log.partitions), debtor, event, event_id)
        return event_id

    def foreign(self, value: bytes = b"\xff", debtor: str = "acme") -> str:
        """A record that nobody of us wrote; answers its place."""
        partition = partition_of(debtor, self.log.partitions)
        place = f"{partition}/{self.log.end(partition)}"
        self.log.append(partition, [Entry(debtor, value, None)])
        self.drain()
        return place

    def garbled(self, debtor: str = "acme") -> None:
        """A record of the ledger that cannot be read."""
        partition = partition_of(debtor, self.log.partitions)
        seq = self._seqs[partition] = self._seqs.get(partition, 0) + 1
        meta = Meta("ledger", seq, "/erp|garbled", InvoiceIssued.TYPE, self.times.now_ms())
        self.log.append(partition, [Entry(debtor, b'{"invoice": 7', meta)])
        self.drain()

    def open(self, through: date) -> None:
        """Open every business day up to this one that is not open yet; the first is just that."""
        start = self.notifier.service.shared().setting.open_on
        day = through if start is None else start + _DAY
        while day <= through:
            self.everybody(BusinessDayOpened(date=day), f"day/{day}")
            self.drain()
            day += _DAY

    def leap(self, day: date) -> None:
        """Open this day, whatever lies between; no ledger does."""
        self.everybody(BusinessDayOpened(date=day), f"day/{day}")
        self.drain()

    def everybody(self, event: Event, event_id: str) -> None:
        for partition in range(self.log.partitions):
            self._append(partition, EVERYBODY, event, event_id)

    def adopt(self, document: bytes = STORY, *, confirm: bool = False) -> dict[str, Any]:
        """Adopt a policy through the API."""
        answer = self.client.put(
            "/v1/policy", content=document, params={"confirm": "true"} if confirm else {}
        )
        assert answer.status_code == 200, answer.text
        self.drain()
        adopted: dict[str, Any] = answer.json()
        return adopted

    def drain(self) -> None:
        self.notifier.service.drain()

    def step(self, records: int = 5_000) -> None:
        """One turn of following, of at most so many records."""
        service = self.notifier.service
        service._runner._batch_records_max = records
        service.step()
        service._runner._batch_records_max = 5_000

    def restart(self) -> None:
        """The same database and log, another process."""
        url = str(self.notifier.service.engine.url)
        self.notifier.close()
        self.notifier = Notifier(Following(self.log, url, clock=self.times.now_ms))
        self.__dict__.pop("client", None)

    def public(self) -> list[tuple[str, str, str, bool]]:
        """(debtor, step, status, superseded) of everything public, without any further folding."""
        service = self.notifier.service
        with service.database.reading() as connection:
            words = service.feed.after(connection, {}, 1_000)
        return [(each.debtor, each.said.step, each.status, each.superseded) for each in words]

    def get(self, path: str, **params: Any) -> Any:
        self.drain()
        answer = self.client.get(f"/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self, day: date | None = None, debtor: str = "acme") -> str:
        asked = {} if day is None else {"as_of": str(day)}
        return str(self.get(f"/debtors/{debtor}/escalations", **asked)["state"])

    def history(self, debtor: str = "acme", **params: Any) -> list[tuple[str, str, str]]:
        """(step, effective_on, status) of every escalation, in order."""
        history = self.get(f"/debtors/{debtor}/escalations", **params)["history"]
        return [(each["step"], each["effective_on"], each["status"]) for each in history]

    def feed(self) -> list[tuple[str, str, str]]:
        """(debtor, step, status) of everything that is public."""
        items = self.get("/escalations", limit=1_000)["items"]
        return [(each["debtor"], each["step"], each["status"]) for each in items]

    def said(self, debtor: str = "acme") -> list[tuple[Record, EscalationSaid]]:
        """What was said to a debtor, as it is on the log."""
        self.drain()
        partition = partition_of(debtor, self.log.partitions)
        found = []
        for records in self.log.scan(partition, 0, self.log.end(partition)):
            for record in records:
                if record.key == debtor and record.meta is not None:
                    event = decode(record.meta.type, record.value)
                    if isinstance(event, EscalationSaid):
                        found.append((record, event))
        return found

    @cached_property
    def client(self) -> TestClient:
        """An HTTP client with the key, which keeps its thread: each request would make one."""
        app = make_app(self.notifier, Keys.of(KEY))
        client = TestClient(app, headers={"Authorization": f"Bearer {KEY}"})
        return self._opened.enter_context(client)

    def _append(self, partition: int, key: str, event: Event, event_id: str) -> None:
        seq = self._seqs[partition] = self._seqs.get(partition, 0) + 1
        meta = Meta("ledger", seq, event_id, event.TYPE, self.times.now_ms())
        self.log.append(partition, [Entry(key, encode(event), meta)])


@contextmanager
def a_world(home: Path, log: Log | None = None, **options: Any) -> Iterator[World]:
    log = log or MemoryLog(2)
    times = Times()
    database = new_database(home / "notifier.db", MIGRATIONS)
    service = Following(log, database, clock=times.now_ms, **options)
    service.migrate()
    world = World(log, Notifier(service), times)
    try:
        yield world
    finally:
        world.close()


def owed(invoice: str, amount: str, due_on: date, **more: Any) -> InvoiceIssued:
    """An invoice issued thirty days before it is due."""
    issued_on = more.pop("issued_on", due_on - timedelta(days=30))
    return InvoiceIssued(
        invoice=invoice,
        amount=amount,
        currency=more.pop("currency", "USD"),
        issued_on=issued_on,
        due_on=due_on,
        **more,
    )


def paid(payment: str, amount: str, on: date, *invoices: str, **more: Any) -> PaymentReceived:
    return PaymentReceived(
        payment=payment,
        amount=amount,
        currency=more.pop("currency", "USD"),
        value_on=on,
        remittance=tuple(Remittance(amount=amount, invoice=each) for each in invoices),
        **more,
    )


def policy(*steps: dict[str, Any], version: str = "v1", **other: Any) -> bytes:
    """A policy document in JSON."""
    document = {"version": version, "effective_on": "2012-01-01", "steps": steps, **other}
    return msgspec.json.encode(document)
