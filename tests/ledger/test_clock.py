"""Who opens business days: the installation's midnight, or somebody by hand."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from services.ledger.clock import ManualClock, SystemClock, Ticker

MAY = [date(2012, 5, day) for day in range(1, 32)]
PATIENCE_S = 10.0


class Hands:
    """A clock that a test sets."""

    def __init__(self, today: date) -> None:
        self.date = today

    def today(self) -> date:
        return self.date

    def seconds_to_midnight(self) -> float:
        return 0.01


def test_a_day_is_opened_when_its_date_has_come_and_once() -> None:
    clock, opened = Hands(MAY[0]), list[date]()
    ticker = Ticker(clock, opened.append)
    for day in (MAY[0], MAY[0], MAY[1], MAY[1], MAY[4]):
        clock.date = day
        ticker.look()
    assert opened == [MAY[0], MAY[1], MAY[4]]


def test_the_ticker_goes_on_after_a_failure() -> None:
    opened: list[date] = []

    def open_day(day: date) -> None:
        if not opened:
            opened.append(day)
            raise ConnectionError("the database is away")
        opened.append(day)

    ticker = Ticker(Hands(MAY[0]), open_day, retry_seconds=0.01)
    ticker.start()
    deadline = time.monotonic() + PATIENCE_S
    while len(opened) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    ticker.stop()
    assert opened == [MAY[0], MAY[0]]


def test_by_hand_nothing_is_opened() -> None:
    opened: list[date] = []
    ticker = Ticker(ManualClock(), opened.append)
    ticker.look()
    ticker.start()
    ticker.stop()
    assert opened == []


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_the_date_is_that_of_the_installations_zone(zone: str) -> None:
    clock = SystemClock(zone)
    assert clock.today() == datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    assert 0 <= clock.seconds_to_midnight() <= 25 * 3600


class Stopped(SystemClock):
    """A clock of Berlin that stands."""

    def __init__(self, now: datetime) -> None:
        super().__init__("Europe/Berlin")
        self.now = now

    def _now(self) -> datetime:
        return self.now


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 28, 24), (3, 29, 23), (10, 25, 25)])
def test_midnight_is_as_far_as_the_day_is_long(month: int, day: int, hours: int) -> None:
    clock = Stopped(datetime(2026, month, day, tzinfo=ZoneInfo("Europe/Berlin")))
    assert clock.seconds_to_midnight() == hours * 3_600


def test_without_a_zone_it_is_the_machines() -> None:
    assert SystemClock().today() == datetime.now().astimezone().date()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        SystemClock("Mars/Olympus")
