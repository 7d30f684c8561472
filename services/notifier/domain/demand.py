"""What is demanded of a debtor on a day: by the policy, unless a person overrides it."""

from collections.abc import Iterable, Iterator

from services.notifier.domain.counting import Question
from services.notifier.domain.ladder import Rule
from services.notifier.domain.overriding import is_imposed, ruling
from services.notifier.domain.policy import Step, hurts
from services.notifier.domain.view import (
    WHOLE_DEBTOR,
    Sight,
    Subject,
    subject_of,
)


def is_demanded(rule: Rule, sight: Sight, subject: Subject) -> bool:
    """Whether the policy demands this step of this subject, were nothing in force."""
    standing = sight.outline
    if standing.overrides and (ruled := ruling(standing, rule.step.name, subject)):
        return ruled.effect == "impose" and rule.covers(subject.subject)
    if standing.paused or not rule.covers(subject.subject) or rule.spares(sight, subject):
        return False
    if not rule.when(rule.view(sight, subject, "raise")):
        return False
    return rule.kept(rule.view(sight, subject, keeping(rule.step.kind)))


def is_cleared(sight: Sight) -> bool:
    """Whether the debtor is paused, and the policy lifts everything during a pause."""
    return sight.outline.paused and sight.reading.switches.while_paused == "cleared"


def keeping(kind: str) -> Question:
    """The question that decides whether a step of this kind stays in force."""
    return "keep_harder" if hurts(kind) else "keep_notice"


def subjects(step: Step, sight: Sight) -> Iterable[Subject]:
    """All that a step may be raised against: the debtor, or each item."""
    if step.per == "debtor":
        return (WHOLE_DEBTOR,)
    if not sight.outline.overrides:
        return sight.items()
    return _items_or_imposed(step, sight)


def _items_or_imposed(step: Step, sight: Sight) -> Iterator[Subject]:
    """Each line with something dunnable, and those against which a person imposed the step."""
    for line in sight.standing.lines:
        item = Subject(line.company, subject_of(line), line)
        if sight.is_dunnable(line) or is_imposed(sight.outline, step.name, item):
            yield item
