"""A client who never gives up: what was not answered he sends again, until it is."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

from tests.journeys.facts import Fact
from tests.journeys.installation import Answer, Installation
from tests.journeys.portfolio import Day

GIVE_UP_SECONDS = 90.0
_AGAIN_SECONDS = 0.05
Batch = list[Fact] | str
"""Facts, or the day to open."""


def requests(portfolio: list[Day], seed: int) -> Iterator[Batch]:
    """The portfolio in requests of random size; now and then a fact comes once more, later."""
    draw = random.Random(seed)
    sent: list[Fact] = []
    for day in portfolio:
        facts = list(day.facts)
        facts += draw.sample(sent, min(len(sent), draw.randrange(3)))
        sent += day.facts
        while facts:
            size = draw.randint(1, 40)
            yield facts[:size]
            facts = facts[size:]
        yield str(day.day)


class Sender:
    """Sends batches in order, each until it is answered, and looks at what is answered."""

    def __init__(self, huikuan: Installation) -> None:
        self._huikuan = huikuan
        self._known: set[str] = set()
        self.lost_answers = 0
        """Batches that had been taken, though nobody said so."""

    def send(self, batch: Batch) -> None:
        """A batch is taken wholly or not at all, whenever the service died."""
        if isinstance(batch, str):
            self._remember(surely(lambda: self._post("/v1/days", {"date": batch})))
            return
        answer = surely(lambda: self._post("/v1/events", batch))
        self._remember(answer)
        rows = answer["results"]
        assert [row["id"] for row in rows] == [each["id"] for each in batch]
        repeated = {row["status"] for row in rows if row["id"] in self._known}
        fresh = {row["status"] for row in rows if row["id"] not in self._known}
        assert repeated <= {"duplicate"}, rows
        assert len(fresh) <= 1, f"half of it was taken: {rows}"
        assert fresh <= {"accepted", "duplicate"}, rows
        self.lost_answers += fresh == {"duplicate"}
        self._known.update(row["id"] for row in rows)

    def wait_a_little(self, service: str) -> None:
        """Until a service has folded what was sent, unless it dies of it."""
        asked = {"after_position": self._huikuan.position}
        with contextlib.suppress(httpx2.TransportError):
            self._huikuan.ask("GET", service, "/v1/position", params=asked)

    def _post(self, path: str, content: object) -> httpx2.Response:
        return self._huikuan.ask("POST", "ledger", path, json=content)

    def _remember(self, answer: Answer) -> None:
        self._huikuan.position = answer["position"] or self._huikuan.position


def surely(send: Callable[[], httpx2.Response]) -> Answer:
    """The answer of whoever answers at last."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    last: Any = None
    while time.monotonic() < deadline:
        try:
            answer = send()
        except httpx2.TransportError as error:
            last = error
        else:
            if answer.is_success:
                content: Answer = answer.json()
                return content
            assert answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE, answer.text
            last = answer
        time.sleep(_AGAIN_SECONDS)
    raise AssertionError(f"nobody answered: {last}")
