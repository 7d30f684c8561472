"""The policies of an installation over time: which one is in force on a day."""

from datetime import date
from functools import lru_cache

import msgspec

from huikuan.events.notifier import PolicyAdopted
from services.notifier.domain.ladder import Ladder, ladder_of
from services.notifier.domain.policy import Policy

_encoder = msgspec.json.Encoder(order="deterministic")


class Adopted(msgspec.Struct, array_like=True, frozen=True):
    """A policy as it was adopted; ``document`` is canonical JSON."""

    version: str
    effective_on: date
    document: bytes


def adopted(event: PolicyAdopted) -> Adopted:
    """What is kept of an adoption."""
    return Adopted(event.version, event.effective_on, _encoder.encode(event.document))


def in_force_on(policies: list[Adopted], day: date) -> Adopted | None:
    """The policy of the latest effective date by then; of two for one date the later adopted."""
    found: Adopted | None = None
    for each in policies:
        if each.effective_on <= day and (found is None or each.effective_on >= found.effective_on):
            found = each
    return found


def of_version(policies: list[Adopted], version: str) -> Adopted | None:
    """The policy of that version, as last adopted."""
    return next((each for each in reversed(policies) if each.version == version), None)


def ladder(policy: Adopted | None) -> Ladder | None:
    """Its rules, ready to ask."""
    return None if policy is None else _ladder(policy.document)


@lru_cache(maxsize=64)
def _ladder(document: bytes) -> Ladder:
    return ladder_of(Policy.model_validate(msgspec.json.decode(document)))
