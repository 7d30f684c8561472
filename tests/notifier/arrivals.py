"""Random facts and policies that arrive early, in time or late; and a loop to follow them.

The loop is the runner at its simplest: one debtor, no database.
"""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from huikuan.debtor.conservation import imbalances
from huikuan.eventlog.record import EVERYBODY, Meta, Record, Saying
from huikuan.eventlog.rules import row_of
from huikuan.events.cash import PaymentReversed, ReversalCancelled
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.ledger import (
    BusinessDayOpened,
    ExchangeRateSet,
    FeedCompleted,
    RecordConflicted,
    RecordSettled,
)
from huikuan.events.notifier import EscalationApproved, NoticeDelivered, PolicyAdopted
from services.notifier.domain.case import Escalation
from services.notifier.domain.policy import Policy
from services.notifier.rules import NotifierRules
from tests.debtor.histories import DAYS, histories, signs
from tests.debtor.words import Fact, day, invoice, payment
from tests.notifier.random_policies import policies

DEBTOR = "acme"
LAST_DAY = DAYS + 12
four_days = st.lists(st.integers(1, DAYS), min_size=4, max_size=4).map(sorted)
due_soon = st.integers(1, 8)
kept = st.integers(3, 7)
seldom = st.sampled_from([False, False, True])


@st.composite
def bounces(draw: st.DrawFn) -> list[Fact]:
    """An invoice that is paid in full once or twice, and each payment goes back."""
    numbers = draw(four_days)
    facts: list[Fact] = [("b", invoice("Z", "60.00", on=1, due=draw(due_soon)))]
    for name, (paid_on, back_on) in zip("TU", (numbers[:2], numbers[2:]), strict=True):
        facts.append((f"b{name}", payment(name, "60.00", on=paid_on, pays="Z")))
        back = PaymentReversed(payment=name, reversed_on=day(back_on), reversal=f"V{name}")
        facts.append((f"b{name}v", back))
        if draw(seldom):
            again = ReversalCancelled(reversal=f"V{name}", on=day(back_on + 1))
            facts.append((f"b{name}c", again))
    return facts[: draw(kept)]


arrival_days = st.integers(1, DAYS + 2)
may_bounce: st.SearchStrategy[list[Fact]] = st.just([]) | bounces()
some_policies = st.lists(policies(), min_size=1, max_size=3)
effective_days = st.sampled_from([1, 1, 1, 4, 12])
first_days = st.sampled_from([0, 0, 1, 9])
some_signs = st.lists(signs, max_size=3)
fed_days = st.lists(arrival_days, max_size=4)
some_days = st.integers(0, 3)
settled_after = st.integers(0, 9)
Arrival = tuple[int, str, Event]
"""On which day it arrives, under which id, what."""


@st.composite
def arrivals(
    draw: st.DrawFn,
    *,
    without: tuple[type[Event], ...] = (),
    of: st.SearchStrategy[list[Fact]] | None = None,
    under: st.SearchStrategy[Policy] | None = None,
) -> list[Arrival]:
    """Facts, policies, conflicts and approvals, each arriving on some day, whatever its own.

    ``under``: the one policy, of whose debtors nobody sees a sign of trouble.
    """
    facts = list(draw(histories(without=without) if of is None else of))
    if of is None and PaymentReversed not in without:
        facts += draw(may_bounce)
    said: list[Arrival] = [(draw(arrival_days), name, event) for name, event in facts]
    adopted = draw(some_policies) if under is None else [draw(under)]
    for at, policy in enumerate(adopted):
        effective_on = day(draw(effective_days))
        named = policy.model_copy(update={"version": f"v{at}", "effective_on": effective_on})
        event = PolicyAdopted(
            version=named.version, effective_on=effective_on, document=named.document()
        )
        arrives = draw(arrival_days) if at else draw(first_days)
        said.append((arrives, f"policy/{at}", event))
    for at, sign in enumerate(draw(some_signs) if under is None else ()):
        said.append((draw(arrival_days), f"sign/{at}", sign))
    for through in draw(fed_days):
        fed = FeedCompleted(source="bank", feed="payments", through_on=day(through))
        said.append((through + draw(some_days), f"feed/{through}", fed))
    if draw(st.booleans()):
        priced = ExchangeRateSet(base="USD", quote="CNY", rate="7.1", effective_on=day(3))
        said.append((draw(arrival_days), "rate", priced))
    if draw(st.booleans()):
        on = draw(arrival_days)
        said.append((on, "c1", RecordConflicted(conflict="c1", on=day(on))))
        settled = RecordSettled(outcome="discarded", on=day(on), conflict="c1")
        said.append((on + draw(settled_after), "s1", settled))
    return said


