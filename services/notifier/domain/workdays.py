"""Working days (工作日): what a hold is counted in. Only a policy's own calendar says which."""

from datetime import date, timedelta

from services.notifier.domain.policy import WorkingDays

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_SEARCHED = 3_660


def is_worked(day: date, calendar: WorkingDays) -> bool:
    """Whether people work that day."""
    if day in calendar.make_up:
        return True
    return day not in calendar.holidays and _NAMES[day.weekday()] not in calendar.weekend


def after_working_days(start: date, days: int, calendar: WorkingDays) -> date:
    """The ``days``-th working day after ``start``; ``start`` itself for none."""
    day = start
    for _ in range(_DAYS_SEARCHED):
        if days == 0:
            return day
        day += timedelta(days=1)
        days -= is_worked(day, calendar)
    return day
