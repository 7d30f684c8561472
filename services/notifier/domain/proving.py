"""Whether there is evidence enough for a step that asks for some (architecture §8)."""

from typing import Any

from huikuan.debtor.evidence import Grade
from services.notifier.domain.case import Escalation
from services.notifier.domain.counting import counted_minor
from services.notifier.domain.policy import Step
from services.notifier.domain.view import Sight, Subject

NO_EVIDENCE: Grade = "D"


def grade_of(sight: Sight, subject: Subject) -> Grade:
    """The evidence of an item, or the weakest of all that a debtor owes and is past due."""
    if subject.line is not None:
        lines = [subject.line]
    else:
        lines = [
            line
            for line in sight.standing.lines
            if line.days_overdue > 0 and counted_minor(line, "keep_harder", sight.reading) > 0
        ]
    known = sight.evidence()
    found = [known.get((line.company, line.item, line.instalment)) for line in lines]
    return max((each.grade if each else NO_EVIDENCE for each in found), default=NO_EVIDENCE)


def lacks_evidence(sight: Sight, step: Step, subject: Subject) -> bool:
    """Whether it may not be approved or raised yet."""
    needed = step.evidence_needed
    return needed != NO_EVIDENCE and grade_of(sight, subject) > needed


def waits_for_evidence(step: Step, proposed: Escalation) -> bool:
    """Whether people have approved what may still lack some: only then does it matter each day."""
    needed = step.approvals_needed
    return step.evidence_needed != NO_EVIDENCE and len(proposed.approvers()) >= needed


def evidence_input(sight: Sight, step: Step, subject: Subject) -> dict[str, Any]:
    """What goes along with a step that asks for evidence; else nothing."""
    if step.evidence_needed == NO_EVIDENCE:
        return {}
    return {"evidence": {"grade": grade_of(sight, subject), "at_least": step.evidence_needed}}
