"""What a policy document may ask of a debtor: thresholds, each "at least", joined by all and any.

Several thresholds side by side must all hold. An amount threshold holds when the amount in one of
the currencies named reaches its own; currencies are never added together.
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

from huikuan.events.currencies import DECIMALS
from huikuan.events.texts import SIGN

DAYS_FARTHEST = 3_660
NESTED_MOST = 5
ANY_AGE, NO_AGE = -(10**9), 10**9
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)
_SEVERITY_MOST = 10_000


class Part(BaseModel):
    """A part of a policy document: a misspelt field is refused, with its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _amounts(value: Any) -> Any:
    """Amounts by currency, with exactly the currency's decimals: ``{"CNY": "50000.00"}``."""
    if not isinstance(value, dict) or not value:
        raise ValueError('must name at least one currency, as in {CNY: "50000.00"}')
    return {currency: _amount(currency, value[currency]) for currency in sorted(value, key=str)}


def _amount(currency: Any, amount: Any) -> str:
    decimals = DECIMALS.get(currency)
    if decimals is None:
        raise ValueError(f'"{currency}" is no currency of ISO 4217, as CNY is one')
    text = str(amount) if type(amount) in {str, int} else ""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f'write the amount in quotes, as in {{{currency}: "50000.00"}}')
    units, _, fraction = text.partition(".")
    if len(fraction.rstrip("0")) > decimals:
        raise ValueError(f"has more decimals than {currency} has ({decimals})")
    units, fraction = units.lstrip("0") or "0", fraction[:decimals].ljust(decimals, "0")
    if not (units + fraction).strip("0"):
        raise ValueError("must be more than zero, or everybody reaches it")
    return f"{units}.{fraction}" if fraction else units


def _share(value: Any) -> Any:
    try:
        share = Decimal(str(value))
    except InvalidOperation:
        share = Decimal(0)
    if isinstance(value, bool) or share.is_nan() or not Decimal("0.0001") <= share <= 100:
        raise ValueError("must be a share of the limit such as 0.9")
    return str(share.normalize())


Amounts = Annotated[
    dict[str, str],
    BeforeValidator(_amounts),
    Field(json_schema_extra={"examples": [{"CNY": "50000.00"}], "minProperties": 1}),
]
"""Amounts by ISO 4217 currency, as decimal strings."""


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=500)], ...],
    BeforeValidator(_names, json_schema_input_type=str | list[str]),
    Field(min_length=1, max_length=100),
]
"""One name, or several of which one must fit."""

Count = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Days = Annotated[StrictInt, Field(ge=-DAYS_FARTHEST, le=DAYS_FARTHEST)]
StepDays = Annotated[
    dict[str, Annotated[StrictInt, Field(ge=1, le=DAYS_FARTHEST)]],
    Field(min_length=1, max_length=10),
]
"""Days by the name of a step of this policy."""
Share = Annotated[str, BeforeValidator(_share, json_schema_input_type=Decimal | str)]


def _signals(value: Any) -> Any:
    severities = value if isinstance(value, dict) and value else {"any": value}
    for sign, severity in severities.items():
        is_named = isinstance(sign, str) and re.fullmatch(SIGN, sign, re.ASCII)
        if not is_named or type(severity) is not int or not 1 <= severity <= _SEVERITY_MOST:
            raise ValueError(
                f"must be a severity from 1 to {_SEVERITY_MOST}, or severities by name, "
                "as in {stock_dumped: 1}"
            )
    return value if severities is not value else dict(sorted(value.items()))


_Severity = Annotated[int, Field(ge=1, le=_SEVERITY_MOST)]
Severities = Annotated[
    int | dict[str, int],
    BeforeValidator(
        _signals,
        json_schema_input_type=_Severity
        | Annotated[
            dict[Annotated[str, Field(pattern=f"^{SIGN}$")], _Severity], Field(min_length=1)
        ],
    ),
]
"""What the severities of all signals that hold add up to, or of those of a name."""

AMOUNT_FIELDS: tuple[Literal["overdue_amount", "balance", "exposure", "promise_shortfall"], ...] = (
    "overdue_amount",
    "balance",
    "exposure",
    "promise_shortfall",
)
COUNT_FIELDS: tuple[Literal["overdue_items", "open_items", "broken_promises"], ...] = (
    "overdue_items",
    "open_items",
    "broken_promises",
)


