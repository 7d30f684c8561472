"""The switches on which systems of receivables disagree, each with the default of the design.

They say how a policy reads a debtor's standing and how it moves along its ladder; the steps say
what is done. See ``docs/policies.md``.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt

from services.notifier.domain.condition import Part, Share

Bucket = Literal["ordered", "shipped_unbilled", "invoiced", "bill_of_exchange"]


def _weight(value: Any) -> Any:
    try:
        weight = Decimal(str(value))
    except InvalidOperation:
        weight = Decimal(-1)
    if isinstance(value, bool) or weight.is_nan() or not 0 <= weight <= 1:
        raise ValueError('must be a share from 0 to 1, such as "0.5"')
    return str(weight.normalize())


Weight = Annotated[str, BeforeValidator(_weight, json_schema_input_type=Decimal | str)]


class Switches(Part):
    """How a policy reads a standing, and how it moves along its ladder."""

    age_from: Literal["due_date", "invoice_date"] = Field(
        "due_date", description="From when an item's age counts; one that is not due has none"
    )
    compare: Literal["at_least", "exceeds"] = Field(
        "at_least", description="Whether a threshold is reached at its value or only beyond it"
    )
    advance: Literal["jump", "one_step", "after_delivered"] = Field(
        "jump",
        description="Raise every demanded step at once, or one a day, after every milder one, "
        "and where asked after every milder notice was delivered",
    )
    lead: Literal["oldest_dunnable", "every_item"] = Field(
        "oldest_dunnable", description="What `per` is where a step does not say: debtor, or item"
    )
    grace_days: Annotated[StrictInt, Field(ge=0, le=365)] = Field(
        0, description="Days after an item's date in which it is not overdue yet"
    )
    grace_effect: Literal["extra_days", "shifts_date"] = Field(
        "extra_days", description="After the grace, whether age counts from the date or the grace"
    )
    due_roll: Literal["off", "next_working_day"] = Field(
        "off", description="Whether a due date on a day off counts as the next working day"
    )
    raise_on: Literal["any_day", "working_day"] = Field(
        "any_day", description="On which days what is harder than a notice is raised"
    )
    pause_counts: Literal["overlap", "all"] = Field(
        "overlap",
        description="Which paused days are not counted in an item's age before a new step: those "
        "after its date, or those before it too",
    )
    while_paused: Literal["frozen", "cleared"] = Field(
        "frozen", description="Whether what is in force stays during a pause or is lifted"
    )
    step_down: Literal["at_once", "hysteresis"] = Field(
        "at_once", description="When what is harder than a notice is lifted; a notice is at once"
    )
    step_down_days: Annotated[StrictInt, Field(ge=1, le=60)] = Field(
        3, description="With hysteresis: lifted when it was not to be had for so many days more"
    )
    amount_base: Literal["residual", "gross"] = Field(
        "residual", description="What an item counts for: what may be dunned, or its whole amount"
    )
    zero_limit: Literal["zero", "unlimited"] = Field(
        "zero", description="What a credit limit of zero means; none at all is always unlimited"
    )
    limit_test: Literal["both", "total", "any_bucket"] = Field(
        "both", description="What `limit_used` holds against the limit: all, or any one bucket"
    )
    limit_buckets: dict[Bucket, Share] | None = Field(
        None,
        description="The share of the credit limit that a bucket of exposure alone may take",
        min_length=1,
    )
    promise_defers: Literal["promised_amount", "none"] = Field(
        "promised_amount", description="What a living promise keeps from new steps and notices"
    )
    partly_weight: Weight = Field(
        "0.5", description="What a partly kept promise counts in `broken_promises`"
    )
    charges: Literal["shown", "booked"] = Field(
        "shown", description="Whether a step's `fee` is only shown with it or owed from the day on"
    )


AS_DESIGNED = Switches()
"""Every switch at its default."""
