"""Standings, policies and cases made by hand, so that a rule's test is a sentence."""

from datetime import date, timedelta
from typing import Any

from huikuan.debtor.standing import Line, Standing, Sums
from huikuan.eventlog.record import Meta, Record
from huikuan.events.notifier import EscalationApproved
from services.notifier.domain.case import Case, note
from services.notifier.domain.change import Change
from services.notifier.domain.decide import decide
from services.notifier.domain.ladder import Ladder, ladder_of
from services.notifier.domain.policy import Policy
from services.notifier.domain.view import Sight
from services.notifier.words import Speech

DAY = date(2012, 6, 9)


def item(
    name: str = "A",
    *,
    days: int = 0,
    amount: int = 100_00,
    currency: str = "USD",
    promised: int = 0,
    disputed: int = 0,
    upheld: int = 0,
    unapplied: int = 0,
    paused: bool = False,
    company: str = "main",
    instalment: str = "",
    day: date = DAY,
) -> Line:
    """An open item, so many days past its due date; amounts in minor units."""
    owed = max(0, amount - upheld - unapplied)
    return Line(
        item=name,
        instalment=instalment,
        company=company,
        currency=currency,
        due_on=day - timedelta(days=days),
        amount_minor=amount,
        open_minor=amount,
        disputed_minor=disputed + upheld,
        unapplied_minor=unapplied,
        promised_minor=promised,
        dunnable_minor=max(0, owed - disputed - promised),
        owed_minor=owed,
        days_overdue=days,
        paused=paused,
    )


def standing(*lines: Line, day: date = DAY, **known: Any) -> Standing:
    """What stands on a day: these lines, and whatever else is said of the debtor."""
    dunnable = [line for line in lines if line.dunnable_minor and not line.paused]
    exposure: dict[str, int] = known.pop("exposure", {})
    limits: dict[str, int | None] = known.pop("limit", {})
    currencies = {line.currency for line in lines} | exposure.keys() | limits.keys()
    values: dict[str, Any] = {
        "day": day,
        "lines": lines,
        "sums": {
            currency: _sums(
                [line for line in lines if line.currency == currency],
                exposure.get(currency),
                limits.get(currency),
            )
            for currency in sorted(currencies)
        },
        "days_overdue": max((line.days_overdue for line in dunnable), default=None),
        "overdue_items": sum(line.days_overdue > 0 for line in dunnable),
        "open_items": len(lines),
        "broken_promises": 0,
        "partly_kept_promises": 0,
        "promise_shortfall_minor": {},
        "promises_alive": 0,
        "unsettled": (),
        "paused": False,
        "segment": None,
        "tags": (),
    }
    return Standing(**{**values, **known})


def _sums(lines: list[Line], exposure: int | None, limit: int | None) -> Sums:
    open_minor = sum(line.open_minor for line in lines)
    past = [line for line in lines if line.days_overdue > 0]
    return Sums(
        balance_minor=open_minor,
        overdue_minor=sum(line.dunnable_minor for line in past),
        past_due_minor=sum(line.open_minor for line in past),
        unapplied_minor=0,
        coming_minor=0,
        disputed_minor=0,
        exposure_minor=open_minor if exposure is None else exposure,
        exposure_by={},
        limit_minor=limit,
    )


def ladder(*steps: dict[str, Any], **other: Any) -> Ladder:
    """A policy of these steps, ready to ask."""
    document = {"version": "test-1", "effective_on": date(2012, 1, 1), "steps": steps, **other}
    return ladder_of(Policy.model_validate(document))


def step(name: str = "stop", kind: str = "stop_supply", **other: Any) -> dict[str, Any]:
    """One step as the document has it; a stop at 30 days unless told otherwise."""
    return {"name": name, "kind": kind, "when": {"days_overdue": 30}, **other}


def cause(name: str) -> Record:
    """A record that makes us decide."""
    return Record(0, 0, "acme", b"", Meta("ledger", 1, name, "x", 1_000))


def judge(
    stands: Standing, case: Case, rules: Ladder, *, opening: bool = True
) -> list[tuple[str, str]]:
    """Decide, let the case have it, and answer (word, step) in order."""
    changes = decide(Sight(stands), case, rules, opening=opening).changes
    tell(case, changes, stands.day)
    return [(change.word, change.step) for change in changes]


def tell(case: Case, changes: list[Change], day: date) -> None:
    """Say these changes into the case."""
    Speech(case, "acme", cause(f"cause/{case.hold_seq}"), day, lambda *_: None).say(changes)


def approve(case: Case, *people: str, day: date = DAY) -> None:
    """These people approve whatever is proposed."""
    for each in list(case.open):
        for person in people:
            answer = EscalationApproved(escalation=each.escalation, by=person, on=day)
            note(case, answer, 2_000)
