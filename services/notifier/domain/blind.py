"""Facts that the rules of a policy cannot see, so that nothing need be decided because of them.

A decision that sees what the last one saw says nothing before the next review (laws 5 and 6). A
policy is known by the words of its document: one that uses any other than these sees everything.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from huikuan.debtor.account import Account
from huikuan.events import relations, sales
from services.notifier.domain.ladder import Ladder, ladder_of
from services.notifier.domain.policy import Policy

_AGES_AND_PROMISES = frozenset(
    {
        "version",
        "effective_on",
        "steps",
        "name",
        "kind",
        "when",
        "unless",
        "lift_when",
        "hold",
        "approval",
        "per",
        "repeat",
        "all",
        "any",
        "days_overdue",
        "overdue_amount",
        "overdue_items",
        "broken_promises",
        "promise_shortfall",
        "promises",
        "tolerance_days",
        "threshold",
        "disputes",
        "shield",
        "allocate",
        "ignore_below",
        "working_days",
        "weekend",
        "holidays",
        "make_up",
        "breaker",
        "count",
        "share",
    }
)
"""Such rules see the debtor's items that are due, and his promises."""
_OPEN = frozenset({"balance", "open_items"})
"""And these also see items that are not due."""
_UNSEEN = frozenset(
    kind.TYPE
    for kind in (
        relations.DebtorRegistered,
        relations.DebtorUpdated,
        relations.CreditLimitSet,
        sales.OrderConfirmed,
        sales.OrderCancelled,
        sales.ShipmentDispatched,
        sales.GoodsReturned,
    )
)
_CURRENCY_LETTERS = 3


class Blind(msgspec.Struct, frozen=True):
    """What one policy's rules do not see."""

    types: frozenset[str] = frozenset()
    """Facts of these types change nothing that they see."""
    youngest: int | None = None
    """An item that is younger changes nothing that they see; None where any item may."""


def blind_of(policy: Policy) -> Blind:
    """What the rules of this policy do not see."""
    words = set(_words(policy.document()))
    if not words <= _AGES_AND_PROMISES | _OPEN:
        return Blind()
    ladder: Ladder = ladder_of(policy)
    sees_young = bool(words & _OPEN) or not ladder.days
    return Blind(_UNSEEN, None if sees_young else ladder.days[0])


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, inside in part.items():
            if not (len(name) == _CURRENCY_LETTERS and name.isupper()):
                yield name
            yield from _words(inside)
    elif isinstance(part, list | tuple):
        for inside in part:
            yield from _words(inside)


def is_bare(account: Account) -> bool:
    """Whether a new item takes nothing from the others: no money waits, nothing is promised."""
    if account.promises or account.early or account.overrides:
        return False
    return not any(book.free for book in account.books)
