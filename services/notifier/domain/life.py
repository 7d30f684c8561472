"""What a step says about the life of its escalations."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from huikuan.debtor.evidence import Grade
from services.notifier.domain.channels import Channels
from services.notifier.domain.condition import Part

MAY_REPEAT = frozenset({"notice", "call", "visit"})
"""Kinds that can be said again; a stop is in force until it is lifted."""


class Repeat(Part):
    """How a step is said again while it is in force (practices 001-1, 004-12)."""

    every_days: Annotated[StrictInt, Field(ge=1, le=366)] = Field(
        description="Days from the date it took effect, and again as many"
    )
    times: Annotated[StrictInt, Field(ge=1, le=100)] = Field(
        description="How often it is said again; then it is exhausted"
    )


class Life(Part):
    """The fields of a step that tell how its escalations live."""

    repeat: Repeat | None = Field(
        None, description="Said again while in force, not while paused; notices, calls and visits"
    )
    evidence_at_least: Grade | None = Field(
        None, description="Approved and raised only with so much evidence; a referral's default: C"
    )
    acknowledge_within_days: Annotated[StrictInt, Field(ge=0, le=60)] | None = Field(
        None, description="Working days in which the obeying system must say that it obeys"
    )
    channels: Channels | None = Field(
        None, description="By which ways it reaches the debtor, the first to be tried first"
    )
    weaker_channels: Literal["refused", "allowed"] = Field(
        "refused", description="Whether all of them may be weaker than those of an earlier step"
    )
    reversal_grace_days: Annotated[StrictInt, Field(ge=0, le=365)] = Field(
        0,
        description="Days for which an item that a reversed payment opened again does not count "
        "for raising the step, from the first time; not for notices",
    )
