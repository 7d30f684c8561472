"""What a policy names that somebody should have: its currencies, and the signs of trouble."""

from collections.abc import Iterator

from services.notifier.domain.condition import AMOUNT_FIELDS, Condition
from services.notifier.domain.policy import Policy

Place = tuple[str | int, ...]
"""Where something stands in the document."""


def currencies_named(policy: Policy) -> dict[str, Place]:
    """Every currency of the document, with the first place that names it."""
    named: dict[str, Place] = {}
    for currency in policy.ignore_below or ():
        named.setdefault(currency, ("ignore_below", currency))
    for at, step in enumerate(policy.steps):
        for currency in step.fee or ():
            named.setdefault(currency, ("steps", at, "fee", currency))
    for place, condition in _conditions(policy):
        for name in AMOUNT_FIELDS:
            for currency in getattr(condition, name) or ():
                named.setdefault(currency, (*place, name, currency))
    return named


def signs_named(policy: Policy) -> dict[str, Place]:
    """Every sign of trouble that the document names, with the first place."""
    named: dict[str, Place] = {}
    for place, condition in _conditions(policy):
        for sign in condition.signals if isinstance(condition.signals, dict) else ():
            named.setdefault(sign, (*place, "signals", sign))
    return named


def _conditions(policy: Policy) -> Iterator[tuple[Place, Condition]]:
    """Each condition of each step and all that it joins, with its place."""
    for at, step in enumerate(policy.steps):
        for field in ("when", "unless", "lift_when"):
            condition = getattr(step, field)
            if condition is not None:
                yield from _within(condition, ("steps", at, field))


def _within(condition: Condition, place: Place) -> Iterator[tuple[Place, Condition]]:
    yield place, condition
    for joined in ("all", "any"):
        for at, part in enumerate(getattr(condition, joined) or ()):
            yield from _within(part, (*place, joined, at))
