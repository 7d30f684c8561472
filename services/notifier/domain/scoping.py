"""A ladder as it is for one debtor: by the calendar of his time zone, and which steps are meant.

Of several steps with one name it is the most specific that fits: invoice before debtor before tag
before segment before everybody; of two equally specific ones the first in the document.
"""

from msgspec import structs

from services.notifier.domain.ladder import Ladder, Rule, for_time_zone
from services.notifier.domain.scope import Scope
from services.notifier.domain.view import Sight


def narrowed(ladder: Ladder, sight: Sight) -> Ladder:
    """The ladder as it is for one debtor on one day; itself where it is the same for everybody."""
    if ladder.by_time_zone:
        ladder = for_time_zone(ladder, sight.standing.time_zone)
    if not ladder.is_scoped:
        return ladder
    fitting = tuple(
        at
        for at, rule in enumerate(ladder.rules)
        if rule.step.scope is None or _fits(rule.step.scope, sight)
    )
    found = ladder.narrow.get(fitting)
    if found is None:
        found = ladder.narrow[fitting] = _narrowed(ladder, [ladder.rules[at] for at in fitting])
    return found


def seen_by(ladder: Ladder, sight: Sight) -> tuple[Ladder, Sight]:
    """The ladder as it is for one debtor on one day, and that day as it reads it."""
    his = narrowed(ladder, sight)
    return his, sight.under(his.reading)


def _fits(scope: Scope, sight: Sight) -> bool:
    standing = sight.standing
    if scope.segment is not None and standing.segment not in scope.segment:
        return False
    if scope.tag is not None and set(scope.tag).isdisjoint(standing.tags):
        return False
    return scope.debtor is None or sight.debtor in scope.debtor


def _narrowed(ladder: Ladder, fitting: list[Rule]) -> Ladder:
    rules: list[Rule] = []
    for name in ladder.policy.severity:
        variants = [rule for rule in fitting if rule.step.name == name]
        variants.sort(key=lambda rule: -specificity(rule.step.scope))
        claimed = frozenset[str]()
        for rule in variants:
            scope = rule.step.scope
            rules.append(structs.replace(rule, without=claimed))
            if scope is None or scope.invoice is None:
                break
            claimed |= frozenset(scope.invoice)
    return structs.replace(
        ladder,
        rules=tuple(rules),
        by_name={rule.step.name: rule for rule in rules},
        is_scoped=False,
    )


def specificity(scope: Scope | None) -> int:
    """How narrow a scope is: each kind of name outweighs all broader ones."""
    if scope is None:
        return 0
    named = (scope.segment, scope.tag, scope.debtor, scope.invoice)
    return sum(1 << at for at, names in enumerate(named) if names is not None)


def governing(ladder: Ladder, step: str, subject: str) -> Rule | None:
    """The rule of a narrowed ladder for this step against this subject (``item:<invoice>`` …)."""
    rule = ladder.by_name.get(step)
    if rule is None or rule.covers(subject):
        return rule
    own = (each for each in ladder.rules if each.step.name == step and each.covers(subject))
    return next(own, None)
