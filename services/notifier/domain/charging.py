"""The fees of steps: which a raising costs, and what the case keeps of them (ADR 0017).

A fee counts from the day after it is said. So it always waits for its day, and what is said never
has to be folded in before what was folded already.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from huikuan.debtor.standing import Line
from huikuan.events.fields import Event
from huikuan.events.notifier import FeeCancelled, FeeCharged
from services.notifier.domain.change import Charge
from services.notifier.domain.policy import Step
from services.notifier.domain.view import Sight, Subject

_DAY = timedelta(days=1)


class Fee(msgspec.Struct, array_like=True):
    """A fee that an escalation cost, and how it was cancelled, if it was."""

    fee: str
    company: str
    currency: str
    amount: str
    on: date
    effective_on: date
    cancellation: str = ""
    cancelled_on: date | None = None
    reason: str | None = None


def charges_of(step: Step, sight: Sight, subject: Subject) -> tuple[Charge, ...]:
    """What raising a step costs: in each currency of its fee in which he owes, where he owes it.

    Of several companies that to which he has owed longest.
    """
    if step.fee is None:
        return ()
    lines = sight.standing.lines if subject.line is None else (subject.line,)
    oldest: dict[str, Line] = {}
    for line in lines:
        known = oldest.get(line.currency)
        if known is None or line.days_overdue > known.days_overdue:
            oldest[line.currency] = line
    return tuple(
        Charge(oldest[currency].company, currency, amount)
        for currency, amount in sorted(step.fee.items())
        if currency in oldest
    )


def charged(charge: Charge, fee: str, escalation: str, step: str, said: tuple[date, str]) -> Event:
    """The event of a fee. ``said``: the open day, and the policy's version."""
    on, policy_version = said
    return FeeCharged(
        company=charge.company,
        fee=fee,
        escalation=escalation,
        step=step,
        amount=charge.amount,
        currency=charge.currency,
        on=on,
        effective_on=on + _DAY,
        policy_version=policy_version,
    )


def cancelled(fee: Fee, cancellation: str, escalation: str, on: date, reason: str | None) -> Event:
    """The event that ends a fee."""
    return FeeCancelled(
        company=fee.company,
        fee=fee.fee,
        cancellation=cancellation,
        escalation=escalation,
        on=on,
        effective_on=on + _DAY,
        reason=reason,
    )


def note_fee(fees: list[Fee], event: FeeCharged | FeeCancelled) -> None:
    """Take a word about a fee into an escalation's."""
    if isinstance(event, FeeCharged):
        amounts = (event.company, event.currency, event.amount)
        fees.append(Fee(event.fee, *amounts, event.on, event.effective_on))
        return
    for each in fees:
        if each.fee == event.fee and each.cancelled_on is None:
            each.cancellation, each.cancelled_on = event.cancellation, event.on
            each.reason = event.reason


def words_of(
    fees: list[Fee], escalation: str, step: str, policy_version: str
) -> Iterator[tuple[str, Event]]:
    """The events, each with its id, exactly as they were said."""
    for each in fees:
        charge = Charge(each.company, each.currency, each.amount)
        yield each.fee, charged(charge, each.fee, escalation, step, (each.on, policy_version))
        if each.cancelled_on is not None:
            on, reason = each.cancelled_on, each.reason
            yield each.cancellation, cancelled(each, each.cancellation, escalation, on, reason)
