"""A policy made ready to ask: its conditions as functions of a View.

``reached`` reads a condition's thresholds as the policy compares them, ``below`` the same
thresholds as not reached: that is how ``lift_when`` reads them.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from services.notifier.domain.age import days_until
from services.notifier.domain.ages import days_of_any, days_of_each
from services.notifier.domain.condition import (
    ANY_AGE,
    NO_AGE,
    earliest_age,
    steps_named,
)
from services.notifier.domain.counting import Question, View
from services.notifier.domain.inputs import ReadInputs, inputs_reader
from services.notifier.domain.life import Repeat
from services.notifier.domain.lives import graces, repeats, shortest_days
from services.notifier.domain.needs import is_plain
from services.notifier.domain.policy import Policy, Step
from services.notifier.domain.reading import Reading, reading_of
from services.notifier.domain.switches import Switches
from services.notifier.domain.thresholds import Test, below, reached
from services.notifier.domain.view import DEBTOR, NO_ITEM, Items, Sight, Subject, key_of


class Rule(msgspec.Struct, frozen=True):
    """A step with its conditions ready to ask."""

    step: Step
    when: Test
    unless: Test | None
    lift_when: Test | None
    inputs: ReadInputs
    """What ``when`` saw, for people."""
    without: frozenset[str] = frozenset()
    """Invoices that a more specific step of this name is meant for."""
    grace_days: int = 0
    """How long an item that a reversal opened again is spared."""
    kept_while_demanded: bool = False
    """Whether it has no condition but ``when``."""
    hurts: bool = False
    """Whether the step is harder than a notice."""
    begins_at_once: bool = False
    """Whether it is raised as soon as it is demanded, by nothing else and for no fee."""
    ends_at_once: bool = False
    """Whether it is lifted as soon as it is not demanded."""

    def view(self, sight: Sight, subject: Subject, question: Question) -> View:
        """What this rule sees of a subject."""
        if self.grace_days and question == "raise":
            return self.view_to_raise(sight, subject, question)
        return sight.view(subject, question, self.without)

    def view_to_raise(self, sight: Sight, subject: Subject, question: Question) -> View:
        """What of it may count for raising the step, whatever is asked."""
        return sight.view(subject, question, self.without, self.spared(sight))

    def spared(self, sight: Sight) -> Items:
        """The items that do not count for raising the step yet."""
        return sight.spared(self.grace_days) if self.grace_days else NO_ITEM

    def spares(self, sight: Sight, subject: Subject) -> bool:
        """Whether the subject is an item that does not count for raising the step yet."""
        if not self.grace_days or subject.line is None:
            return False
        return key_of(subject.line) in self.spared(sight)

    def covers(self, subject: str) -> bool:
        """Whether a subject, by its name, is meant; of the whole debtor some part always is."""
        scope = self.step.scope
        own = scope.invoice if scope else None
        if own is None and not self.without:
            return True
        if subject == DEBTOR:
            return own is None
        return (own is None or _is_of(subject, own)) and not _is_of(subject, self.without)

    def demanded(self, raising: View, keeping: View) -> bool:
        """Whether a new step is demanded; ``keeping`` so that it is not lifted at once."""
        if not self.when(raising):
            return False
        return (self.kept_while_demanded and raising is keeping) or self.kept(keeping)

    def kept(self, keeping: View) -> bool:
        """Whether the step, in force, stays so."""
        if self.unless is not None and self.unless(keeping):
            return False
        if self.lift_when is not None:
            return not self.lift_when(keeping)
        return self.when(keeping)

    def was_due(self, raising: View, keeping: View) -> bool:
        """Whether it was rightly raised, whatever lifts it since."""
        return self.when(raising) and not (self.unless is not None and self.unless(keeping))


def _is_of(subject: str, invoices: Iterable[str]) -> bool:
    return any(
        subject == f"item:{invoice}" or subject.startswith(f"item:{invoice}/")
        for invoice in invoices
    )


class Ladder(msgspec.Struct, frozen=True):
    """A policy's rules, mild to severe."""

    policy: Policy
    reading: Reading
    rules: tuple[Rule, ...]
    by_name: Mapping[str, Rule]
    days: tuple[int, ...]
    """How many days after an item's date some rule may change its answer, ascending."""
    days_of_each: tuple[int, ...]
    """Those of them that matter of each item, not of the oldest alone, where all items count."""
    earliest_age: tuple[int, int]
    """Below this many days after the date of each item no debtor can reach any step: one without
    promises, one with."""
    steps_named: frozenset[tuple[str, str, int]]
    """Steps that conditions name: the threshold, the step, and the days."""
    is_plain: bool
    """See ``needs``."""
    is_scoped: bool
    """Whether some step is not for everybody; then it must be narrowed for each debtor."""
    books_fees: bool
    """Whether raising some step books a fee."""
    narrow: dict[tuple[int, ...], "Ladder"]
    """What it was narrowed to, by the places of the rules that fit."""
    acknowledge_within_days: Mapping[str, int]
    """By step that must be acknowledged; of its variants for different debtors the shortest."""
    graces: tuple[int, ...]
    """The days for which steps spare items that reversals opened again."""
    repeats: Mapping[str, tuple[Repeat, ...]]
    """By step that is said again, as each of its variants is."""
    by_time_zone: Mapping[str, "Ladder"]
    """The same by another calendar; empty where the policy has only one."""


