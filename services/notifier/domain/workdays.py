"""Working days (工作日): what holds are counted in, and where due dates and stops may move to.

Only a policy's own calendars say which they are.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from huikuan.debtor.things import Day
from services.notifier.domain.calendars import Calendar
from services.notifier.domain.switches import Switches

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_SEARCHED = 3_660


def is_worked(day: date, calendar: Calendar) -> bool:
    """Whether people work that day."""
    if day in calendar.make_up:
        return True
    return day not in calendar.holidays and _NAMES[day.weekday()] not in calendar.weekend


def after_working_days(start: date, days: int, calendar: Calendar) -> date:
    """The ``days``-th working day after ``start``; ``start`` itself for none."""
    day = start
    for _ in range(_DAYS_SEARCHED):
        if days == 0:
            return day
        day += timedelta(days=1)
        days -= is_worked(day, calendar)
    return day


def is_day_to_hurt(switches: Switches, calendar: Calendar, day: date) -> bool:
    """Whether what is harder than a notice may be raised that day."""
    return switches.raise_on == "any_day" or is_worked(day, calendar)


def rolling(calendar: Calendar) -> Callable[[Day], Day]:
    """How a date on a day off moves to the next working day, as day numbers."""

    @lru_cache(maxsize=4_096)
    def roll(on: Day) -> Day:
        before = date.fromordinal(on) - timedelta(days=1)
        return after_working_days(before, 1, calendar).toordinal()

    return roll
