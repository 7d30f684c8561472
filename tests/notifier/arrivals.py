"""Random policies, and random facts that arrive early, in time or late; and a loop to follow them.

The loop is the runner at its simplest: one debtor, no database.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

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
from services.notifier.domain.life import MAY_REPEAT
from services.notifier.domain.policy import Policy
from services.notifier.rules import NotifierRules
from tests.debtor.histories import DAYS, TIME_ZONE, histories, signs, terms
from tests.debtor.words import Fact, day, invoice, payment

DEBTOR = "acme"
LAST_DAY = DAYS + 12
ages = st.integers(-6, 12)
sums = st.sampled_from(["10.00", "30.00", "60.00", "120.00"])
severities = st.integers(1, 2)
amounts = st.fixed_dictionaries({"CNY": sums}, optional={"USD": sums})

THRESHOLDS: dict[str, st.SearchStrategy[Any]] = {
    "days_overdue": ages,
    "overdue_amount": amounts,
    "balance": amounts,
    "exposure": amounts,
    "overdue_items": st.integers(1, 3),
    "open_items": st.integers(1, 3),
    "limit_used": st.sampled_from(["0.5", "1", "1.5"]),
    "broken_promises": st.integers(1, 2),
    "promise_shortfall": amounts,
    "days_since_step": st.fixed_dictionaries({"s0": st.integers(1, 4)}),
    "signals": st.integers(1, 3)
    | st.fixed_dictionaries(
        {}, optional={"stock_dumped": severities, "demolition": severities}
    ).filter(bool),
    "lifted_within": st.fixed_dictionaries({"s0": st.integers(1, 4)}),
}


def conditions(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Thresholds of these names, alone, side by side, or joined by all and any."""
    one = st.one_of(*(st.fixed_dictionaries({name: THRESHOLDS[name]}) for name in names))
    return st.recursive(
        one | one | one,
        lambda parts: (
            st.fixed_dictionaries({"any": st.lists(parts, min_size=1, max_size=3)})
            | st.fixed_dictionaries({"all": st.lists(parts, min_size=1, max_size=3)})
        ),
        max_leaves=4,
    )


SCOPES: list[dict[str, Any]] = [{"segment": "key"}, {"invoice": "A"}, {"debtor": ["acme", "other"]}]
scopes = st.sampled_from(SCOPES)
who = st.fixed_dictionaries({"segment": st.just("key")})


OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "hold": st.integers(1, 3),
    "unless": who | conditions("days_overdue", "overdue_amount", "signals"),
    "lift_when": conditions("days_overdue", "overdue_amount", "overdue_items", "signals"),
    "fee": amounts,
    "channels": st.sampled_from([["letter"], ["visit", "phone"]]),
}


weekdays = st.sampled_from([5, 6, 7, 8, 12, 13]).map(day).map(str)
CALENDAR: dict[str, st.SearchStrategy[Any]] = {
    "weekend": st.sampled_from([[], ["friday", "saturday"], ["saturday", "sunday"]]),
    "holidays": st.lists(weekdays, max_size=4),
    "make_up": st.sampled_from([[], [str(day(3)), str(day(11))]]),
}
calendars = st.fixed_dictionaries(CALENDAR)


SWITCHES: dict[str, st.SearchStrategy[Any]] = {
    "age_from": st.just("invoice_date"),
    "compare": st.just("exceeds"),
    "advance": st.sampled_from(["one_step", "after_delivered"]),
    "step_down": st.just("hysteresis"),
    "step_down_days": st.integers(1, 5),
    "lead": st.just("every_item"),
    "grace_days": st.integers(1, 4),
    "grace_effect": st.just("shifts_date"),
    "pause_counts": st.just("all"),
    "due_roll": st.just("next_working_day"),
    "raise_on": st.just("working_day"),
    "while_paused": st.just("cleared"),
    "amount_base": st.just("gross"),
    "zero_limit": st.just("unlimited"),
    "limit_buckets": st.just({"ordered": "0.3", "invoiced": "0.6"}),
    "limit_test": st.sampled_from(["total", "any_bucket"]),
    "promise_defers": st.just("none"),
    "partly_weight": st.sampled_from(["0", "1"]),
    "breaker": st.just({"count": 0, "share": 0}),
    "feed_wait_days": st.integers(0, 2),
    "unmatched_cash": st.just("ignore"),
    "charges": st.just("booked"),
    "working_days": st.fixed_dictionaries(
        CALENDAR,
        optional={"by_time_zone": st.fixed_dictionaries({TIME_ZONE: calendars})},
    ),
}
"""Values other than the defaults."""


KINDS = ["notice", "notice", "call", "stop_supply", "stop_supply", "legal_referral"]
repeats = st.fixed_dictionaries({"every_days": st.integers(1, 4), "times": st.integers(1, 3)})


some_thresholds = st.lists(st.sampled_from(list(THRESHOLDS)), min_size=1, max_size=3, unique=True)


