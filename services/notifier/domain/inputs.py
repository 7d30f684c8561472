"""What a condition saw, for people: the value behind each threshold that it names."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from huikuan.events.codec import amount_of as text_of
from services.notifier.domain.condition import Condition, parts
from services.notifier.domain.counting import View
from services.notifier.domain.thresholds import AMOUNTS, COUNTS

ReadInputs = Callable[[View], dict[str, Any]]


def inputs_of(condition: Condition, view: View) -> dict[str, Any]:
    """What a condition saw."""
    return inputs_reader(condition)(view)


def inputs_reader(condition: Condition) -> ReadInputs:
    """``inputs_of`` made ready for a condition of which it is asked often."""
    named = {name for name, needed in condition if needed is not None} - {"all", "any"}
    reads: ReadInputs = partial(_seen_here, condition)
    if not named:
        reads = lambda _: {}  # noqa: E731 - read as the others are
    elif named == {"days_overdue"}:
        reads = lambda view: {"days_overdue": view.days_overdue}  # noqa: E731
    readers = [inputs_reader(part) for part in parts(condition)]
    return partial(_joined, reads, readers) if readers else reads


def _joined(here: ReadInputs, parts_of: Sequence[ReadInputs], view: View) -> dict[str, Any]:
    seen = here(view)
    for read in parts_of:
        for name, value in read(view).items():
            seen[name] = seen[name] | value if isinstance(seen.get(name), dict) else value
    return seen


def _seen_here(condition: Condition, view: View) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    if condition.days_overdue is not None:
        seen["days_overdue"] = view.days_overdue
    for name, amount_of in AMOUNTS.items():
        if amounts := getattr(condition, name):
            there = amount_of(view)
            seen[name] = {cur: text_of(there.get(cur, 0), cur) for cur in amounts}
    for name, count_of in COUNTS.items():
        if getattr(condition, name) is not None:
            count = count_of(view)
            seen[name] = int(count) if count == int(count) else str(count)
    if condition.limit_used is not None:
        limits = {cur: limit for cur, limit in view.limit_minor.items() if limit is not None}
        seen["limit"] = {cur: text_of(limit, cur) for cur, limit in limits.items()}
        seen["exposure"] = {cur: text_of(view.exposure_minor.get(cur, 0), cur) for cur in limits}
        if view.exposure_by:
            seen["exposure_by"] = {cur: _by_bucket(view.exposure_by[cur], cur) for cur in limits}
    return seen | _seen_beside(condition, view)


def _seen_beside(condition: Condition, view: View) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    if condition.days_since_step is not None:
        there = view.days_in_force or {}
        seen["days_since_step"] = {step: there.get(step) for step in condition.days_since_step}
    if condition.lifted_within is not None:
        lifted = view.days_since_lift
        seen["lifted_within"] = {step: lifted.get(step) for step in condition.lifted_within}
    if condition.signals is not None:
        there = view.severities
        named = there if isinstance(condition.signals, int) else condition.signals
        seen["signals"] = {sign: there.get(sign, 0) for sign in named}
    if condition.segment is not None:
        seen["segment"] = view.segment
    if condition.tag is not None:
        seen["tag"] = list(view.tags)
    return seen


def _by_bucket(minors: Mapping[str, int], currency: str) -> dict[str, str]:
    return {bucket: text_of(minor, currency) for bucket, minor in minors.items()}
