"""Which business days are to be opened: every calendar date, in order, each once."""

from datetime import date, timedelta

DAYS_MAX = 3_660
"""Days that one request may open: a slip of the year must not open centuries."""


class TooManyDaysError(ValueError):
    """More days than one request may open."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"this would open {count} days; at most {DAYS_MAX} are opened in one request"
        )
        self.count = count


def days_to_open(last_on: date | None, through: date) -> list[date]:
    """The dates to open through ``through``; the first day ever is just that date."""
    if last_on is None:
        return [through]
    count = (through - last_on).days
    if count > DAYS_MAX:
        raise TooManyDaysError(count)
    return [last_on + timedelta(days=n) for n in range(1, count + 1)]
