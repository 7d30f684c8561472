"""Whose clock opens business days: the installation's, at its midnight, or somebody's by hand."""

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_log = logging.getLogger("huikuan.ledger")
_LOOK_SECONDS_MAX = 60.0
"""The machine's clock may be set, or the machine may sleep: so look again at least this often."""
_RETRY_SECONDS = 5.0


class Clock(Protocol):
    """Says which date it is where the installation is."""

    def today(self) -> date | None:
        """The date; None where days are opened by hand only."""

    def seconds_to_midnight(self) -> float:
        """How long this date lasts yet."""


class SystemClock:
    """The machine's clock in a zone; without one, in the machine's own."""

    def __init__(self, zone_name: str = "") -> None:
        """Raises ``zoneinfo.ZoneInfoNotFoundError`` for no such zone."""
        self._zone = _zone_of(zone_name) if zone_name else None

    def today(self) -> date:
        """See ``Clock``."""
        return self._now().date()

    def seconds_to_midnight(self) -> float:
        """See ``Clock``: across a change of the offset too."""
        now = self._now()
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), self._zone)
        return max(0.0, midnight.timestamp() - now.timestamp())

    def _now(self) -> datetime:
        return datetime.now(self._zone)


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # a path, or a folder of the list
        raise ZoneInfoNotFoundError("no such zone") from None


class ManualClock:
    """No clock: `huikuan day open` and ``POST /ledger/v1/days`` say what day it is."""

    def today(self) -> None:
        """See ``Clock``."""

    def seconds_to_midnight(self) -> float:
        """See ``Clock``."""
        return _LOOK_SECONDS_MAX


class Ticker:
    """Opens the business day whenever the clock's date has moved on, and those missed before."""

    def __init__(
        self,
        clock: Clock,
        open_days: Callable[[date], object],
        *,
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        self._clock = clock
        self._open_days = open_days
        self._retry_seconds = retry_seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._opened_on: date | None = None

    def start(self) -> None:
        """Begin to look at the clock; with a manual one there is nothing to look at."""
        if self._clock.today() is None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="ledger-days", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None

    def look(self) -> None:
        """Open what is to be opened by now."""
        today = self._clock.today()
        if today is not None and today != self._opened_on:
            self._open_days(today)
            self._opened_on = today

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
                wait_s = min(_LOOK_SECONDS_MAX, self._clock.seconds_to_midnight() + 0.1)
            except Exception:  # noqa: BLE001 - the database is away: opened when it is back
                _log.exception("the business day could not be opened; trying again")
                wait_s = self._retry_seconds
            self._stopping.wait(wait_s)
