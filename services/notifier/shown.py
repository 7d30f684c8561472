"""Cases and standings as the API shows them, as of a day."""

from datetime import date
from typing import Any

import msgspec

from huikuan.debtor.dealings import Override, Signal
from huikuan.debtor.standing import Line, Sums
from huikuan.debtor.things import NEVER
from huikuan.events.codec import amount_of
from huikuan.web.asking import instant_of
from services.notifier.domain.answers import Answer
from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.charging import Fee
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.policy import CLEAR
from services.notifier.domain.view import Sight, key_of
from services.notifier.shown_held import shown_held

GENERAL = "general"
"""The calendar of debtors whose time zone the policy does not name."""


def shown_case(case: Case, day: date | None, ladder: Ladder | None) -> dict[str, Any]:
    """State, steps in force (mild to severe) and history, at the close of a day.

    A step that was retracted was never in force, as we know now; it stays in the history.
    """
    if day is None:
        return {"state": CLEAR, "in_force": [], "history": []}
    every = sorted((*case.ended, *case.open), key=lambda each: each.hold_seq)
    in_force = {each.step for each in every if is_in_force(each, day)}
    severity = ladder.policy.severity if ladder else {}
    # A step of an earlier policy that the present one does not have is milder than all of its own.
    steps = sorted(in_force, key=lambda step: (severity.get(step, -1), step))
    return {
        "state": steps[-1] if steps else CLEAR,
        "in_force": steps,
        "history": [shown(each, day) for each in every if each.said_on <= day or is_old(each, day)],
    }


def is_old(each: Escalation, day: date) -> bool:
    """Whether it was effective by then, though it was said later."""
    return each.effective_on <= day


def is_in_force(each: Escalation, day: date) -> bool:
    """Whether it was in force at the close of a day, as known now."""
    if each.raised_at is None or each.status == "retracted" or each.effective_on > day:
        return False
    return each.ended_on is None or each.ended_on > day


def shown(each: Escalation, day: date) -> dict[str, Any]:
    """One escalation as it stood at the close of a day."""
    ended = each.ended_on is not None and (each.ended_on <= day or each.status == "retracted")
    raised = each.raised_at is not None and each.effective_on <= day
    status = each.status if ended else "raised" if raised else "proposed"
    entry = {
        "escalation": each.escalation,
        "step": each.step,
        "kind": each.kind,
        "subject": each.subject,
        "company": each.company,
        "status": status,
        "effective_on": each.effective_on,
        "lifted_on": each.ended_on if ended else None,
        "recorded_at": instant_of(each.recorded_at),
        "lifted_recorded_at": instant_of(each.ended_at) if ended and each.ended_at else None,
        "policy_version": each.policy_version,
        "hold_seq": each.hold_seq,
        "inputs": each.inputs,
        "channels": list(each.channels),
        "approvals": [shown_answer(answer) for answer in each.approvals],
        "repeated_on": [on for on in each.repeated_on if on <= day],
        "exhausted": 0 < each.exhausted_after == len(each.repeated_on)
        and each.repeated_on[-1] <= day,
        "acknowledgements": [shown_answer(answer) for answer in each.acknowledgements],
        "delivered": _delivered(each, day),
        "fees": [_fee(fee, day) for fee in each.fees if fee.on <= day],
    }
    if ended and each.reason:
        entry["reason"] = each.reason
    if status == "proposed" and (held := shown_held(each, day)):
        entry["held"] = held
    return entry


def shown_override(each: Override, day: date) -> dict[str, Any]:
    """One override as it stands at the close of a day."""
    ended = each.ended_on <= max(day.toordinal(), each.on)
    return {
        "override": each.override,
        "company": each.company,
        "step": each.step,
        "effect": each.effect,
        "from": date.fromordinal(each.on),
        "until": None if each.until == NEVER else date.fromordinal(each.until),
        "invoices": list(each.invoices),
        "by": each.by,
        "reason": each.reason,
        "ended_on": date.fromordinal(each.ended_on) if ended else None,
        "ended_by": each.ended_by or None,
        "ended_reason": each.ended_reason or None,
        "holds": each.holds(day.toordinal()),
    }


def shown_answer(answer: Answer) -> dict[str, Any]:
    """Who answered, and when."""
    reason = {"reason": answer.reason} if answer.reason else {}
    return {
        "by": answer.by,
        "on": answer.on,
        "recorded_at": instant_of(answer.recorded_at),
        **reason,
    }


