"""Why an escalation ends: the policy has another step, a person says so, or it is not demanded."""

from datetime import date
from typing import Any

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import NOT_DEMANDED, POLICY_CHANGED, Change, Word
from services.notifier.domain.demand import is_cleared, is_demanded, keeping
from services.notifier.domain.further import word_about
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.overriding import OVERRIDDEN, ruling
from services.notifier.domain.scoping import governing
from services.notifier.domain.stepping import is_cooling
from services.notifier.domain.view import DEBTOR, Sight


def why_ended(sight: Sight, each: Escalation, ladder: Ladder) -> str | None:
    """Why what is proposed or in force ends now; None while it stays."""
    rule = governing(ladder, each.step, each.subject)
    if rule is None and each.step in ladder.policy.severity:
        return NOT_DEMANDED
    per = "debtor" if each.subject == DEBTOR else "item"
    if rule is None or (rule.step.kind, rule.step.per) != (each.kind, per):
        return POLICY_CHANGED
    if sight.outline.overrides:
        subject = sight.subject(each.company, each.subject)
        if subject is not None and (ruled := ruling(sight.outline, each.step, subject)):
            return OVERRIDDEN if ruled.effect == "lift" else None
    if rule.step.lift_by == "person" and each.status == "raised":
        return None
    if is_cleared(sight):
        return NOT_DEMANDED
    stays = _stays(sight, each, rule) or is_cooling(sight, each, rule, ladder)
    return None if stays else NOT_DEMANDED


def _stays(sight: Sight, each: Escalation, rule: Rule) -> bool:
    subject = sight.subject(each.company, each.subject)
    if subject is None:
        return False
    if each.status == "raised":
        return rule.kept(rule.view(sight, subject, keeping(each.kind)))
    return is_demanded(rule, sight, subject)


def any_cools(sight: Sight, case: Case, ladder: Ladder, gone: set[str | None]) -> bool:
    """Whether something stays only because it lately had to: each day may be its last."""
    return any(
        not _stays(sight, each, rule)
        for each in case.in_force()
        if each.escalation not in gone
        and (rule := governing(ladder, each.step, each.subject)) is not None
    )


def end(
    each: Escalation, on: date, ladder: Ladder, reason: str, inputs: dict[str, Any] | None = None
) -> Change:
    """The word that ends what is proposed or in force."""
    word: Word = "lift" if each.status == "raised" else "void"
    return word_about(each, word, on, ladder.policy.version, reason=reason, inputs=inputs)
