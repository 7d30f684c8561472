"""The breaker (熔断): before a day's first step, a partition counts those that would hurt.

More than the larger of a number and a share of its debtors, and sooner the data is wrong: an
empty payment file, invoices imported twice. Then all of the day's are held for approval.
"""

from collections.abc import Callable

from huikuan.eventlog.record import EVERYBODY, Record, Saying
from huikuan.events.codec import encode
from huikuan.events.notifier import BreakerTripped
from services.notifier.domain.case import Case
from services.notifier.domain.change import Change
from services.notifier.domain.decide import decide
from services.notifier.domain.guards import debtors_that_matter, is_weighed, trips
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.overriding import OVERRIDDEN
from services.notifier.domain.policy import hurts
from services.notifier.domain.scoping import governing, narrowed
from services.notifier.shared import Shared, trip
from services.notifier.watched import Watched, Weighed, is_quiet, run_start_of, sight_of
from services.notifier.words import PUBLISHER


def weigh(account: Watched, shared: Shared) -> int:
    """How many steps that hurt would be raised without a person having decided on each."""
    day, now = shared.setting.open_on, shared.ladder_now()
    if day is None or now is None or is_quiet(account, now, day):
        return 0
    run_start = run_start_of(account, shared, day, shared.judge_from or day, {})
    sight, case = sight_of(account, shared, day), account.case
    decision = decide(sight, case, now, opening=True, run_start=run_start, guards=shared.guards)
    account.weighed = Weighed(day, decision)
    his = narrowed(now, sight)
    return sum(_is_weighed(each, case, his) for each in decision.changes)


def _is_weighed(change: Change, case: Case, ladder: Ladder) -> bool:
    if change.word != "raise" or not hurts(change.kind):
        return False
    if OVERRIDDEN in (change.inputs or {}):
        return False
    proposed = case.find(change.escalation) if change.escalation else None
    rule = governing(ladder, change.step, change.subject)
    return rule is None or is_weighed(rule.step, proposed)


def verdict(
    steps: int, count: Callable[[int], int], record: Record, shared: Shared
) -> list[Saying]:
    """What is said before the first step of the day, where it would hurt too many."""
    day, now = shared.setting.open_on, shared.ladder_now()
    if day is None or now is None or shared.has_tripped(day):
        return []
    breaker = now.policy.breaker
    # Counting stops where more debtors would change nothing: it must not cost more than the steps.
    debtors = count(debtors_that_matter(breaker, steps)) if trips(breaker, steps, 0) else 0
    if not trips(breaker, steps, debtors):
        return []
    assert record.meta is not None, "a foreign record opens no day"
    event = BreakerTripped(
        tripped_on=day, steps=steps, debtors=debtors, policy_version=now.policy.version
    )
    trip(shared, event)
    event_id = f"{PUBLISHER}/{record.meta.id}//0"
    return [Saying(EVERYBODY, event.TYPE, event_id, encode(event))]
