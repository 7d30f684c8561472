"""Days to come as the API shows them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from huikuan.debtor.standing import Standing
from huikuan.events.codec import amount_of
from services.notifier.domain.view import DEBTOR, subject_of
from services.notifier.forecast import Foreseen, word_of
from services.notifier.prevention import Offer
from services.notifier.what_if import Share

Minors = dict[str, list[int]]
"""Currency → what is overdue and may be dunned, and all that is open, in minor units."""


def shown_word(each: Foreseen, there: frozenset[str] = frozenset()) -> dict[str, Any]:
    """One word to come; its escalation has an id where it is among those said already."""
    said = each.said
    shown: dict[str, Any] = {
        "on": each.on,
        "word": word_of(said),
        "step": said.step,
        "kind": said.kind,
        "subject": said.subject,
        "company": said.company,
        "effective_on": said.effective_on,
        "policy_version": said.policy_version,
        "escalation": said.escalation if said.escalation in there else None,
    }
    if said.reason:
        shown["reason"] = said.reason
    if said.inputs is not None:
        shown["inputs"] = said.inputs
    if said.channels:
        shown["channels"] = list(said.channels)
    return shown


def raised_on(step: Foreseen, words: Iterable[Foreseen]) -> date | None:
    """When a step that is proposed or raised will be in force; None where people must approve."""
    escalation = step.said.escalation
    raised = (each for each in words if each.said.escalation == escalation)
    return next((each.on for each in raised if word_of(each.said) == "raised"), None)


def shown_offers(by: date, offers: Sequence[Offer]) -> dict[str, Any]:
    """What keeps the step off, by means; none of a means does where its list is empty."""
    return {
        "by": by,
        "payments": [shown_amounts(each) for each in offers if each.means == "payment"],
        "promises": [
            shown_amounts(each) | {"due_on": each.on} for each in offers if each.means == "promise"
        ],
        "disputes": [shown_amounts(each) for each in offers if each.means == "dispute"],
    }


def shown_amounts(offer: Offer) -> dict[str, Any]:
    """What one offer takes, by company and currency."""
    return {"amounts": [_share(share) for share in offer.shares]}


def _share(share: Share) -> dict[str, Any]:
    return {
        "company": share.company,
        "currency": share.currency,
        "amount": amount_of(share.amount_minor, share.currency),
        "invoices": [
            {
                "invoice": part.invoice,
                "instalment": part.instalment or None,
                "amount": amount_of(part.amount_minor, share.currency),
            }
            for part in share.parts
        ],
    }


class Totals:
    """Words to come, counted by step and word; and the money that they are about."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], int] = {}
        self._minors: dict[tuple[str, str, str], Minors] = {}

    def add(self, each: Foreseen, standing: Standing) -> None:
        """Count one word; ``standing`` is the debtor's on that day."""
        key = (each.said.step, each.said.kind, word_of(each.said))
        self._counts[key] = self._counts.get(key, 0) + 1
        minors = self._minors.setdefault(key, {})
        subject = each.said.subject
        about_all = subject == DEBTOR
        for line in standing.lines:
            if about_all or subject_of(line) == subject:
                sums = minors.setdefault(line.currency, [0, 0])
                sums[0] += line.dunnable_minor if line.days_overdue > 0 else 0
                sums[1] += line.open_minor

    def shown(self) -> list[dict[str, Any]]:
        """One entry per step and word; amounts per currency, never added."""
        return [
            {
                "step": key[0],
                "kind": key[1],
                "word": key[2],
                "count": count,
                "amounts": {
                    currency: {
                        "overdue": amount_of(sums[0], currency),
                        "open": amount_of(sums[1], currency),
                    }
                    for currency, sums in sorted(self._minors[key].items())
                },
            }
            for key, count in sorted(self._counts.items())
        ]
