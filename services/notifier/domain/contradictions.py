"""What in a policy contradicts itself, by its place: each part is right alone, not together.

Asked when a document is read, never of a policy on the log: what was adopted stays readable.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from services.notifier.domain.channels import OWN_CHANNEL, strength
from services.notifier.domain.condition import (
    AMOUNT_FIELDS,
    COUNT_FIELDS,
    Condition,
    parts,
    steps_named,
)
from services.notifier.domain.policy import Policy, Step

_RANKS = {"stop_supply": 1, "stop_service": 1, "revoke_dealership": 2, "legal_referral": 3}
"""Which kinds are harder than others; what is not named is a word to the debtor."""


class Contradiction(NamedTuple):
    """A place in the document, and what is wrong there."""

    place: tuple[str | int, ...]
    en: str
    zh: str


def contradictions(policy: Policy) -> Iterator[Contradiction]:
    """All that is found."""
    yield from _out_of_order(policy)
    for at, step in enumerate(policy.steps):
        yield from _never_lifted(at, step)
        yield from _never_raised(at, step)
        yield from _strange_steps(at, step, policy)
        yield from _wrong_channels(at, step, policy)
    uses_limit = any(_names_limit(step.when) for step in policy.steps)
    if policy.limit_test == "any_bucket" and not policy.limit_buckets and uses_limit:
        yield Contradiction(
            ("limit_test",),
            "any_bucket needs limit_buckets; without them limit_used can never hold",
            "any_bucket 需要 limit_buckets，否则 limit_used 永远不会成立",
        )


def _strange_steps(at: int, step: Step, policy: Policy) -> Iterator[Contradiction]:
    """Steps that thresholds name and the policy does not have, or has only further on."""
    severity = policy.severity
    for field in ("when", "unless", "lift_when"):
        condition = getattr(step, field)
        for threshold, name, _ in steps_named(condition) if condition else ():
            is_milder = severity.get(name, len(severity)) < severity[step.name]
            if name not in severity or name == step.name:
                yield Contradiction(
                    ("steps", at, field),
                    f'{threshold} names "{name}", which is no other step of this policy',
                    f"{threshold} 指向“{name}”，但本策略没有这个其他步骤",
                )
            elif threshold == "days_since_step" and not is_milder:
                yield Contradiction(
                    ("steps", at, field),
                    f'{threshold} names "{name}", which is not milder: it would have to come first',
                    f"{threshold} 指向“{name}”，但它并不更轻：较轻的步骤应在前",
                )


def _wrong_channels(at: int, step: Step, policy: Policy) -> Iterator[Contradiction]:
    """A call that is none, or only weaker channels than those of an earlier step."""
    if step.channels is None:
        return
    own = OWN_CHANNEL.get(step.kind)
    if own is not None and own not in step.channels:
        yield Contradiction(
            ("steps", at, "channels"),
            f'"{step.name}" is a {step.kind}: its channels must name "{own}"',
            f"“{step.name}”（{step.kind}）的渠道必须包含 {own}",
        )
    before = (each for each in policy.steps[:at] if each.channels and each.scope == step.scope)
    strongest = max(before, key=lambda each: strength(each.channels or ()), default=None)
    if strongest is None or step.weaker_channels == "allowed":
        return
    if strength(step.channels) < strength(strongest.channels or ()):
        yield Contradiction(
            ("steps", at, "channels"),
            f'all are weaker than those of "{strongest.name}", which is milder; '
            "add a stronger one, or write `weaker_channels: allowed`",
            f"全部弱于较轻步骤“{strongest.name}”的渠道；"
            "请加上更强的渠道，或写 weaker_channels: allowed",
        )


def _out_of_order(policy: Policy) -> Iterator[Contradiction]:
    """A milder kind that stands after a harder one, where both ask for the same thing alone."""
    for at, step in enumerate(policy.steps):
        for harder in policy.steps[:at]:
            if harder.per != step.per or harder.scope != step.scope or _rank(step) >= _rank(harder):
                continue
            asked = next(_asked_alone_by_both(step.when, harder.when), None)
            if asked is not None:
                thing, mild, hard = asked
                yield Contradiction(
                    ("steps", at),
                    f'"{step.name}" ({step.kind}) at {thing} {mild} stands after "{harder.name}" '
                    f"({harder.kind}) at {hard}: steps go from mild to severe",
                    f"“{step.name}”（{step.kind}，{thing} {mild}）排在“{harder.name}”"
                    f"（{harder.kind}，{hard}）之后：步骤应由轻到重",
                )
                break


def _asked_alone_by_both(
    when: Condition, other: Condition
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """The one threshold that both name, and its two values; nothing where either names more."""
    if len(when.model_dump(exclude_none=True)) == 1:
        for place, least, others in _same_thresholds(when, other):
            yield " ".join(place), least, others


def _rank(step: Step) -> int:
    return _RANKS.get(step.kind, 0)


def _never_lifted(at: int, step: Step) -> Iterator[Contradiction]:
    lift = step.lift_when
    if lift is None:
        return
    if step.lift_by == "person":
        yield Contradiction(
            ("steps", at, "lift_when"),
            "can never hold: only a person lifts this step",
            "永远不会成立：该步骤只能由人解除",
        )
        return
    if step.per == "item" and _asks_age_alone(lift):
        where = () if _joins(lift) else ("days_overdue",)
        yield Contradiction(
            ("steps", at, "lift_when", *where),
            "can never hold: an item only grows older; leave lift_when out",
            "永远不会成立：单笔应收只会越来越旧；请去掉 lift_when",
        )
        return
    for place, least, most in _same_thresholds(step.when, lift):
        if most > least:
            yield Contradiction(
                ("steps", at, "lift_when", *place),
                f"is lifted below {most}, but raised from {least}: it would be lifted at once",
                f"低于 {most} 即解除，却从 {least} 起生效：会立即被解除",
            )


def _never_raised(at: int, step: Step) -> Iterator[Contradiction]:
    if step.unless is None:
        return
    for place, least, spared in _same_thresholds(step.when, step.unless):
        if spared <= least:
            yield Contradiction(
                ("steps", at, "unless", *place),
                f"spares from {spared}, but the step comes from {least}: it can never be raised",
                f"达到 {spared} 即不适用，而步骤从 {least} 起才适用：永远不会生效",
            )


def _same_thresholds(
    when: Condition, other: Condition
) -> Iterator[tuple[tuple[str, ...], Decimal, Decimal]]:
    """Thresholds on one thing that stand alone in both: their place, and their two values."""
    if _joins(when) or _joins(other):
        return
    asked = other.model_dump(exclude_none=True)
    if len(asked) != 1:
        return
    for name in ("days_overdue", "limit_used", *COUNT_FIELDS):
        if name in asked and getattr(when, name) is not None:
            yield (name,), Decimal(getattr(when, name)), Decimal(asked[name])
    if when.signals is not None and other.signals is not None:
        yield from _same_signals(when.signals, other.signals)
    for name in AMOUNT_FIELDS:
        least = getattr(when, name)
        if (
            name in asked
            and least is not None
            and set(least) == set(asked[name])
            and len(least) == 1
        ):
            ((currency, amount),) = least.items()
            yield (name, currency), Decimal(amount), Decimal(asked[name][currency])


def _same_signals(
    when: int | Mapping[str, int], other: int | Mapping[str, int]
) -> Iterator[tuple[tuple[str, ...], Decimal, Decimal]]:
    if isinstance(when, int) and isinstance(other, int):
        yield ("signals",), Decimal(when), Decimal(other)
    elif isinstance(when, Mapping) and isinstance(other, Mapping) and len(when) == 1:
        ((sign, least),) = when.items()
        if set(other) == {sign}:
            yield ("signals", sign), Decimal(least), Decimal(other[sign])


def _asks_age_alone(condition: Condition) -> bool:
    asked = set(condition.model_dump(exclude_none=True)) - {"all", "any"}
    return asked <= {"days_overdue"} and all(map(_asks_age_alone, parts(condition)))


def _joins(condition: Condition) -> bool:
    return any(True for _ in parts(condition))


def _names_limit(condition: Condition) -> bool:
    return condition.limit_used is not None or any(map(_names_limit, parts(condition)))