def records_of(arriving: Sequence[Arrival], *, last_day: int = LAST_DAY) -> list[Record]:
    """Day 1 opens, then what arrives on it, and so on; what arrives on day 0 comes before."""
    told: list[tuple[str, str, Event]] = []
    for number in range(last_day + 1):
        if number:
            told.append((EVERYBODY, f"day/{day(number)}", BusinessDayOpened(date=day(number))))
        for arrives, name, event in arriving:
            if arrives == number:
                told.append((EVERYBODY if event.EVERYBODY else DEBTOR, name, event))
    return [
        Record(0, at, key, encode(event), Meta("ledger", at + 1, name, event.TYPE, 1_000 + at))
        for at, (key, name, event) in enumerate(told)
    ]


class Follower:
    """Follows one debtor; two people approve whatever is proposed, as soon as they can.

    Of three notices one is delivered at once, one on a later day, and one never.
    """

    def __init__(self, *, every_day: bool = False, approve: bool = True) -> None:
        self.rules = NotifierRules()
        self.shared = self.rules.blank_shared()
        self.watched = self.rules.blank(DEBTOR)
        self.every_day, self.approve = every_day, approve
        self.row = row_of(self.rules, self.watched, self.shared)
        self.known: list[Record] = []
        self.said: list[Saying] = []

    def follow(self, records: Sequence[Record]) -> None:
        """Take these in order."""
        for record in records:
            if record.key == EVERYBODY:
                self._everybody(record)
            else:
                self._one(record)
            if self.approve:
                self._answer(record)

    def _one(self, record: Record) -> None:
        self.known.append(record)
        if not self.rules.fold(self.watched, record, self.shared):
            self.rules.refold(self.watched, self.known, self.shared)
        self._decide(record)

    def _everybody(self, record: Record) -> None:
        due = self.rules.everybody(self.shared, record)
        reviewed = due.through and self.row.review_on and self.row.review_on <= due.through
        if due.refold or due.everyone or reviewed or self.every_day:
            if due.refold:
                self.rules.refold(self.watched, self.known, self.shared)
            self.rules.advance(self.watched, self.shared)
            if due.weighed:
                weight = self.rules.weigh(self.watched, record, self.shared)
                self.said += self.rules.weighed(weight, lambda _: 1, record, self.shared)
            self._decide(record)

    def _decide(self, record: Record) -> None:
        self.said += self.rules.decide(self.watched, record, self.shared)
        assert self.rules.decide(self.watched, record, self.shared) == [], "law 5"
        assert imbalances(self.watched.account) == [], "law 4"
        self.row = row_of(self.rules, self.watched, self.shared)

    def _answer(self, record: Record) -> None:
        for each in list(self.watched.case.open):
            on = self.shared.setting.open_on
            if each.status == "proposed" and not each.approvals and on is not None:
                for person in ("li", "wang"):
                    event = EscalationApproved(escalation=each.escalation, by=person, on=on)
                    self._say(event, f"approval/{each.escalation}/{person}", record)
            if on is not None and is_to_be_delivered(each, on):
                arrived = NoticeDelivered(escalation=each.escalation, by="post", on=on)
                self._say(arrived, f"delivery/{each.escalation}", record)

    def _say(self, event: Event, name: str, cause: Record) -> None:
        meta = Meta("notifier", 1, name, event.TYPE, 1_000 + cause.position)
        self._one(Record(0, cause.position, DEBTOR, encode(event), meta))


def is_to_be_delivered(each: Escalation, on: date) -> bool:
    """Whether this notice reaches the debtor on this day."""
    if each.kind != "notice" or each.raised_on is None or each.delivered is not None:
        return False
    return each.hold_seq % 3 == 0 or (each.hold_seq % 3 == 1 and each.raised_on < on)


def followed(records: Sequence[Record], *, every_day: bool = False) -> Follower:
    """A follower that has taken these."""
    follower = Follower(every_day=every_day)
    follower.follow(records)
    return follower