def ladder_of(policy: Policy) -> Ladder:
    """The policy, ready to ask."""
    reading = reading_of(policy)
    rules = tuple(_rule(step, policy) for step in policy.steps)
    without, with_promises = (
        min(earliest_age(step.when, policy.compare, promised=promised) for step in policy.steps)
        for promised in (False, True)
    )
    ladder = Ladder(
        policy=policy,
        reading=reading,
        rules=rules,
        by_name={rule.step.name: rule for rule in reversed(rules)},
        days=days_of_any(policy, reading.aging),
        days_of_each=days_of_each(policy, reading.aging),
        earliest_age=(_after_date(without, reading), _after_date(with_promises, reading)),
        steps_named=frozenset(_steps_named(policy)),
        is_plain=is_plain(policy, reading),
        is_scoped=any(step.scope is not None for step in policy.steps),
        books_fees=policy.charges == "booked" and any(step.fee for step in policy.steps),
        narrow={},
        acknowledge_within_days=shortest_days(policy),
        graces=graces(policy),
        repeats=repeats(policy),
        by_time_zone={},
    )
    others = {zone: _by_calendar(ladder, zone) for zone in policy.working_days.by_time_zone}
    return msgspec.structs.replace(ladder, by_time_zone=others) if others else ladder


def _by_calendar(ladder: Ladder, time_zone: str) -> Ladder:
    reading = reading_of(ladder.policy, time_zone)
    return msgspec.structs.replace(ladder, reading=reading, narrow={})


def for_time_zone(ladder: Ladder, time_zone: str | None) -> Ladder:
    """The ladder by the calendar of debtors of a time zone: the general one for all not named."""
    if time_zone is None or not ladder.by_time_zone:
        return ladder
    return ladder.by_time_zone.get(time_zone, ladder)


def _steps_named(policy: Policy) -> Iterator[tuple[str, str, int]]:
    later = policy.compare == "exceeds"
    for step in policy.steps:
        for condition in step.conditions:
            for threshold, name, days in steps_named(condition):
                yield threshold, name, days + (later and threshold == "days_since_step")


def _after_date(age: int, reading: Reading) -> int:
    return age if age in {ANY_AGE, NO_AGE} else days_until(age, reading.aging)


def _rule(step: Step, switches: Switches) -> Rule:
    return Rule(
        step=step,
        when=reached(step.when, switches),
        unless=reached(step.unless, switches) if step.unless else None,
        lift_when=below(step.lift_when, switches) if step.lift_when else None,
        inputs=inputs_reader(step.when),
        grace_days=step.reversal_grace_days,
        kept_while_demanded=step.unless is None and step.lift_when is None,
        hurts=step.hurts,
        begins_at_once=switches.advance == "jump" and not (step.waits or step.fee),
        ends_at_once=step.lift_by == "rule" and (switches.step_down == "at_once" or not step.hurts),
    )
