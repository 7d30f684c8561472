"""A judged promise as the API shows it: amounts as decimal strings, dates as they are."""

from typing import Any

from huikuan.debtor.promises import JudgedPromise, JudgedStage
from huikuan.events.codec import amount_of


def shown(promise: JudgedPromise) -> dict[str, Any]:
    """One promise for JSON; ``cured_late_days`` only where it was paid in full after all."""
    currency = promise.currency
    answer: dict[str, Any] = {
        "promise": promise.promise,
        "company": promise.company,
        "state": promise.state,
        "currency": currency,
        "amount": amount_of(promise.amount_minor, currency),
        "received": amount_of(promise.received_minor, currency),
        "shortfall": amount_of(promise.shortfall_minor, currency),
        "made_on": promise.made_on,
        "due_on": promise.due_on,
        "level": promise.level,
        "invoices": promise.invoices,
        "stages": [_shown_stage(at, stage, currency) for at, stage in enumerate(promise.stages)],
    }
    if promise.cured_late_days is not None:
        answer["cured_late_days"] = promise.cured_late_days
    return answer


def _shown_stage(at: int, stage: JudgedStage, currency: str) -> dict[str, Any]:
    return {
        "stage": at,
        "state": stage.state,
        "due_on": stage.due_on,
        "window_end_on": stage.window_end_on,
        "amount": amount_of(stage.amount_minor, currency),
        "received": amount_of(stage.received_minor, currency),
        "received_late": amount_of(stage.late_minor, currency),
    }