class Condition(Part):
    """Thresholds, each "at least". Side by side all must hold; ``all`` and ``any`` nest."""

    all: list["Condition"] | None = Field(None, min_length=1, max_length=50)
    any: list["Condition"] | None = Field(None, min_length=1, max_length=50)
    days_overdue: Days | None = Field(
        None, description="Age of the oldest dunnable item in days; negative is before it is due"
    )
    overdue_amount: Amounts | None = Field(None, description="Dunnable and past due")
    balance: Amounts | None = Field(None, description="Open less unapplied money")
    exposure: Amounts | None = Field(None, description="All that is at risk, orders included")
    promise_shortfall: Amounts | None = Field(None, description="Promised and not received")
    overdue_items: Count | None = Field(None, description="Dunnable items past due")
    open_items: Count | None = Field(None, description="Items with something open")
    broken_promises: Count | None = Field(None, description="Broken, and the debt still open")
    limit_used: Share | None = Field(None, description="Exposure as a share of the limit: 0.9")
    days_since_step: StepDays | None = Field(
        None, description="How long each of these milder steps is in force; only in `when`"
    )
    lifted_within: StepDays | None = Field(
        None, description="One of these steps was lifted fewer than so many days ago"
    )
    signals: Severities | None = Field(
        None, description="Severities of the signs of trouble that hold: in sum, or of one named"
    )
    segment: Names | None = Field(None, description="The debtor is in one of these segments")
    tag: Names | None = Field(None, description="The debtor has one of these tags")

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if all(value is None for value in self.__dict__.values()):
            raise ValueError("names no threshold; give one, as in {days_overdue: 30}")
        if depth(self) > NESTED_MOST:
            raise ValueError(f"is nested more than {NESTED_MOST} deep")
        return self


def parts(condition: Condition) -> Iterator[Condition]:
    """The conditions that ``all`` and ``any`` join, one level down."""
    yield from condition.all or ()
    yield from condition.any or ()


def names_the_debtor(condition: Condition) -> bool:
    """Whether it asks who the debtor is, which is no threshold."""
    asks = condition.segment is not None or condition.tag is not None
    return asks or any(names_the_debtor(part) for part in parts(condition))


def asks_exposure(condition: Condition) -> bool:
    """Whether it asks what is at risk beside the open items, or against the credit limit."""
    asks = condition.exposure is not None or condition.limit_used is not None
    return asks or any(map(asks_exposure, parts(condition)))


def steps_named(condition: Condition) -> Iterator[tuple[str, str, int]]:
    """Each step that it names: by which threshold, which, and how many days."""
    for threshold in ("days_since_step", "lifted_within"):
        for step, days in (getattr(condition, threshold) or {}).items():
            yield threshold, step, days
    for part in parts(condition):
        yield from steps_named(part)


def depth(condition: Condition) -> int:
    """How deep ``all`` and ``any`` are nested: 1 for plain thresholds."""
    return 1 + max((depth(part) for part in parts(condition)), default=0)


Compare = Literal["at_least", "exceeds"]


def days_named(condition: Condition, compare: Compare) -> set[int]:
    """Every age in days at which this condition may change its answer for an item.

    An amount or a number of overdue items changes on the first day on which an item is overdue.
    """
    days = set[int]()
    if condition.days_overdue is not None:
        days.add(_first_day(condition.days_overdue, compare))
    if _counts_overdue_here(condition):
        days.add(1)
    return days.union(*(days_named(part, compare) for part in parts(condition)))


def counts_overdue(condition: Condition) -> bool:
    """Whether it asks how much or how many items are overdue, so that each item matters."""
    return _counts_overdue_here(condition) or any(map(counts_overdue, parts(condition)))


def _counts_overdue_here(condition: Condition) -> bool:
    return condition.overdue_amount is not None or condition.overdue_items is not None


def _first_day(days_overdue: int, compare: Compare) -> int:
    return days_overdue + (compare == "exceeds")


def earliest_age(condition: Condition, compare: Compare, *, promised: bool) -> int:
    """The age below which no item can make this condition hold; ``ANY_AGE`` where age is no bar.

    ``promised``: the debtor has made promises, so that some may be broken.
    """
    ages = [ANY_AGE]
    if condition.days_overdue is not None:
        ages.append(_first_day(condition.days_overdue, compare))
    if _counts_overdue_here(condition):
        ages.append(1)
    if condition.broken_promises is not None or condition.promise_shortfall is not None:
        ages.append(ANY_AGE if promised else NO_AGE)
    beside = (condition.days_since_step, condition.lifted_within, condition.signals)
    if any(threshold is not None for threshold in beside):
        ages.append(NO_AGE)  # who has a case or signals is looked at whatever his age
    ages += [earliest_age(part, compare, promised=promised) for part in condition.all or ()]
    if condition.any:
        ages.append(min(earliest_age(part, compare, promised=promised) for part in condition.any))
    return max(ages)
