"""All that an installation answers about everybody, to compare with what another one answers."""

from collections import defaultdict
from typing import Any

from tests.journeys.installation import Answer, Installation

_OWN = {"cursor", "recorded_at", "lifted_recorded_at", "superseded"}
"""What differs between two installations that were told the same, but not at the same time."""


def everything(huikuan: Installation) -> dict[str, Any]:
    """Balances, items, promises, escalations and Standing of every debtor, and the ageing."""
    debtors = sorted(each["debtor"] for each in huikuan.pages("ledger", "/v1/debtors"))
    answers: dict[str, Any] = {debtor: _of(huikuan, debtor) for debtor in debtors}
    answers["ageing"] = huikuan.get("ledger", "/v1/ageing")
    return answers


def said(huikuan: Installation) -> dict[str, list[Answer]]:
    """The feed of escalations, per debtor in order, without what only this installation says."""
    feed: dict[str, list[Answer]] = defaultdict(list)
    for each in huikuan.feed():
        feed[each["debtor"]].append(_shared(each))
    return dict(feed)


def _of(huikuan: Installation, debtor: str) -> dict[str, Any]:
    escalations = huikuan.escalations(debtor)
    return {
        "ledger": huikuan.debtor(debtor),
        "promises": huikuan.get("promises", f"/v1/debtors/{debtor}/promises"),
        "standing": huikuan.get("notifier", f"/v1/debtors/{debtor}/standing"),
        "escalations": {
            **escalations,
            "history": [_shared(each) for each in escalations["history"]],
        },
    }


def _shared(entry: Answer) -> Answer:
    return {name: value for name, value in entry.items() if name not in _OWN}
