"""What the accounts of a partition share: the open day, and what policies say to the fold."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from huikuan.events.codec import minor_of
from huikuan.events.currencies import UnknownCurrencyError
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted


class Terms(msgspec.Struct, frozen=True):
    """What one policy document says to the fold, in force from ``effective_on``."""

    version: str = ""
    effective_on: date = date.min
    allocate: Literal["oldest_due", "none"] = "oldest_due"
    """What money that names no item pays: the oldest due item, or nothing until it is told."""
    shield: Literal["open", "upheld"] = "open"
    """What a dispute keeps from dunning: its amount while it is open, or only what is upheld."""
    tolerance_days: int = 0
    """Days after a promised date that still count as kept."""
    keep_threshold_percent: int = 100
    """How much of a promised amount is enough."""
    ignore_below_minor: dict[str, int] = {}
    """Per currency, what is dunnable of an item below this does not count."""


NO_POLICY = Terms()
"""The defaults, in force before the first policy."""


class Setting(msgspec.Struct):
    """What the accounts of a partition share; a function of what was said to everybody."""

    open_on: date | None = None
    """The open business day (营业日); None before the first: then every fact waits."""
    terms: list[Terms] = []
    """By ``effective_on``, each date once: a policy adopted later for one date replaces."""


def open_day(setting: Setting, event: BusinessDayOpened) -> None:
    """A business day began; one that was opened before changes nothing."""
    if setting.open_on is None or event.date > setting.open_on:
        setting.open_on = event.date


def adopt(setting: Setting, event: PolicyAdopted) -> bool:
    """Take a policy's terms in. True: the past folds differently now, so refold everyone."""
    new = read_terms(event)
    old = terms_on(setting, new.effective_on)
    kept = [terms for terms in setting.terms if terms.effective_on != new.effective_on]
    setting.terms = sorted([*kept, new], key=lambda terms: terms.effective_on)
    past = setting.open_on is not None and new.effective_on <= setting.open_on
    return past and (old.allocate, old.shield) != (new.allocate, new.shield)


def terms_on(setting: Setting, day: date) -> Terms:
    """The terms in force on a day."""
    for terms in reversed(setting.terms):
        if terms.effective_on <= day:
            return terms
    return NO_POLICY


def read_terms(event: PolicyAdopted) -> Terms:
    """The part of a policy document that the fold obeys; what is absent keeps its default."""
    document = event.document
    promises = _part(document, "promises")
    disputes = _part(document, "disputes")
    return Terms(
        version=event.version,
        effective_on=event.effective_on,
        allocate="none" if document.get("allocate") == "none" else "oldest_due",
        shield="upheld" if disputes.get("shield") == "upheld" else "open",
        tolerance_days=int(promises.get("tolerance_days", 0)),
        keep_threshold_percent=_percent(promises.get("threshold", 100)),
        ignore_below_minor=_minors(_part(document, "ignore_below")),
    )


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def _percent(threshold: Any) -> int:
    """A threshold is a percentage, or a share where it is written as a fraction of one."""
    exact = Decimal(str(threshold))
    is_share = not isinstance(threshold, int) and exact <= 1
    return int((exact * 100 if is_share else exact).to_integral_value())


def _minors(amounts: Mapping[str, Any]) -> dict[str, int]:
    minors = {}
    for currency in sorted(amounts):
        try:
            minors[currency] = minor_of(str(amounts[currency]), currency)
        except UnknownCurrencyError:
            continue  # nobody owes in it, so nothing of it can be below
    return minors
