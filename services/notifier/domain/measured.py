"""A condition taken apart for people: what each threshold needs, what it sees, if it is reached."""

from collections.abc import Iterator
from typing import Any

import msgspec

from services.notifier.domain.condition import Condition
from services.notifier.domain.counting import View
from services.notifier.domain.inputs import inputs_of
from services.notifier.domain.switches import Switches
from services.notifier.domain.thresholds import reached

_JOINED = ("all", "any")


class Measured(msgspec.Struct, frozen=True):
    """One threshold of a step, as a view shows it."""

    at: str
    """Where it stands in the step: ``when/any/0/days_overdue``."""
    threshold: str
    needed: Any
    seen: Any
    reached: bool
    """As the rules themselves compare it."""


def measured(condition: Condition, view: View, switches: Switches, at: str) -> Iterator[Measured]:
    """Each threshold in order of the document."""
    for name in type(condition).model_fields:
        needed = getattr(condition, name)
        if needed is None or name in _JOINED:
            continue
        alone = Condition.model_construct(**{name: needed})
        inputs = inputs_of(alone, view)
        is_reached = reached(alone, switches)(view)
        seen = inputs.get(name, inputs)
        yield Measured(f"{at}/{name}", name, _plain(needed), seen, is_reached)
    for joined in _JOINED:
        for number, part in enumerate(getattr(condition, joined) or ()):
            yield from measured(part, view, switches, f"{at}/{joined}/{number}")


def _plain(needed: Any) -> Any:
    return list(needed) if isinstance(needed, tuple) else needed