@st.composite
def steps(draw: st.DrawFn, name: str, *, plain: bool) -> dict[str, Any]:
    """One step; a plain one has no hold, approval, unless or lift of its own."""
    named = draw(
        some_thresholds
        | some_thresholds
        | some_thresholds
        | st.just(["days_overdue"])
        | st.just(["days_overdue"])
        | st.just(["signals"])
    )
    step: dict[str, Any] = {
        "name": name,
        "kind": draw(st.sampled_from(KINDS)),
        "when": draw(conditions(*named)),
    }
    per = draw(st.sampled_from([None, "debtor", "item"]))
    step |= {"per": per} if per else {}
    if not plain and per == "debtor":
        step["lift_by"] = draw(st.sampled_from(["rule", "rule", "person"]))
    if not plain and step["kind"] != "notice" and draw(st.booleans()):
        step["reversal_grace_days"] = draw(st.integers(1, 6))
    if not plain and step["kind"] in MAY_REPEAT and draw(st.booleans()):
        step["repeat"] = draw(repeats)
    if not plain:
        step |= draw(
            st.fixed_dictionaries(
                {},
                optional=OPTIONS,
            )
        )
    return step


@st.composite
def policies(draw: st.DrawFn, *, plain: bool = False) -> Policy:
    """A policy of one to four steps."""
    several = [draw(steps(f"s{at}", plain=plain)) for at in range(draw(st.integers(1, 4)))]
    for scope in draw(st.lists(scopes, max_size=2, unique_by=str)):
        of = draw(st.sampled_from(several))
        other = draw(steps(of["name"], plain=plain)) | {"kind": of["kind"], "scope": scope}
        other.pop("repeat", None)
        other.pop("lift_by", None)
        if other["kind"] == "notice":
            other.pop("reversal_grace_days", None)
        several.append(other | ({"per": "item"} if "invoice" in scope else {}))
    switches = draw(st.fixed_dictionaries({}, optional=SWITCHES) | st.just({}))
    if "charges" in switches:
        several = [{"fee": {"CNY": "10.00", "USD": "1.00"}} | step for step in several]
    document = (
        draw(terms) | switches | {"version": "v", "effective_on": str(day(1)), "steps": several}
    )
    return Policy.model_validate(document)


@st.composite
def bounces(draw: st.DrawFn) -> list[Fact]:
    """An invoice that is paid in full once or twice, and each payment goes back."""
    numbers = sorted(draw(st.lists(st.integers(1, DAYS), min_size=4, max_size=4)))
    facts: list[Fact] = [("b", invoice("Z", "60.00", on=1, due=draw(st.integers(1, 8))))]
    for name, (paid_on, back_on) in zip("TU", (numbers[:2], numbers[2:]), strict=True):
        facts.append((f"b{name}", payment(name, "60.00", on=paid_on, pays="Z")))
        back = PaymentReversed(payment=name, reversed_on=day(back_on), reversal=f"V{name}")
        facts.append((f"b{name}v", back))
        if draw(st.sampled_from([False, False, True])):
            again = ReversalCancelled(reversal=f"V{name}", on=day(back_on + 1))
            facts.append((f"b{name}c", again))
    return facts[: draw(st.integers(3, len(facts)))]


arrival_days = st.integers(1, DAYS + 2)
Arrival = tuple[int, str, Event]
"""On which day it arrives, under which id, what."""


@st.composite
def arrivals(draw: st.DrawFn, *, without: tuple[type[Event], ...] = ()) -> list[Arrival]:
    """Facts, policies, conflicts and approvals, each arriving on some day, whatever its own."""
    facts: list[Fact] = draw(histories(without=without))
    if PaymentReversed not in without:
        facts += draw(st.just([]) | bounces())
    said: list[Arrival] = [(draw(arrival_days), name, event) for name, event in facts]
    for at, policy in enumerate(draw(st.lists(policies(), min_size=1, max_size=3))):
        effective_on = day(draw(st.sampled_from([1, 1, 1, 4, 12])))
        named = policy.model_copy(update={"version": f"v{at}", "effective_on": effective_on})
        event = PolicyAdopted(
            version=named.version, effective_on=effective_on, document=named.document()
        )
        arrives = draw(arrival_days) if at else draw(st.sampled_from([0, 0, 1, 9]))
        said.append((arrives, f"policy/{at}", event))
    for at, sign in enumerate(draw(st.lists(signs, max_size=3))):
        said.append((draw(arrival_days), f"sign/{at}", sign))
    for through in draw(st.lists(arrival_days, max_size=4)):
        fed = FeedCompleted(source="bank", feed="payments", through_on=day(through))
        said.append((through + draw(st.integers(0, 3)), f"feed/{through}", fed))
    if draw(st.booleans()):
        priced = ExchangeRateSet(base="USD", quote="CNY", rate="7.1", effective_on=day(3))
        said.append((draw(arrival_days), "rate", priced))
    if draw(st.booleans()):
        on = draw(arrival_days)
        said.append((on, "c1", RecordConflicted(conflict="c1", on=day(on))))
        settled = RecordSettled(outcome="discarded", on=day(on), conflict="c1")
        said.append((on + draw(st.integers(0, 9)), "s1", settled))
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
