"""Working-day calendars (工作日历): a policy's general one, and others by the debtor's time zone.

They are part of the policy's version; which days open, they do not say (architecture §6).
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from services.notifier.domain.condition import Part

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ZONES_MAX = 600


def _day(value: Any) -> Any:
    # Pydantic would also take a number for a date; a policy that says 20260101 is a mistake.
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a date such as 2026-01-01") from None


Day = Annotated[date, BeforeValidator(_day)]


def _sorted(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(set(values)))


class Calendar(Part):
    """Which days people work (工作日)."""

    weekend: Annotated[tuple[Weekday, ...], AfterValidator(_sorted)] = ("saturday", "sunday")
    holidays: Annotated[tuple[Day, ...], AfterValidator(_sorted)] = ()
    make_up: Annotated[tuple[Day, ...], AfterValidator(_sorted)] = Field(
        (), description="Days of a weekend that are worked all the same (调休)"
    )

    @model_validator(mode="after")
    def _some_day_is_worked(self) -> Self:
        if len(self.weekend) == 7:
            raise ValueError("a week needs a working day")
        if both := set(self.holidays) & set(self.make_up):
            raise ValueError(f"{min(both)} is both a holiday and worked")
        return self


class WorkingDays(Calendar):
    """The calendars by which working days are counted; the general one stands here itself."""

    by_time_zone: dict[str, Calendar] = Field(
        {},
        description="The calendar of debtors of a time zone of IANA, as in Asia/Shanghai; each is "
        "whole, and takes nothing from the general one",
        max_length=ZONES_MAX,
        json_schema_extra={
            "propertyNames": {"pattern": "^[A-Za-z0-9_+/-]{1,64}$"},
            "examples": [{"Asia/Shanghai": {"make_up": ["2026-02-14"]}}],
        },
    )
