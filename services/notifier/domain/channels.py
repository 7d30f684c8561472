"""How a step is delivered, and how strong that is (practice 001-4)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

Channel = Literal["portal", "sms", "email", "phone", "letter", "visit"]
STRENGTH: dict[str, int] = {
    "portal": 1,
    "sms": 1,
    "email": 1,
    "phone": 2,
    "letter": 2,
    "visit": 3,
}
"""What only tells, what presses, and who stands at the door.

Between a letter and a call there is no order: both ladders are usual.
"""
OWN_CHANNEL = {"call": "phone", "visit": "visit"}
"""The channel without which a kind of step is none."""


def _each_once(channels: tuple[Any, ...]) -> tuple[Any, ...]:
    if not channels:
        raise ValueError("names no channel; leave it out, or name one such as letter")
    if len(set(channels)) < len(channels):
        raise ValueError("a channel is named twice; the order says which is tried first")
    return channels


Channels = Annotated[
    tuple[Channel, ...],
    AfterValidator(_each_once),
    Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
]
"""By which channels, the first to be tried first."""


def strength(channels: tuple[Channel, ...]) -> int:
    """Of the strongest of them."""
    return max(STRENGTH[channel] for channel in channels)