def _delivered(each: Escalation, day: date) -> dict[str, Any] | None:
    """That it reached the debtor; None where nobody says so."""
    there = each.delivered
    if there is None or there.on > day:
        return None
    more = {"channel": there.channel, "proof": there.proof}
    told = {name: value for name, value in more.items() if value is not None}
    return {"by": there.by, "on": there.on, "recorded_at": instant_of(there.recorded_at), **told}


def _fee(fee: Fee, day: date) -> dict[str, Any]:
    """A fee that it cost; owed from the day after."""
    is_cancelled = fee.cancelled_on is not None and fee.cancelled_on <= day
    return {
        "fee": fee.fee,
        "company": fee.company,
        "amount": fee.amount,
        "currency": fee.currency,
        "on": fee.on,
        "effective_on": fee.effective_on,
        "cancelled_on": fee.cancelled_on if is_cancelled else None,
    }


def shown_standing(sight: Sight) -> dict[str, Any]:
    """The Standing, with amounts as decimal strings, and the evidence of each item."""
    standing = sight.standing
    return {
        "as_of": standing.day,
        "days_overdue": standing.days_overdue,
        "overdue_items": standing.overdue_items,
        "open_items": standing.open_items,
        "broken_promises": standing.broken_promises,
        "partly_kept_promises": standing.partly_kept_promises,
        "promises_alive": standing.promises_alive,
        "promise_shortfall": {
            currency: amount_of(minor, currency)
            for currency, minor in standing.promise_shortfall_minor.items()
        },
        "paused": standing.paused,
        "overrides": [shown_override(each, standing.day) for each in standing.overrides],
        "signals": [_signal(each) for each in standing.signals],
        "unsettled": list(standing.unsettled),
        "segment": standing.segment,
        "time_zone": standing.time_zone,
        "working_days_of": calendar_of(sight),
        "tags": list(standing.tags),
        "balances": {currency: _sums(sums, currency) for currency, sums in standing.sums.items()},
        "items": [_line(line) | _beside(line, sight) for line in standing.lines],
        "fees": [_line(line) for line in standing.fees],
    }


def calendar_of(sight: Sight) -> str:
    """The time zone whose calendar counts the debtor's working days, or ``GENERAL``."""
    return sight.reading.calendar_of or GENERAL


def _signal(each: Signal) -> dict[str, Any]:
    """A sign of trouble that holds."""
    return {
        "signal": each.signal,
        "company": each.company,
        "name": each.sign,
        "severity": each.severity,
        "source": each.source or None,
        "on": date.fromordinal(each.on),
        "until": None if each.until == NEVER else date.fromordinal(each.until),
    }


def _sums(sums: Sums, currency: str) -> dict[str, Any]:
    limit = sums.limit_minor
    return {
        "balance": amount_of(sums.balance_minor, currency),
        "overdue": amount_of(sums.overdue_minor, currency),
        "past_due": amount_of(sums.past_due_minor, currency),
        "unapplied": amount_of(sums.unapplied_minor, currency),
        "coming": amount_of(sums.coming_minor, currency),
        "disputed": amount_of(sums.disputed_minor, currency),
        "exposure": _signed(sums.exposure_minor, currency),
        "limit": None if limit is None else amount_of(limit, currency),
    }


def _beside(line: Line, sight: Sight) -> dict[str, Any]:
    """The evidence of an item, and when a reversed payment first opened it again."""
    proofs, opened = sight.evidence()[key_of(line)], sight.reopened().get(key_of(line))
    return {
        "evidence": {"grade": proofs.grade, **msgspec.structs.asdict(proofs)},
        "reopened_on": date.fromordinal(opened.on) if opened else None,
    }


def _line(line: Line) -> dict[str, Any]:
    currency = line.currency
    return {
        "invoice": line.item,
        "instalment": line.instalment or None,
        "company": line.company,
        "currency": currency,
        "due_on": line.due_on,
        "days_overdue": line.days_overdue if line.due_on else None,
        "amount": amount_of(line.amount_minor, currency),
        "open": amount_of(line.open_minor, currency),
        "disputed": amount_of(line.disputed_minor, currency),
        "promised": amount_of(line.promised_minor, currency),
        "dunnable": amount_of(line.dunnable_minor, currency),
        "owed": amount_of(line.owed_minor, currency),
        "paused": line.paused,
    }


def _signed(minor: int, currency: str) -> str:
    return f"-{amount_of(-minor, currency)}" if minor < 0 else amount_of(minor, currency)
