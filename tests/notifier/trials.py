"""One debtor's records as they lie on a log, what was said among them, and trials on them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from huikuan.eventlog.record import EVERYBODY, Meta, Record
from services.notifier.domain.backtest import Period
from services.notifier.domain.policy import Policy
from services.notifier.rules import NotifierRules
from services.notifier.timeline import timeline
from services.notifier.told import Told
from services.notifier.trying import Lines, Trial, Tried, try_debtor
from services.notifier.words import PUBLISHER
from tests.notifier.arrivals import DEBTOR, Follower


def on_the_log(records: Sequence[Record], *, approve: bool = True) -> list[Record]:
    """These records, what people answered and, at the end, what was said because of them."""
    follower = Follower(approve=approve)
    follower.follow(records)
    everybody = [record for record in records if record.key == EVERYBODY]
    told = sorted([*everybody, *follower.known], key=lambda record: record.position)
    for number, saying in enumerate(follower.said):
        meta = Meta(PUBLISHER, 0, saying.id, saying.type, saying.recorded_at, said=True)
        told.append(Record(0, len(records) + number, saying.key, saying.value, meta))
    return told


def trial(policy: Policy, first_on: date, last_on: date, **more: Any) -> Trial:
    return Trial(policy=policy, period=Period(first_on, last_on), **more)


def tried(records: Sequence[Record], wanted: Trial) -> Tried:
    """What a trial shows of the debtor of these records."""
    rules = NotifierRules()
    everybody = [record for record in records if record.key == EVERYBODY]
    own = [record for record in records if record.key != EVERYBODY]
    now = timeline(rules, everybody, wanted.period, wanted.policy)
    assert now is not None, "the period has a day"
    then = timeline(rules, everybody, wanted.period, wanted.against) if wanted.against else None
    return try_debtor(rules, wanted, Told(DEBTOR, own, wanted.period), Lines(now, then))
