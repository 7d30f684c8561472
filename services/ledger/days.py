"""Business days: said to every partition, in order, each once."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import EVERYBODY, Saying
from huikuan.eventlog.service import Service
from huikuan.events import codec
from huikuan.events.ledger import BusinessDayOpened
from services.ledger.domain.days import days_to_open
from services.ledger.store import Store
from services.ledger.taking import again

_DAYS_PER_TRANSACTION = 100


class Days:
    """Opens business days. What intake accepted earlier precedes the day in every partition."""

    def __init__(
        self, service: Service[Setting, Account], store: Store, now_ms: Callable[[], int]
    ) -> None:
        self._service = service
        self._store = store
        self._now_ms = now_ms

    def last(self) -> date | None:
        """The last business day that was opened."""
        with self._service.engine.connect() as connection:
            return self._store.last_day(connection)

    def open_through(self, through: date) -> tuple[list[date], Position]:
        """Open what is missing up to a date; raises ``TooManyDaysError``."""
        opened: list[date] = []
        position = Position()
        while True:
            days, reached = again(lambda: self._open_some(through))
            opened += days
            position = position.merge(reached)
            if len(days) < _DAYS_PER_TRANSACTION:
                return opened, position

    def _open_some(self, through: date) -> tuple[Sequence[date], Position]:
        heads = self._service.core.heads
        with self._service.transaction() as connection:
            # Saying to everybody locks this row first: taken earlier, it lets one open at a time.
            connection.execute(select(heads).where(heads.c.partition == 0).with_for_update())
            last_on = self._store.last_day(connection)
            days = days_to_open(last_on, through)[:_DAYS_PER_TRANSACTION]
            self._store.add_days(connection, days, self._now_ms())
            position = Position()
            # The last day once more, where none is new, says how far to fold to have it.
            for day in days or [last_on or through]:
                position = self._service.say_to_everybody(connection, _opened(day))
            return days, position


def _opened(day: date) -> Saying:
    return Saying(
        key=EVERYBODY,
        type=BusinessDayOpened.TYPE,
        id=f"day/{day.isoformat()}",
        value=codec.encode(BusinessDayOpened(date=day)),
    )
