"""What a person's overrides say about a step: they stand above conditions, promises and pauses."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from huikuan.debtor.account import Account
from huikuan.debtor.dealings import Override
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import Outline, Standing
from huikuan.events.relations import OverrideSet
from services.notifier.domain.view import Subject

OVERRIDDEN = "override"
"""The reason of what a person lifts, and the name under which an override is among inputs."""


def ruling(standing: Outline | Standing, step: str, subject: Subject) -> Override | None:
    """The override that decides about a step; of two that contradict, the one that lifts."""
    on = standing.day.toordinal()
    holding = [each for each in _about(standing, step, subject) if each.holds(on)]
    return min(holding, key=lambda each: (each.effect != "lift", each.name), default=None)


def was_imposed(standing: Outline | Standing, step: str, subject: Subject) -> bool:
    """Whether a person had imposed the step when the day began."""
    return any(each.effect == "impose" for each in _about(standing, step, subject))


def _about(standing: Outline | Standing, step: str, subject: Subject) -> Iterator[Override]:
    for each in standing.overrides:
        if each.step == step and _names(each, subject):
            yield each


def _names(override: Override, subject: Subject) -> bool:
    """Of no items named, all; a step against the whole debtor concerns no single item."""
    if subject.line is None:
        return not override.invoices
    if subject.company != override.company:
        return False
    return not override.invoices or subject.line.item in override.invoices


def is_imposed(standing: Outline | Standing, step: str, subject: Subject) -> bool:
    """Whether a person demands the step, whatever the policy says."""
    if not standing.overrides:
        return False
    ruled = ruling(standing, step, subject)
    return ruled is not None and ruled.effect == "impose"


def override_input(standing: Outline | Standing, step: str, subject: Subject) -> dict[str, Any]:
    """What goes along with a word that is said because of an override; else nothing."""
    ruled = ruling(standing, step, subject) if standing.overrides else None
    if ruled is None:
        return {}
    return {OVERRIDDEN: {"id": ruled.override, "effect": ruled.effect, "by": ruled.by}}


def imposer(inputs: dict[str, Any] | None) -> str | None:
    """Who imposed what was said with these inputs: he cannot approve it himself."""
    override = (inputs or {}).get(OVERRIDDEN)
    by = override.get("by") if isinstance(override, dict) else None
    return by.strip().casefold() if isinstance(by, str) else None


def overrides_known(account: Account, setting: Setting) -> tuple[Override, ...]:
    """All that are recorded of a debtor, those that wait for their day among them."""
    waiting = [each.on for each in account.waiting if each.type == OverrideSet.TYPE]
    if waiting:
        account = account_on(account, date.fromordinal(max(waiting)), setting)
    return account.overrides
