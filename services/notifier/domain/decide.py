"""What must be said about a debtor now: what the policy demands less what is in force (law 5).

Whatever is raised also stays (see ``view``), so asking twice says nothing the second time.
"""

from collections.abc import Iterator

from services.notifier.domain.beginning import Judged, RunStart, beginnings
from services.notifier.domain.case import Case
from services.notifier.domain.change import Change, Decision, Place
from services.notifier.domain.ending import any_cools, end, why_ended
from services.notifier.domain.guards import AskGuards, no_guards
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.overriding import OVERRIDDEN
from services.notifier.domain.plain import Views
from services.notifier.domain.plainly import decide_plainly
from services.notifier.domain.scoping import seen_by
from services.notifier.domain.seen import lifted_by
from services.notifier.domain.stepping import with_steps
from services.notifier.domain.view import Sight
from services.notifier.domain.workdays import is_day_to_hurt


def decide(
    sight: Sight,
    case: Case,
    ladder: Ladder,
    *,
    opening: bool,
    again: frozenset[Place] = frozenset(),
    run_start: RunStart | None = None,
    guards: AskGuards = no_guards,
) -> Decision:
    """Endings first, then beginnings, mild to severe.

    ``opening``: a day opens, so steps that hurt may be raised. ``again``: places of escalations
    just retracted; one that is still demanded is raised again at once. ``run_start`` dates a
    beginning where days were missed; without it the day judged is the sight's own.
    """
    if sight.plain is not None and not again:
        plainly = decide_plainly(
            Views(sight.plain, sight.plain),
            sight.outline,
            case,
            ladder,
            opening=opening,
            run_start=run_start,
            guards=guards,
        )
        if plainly is not None:
            return plainly
    ladder, sight = seen_by(ladder, sight)
    ended, sight = _endings(sight, case, ladder)
    standing = sight.outline
    gone = {change.escalation for change in ended}
    cools = ladder.policy.step_down == "hysteresis" and any_cools(sight, case, ladder, gone)
    if standing.unsettled or (standing.paused and not standing.overrides):
        return Decision(ended, waits_for_opening=cools)
    still_open = {each.place: each for each in case.open if each.escalation not in gone}
    on_that_day: RunStart = run_start or (lambda *_: standing.day)
    may_hurt = opening and is_day_to_hurt(ladder.policy, ladder.reading.calendar, standing.day)
    judged = Judged(sight, ladder, may_hurt, again, on_that_day, still_open, guards)
    began, waits = beginnings(judged)
    return Decision([*ended, *began], waits_for_opening=cools or waits)


def _endings(sight: Sight, case: Case, ladder: Ladder) -> tuple[list[Change], Sight]:
    """All that ends, and the sight where it has: a proposal that follows a step ends with it."""
    ended: list[Change] = []
    while True:
        sight = with_steps(sight, case, ladder, ended)
        more = list(_ending(sight, case, ladder, {change.escalation for change in ended}))
        ended += more
        if not (more and ladder.steps_named):
            return ended, sight


def _ending(sight: Sight, case: Case, ladder: Ladder, gone: set[str | None]) -> Iterator[Change]:
    for each in case.open:
        reason = None if each.escalation in gone else why_ended(sight, each, ladder)
        if reason is not None:
            inputs = lifted_by(sight, each) if reason == OVERRIDDEN else None
            yield end(each, sight.outline.day, ladder, reason, inputs)
