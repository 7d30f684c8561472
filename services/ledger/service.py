"""The ledger put together: its machinery, intake, days, quarantine, questions."""

from datetime import date
from pathlib import Path

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.clock import now_ms
from huikuan.eventlog.log import Log
from huikuan.eventlog.service import Service
from services.ledger.announcing import Announcing
from services.ledger.clock import Clock, ManualClock, SystemClock, Ticker
from services.ledger.days import Days
from services.ledger.quarantine import Quarantine
from services.ledger.questions import Questions
from services.ledger.recovering import Recovering
from services.ledger.rules import LedgerRules
from services.ledger.settings import Settings
from services.ledger.settling import Settling
from services.ledger.store import store_of
from services.ledger.tables import add_tables
from services.ledger.taking import Taking

MIGRATIONS = Path(__file__).parent / "migrations"


class Ledger:
    """One ledger. ``service`` is the machinery that all services share."""

    def __init__(self, service: Service[Setting, Account], clock: Clock) -> None:
        tables = add_tables(service.core.metadata)
        store = store_of(tables, is_postgres=service.database.is_postgres)
        self.service = service
        self.taking = Taking(service, store, now_ms)
        self.days = Days(service, store, now_ms)
        self.settling = Settling(service, store, self.taking, now_ms)
        self.announcing = Announcing(service, store, now_ms)
        self.quarantine = Quarantine(service, store)
        self.questions = Questions(service)
        service.taken_back.append(Recovering(store, now_ms).take_back)
        self._ticker = Ticker(clock, self._open_days)

    def start(self) -> None:
        """Follow the log, and open days where the clock does."""
        self.service.start()
        self._ticker.start()

    def stop(self) -> None:
        """End what ``start`` began."""
        self._ticker.stop()
        self.service.stop()

    def close(self) -> None:
        """Stop, and give up the database."""
        self.stop()
        self.service.close()

    def _open_days(self, through: date) -> None:
        self.days.open_through(through)


def build(settings: Settings, log: Log) -> Ledger:
    """A ledger on this log, not migrated and not started yet."""
    service = Service(LedgerRules(), log, settings.database, migrations=MIGRATIONS)
    clock = ManualClock() if settings.clock == "manual" else SystemClock(settings.time_zone)
    return Ledger(service, clock)
