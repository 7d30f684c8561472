"""A ledger behind its real HTTP edge: a test posts, lets it fold, and asks."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from huikuan.eventlog.log import Log
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Entry, Record
from huikuan.web.keys import Keys
from services.ledger.app import make_app
from services.ledger.service import MIGRATIONS, Ledger, build
from services.ledger.settings import Settings
from tests.rig.migrated import new_database

KEY = "hk_live_only-for-these-tests-0123456789"
Json = dict[str, Any]


class Desk:
    def __init__(self, ledger: Ledger, log: Log, client: TestClient) -> None:
        self.ledger, self.log, self.client = ledger, log, client
        self._ids = itertools.count(1)

    def envelope(self, noun: str, debtor: str = "ACME", **data: Any) -> Json:
        """A CloudEvent; ``id`` and ``source`` may be given beside its data."""
        source = data.pop("source", "erp")
        identifier = data.pop("event_id", None) or f"e{next(self._ids)}"
        return {
            "specversion": "1.0",
            "id": identifier,
            "source": source,
            "type": f"huikuan.{noun}.v1",
            "subject": debtor,
            "data": data,
        }

    def invoice(self, number: str, amount: str, due_on: str, **more: Any) -> Json:
        issued_on = more.pop("issued_on", "2012-05-01")
        given = {"invoice": number, "amount": amount, "currency": "CNY"} | more
        return self.envelope("invoice.issued", issued_on=issued_on, due_on=due_on, **given)

    def payment(self, number: str, amount: str, value_on: str, **more: Any) -> Json:
        given = {"payment": number, "amount": amount, "currency": "CNY", "value_on": value_on}
        return self.envelope("payment.received", **(given | more))

    def post(self, path: str, content: object, **headers: str) -> Any:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {"content-type": "application/json", **headers}
        return self.client.post(path, content=body, headers=headers)

    def send(self, *events: Json) -> list[Json]:
        """Through intake; answers the results."""
        answer = self.post("/v1/events", list(events))
        assert answer.status_code == 200, answer.text
        results: list[Json] = answer.json()["results"]
        assert len(results) == len(events)
        return results

    def accept(self, *events: Json) -> None:
        assert {result["status"] for result in self.send(*events)} == {"accepted"}

    def statuses(self, *events: Json) -> list[str]:
        return [result["status"] for result in self.send(*events)]

    def open_day(self, day: str) -> Json:
        answer = self.post("/v1/days", {"date": day})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def fold(self) -> None:
        self.ledger.service.drain()

    def ask(self, path: str, **parameters: str) -> Json:
        """What the ledger answers when it has folded everything."""
        self.fold()
        answer = self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def open_of(self, debtor: str = "ACME", **parameters: str) -> Mapping[str, str]:
        """Invoice → what is open of it."""
        items = self.ask(f"/v1/debtors/{debtor}", **parameters)["items"]
        return {item["invoice"]: item["open"] for item in items}

    def unsettled(self, debtor: str = "ACME") -> list[str]:
        """What waits for a person before the debtor may get a new step."""
        self.fold()
        answer = self.client.get(f"/v1/debtors/{debtor}")
        assert answer.status_code in {200, 404}  # without a fact and a conflict he is nobody
        found: list[str] = answer.json().get("unsettled", [])
        return found

    def records(self) -> list[Record]:
        """All that is on the log."""
        self.fold()
        return [
            record
            for partition in range(self.log.partitions)
            for batch in self.log.scan(partition, 0, self.log.end(partition))
            for record in batch
        ]

    def foreign(self, value: bytes, key: str = "ACME") -> str:
        """Put a record on the log that is not one of ours; answers its place."""
        partition = partition_of(key, self.log.partitions) if key != EVERYBODY else 0
        self.fold()
        position = self.log.end(partition)
        self.log.append(partition, [Entry(key, value, None)])
        return f"{partition}/{position}"


@contextmanager
def a_desk(home: Path, log: Log | None = None, **settings: Any) -> Iterator[Desk]:
    log = log or MemoryLog(2)
    new_database(home / "ledger.db", MIGRATIONS)
    ledger = build(Settings(home=home, clock="manual", **settings), log)
    ledger.service.migrate()
    app = make_app(ledger, Keys.of(KEY))
    headers = {"authorization": f"Bearer {KEY}"}
    try:
        with TestClient(app, headers=headers, raise_server_exceptions=False) as client:
            yield Desk(ledger, log, client)
    finally:
        ledger.close()
