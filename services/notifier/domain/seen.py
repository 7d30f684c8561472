"""What goes along with a word about an escalation: what the rule saw, and who else spoke."""

from typing import Any

from services.notifier.domain.case import Escalation
from services.notifier.domain.ladder import Rule
from services.notifier.domain.overriding import override_input
from services.notifier.domain.proving import evidence_input
from services.notifier.domain.view import Sight, Subject


def inputs_seen(sight: Sight, rule: Rule, subject: Subject) -> dict[str, Any]:
    """The inputs of a step that begins."""
    inputs = rule.inputs(rule.view(sight, subject, "raise"))
    if rule.step.fee is not None:
        inputs["fee"] = rule.step.fee
    inputs |= evidence_input(sight, rule.step, subject)
    return inputs | override_input(sight.outline, rule.step.name, subject)


def lifted_by(sight: Sight, each: Escalation) -> dict[str, Any]:
    """The override that lifts it."""
    subject = sight.subject(each.company, each.subject)
    return {} if subject is None else override_input(sight.outline, each.step, subject)
