"""What may be asked of the promises service: a promise to be taken down, or withdrawn.

A fact is accommodated, a request may be refused: what nobody would promise is asked back.
"""

from collections.abc import Collection
from datetime import date

import msgspec

from huikuan.events.check import check
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.promises import PromiseMade, PromiseWithdrawn, Stage


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A promise as somebody asks to take it down; ``made_on`` is the open day if absent."""

    amount: str
    currency: str
    due_on: date | None = None
    stages: tuple[Stage, ...] = ()
    made_on: date | None = None
    invoices: tuple[str, ...] = ()
    by: str | None = None
    channel: str | None = None
    replaces: str | None = None
    company: str = "main"


class Refused(msgspec.Struct, frozen=True):
    """Why a request breaks a rule; ``pointer`` names the field, empty where no field is wrong."""

    code: str
    pointer: str
    en: str
    zh: str


NO_DAY = Refused(
    "no_open_day",
    "",
    "No business day is open yet: say the date, or open a day.",
    "尚无已开启的营业日：请提供日期，或先开启营业日。",
)


def promise_from(
    asked: Asked, promise: str, open_on: date | None, known: Collection[str]
) -> PromiseMade | Refused:
    """The promise, normalised, or why it cannot be taken down.

    ``open_on`` is the open business day; ``known`` are the ids of the debtor's promises in that
    company.
    """
    made_on = asked.made_on or open_on
    if made_on is None:
        return NO_DAY
    try:
        event = check(
            PromiseMade(
                company=asked.company,
                promise=promise,
                amount=asked.amount,
                currency=asked.currency,
                made_on=made_on,
                due_on=asked.due_on,
                stages=asked.stages,
                invoices=asked.invoices,
                by=asked.by,
                channel=asked.channel,
                replaces=asked.replaces,
            )
        )
    except InvalidFieldError as error:
        return Refused("invalid_request", error.pointer, error.reason, error.reason_zh)
    assert isinstance(event, PromiseMade), "checking never changes the type"
    return _untimely(event, open_on) or _unknown(event, known) or event


def _untimely(event: PromiseMade, open_on: date | None) -> Refused | None:
    if open_on is None:
        return None
    if event.made_on > open_on:
        return Refused(
            "made_in_future",
            "/made_on",
            "A promise cannot have been made after the open business day.",
            "承诺日期不能晚于当前营业日。",
        )
    days = [("/due_on", event.due_on or open_on)]
    days += [(f"/stages/{at}/due_on", stage.due_on) for at, stage in enumerate(event.stages)]
    for pointer, due_on in days:
        if due_on < open_on:
            return Refused(
                "due_in_past",
                pointer,
                "The promised date lies before the open business day.",
                "承诺付款日早于当前营业日。",
            )
    return None


def _unknown(event: PromiseMade, known: Collection[str]) -> Refused | None:
    if event.replaces is None or event.replaces in known:
        return None
    return Refused(
        "unknown_promise",
        "/replaces",
        "The debtor has made no such promise.",
        "该客户没有这一付款承诺。",
    )


def withdrawal_from(
    promise: str, company: str, on: date | None, open_on: date | None, made_on: date
) -> PromiseWithdrawn | Refused:
    """The withdrawal, on a day, of a promise that was made on ``made_on``."""
    if on is None:
        return NO_DAY
    if open_on is not None and on > open_on:
        return Refused(
            "withdrawn_in_future",
            "/on",
            "A promise cannot have been withdrawn after the open business day.",
            "撤回日期不能晚于当前营业日。",
        )
    if on < made_on:
        return Refused(
            "withdrawn_too_early",
            "/on",
            "A promise cannot have been withdrawn before it was made.",
            "撤回日期不能早于承诺日期。",
        )
    try:
        event = check(PromiseWithdrawn(company=company, promise=promise, on=on))
    except InvalidFieldError as error:
        return Refused("invalid_request", error.pointer, error.reason, error.reason_zh)
    assert isinstance(event, PromiseWithdrawn), "checking never changes the type"
    return event
