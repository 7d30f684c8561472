"""A further word about an escalation that is there."""

from datetime import date
from typing import Any

from services.notifier.domain.case import Escalation
from services.notifier.domain.change import Change, Word


def word_about(
    each: Escalation,
    word: Word,
    on: date,
    policy_version: str,
    *,
    reason: str | None = None,
    inputs: dict[str, Any] | None = None,
) -> Change:
    """A word about what is proposed or in force already: it goes where that one went."""
    return Change(
        word=word,
        escalation=each.escalation,
        step=each.step,
        kind=each.kind,
        company=each.company,
        subject=each.subject,
        effective_on=on,
        policy_version=policy_version,
        reason=reason,
        channels=each.channels,
        inputs=inputs,
    )
