"""A policy document tried on one debtor: what it would have said, beside what was said."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import msgspec

from services.notifier.domain.backtest import (
    Course,
    Difference,
    Period,
    courses,
    days_in_force,
    difference,
    is_challenged,
)
from services.notifier.domain.case import Case
from services.notifier.domain.holding import Holding
from services.notifier.domain.policy import Policy
from services.notifier.replay import Replay
from services.notifier.rules import NotifierRules
from services.notifier.timeline import Timeline
from services.notifier.told import Told

EVERY_SHARE = 10_000


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be tried."""

    policy: Policy
    period: Period
    against: Policy | None = None
    """None: what happened."""
    debtors: frozenset[str] | None = None
    """Only these; None: all."""
    assume_approved: bool = False
    share_of_10000: int = EVERY_SHARE
    """The part of the debtors, by their hash, that have the policy; the others stay as they were.
    """
    seed: int = 0


class Tried(NamedTuple):
    """What came out for one debtor."""

    debtor: str
    challenged: bool
    then: list[Course]
    now: list[Course]
    found: Difference


class Lines(NamedTuple):
    """A partition's timelines: under the policy, and under the one to compare with, if any."""

    now: Timeline
    then: Timeline | None


def try_debtor(rules: NotifierRules, trial: Trial, told: Told, lines: Lines) -> Tried:
    """What one debtor's records say under both."""
    before = told.case_before()
    ended = {each.escalation for each in before.ended}
    period, assumed = trial.period, trial.assume_approved
    if lines.then is None:
        happened = told.case_after()
        holding = Holding(_intervals(happened, ended, period))
        case = Replay(rules, told, lines.now, holding, assume_approved=assumed).run(before)
        then = courses(happened, ended, period, holding.held)
        now = courses(case, ended, period, holding.held)
    else:
        then, now = (
            _course_under(rules, told, line, ended, trial) for line in (lines.then, lines.now)
        )
    challenged = is_challenged(told.debtor, trial.share_of_10000, trial.seed)
    if not challenged:
        now = then
    return Tried(told.debtor, challenged, then, now, difference(then, now))


def _course_under(
    rules: NotifierRules, told: Told, line: Timeline, ended: Collection[str], trial: Trial
) -> list[Course]:
    holding = Holding(())
    replay = Replay(rules, told, line, holding, assume_approved=trial.assume_approved)
    return courses(replay.run(told.case_before()), ended, trial.period, holding.held)


def _intervals(
    case: Case, ended: Collection[str], period: Period
) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """From when to when each escalation was in force in the period, and its subject."""
    for each in (*case.ended, *case.open):
        if each.raised_at is not None and each.escalation not in ended:
            first, end = days_in_force(each, period)
            if first < end:
                yield first.toordinal(), end.toordinal(), (each.company, each.subject)
