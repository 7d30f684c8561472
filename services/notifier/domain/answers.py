"""What people and obeying systems answer about an escalation, as the case keeps it."""

from datetime import date

import msgspec


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """Who approved or acknowledged, on which open day, recorded when (ms since 1970 UTC)."""

    by: str
    on: date
    recorded_at: int
    hold_seq: int | None = None
    reason: str | None = None


class Delivery(msgspec.Struct, array_like=True, frozen=True):
    """Who reported that a notice reached the debtor, and when it did."""

    by: str
    on: date
    recorded_at: int
    channel: str | None = None
    proof: str | None = None
