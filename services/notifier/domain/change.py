"""One word to say about a debtor."""

from datetime import date
from typing import Any, Literal

import msgspec

Word = Literal["propose", "hold", "raise", "lift", "void", "retract", "repeat", "exhaust"]
Place = tuple[str, str, str]
"""Step, company and subject."""


POLICY_CHANGED = "policy_changed"
NOT_DEMANDED = "no_longer_demanded"


class Charge(msgspec.Struct, frozen=True):
    """A fee that a raising costs: to which company it is owed, and how much."""

    company: str
    currency: str
    amount: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One word to say. ``escalation`` is None where it begins a new one."""

    word: Word
    step: str
    kind: str
    company: str
    subject: str
    effective_on: date
    policy_version: str
    escalation: str | None = None
    reason: str | None = None
    inputs: dict[str, Any] | None = None
    channels: tuple[str, ...] = ()
    """By which ways it reaches the debtor."""
    charges: tuple[Charge, ...] = ()
    """What it costs, where it is raised and fees are booked."""

    @property
    def place(self) -> Place:
        """What it is about."""
        return (self.step, self.company, self.subject)


class Decision(msgspec.Struct, frozen=True):
    """What must be said now, and whether the next day to open may change it by itself."""

    changes: list[Change]
    waits_for_opening: bool
