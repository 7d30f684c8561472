"""What everybody must know beside days: feeds that are complete, and exchange rates."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import EVERYBODY, Saying
from huikuan.eventlog.service import Service
from huikuan.events import codec
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.ledger import ExchangeRateSet, FeedCompleted
from services.ledger.store import Store
from services.ledger.taking import again


class Announcing:
    """Says such things to every partition."""

    def __init__(
        self, service: Service[Setting, Account], store: Store, now_ms: Callable[[], int]
    ) -> None:
        self._service = service
        self._store = store
        self._now_ms = now_ms

    def complete(self, event: FeedCompleted) -> Position:
        """A feed is complete; the same said again changes nothing.

        Raises ``InvalidFieldError`` for a date that has not come: nobody can have its payments.
        """
        ended = "/ended" if event.ended else ""
        event_id = f"feed/{event.source}/{event.feed}/{event.through_on}{ended}"
        return again(lambda: self._complete(event, event_id))

    def set_rate(self, event: ExchangeRateSet, command: str) -> Position:
        """A rate, which stands for its date until another is said; ``command`` identifies it."""
        pair = f"{event.base}/{event.quote}/{event.effective_on}"
        word = _word(event, f"rate/{pair}/{command}")
        return again(lambda: self._say(word))

    def _complete(self, event: FeedCompleted, event_id: str) -> Position:
        with self._service.transaction() as connection:
            today = self._today(connection)
            if event.through_on > today:
                raise InvalidFieldError("/through_on", f"is after {today}, the open business day")
            return self._service.say_to_everybody(connection, _word(event, event_id))

    def _say(self, word: Saying) -> Position:
        with self._service.transaction() as connection:
            return self._service.say_to_everybody(connection, word)

    def _today(self, connection: Connection) -> date:
        """The open day; before the first one, the date of the request."""
        now = datetime.fromtimestamp(self._now_ms() / 1000, UTC).date()
        return self._store.last_day(connection) or now


def _word(event: FeedCompleted | ExchangeRateSet, event_id: str) -> Saying:
    return Saying(key=EVERYBODY, type=event.TYPE, id=event_id, value=codec.encode(event))
