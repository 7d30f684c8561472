"""What is said about one debtor for a record: retractions, what the policy demands, repeats."""

from datetime import date
from functools import partial

from huikuan.debtor.fold import receive
from huikuan.debtor.setting import terms_on
from huikuan.debtor.standing import Outline
from huikuan.eventlog.record import EVERYBODY, Record, Saying
from huikuan.events.codec import FACTS, effective_on
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from services.notifier.domain.beginning import RunStart
from services.notifier.domain.change import Change, Decision
from services.notifier.domain.decide import decide
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.past import retractions
from services.notifier.domain.plainly import decide_plainly
from services.notifier.domain.repeating import repetitions
from services.notifier.shared import Shared
from services.notifier.watched import (
    Watched,
    as_weighed,
    is_quiet,
    past_of,
    plain_of,
    run_start_of,
    sight_of,
)
from services.notifier.words import Speech

_FACTS = frozenset(FACTS)


def say(account: Watched, record: Record, shared: Shared) -> list[Saying]:
    """What must be said now that this record was folded; his case has noted it."""
    speech = speak(account, record, shared)
    return speech.sayings if speech else []


def speak(account: Watched, record: Record, shared: Shared) -> Speech | None:
    """The same before it is written; None where there is nothing to say."""
    day, now = shared.setting.open_on, shared.ladder_now()
    if day is None or now is None or is_quiet(account, now, day):
        account.waits_for_opening = False
        return None
    opening = record.meta is not None and record.meta.type == BusinessDayOpened.TYPE
    judged_from = shared.judge_from or day if record.key == EVERYBODY else day
    speech = None
    if retracted := _retracted(account, shared):
        speech = _speech(account, record, shared, day)
        speech.say(retracted)
    decision = as_weighed(account, shared, day) if opening else None
    decision = decision or _decided(
        account, shared, now, (judged_from, day), retracted, opening=opening
    )
    if decision.changes or now.repeats:
        speech = speech or _speech(account, record, shared, day)
        speech.say(decision.changes)
    if speech and now.repeats:
        past = past_of(account, shared)
        speech.say(repetitions(account.case, past, now, (judged_from, day), opening=opening))
    account.waits_for_opening = decision.waits_for_opening
    if speech is None or not speech.said:
        return None
    account.case_body = account.quiet_until = None
    return speech


def _speech(account: Watched, record: Record, shared: Shared, day: date) -> Speech:
    book = partial(_book, account, shared)
    return Speech(account.case, account.debtor, record, day, book)


def _book(account: Watched, shared: Shared, charge: Event, charge_id: str) -> None:
    in_order = receive(account.account, charge, charge_id, shared.setting)
    assert in_order, "a charge counts from the day after, so it waits"
    account.plain = None


def _retracted(account: Watched, shared: Shared) -> list[Change]:
    """What the fact folded last shows not to have been due."""
    fact, still_open = account.fact, account.case.open
    if fact is None or not still_open or type(fact) not in _FACTS:
        return []
    changed_from = effective_on(fact)
    if max([each.effective_on for each in still_open]) < changed_from:
        return []
    return list(retractions(account.case, past_of(account, shared), changed_from))


def _decided(
    account: Watched,
    shared: Shared,
    now: Ladder,
    days: tuple[date, date],
    retracted: list[Change],
    *,
    opening: bool,
) -> Decision:
    """What must be said on the last of these days, the open one; the first is judged too."""
    judged_from, day = days
    run_start = None
    if judged_from < day or retracted:
        since = {each.place: each.effective_on for each in retracted}
        run_start = run_start_of(account, shared, day, judged_from, since)
    plainly = _plainly(account, shared, now, opening=opening, run_start=run_start)
    if plainly is not None and not (retracted and _begins(plainly)):
        return plainly
    return decide(
        sight_of(account, shared, day),
        account.case,
        now,
        opening=opening,
        again=frozenset([each.place for each in retracted]),
        run_start=run_start,
        guards=shared.guards,
    )


def _begins(decision: Decision) -> bool:
    """Whether anything is demanded anew: what was just retracted would be raised at once."""
    return decision.waits_for_opening or any(each.word == "raise" for each in decision.changes)


def _plainly(
    account: Watched, shared: Shared, now: Ladder, *, opening: bool, run_start: RunStart | None
) -> Decision | None:
    """The decision where little need be known of him; None where that does not tell."""
    day, plain = shared.setting.open_on, plain_of(account, shared, now)
    if plain is None or day is None:
        return None
    seen = plain.views(day.toordinal(), terms_on(shared.setting, day))
    if seen is None:
        return None
    return decide_plainly(
        seen,
        Outline(day, account.account.unsettled),
        account.case,
        now,
        opening=opening,
        run_start=run_start,
        guards=shared.guards,
    )
